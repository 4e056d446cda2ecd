/** Numbers the distinct keys of a column from 0, in order of appearance. A key is two words of 32 bits. */
export class Dictionary {
  /** Number of distinct keys so far. */
  size = 0;
  /** The keys by number. */
  high = new Uint32Array(512);
  low = new Uint32Array(512);
  /**
   * Open addressing with linear probing. A slot holds a key's number plus 1, or 0 if it is free. The length is a power
   * of two, and at most half of the slots are used.
   */
  #slots = new Int32Array(1024);

  /** The number of a key. A new key gets the next number. */
  numberOf(high: number, low: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash(high, low) & mask;
    for (;;) {
      const number = this.#slots[slot] - 1;
      if (number < 0) break;
      if (this.low[number] === low && this.high[number] === high) return number;
      slot = (slot + 1) & mask;
    }
    const number = this.size++;
    this.high[number] = high;
    this.low[number] = low;
    this.#slots[slot] = number + 1;
    if (this.size === this.low.length) this.#grow();
    return number;
  }

  /** Forgets all keys. */
  clear(): void {
    this.size = 0;
    this.#slots.fill(0);
  }

  #grow(): void {
    const twice = (words: Uint32Array) => {
      const copy = new Uint32Array(words.length * 2);
      copy.set(words);
      return copy;
    };
    this.high = twice(this.high);
    this.low = twice(this.low);
    this.#slots = new Int32Array(this.#slots.length * 2);
    const mask = this.#slots.length - 1;
    for (let number = 0; number < this.size; number++) {
      let slot = hash(this.high[number], this.low[number]) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = number + 1;
    }
  }
}

function hash(high: number, low: number): number {
  const mixed = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

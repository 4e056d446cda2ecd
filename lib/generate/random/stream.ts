/**
 * Addressed randomness: a stream is named by (seed, purpose, address), never advanced from another one, so
 * any second of any log can be drawn alone, in any order, on any worker.
 *
 * A strong hash of the name seeds a small sequential generator, sfc32 by Chris Doty-Humphrey (PractRand,
 * "Small Fast Counting", 128 bits of state, period at least 2^32; it passes PractRand to 2 TB as published
 * there). The hash is MurmurHash3's 32-bit block and finalizer by Austin Appleby (public domain).
 * Streams and their neighbours pass SmallCrush, Rabbit and Alphabit of TestU01: `npm run randomness`.
 */

/** What a stream is for. Streams of different purposes are independent. The numbers are part of the format. */
export const Purpose = {
  cascade: 1,
  counts: 2,
  records: 3,
  slots: 4,
  sessions: 5,
  visitors: 6,
  identifiers: 7,
  drift: 8,
  request: 9,
  incidents: 10,
  drawnIncidents: 11,
  drawKeys: 12,
  defects: 13,
} as const;
/** A stream's purpose. */
export type Purpose = (typeof Purpose)[keyof typeof Purpose];

/** MurmurHash3's finalizer: every bit of `h` reaches every bit of the result. Unsigned 32 bits. */
export function mix32(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Number of different words of 32 bits: multiplied by it, a probability becomes a threshold for random words. */
export const WORDS = 4294967296;
/** Multiplied by it, a random word becomes a uniform number in [0, 1). */
export const PER_WORD = 1 / WORDS;

function block(h: number, word: number): number {
  word = Math.imul(word, 0xcc9e2d51);
  word = Math.imul((word << 15) | (word >>> 17), 0x1b873593);
  h ^= word;
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

/** Hashes a name (key, a, b) to 32 unsigned bits. */
export function hash32(key: number, a: number, b = 0): number {
  return mix32(block(block(key, a), b) ^ 8);
}

/**
 * The key of all streams of one purpose: 32 bits from a seed of up to 53 bits.
 * @param seed whole number, 0 to 2^53 − 1 (both included)
 */
export function streamKey(seed: number, purpose: Purpose): number {
  return hash32(hash32(purpose, seed | 0, (seed / WORDS) | 0), purpose, 0x5eed) | 0;
}

/** Writes the four state words of the stream (key, a, b) to `state`, warmed up as in PractRand. */
export function seedState(state: Int32Array, key: number, a: number, b = 0): void {
  let s0 = hash32(key, a, b) | 0;
  let s1 = hash32(key ^ 0x243f6a88, a, b) | 0; // the keys of the words differ by digits of pi
  let s2 = hash32(key ^ 0x85a308d3, b, a) | 0;
  let counter = 1;
  for (let round = 0; round < 12; round++) {
    const sum = (s0 + s1 + counter) | 0;
    counter = (counter + 1) | 0;
    s0 = s1 ^ (s1 >>> 9);
    s1 = (s2 + (s2 << 3)) | 0;
    s2 = (((s2 << 21) | (s2 >>> 11)) + sum) | 0;
  }
  state[0] = s0;
  state[1] = s1;
  state[2] = s2;
  state[3] = counter;
}

/** One stream, for work outside the inner loop. The inner loop keeps the same four words in local variables. */
export class Stream {
  readonly #state = new Int32Array(4);

  constructor(key: number, a: number, b = 0) {
    seedState(this.#state, key, a, b);
  }

  /** Turns this object into the stream (key, a, b), so that a loop need not allocate a new one. */
  reseed(key: number, a: number, b = 0): this {
    seedState(this.#state, key, a, b);
    return this;
  }

  /** Next 32 bits, unsigned. */
  next(): number {
    const state = this.#state;
    const s0 = state[0];
    const s1 = state[1];
    const s2 = state[2];
    const counter = state[3];
    const sum = (s0 + s1 + counter) | 0;
    state[3] = counter + 1;
    state[0] = s1 ^ (s1 >>> 9);
    state[1] = s2 + (s2 << 3);
    state[2] = ((s2 << 21) | (s2 >>> 11)) + sum;
    return sum >>> 0;
  }

  /** Uniform in (0, 1), both excluded, with 52 bits. */
  uniform(): number {
    const high = this.next() >>> 6;
    const low = this.next() >>> 6;
    return (high * 67108864 + low + 0.5) / 4503599627370496;
  }
}

/**
 * A stream for the inner loop, which reads words from a table instead of making a call for each. The words are those of
 * `Stream.next`, in the same order.
 */
export class Words {
  /** The words. Those from `end` on are no longer valid. */
  readonly table = new Uint32Array(4096);
  /** Number of valid words in the table. */
  end = 0;
  readonly #state = new Int32Array(4);

  /** Becomes the stream (key, a, b), with `count` words ready, or as many as the table holds. */
  reseed(key: number, a: number, b: number, count: number): void {
    seedState(this.#state, key, a, b);
    this.end = 0;
    this.#draw(count);
  }

  /** Keeps the words from `at` on, moves them to the front and draws `count` more after them. */
  refill(at: number, count: number): void {
    this.table.copyWithin(0, at, this.end);
    this.end -= at;
    this.#draw(count);
  }

  #draw(count: number): void {
    const { table } = this;
    const until = Math.min(table.length, this.end + count);
    const state = this.#state;
    let s0 = state[0];
    let s1 = state[1];
    let s2 = state[2];
    let counter = state[3];
    for (let i = this.end; i < until; i++) {
      const sum = (s0 + s1 + counter) | 0;
      counter = (counter + 1) | 0;
      s0 = s1 ^ (s1 >>> 9);
      s1 = (s2 + (s2 << 3)) | 0;
      s2 = (((s2 << 21) | (s2 >>> 11)) + sum) | 0;
      table[i] = sum;
    }
    state[0] = s0;
    state[1] = s1;
    state[2] = s2;
    state[3] = counter;
    this.end = until;
  }
}

import { binMiddle, binOf } from "../truth/counts.js";

/** Bins of a sketch: the histogram of response times that the answer key has, so that both agree exactly. */
export const SKETCH_BINS = binOf(0xffffffff) + 1;
/** Number of bins in a block. A sketch remembers which blocks have counts, so that emptying it looks at few bins. */
const BLOCK = 128;
/**
 * Longest response time that a sketch can hold, in hundredths of a millisecond: 11.9 hours. Longer ones count as this.
 */
const longestTime = 0xffffffff;

/**
 * A histogram of response times to which values are added. Its bins are 1/128 of their value wide, so that a quantile
 * differs from the value of its rank by at most 1/256 (0.4 %). Two sketches are merged by adding their bins, without
 * any further error.
 */
export class OpenSketch {
  readonly bins = new Uint32Array(SKETCH_BINS);
  /** 1 for a block of 128 bins in which something was counted. */
  readonly blocks = new Uint8Array(SKETCH_BINS / BLOCK);

  /** Counts a response time in hundredths of a millisecond, a whole number. */
  add(hundredths: number): void {
    const bin = binOf(hundredths > longestTime ? longestTime : hundredths);
    this.bins[bin]++;
    this.blocks[bin >> 7] = 1;
  }

  /** Calls with each bin that is not empty, in ascending order, and empties the sketch. */
  empty(take: (bin: number, count: number) => void): void {
    const { bins, blocks } = this;
    for (let block = 0; block < blocks.length; block++) {
      if (blocks[block] === 0) continue;
      blocks[block] = 0;
      for (let bin = block * BLOCK; bin < (block + 1) * BLOCK; bin++) {
        if (bins[bin] === 0) continue;
        take(bin, bins[bin]);
        bins[bin] = 0;
      }
    }
  }
}

/** The sketches of a series' steps in order, each as its bins that are not empty. */
export class Sketches {
  #offsets = new Uint32Array(1024);
  #bins = new Uint16Array(4096);
  #counts = new Uint32Array(4096);
  #length = 0;
  #entries = 0;

  /** Number of steps. */
  get length(): number {
    return this.#length;
  }

  /** Adds an entry to the step that is being written, with bins in ascending order. */
  put(bin: number, count: number): void {
    if (this.#entries === this.#bins.length) {
      this.#bins = grown(this.#bins);
      this.#counts = grown(this.#counts);
    }
    this.#bins[this.#entries] = bin;
    this.#counts[this.#entries++] = count;
  }

  /** Ends the step that is being written. */
  endStep(): void {
    if (this.#length + 1 === this.#offsets.length) this.#offsets = grown(this.#offsets);
    this.#offsets[++this.#length] = this.#entries;
  }

  /** Adds the steps from `from` to `to` (excluded) of another list of sketches. */
  append(other: Sketches, from: number, to: number): void {
    const first = other.#offsets[from];
    const entries = other.#offsets[to] - first;
    while (this.#entries + entries > this.#bins.length) {
      this.#bins = grown(this.#bins);
      this.#counts = grown(this.#counts);
    }
    this.#bins.set(other.#bins.subarray(first, first + entries), this.#entries);
    this.#counts.set(other.#counts.subarray(first, first + entries), this.#entries);
    for (let step = from; step < to; step++) {
      if (this.#length + 1 === this.#offsets.length) this.#offsets = grown(this.#offsets);
      this.#offsets[++this.#length] = this.#entries + other.#offsets[step + 1] - first;
    }
    this.#entries += entries;
  }

  /** Adds the bins of the steps from `from` to `to` (excluded) to a histogram of `SKETCH_BINS` bins. */
  addTo(histogram: Float64Array | Uint32Array, from: number, to: number): void {
    const end = this.#offsets[Math.min(to, this.#length)];
    for (let i = this.#offsets[from]; i < end; i++) histogram[this.#bins[i]] += this.#counts[i];
  }

  /**
   * Quantile of a step's response times in milliseconds, at most 0.4 % off the value at rank ⌈p·n⌉; NaN if the step has
   * none.
   * @param p 0 to 1
   */
  quantile(step: number, p: number): number {
    const [from, to] = [this.#offsets[step], this.#offsets[step + 1]];
    let total = 0;
    for (let i = from; i < to; i++) total += this.#counts[i];
    let left = Math.max(1, Math.ceil(p * total));
    for (let i = from; i < to; i++) {
      left -= this.#counts[i];
      if (left <= 0) return Math.round(binMiddle(this.#bins[i]) * 100) / 100;
    }
    return Number.NaN;
  }
}

/** The same values, with room for twice as many. */
function grown<T extends Uint16Array | Uint32Array | Float64Array>(column: T): T {
  const larger = new (column.constructor as new (length: number) => T)(2 * column.length);
  larger.set(column);
  return larger;
}

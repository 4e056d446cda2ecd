import { type Judge, Memory } from "./judge.js";

/** The constants of `Shift`. */
export interface ShiftConstants {
  /**
   * Readings that are "now": a third of an hour of minutes. On the Numenta Anomaly Benchmark 10 to 30 find about as much.
   */
  recent: number;
  /** Readings that are "usual": two weeks of five minutes, nearly three days of minutes. */
  usual: number;
  /** Standard deviations that are an alarm: Shewhart's three. */
  limit: number;
}

/** What `Shift` takes where nothing else is asked for. */
export const shiftConstants: ShiftConstants = { recent: 20, usual: 4000, limit: 3 };

/** Times `recent` readings until it judges: with fewer, the spread of the means is hardly known. */
const WARM_UP = 5;
/** Added to a variance before its logarithm is taken, as a share of the usual one: a tenth of the usual standard deviation is as still as none. */
const STILL = 0.01;

/**
 * Notices a change of level or of spread: the mean of the last 20 readings, and the logarithm of their variance, are each
 * held against their own usual mean and standard deviation, and three standard deviations are an alarm (Shewhart
 * 1931; the x̄ and s charts of Montgomery, "Introduction to Statistical Quality Control", with limits that are learned).
 */
export class Shift implements Judge {
  /** All readings. */
  readonly #all: Memory;
  /** The recent means, and the recent spreads. */
  readonly #means: Memory;
  readonly #spreads: Memory;
  readonly #now: Memory;
  readonly #last: Float64Array;
  readonly #recent: number;
  readonly #limit: number;
  #sum = 0;
  #seen = 0;
  #level = 0;
  #spread = 0;

  constructor({ recent, usual, limit }: ShiftConstants = shiftConstants) {
    this.#all = new Memory(usual);
    this.#means = new Memory(usual);
    this.#spreads = new Memory(usual);
    this.#now = new Memory(recent);
    this.#last = new Float64Array(recent);
    this.#recent = recent;
    this.#limit = limit;
  }

  next(value: number): number {
    if (Number.isNaN(value)) return 0;
    const at = this.#seen++ % this.#recent;
    this.#sum += value - this.#last[at];
    this.#last[at] = value;
    if (at === 0) this.#sum = this.#last.reduce((sum, reading) => sum + reading, 0); // rounding does not add up
    this.#now.learn(value);
    this.#all.learn(value);
    if (this.#seen < this.#recent) return 0;
    const mean = this.#sum / this.#recent;
    const spread = Math.log(this.#now.variance + STILL * this.#all.variance + Number.MIN_VALUE);
    this.#level = this.#means.standard(mean);
    this.#spread = this.#spreads.standard(spread);
    this.#means.learn(mean);
    this.#spreads.learn(spread);
    if (this.#seen < WARM_UP * this.#recent) return 0;
    return Math.max(Math.abs(this.#level), Math.abs(this.#spread)) / this.#limit;
  }

  /** Whether the level is what changed, rather than the spread. */
  get #isLevel(): boolean {
    return Math.abs(this.#level) >= Math.abs(this.#spread);
  }

  get usual(): number {
    return this.#means.mean;
  }

  why(say: (value: number) => string): string {
    const off = this.#isLevel ? this.#level : this.#spread;
    const deviations = `${Math.abs(off).toFixed(1)} standard deviations`;
    return this.#isLevel
      ? `the mean of the last ${this.#recent} readings is ${say(this.#sum / this.#recent)}, ${deviations} ${off > 0 ? "above" : "below"} the usual ${say(this.usual)}`
      : `the last ${this.#recent} readings vary ${off > 0 ? "more" : "less"} than usual, by ${deviations}; their mean is ${say(this.#sum / this.#recent)}`;
  }
}

/**
 * Readings after the beginning of an alarm in which no other begins: what goes on is one alarm. A twenty-fifth of what was
 * seen so far, 20 to 150: NAB's windows grow with the series in the same way.
 */
export function restAfter(seen: number): number {
  return Math.max(20, Math.min(150, Math.round(seen / 25)));
}

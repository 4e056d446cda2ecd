import { type Judge, Memory } from "./judge.js";

/** The constants of `Shift`. */
export interface ShiftConstants {
  /**
   * Number of readings that are "now": a third of an hour of minutes. On the Numenta Anomaly Benchmark 10 to 30 find
   * about as much.
   */
  recent: number;
  /** Number of readings that are "usual": two weeks at one in five minutes, nearly three days at one a minute. */
  usual: number;
  /** Number of standard deviations that raises an alarm: Shewhart's three. */
  limit: number;
}

/** The default constants of `Shift`. */
export const shiftConstants: ShiftConstants = { recent: 20, usual: 4000, limit: 3 };

/** It judges after this many times `recent` readings: with fewer, the spread of the means is hardly known. */
const WARM_UP = 5;
/**
 * Added to a variance before its logarithm is taken, as a share of the usual variance, so that a tenth of the usual
 * standard deviation hardly differs from zero.
 */
const STILL = 0.01;

/**
 * Detects a change of level or of spread: the mean of the last 20 readings and the logarithm of their variance are each
 * compared with their own usual mean and standard deviation, and three standard deviations raise an alarm (Shewhart
 * 1931; the x̄ and s charts of Montgomery, "Introduction to Statistical Quality Control", with learned limits).
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

  /** Whether the level changed rather than the spread. */
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
 * Number of readings after the beginning of an alarm in which no other begins, so that a lasting change is one alarm: a
 * twenty-fifth of the readings so far, 20 to 150. NAB's windows grow with the series in the same way.
 */
export function restAfter(seen: number): number {
  return Math.max(20, Math.min(150, Math.round(seen / 25)));
}

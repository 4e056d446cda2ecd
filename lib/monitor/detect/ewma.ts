import type { Judge } from "./judge.js";
import { UsualShare } from "./share.js";

/** Weight of the newest step: Montgomery, "Introduction to Statistical Quality Control", advises 0.05 to 0.25. */
const WEIGHT = 0.2;
/**
 * Number of standard deviations of the average that raises an alarm. Three give a false alarm every 560 steps (Lucas &
 * Saccucci 1990, table 3), three a day at minutes; 4.5 give less than one in a month of binomial noise, as a test
 * measures.
 */
const LIMIT = 4.5;

/**
 * Exponentially weighted moving average of a share (Roberts 1959), with binomial variance: each step is transformed to
 * √ of its variance (Anscombe 1948, arcsine), so that few requests have little weight and skew does not look like an
 * alarm. It detects a rise.
 */
export class Ewma implements Judge {
  readonly #usual = new UsualShare();
  #average = 0;
  #variance = 0;
  #share = 0;

  get usual(): number {
    return this.#usual.isKnown ? this.#usual.share : Number.NaN;
  }

  next(value: number, of: number): number {
    if (!(of > 0)) return 0;
    const failed = value * of;
    const usual = this.#usual;
    let strength = 0;
    if (usual.isKnown) {
      const off =
        (2 * Math.sqrt(of) * (angle((failed + 0.375) / (of + 0.75)) - angle(usual.share))) /
        Math.sqrt(usual.dispersion);
      this.#average += WEIGHT * (off - this.#average);
      this.#variance = (1 - WEIGHT) ** 2 * this.#variance + WEIGHT ** 2;
      this.#share += WEIGHT * (value - this.#share);
      strength = Math.max(0, this.#average / Math.sqrt(this.#variance) / LIMIT);
    } else this.#share = value;
    usual.learn(failed, of);
    return strength;
  }

  why(say: (value: number) => string): string {
    const deviations = this.#average / Math.sqrt(this.#variance);
    return `its moving average is ${say(this.#share)}, ${deviations.toFixed(1)} standard deviations above the usual ${say(this.usual)}`;
  }
}

const angle = (share: number) => Math.asin(Math.sqrt(Math.min(1, share)));

import type { Judge } from "./judge.js";
import { UsualShare } from "./share.js";

/** The share to detect, as a multiple of the usual one. */
const TIMES = 2;
/**
 * Evidence that raises an alarm, as a logarithm of odds h. The mean time to a false alarm is then at least e^h steps
 * (Lorden 1971), here four weeks of minutes.
 */
const LIMIT = Math.log(4 * 7 * 1440);

/**
 * Cumulative sum of the evidence that a share has doubled (Page 1954): the logarithm of the binomial likelihood of
 * twice the usual share over that of the usual one, never below 0. It finds a small but lasting rise sooner than any
 * limit on single steps.
 */
export class Cusum implements Judge {
  readonly #usual = new UsualShare();
  #sum = 0;
  #failed = 0;
  #requests = 0;

  get usual(): number {
    return this.#usual.isKnown ? this.#usual.share : Number.NaN;
  }

  next(value: number, of: number): number {
    if (!(of > 0)) return 0;
    const failed = value * of;
    const usual = this.#usual;
    if (usual.isKnown) {
      const p = usual.share;
      const worse = Math.min(TIMES * p, (1 + p) / 2);
      const evidence = failed * Math.log(worse / p) + (of - failed) * Math.log((1 - worse) / (1 - p));
      // Twice the limit at most, so that an alarm ends soon after its cause.
      this.#sum = Math.min(2 * LIMIT, Math.max(0, this.#sum + evidence / usual.dispersion));
      this.#failed = this.#sum > 0 ? this.#failed + failed : 0;
      this.#requests = this.#sum > 0 ? this.#requests + of : 0;
    }
    usual.learn(failed, of);
    return this.#sum / LIMIT;
  }

  why(say: (value: number) => string): string {
    return `of the last ${Math.round(this.#requests)} requests it is ${say(this.#failed / this.#requests)}; that it is twice the usual ${say(this.usual)} is e^${this.#sum.toFixed(1)} times as likely as that it is usual`;
  }
}

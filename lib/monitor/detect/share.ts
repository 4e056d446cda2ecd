/**
 * The usual share of requests that fail: failures over requests, with exponentially decreasing weights for older steps.
 * A step counts as at most three standard deviations above the usual share, so that an incident does not soon become
 * usual, while a new lasting level does within a day or two.
 */
export class UsualShare {
  /** Number of steps over which a step's weight falls to 1/e: a day of minutes. */
  static readonly #LENGTH = 1440;
  /** Number of steps before the share is known well enough to judge by. */
  static readonly #WARM_UP = 30;
  #failed = 0;
  #requests = 0;
  #dispersion = 1;
  #steps = 0;

  /**
   * The share, above 0 and below 1: half a failure and half a success are added (Jeffreys' prior), so that it is never
   * 0.
   */
  get share(): number {
    return (this.#failed + 0.5) / (this.#requests + 1);
  }

  /** Whether enough steps were seen to judge by. */
  get isKnown(): boolean {
    return this.#steps >= UsualShare.#WARM_UP;
  }

  /**
   * The ratio of a step's variance to the binomial variance, 1 or more, because requests of a session fail together
   * (the quasi-binomial dispersion of McCullagh & Nelder 1989, section 4.5).
   */
  get dispersion(): number {
    return Math.max(1, this.#dispersion);
  }

  /** Learns from a step. */
  learn(failed: number, requests: number): void {
    this.#steps++;
    const keep = 1 - 1 / Math.min(this.#steps, UsualShare.#LENGTH);
    const { share } = this;
    const variance = share * (1 - share) * requests;
    const most = requests * share + 3 * Math.sqrt(variance * this.dispersion) + 1;
    const counted = this.isKnown ? Math.min(failed, most) : failed;
    if (variance > 0 && this.#steps > 1) {
      const off = (counted - requests * share) ** 2 / (variance + 0.25);
      this.#dispersion += (off - this.#dispersion) * (1 - keep);
    }
    this.#failed = this.#failed * keep + counted;
    this.#requests = this.#requests * keep + requests;
  }
}

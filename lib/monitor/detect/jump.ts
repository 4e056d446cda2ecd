import { type Judge, Memory } from "./judge.js";

/** Number of readings that are "now", and of those before them to which they are compared. */
const NOW = 10;
const BEFORE = 30;
/** Number of readings over which the usual size of such differences is learned: a day of minutes. */
const USUAL = 1440;
/** Number of differences before it judges. */
const WARM_UP = 60;
/**
 * Number of standard deviations that raises an alarm. A log's readings are not independent: traffic is self-similar and
 * bursts last. Six was chosen on the twins of the drill's seeds from 1 on, over all signals; other seeds show how many
 * false alarms it gives: `drill --first-seed 101`.
 */
const LIMIT = 6;
/** When the usual size is learned, a difference counts as at most this many standard deviations. */
const LEARNED = 4;

/**
 * Detects a sudden change: the mean of the last 10 readings is compared with that of the 30 before them, in units of
 * the usual size of such differences. The effect of the hour of the day cancels out, so it does not need weeks to
 * learn; slow changes it does not detect. (The two-window scheme of Kifer, Ben-David & Gehrke 2004, with means.)
 */
export class Jump implements Judge {
  readonly #last = new Float64Array(NOW + BEFORE);
  readonly #usual = new Memory(USUAL);
  #seen = 0;
  #now = 0;
  #before = 0;
  #off = 0;

  get usual(): number {
    return this.#seen < NOW + BEFORE ? Number.NaN : this.#before / BEFORE;
  }

  next(value: number): number {
    if (Number.isNaN(value)) return 0;
    const last = this.#last;
    const size = last.length;
    const at = this.#seen++ % size;
    const leaving = last[at];
    const passing = last[(at + BEFORE) % size]; // moves from the last ten to the thirty before them
    last[at] = value;
    this.#now += value - passing;
    this.#before += passing - leaving;
    if (at === 0) this.#sum(); // so that rounding errors do not accumulate
    if (this.#seen < size) return 0;
    const difference = this.#now / NOW - this.#before / BEFORE;
    const usual = this.#usual;
    if (usual.count < WARM_UP) {
      usual.learn(difference);
      return 0;
    }
    this.#off = usual.standard(difference);
    const most = LEARNED * Math.sqrt(usual.variance);
    usual.learn(usual.mean + Math.max(-most, Math.min(most, difference - usual.mean)));
    return Math.abs(this.#off) / LIMIT;
  }

  /** Sums both windows again; the newest reading is at the beginning. */
  #sum(): void {
    const last = this.#last;
    this.#now = 0;
    this.#before = 0;
    for (let age = 0; age < last.length; age++) {
      const reading = last[(last.length - age) % last.length];
      if (age < NOW) this.#now += reading;
      else this.#before += reading;
    }
  }

  why(say: (value: number) => string): string {
    return `the mean of the last ${NOW} readings is ${say(this.#now / NOW)}, that of the ${BEFORE} before ${say(this.usual)}: ${Math.abs(this.#off).toFixed(1)} times the usual difference ${this.#off > 0 ? "up" : "down"}`;
  }
}

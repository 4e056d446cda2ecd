import { type Judge, Memory } from "./judge.js";
import { Shift, type ShiftConstants, shiftConstants } from "./shift.js";

/** Number of levels, each one standard deviation wide, half of them on either side of the mean. */
const LEVELS = 41;
/** The constants of `Novelty`: those of `Shift` and one more. */
export interface NoveltyConstants extends ShiftConstants {
  /**
   * Number of standard deviations of novelty that raises an alarm: higher than for the level, because novelty is
   * skewed.
   */
  novelty: number;
}
/** Number of readings before it judges novelty. */
const WARM_UP = 100;

/**
 * Detects what `Shift` does, and also a single reading on a level with few or no readings so far. Its novelty is 1 / (1
 * + number of readings on its level so far), which is compared with the usual novelty. A level is one standard
 * deviation wide.
 */
export class Novelty implements Judge {
  readonly #shift: Shift;
  readonly #all: Memory;
  readonly #usual: Memory;
  readonly #limit: number;
  readonly #counts = new Float64Array(LEVELS);
  #byShift = 0;
  #byNovelty = 0;
  #value = Number.NaN;

  constructor(constants: NoveltyConstants = { ...shiftConstants, novelty: 5 }) {
    this.#shift = new Shift(constants);
    this.#all = new Memory(constants.usual);
    this.#usual = new Memory(constants.usual);
    this.#limit = constants.novelty;
  }

  next(value: number): number {
    if (Number.isNaN(value)) return 0;
    const off = this.#all.count === 0 ? 0 : this.#all.standard(value);
    const level = Math.max(0, Math.min(LEVELS - 1, Math.round(off) + (LEVELS >> 1)));
    const novelty = 1 / (1 + this.#counts[level]++);
    this.#value = value;
    this.#byNovelty = this.#usual.count < WARM_UP ? 0 : this.#usual.standard(novelty) / this.#limit;
    this.#all.learn(value);
    this.#usual.learn(novelty);
    this.#byShift = this.#shift.next(value);
    return Math.max(0, this.#byShift, this.#byNovelty);
  }

  get usual(): number {
    return this.#shift.usual;
  }

  why(say: (value: number) => string): string {
    if (this.#byShift >= this.#byNovelty) return this.#shift.why(say);
    return `the reading ${say(this.#value)} lies where hardly any has been before; usual is ${say(this.usual)}`;
  }
}

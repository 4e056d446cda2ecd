import type { Alert } from "../alert.js";
import type { Judge } from "./judge.js";

/** Number of calm steps in a row that end an alarm, so that one incident is one alarm. */
const CALM = 5;

/**
 * Makes alarms from a judge's scores of one signal: an alarm begins with the first unusual reading and ends when five
 * in a row are not unusual.
 */
export class Alarm {
  readonly #judge: Judge;
  readonly #name: string;
  readonly #about: string;
  readonly #say: (value: number) => string;
  readonly #rest: (seen: number) => number;
  #firing: Alert | undefined;
  #calm = 0;
  #seen = 0;
  #restsUntil = 0;
  /** How unusual the last reading was: 1 or more is an alarm. */
  strength = 0;

  /**
   * @param name the detector's
   * @param about the name of the signal, or empty
   * @param rest from the number of readings so far, the number of readings after the beginning of an alarm in which no
   * other begins
   */
  constructor(
    judge: Judge,
    name: string,
    about: string,
    say: (value: number) => string,
    rest: (seen: number) => number = () => 0,
  ) {
    this.#judge = judge;
    this.#name = name;
    this.#about = about;
    this.#say = say;
    this.#rest = rest;
  }

  /**
   * Takes the next reading. @param time time of the reading, milliseconds since 1970 @param known when it is known
   * @returns the alert that begins or ends with it
   */
  next(value: number, of: number, time: number, known: number): Alert | undefined {
    this.#seen++;
    this.strength = this.#judge.next(value, of, time);
    const unusual = this.strength >= 1;
    if (this.#firing === undefined) {
      if (!unusual || this.#seen < this.#restsUntil) return undefined;
      this.#restsUntil = this.#seen + this.#rest(this.#seen);
      this.#calm = 0;
      this.#firing = {
        name: this.#name,
        start: known,
        value: this.strength,
        why: `${this.#about}${this.#about && ": "}${this.#judge.why(this.#say)}`,
      };
      return this.#firing;
    }
    this.#calm = unusual ? 0 : this.#calm + 1;
    if (this.#calm < CALM) return undefined;
    const ended = { ...this.#firing, end: known };
    this.#firing = undefined;
    return ended;
  }
}

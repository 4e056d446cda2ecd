import { clockOf, offsetOf } from "../../read/fields/clock.js";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The clock and the calendar of a time zone. Moments are milliseconds since 1970. */
export class Zone {
  readonly name: string;
  /** The number of milliseconds by which its clock is ahead of UTC. */
  readonly offsetAt: (utc: number) => number;
  readonly #toUtc: (local: number) => number;

  /** @throws InputError when there is no such zone */
  constructor(name: string) {
    this.name = name;
    this.offsetAt = offsetOf(name);
    this.#toUtc = clockOf(name);
  }

  /** The local time, as milliseconds since 1970 as if it were UTC. */
  local(moment: number): number {
    return moment + this.offsetAt(moment);
  }

  /** The beginning of the day in which a moment lies: midnight, or later if the clock was put forward at midnight. */
  dayBegin(moment: number): number {
    return this.#toUtc(Math.floor(this.local(moment) / DAY) * DAY);
  }

  /**
   * The last time, up to a moment, at which the clock showed a full hour. An hour that is repeated in autumn counts
   * twice; where the clock changes by half an hour, an hour has 30 or 90 minutes.
   */
  hourBegin(moment: number): number {
    let begin = moment;
    // If the clock was put forward or back in between, it did not show the full hour then.
    for (;;) {
      const past = this.local(begin) % HOUR;
      if (past === 0) return begin;
      begin -= past;
    }
  }

  /** Whether the clock is put back between two moments, so that some local times occur twice. */
  isPutBack(from: number, to: number): boolean {
    let before = this.offsetAt(from);
    for (let moment = from; moment < to; moment = Math.min(to, moment + DAY)) {
      const after = this.offsetAt(Math.min(to, moment + DAY));
      if (after < before) return true;
      before = after;
    }
    return false;
  }

  /** A moment as local time with its offset: 2026-10-25T02:30:00+02:00. */
  text(moment: number): string {
    const shown = new Date(this.local(moment)).toISOString().slice(0, 19);
    return `${shown}${this.offsetText(moment, ":")}`;
  }

  /** The offset at a moment: +02:00, or with another separator between hours and minutes. */
  offsetText(moment: number, mark: string): string {
    const minutes = Math.round(this.offsetAt(moment) / 60_000);
    const digits = (value: number) => String(value).padStart(2, "0");
    const size = Math.abs(minutes);
    return `${minutes < 0 ? "-" : "+"}${digits(Math.floor(size / 60))}${mark}${digits(size % 60)}`;
  }
}

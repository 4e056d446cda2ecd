import { setTimeout as after } from "node:timers/promises";

/** A clock that tells the time and waits. Tests replace it with their own. */
export interface Clock {
  /** Milliseconds since 1970. It may jump, because people set clocks. */
  now(): number;
  /** Waits about `milliseconds`, or less if the signal is aborted. It never throws. */
  wait(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  wait: (milliseconds, signal) => after(milliseconds, undefined, { signal }).catch(() => {}),
};

/** Longest wait in milliseconds before the clock is read again, because it may have been set meanwhile. */
const LOOK = 500;
/** Shortest wait in milliseconds. Records that become due during it are sent together. */
const TICK = 10;
/** A clock that goes back by at least this many milliseconds is reported. */
const SET_BACK = 1000;

/**
 * The log's own time: that of the clock, or a time that starts at the log's first moment and passes `speed` times as
 * fast.
 */
export class LogClock {
  readonly #clock: Clock;
  readonly #speed: number;
  /** The moment of the clock at which the log's time is 0. */
  readonly #origin: number;
  readonly #tell: (words: string) => void;
  #latest: number;
  #wentBack = false;

  /**
   * @param speed how many times as fast the log's time passes, starting now at the log's first moment; undefined: it is
   * the clock's time
   * @param first the log's first moment, milliseconds since 1970
   * @param tell called when the clock was set back
   */
  constructor(clock: Clock, speed: number | undefined, first: number, tell: (words: string) => void) {
    this.#clock = clock;
    this.#speed = speed ?? 1;
    this.#latest = clock.now();
    this.#origin = speed === undefined ? 0 : this.#latest - first / speed;
    this.#tell = tell;
  }

  /** The log's time now, whole milliseconds since 1970, never rounded up. */
  now(): number {
    const now = this.#clock.now();
    if (now >= this.#latest) {
      this.#latest = now;
      this.#wentBack = false;
    } else if (this.#latest - now >= SET_BACK && !this.#wentBack) {
      this.#wentBack = true;
      const seconds = Math.round((this.#latest - now) / 1000);
      this.#tell(
        `the clock was set back by ${seconds} s: what was streamed stays, the rest waits for its time`,
      );
    }
    return Math.floor((now - this.#origin) * this.#speed);
  }

  /** Waits until the log's time reaches a moment, or for a shorter while, after which the caller asks again. */
  async wait(moment: number, signal: AbortSignal | undefined): Promise<void> {
    const left = (moment - this.now()) / this.#speed;
    if (left > 0) await this.#clock.wait(Math.min(LOOK, Math.max(TICK, Math.ceil(left))), signal);
  }
}

import { setTimeout as after } from "node:timers/promises";

/** A clock that tells the time and waits; tests put their own in its place. */
export interface Clock {
  /** Milliseconds since 1970. It may jump: people set clocks. */
  now(): number;
  /** Waits about so many milliseconds, less when the signal is aborted; it never throws. */
  wait(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  wait: (milliseconds, signal) => after(milliseconds, undefined, { signal }).catch(() => {}),
};

/** Longest wait between two looks at the clock, milliseconds: it may have been set meanwhile. */
const LOOK = 500;
/** Shortest wait, milliseconds: what falls due in it goes out together. */
const TICK = 10;
/** Milliseconds by which a clock must go back before it is told. */
const SET_BACK = 1000;

/** The log's own time: that of the clock, or from the log's first moment on so many times as fast. */
export class LogClock {
  readonly #clock: Clock;
  readonly #speed: number;
  /** The clock's moment that is moment 0 of the log's time. */
  readonly #origin: number;
  readonly #tell: (words: string) => void;
  #latest: number;
  #wentBack = false;

  /**
   * @param speed how many times as fast the log's time goes, its first moment being now; undefined: it is the clock's
   * @param first the log's first moment, milliseconds since 1970
   * @param tell hears when the clock was set back
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

  /** Waits until the log's time has come to a moment, or for a while: ask again. */
  async wait(moment: number, signal: AbortSignal | undefined): Promise<void> {
    const left = (moment - this.now()) / this.#speed;
    if (left > 0) await this.#clock.wait(Math.min(LOOK, Math.max(TICK, Math.ceil(left))), signal);
  }
}

import { BACKSLASH, SMALL_N, SMALL_R, SPACE } from "../../ascii.js";
import { unescaped } from "../fields/escapes.js";
import { Repeated } from "../fields/repeated.js";
import type { FormatOptions, Reason } from "../row.js";

const AT = 64;
const cookie = new TextEncoder().encode("@cee:");

/** The line inside an envelope, as it was before something wrapped it. */
export class Inside {
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  /** When the wrapper received the line, in milliseconds since 1970, UTC; −1 if it does not say. */
  time = -1;
  /** How many like lines it stands for. */
  repeats = 1;
  #own = new Uint8Array(4096);
  readonly #repeated = new Repeated();

  /** The bytes [start, end) of a buffer are a message of syslog: the line, or one that says how often it came. */
  setMessage(bytes: Uint8Array, start: number, end: number): void {
    const repeated = this.#repeated;
    repeated.read(bytes, start, end);
    let from = repeated.start;
    // rsyslog's cookie before JSON
    if (bytes[from] === AT && cookie.every((byte, i) => bytes[from + i] === byte)) {
      from += cookie.length;
      while (from < repeated.end && bytes[from] === SPACE) from++;
    }
    this.set(bytes, from, repeated.end);
    this.repeats = repeated.times;
  }

  /** Sets the line to the bytes [start, end) of a buffer. */
  set(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  /** Sets the line to the content of a JSON string, without its escapes and without a line end after it. */
  setJson(bytes: Uint8Array, start: number, end: number, escaped: boolean): void {
    let to = end;
    if (escaped && bytes[to - 2] === BACKSLASH && bytes[to - 1] === SMALL_N && bytes[to - 3] !== BACKSLASH) {
      to -= 2;
      if (bytes[to - 2] === BACKSLASH && bytes[to - 1] === SMALL_R && bytes[to - 3] !== BACKSLASH) to -= 2;
    }
    const first = escaped ? bytes.subarray(start, to).indexOf(BACKSLASH) : -1;
    if (first < 0) {
      this.set(bytes, start, to);
      return;
    }
    if (this.#own.length < to - start) this.#own = new Uint8Array(2 * (to - start));
    this.set(this.#own, 0, unescaped(bytes, start, to, this.#own, 0));
  }
}

/** Text that a container runtime, syslog or a shipper puts around every line of a log. */
export interface Envelope {
  /** Its name, for people to read. */
  readonly title: string;
  /**
   * Makes the function that finds the line inside bytes[start, end). It returns why there is none, or undefined if it
   * has found the line.
   */
  readonly opener: (
    options: FormatOptions,
  ) => (bytes: Uint8Array, start: number, end: number, into: Inside) => Reason;
}

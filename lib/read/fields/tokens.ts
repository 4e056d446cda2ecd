import { CLOSE_BRACKET, OPEN_BRACKET, QUOTE, SPACE } from "../../ascii.js";
import { hasBackslash, quoteEnd } from "./words.js";

/**
 * The parts of a line as most servers write it: words separated by one or more spaces. A text in double quotes or in
 * square brackets is one part, without the quotes or brackets.
 */
export class Tokens {
  /** The beginning and the end of part i; valid below `count`. */
  readonly start: Int32Array;
  readonly end: Int32Array;
  /** Number of parts in the line, up to the room that there is for them. */
  count = 0;
  readonly #room: number;

  /** @param room - number of parts that are noted; later parts are ignored */
  constructor(room: number) {
    this.#room = room;
    this.start = new Int32Array(room);
    this.end = new Int32Array(room);
  }

  /**
   * Finds the parts of the line bytes[start, end).
   * @returns false if a quote or bracket is not closed before a space or the end
   */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    const room = this.#room;
    let count = 0;
    let at = start;
    while (count < room) {
      while (at < end && bytes[at] === SPACE) at++;
      if (at >= end) break;
      const first = bytes[at];
      if (first === QUOTE) {
        const to = quoteEnd(bytes, at + 1, end);
        if (to < 0 || (to + 1 < end && bytes[to + 1] !== SPACE)) return false;
        this.start[count] = at + 1;
        this.end[count++] = to;
        at = to + 1;
      } else if (first === OPEN_BRACKET) {
        let to = at + 1;
        while (to < end && bytes[to] !== CLOSE_BRACKET) to++;
        if (to >= end || (to + 1 < end && bytes[to + 1] !== SPACE)) return false;
        this.start[count] = at + 1;
        this.end[count++] = to;
        at = to + 1;
      } else {
        let to = at + 1; // most words are short
        while (to < end && bytes[to] !== SPACE) to++;
        this.start[count] = at;
        this.end[count++] = to;
        at = to;
      }
    }
    this.count = count;
    return true;
  }

  /** Whether one of the quoted texts of the last line has a backslash. */
  isEscaped(bytes: Uint8Array): boolean {
    for (let i = 0; i < this.count; i++)
      if (bytes[this.start[i] - 1] === QUOTE && bytes[this.end[i]] === QUOTE)
        if (hasBackslash(bytes, this.start[i], this.end[i])) return true;
    return false;
  }
}

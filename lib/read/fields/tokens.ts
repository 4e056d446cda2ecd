/**
 * The parts of a line as most servers write it: words with one space or more between, a text in double quotes or in
 * square brackets being one part. A part's quotes or brackets do not belong to it.
 */
export class Tokens {
  /** Where part i begins and ends; valid below `count`. */
  readonly start: Int32Array;
  readonly end: Int32Array;
  /** How many parts the line has, at most as many as there is room for. */
  count = 0;
  /** Whether a backslash stands in one of the quoted texts. */
  escaped = false;
  readonly #room: number;

  /** @param room - parts that are looked at; those behind are not */
  constructor(room: number) {
    this.#room = room;
    this.start = new Int32Array(room);
    this.end = new Int32Array(room);
  }

  /** Takes the line bytes[start, end) apart; false when a quote or bracket is not closed before a space or the end. */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    const room = this.#room;
    let count = 0;
    let at = start;
    this.escaped = false;
    while (count < room) {
      while (at < end && bytes[at] === SPACE) at++;
      if (at >= end) break;
      const first = bytes[at];
      if (first === QUOTE) {
        let to = at + 1;
        for (; to < end && bytes[to] !== QUOTE; to++) {
          if (bytes[to] !== BACKSLASH) continue;
          this.escaped = true;
          to++;
        }
        if (to >= end || (to + 1 < end && bytes[to + 1] !== SPACE)) return false;
        this.start[count] = at + 1;
        this.end[count++] = to;
        at = to + 1;
      } else if (first === OPEN) {
        let to = at + 1;
        while (to < end && bytes[to] !== CLOSE) to++;
        if (to >= end || (to + 1 < end && bytes[to + 1] !== SPACE)) return false;
        this.start[count] = at + 1;
        this.end[count++] = to;
        at = to + 1;
      } else {
        let to = at + 1;
        while (to < end && bytes[to] !== SPACE) to++;
        this.start[count] = at;
        this.end[count++] = to;
        at = to;
      }
    }
    this.count = count;
    return true;
  }
}

const SPACE = 32;
const QUOTE = 34;
const OPEN = 91;
const BACKSLASH = 92;
const CLOSE = 93;

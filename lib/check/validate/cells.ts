import { isUtf8 } from "node:buffer";
import { CAPITAL_T, CAPITAL_Z, COLON, COMMA, DOT, MINUS, QUOTE } from "../../ascii.js";
import { dayNumber } from "../../read/fields/time.js";

/** Positions of the cells of one CSV line, without their quotes: cell i is bytes[starts[i], ends[i]). */
export class Cells {
  readonly starts = new Int32Array(5);
  readonly ends = new Int32Array(5);
  /** Number of cells; only the first five have positions. −1 if the quotes break RFC 4180. */
  count = 0;
  /** Whether the line holds a control character, or bytes that are not UTF-8. */
  unclean = false;

  /** Finds the cells of the line bytes[start, end). */
  read(bytes: Uint8Array, start: number, end: number): void {
    const { starts, ends } = this;
    let seen = 0;
    let count = 0;
    let from = start;
    for (let i = start; i < end; i++) {
      const kind = kinds[bytes[i]];
      if (kind === 0) continue;
      if (kind !== comma) {
        seen |= kind;
      } else {
        if (count < 5) {
          starts[count] = from;
          ends[count] = i;
        }
        count++;
        from = i + 1;
      }
    }
    if (count < 5) {
      starts[count] = from;
      ends[count] = end;
    }
    this.count = count + 1;
    this.unclean =
      (seen & control) !== 0 || ((seen & high) !== 0 && !isCleanUtf8(bytes.subarray(start, end)));
    if ((seen & quote) !== 0) this.#readQuoted(bytes, start, end);
  }

  #readQuoted(bytes: Uint8Array, start: number, end: number): void {
    let count = 0;
    let at = start;
    for (;;) {
      let from = at;
      let to: number;
      if (at < end && bytes[at] === QUOTE) {
        from = ++at;
        while (at < end && (bytes[at] !== QUOTE || (at + 1 < end && bytes[at + 1] === QUOTE))) {
          at += bytes[at] === QUOTE ? 2 : 1;
        }
        to = at++;
        // There must be a closing quote, followed by a comma or the end of the line.
        if (at > end || (at < end && bytes[at] !== COMMA)) break;
      } else {
        while (at < end && bytes[at] !== COMMA && bytes[at] !== QUOTE) at++;
        if (at < end && bytes[at] === QUOTE) break;
        to = at;
      }
      if (count < 5) {
        this.starts[count] = from;
        this.ends[count] = to;
      }
      count++;
      if (at >= end) {
        this.count = count;
        return;
      }
      at++;
    }
    this.count = -1;
  }
}

/** Reads time stamps of the form 2026-01-05T00:00:00.123Z. */
export class TimeStamps {
  #date = -1;
  #days = -1;

  /** Milliseconds since 1970, or −1 if bytes[start, end) do not have this form or the time does not exist. */
  read(bytes: Uint8Array, start: number, end: number): number {
    if (
      end - start !== 24 ||
      bytes[start + 4] !== MINUS ||
      bytes[start + 7] !== MINUS ||
      bytes[start + 10] !== CAPITAL_T ||
      bytes[start + 13] !== COLON ||
      bytes[start + 16] !== COLON ||
      bytes[start + 19] !== DOT ||
      bytes[start + 23] !== CAPITAL_Z
    ) {
      return -1;
    }
    const century = pair(bytes, start);
    const yearOfCentury = pair(bytes, start + 2);
    const month = pair(bytes, start + 5);
    const date = pair(bytes, start + 8);
    const hours = pair(bytes, start + 11);
    const minutes = pair(bytes, start + 14);
    const seconds = pair(bytes, start + 17);
    const tens = pair(bytes, start + 20);
    const ones = bytes[start + 22] - 48;
    // A pair that is not two digits gives 100 or more.
    if (century > 99 || yearOfCentury > 99 || hours > 23 || minutes > 59 || seconds > 59 || tens > 99)
      return -1;
    if (ones < 0 || ones > 9) return -1;
    const written = ((century * 100 + yearOfCentury) * 100 + month) * 100 + date;
    if (month > 12 || date > 31) return -1;
    if (written !== this.#date) {
      this.#date = written;
      this.#days = dayNumber(century * 100 + yearOfCentury, month, date);
    }
    if (this.#days < 0) return -1;
    return (((this.#days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + tens * 10 + ones;
  }
}

/** The number that the two digits at `at` form, or 1000 if they are not digits. */
function pair(bytes: Uint8Array, at: number): number {
  const a = bytes[at] - 48;
  const b = bytes[at + 1] - 48;
  return a >= 0 && a <= 9 && b >= 0 && b <= 9 ? a * 10 + b : 1000;
}

/** Whether bytes[start, end) are digits, with at most two more after a point. */
export function isDecimal(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end && bytes[at] >= 48 && bytes[at] <= 57) at++;
  if (at === start) return false;
  if (at === end) return true;
  if (bytes[at] !== DOT || end - at < 2 || end - at > 3) return false;
  for (at++; at < end; at++) if (bytes[at] < 48 || bytes[at] > 57) return false;
  return true;
}

/** Whether the bytes are valid UTF-8 without the control characters U+0080 to U+009F. */
function isCleanUtf8(bytes: Uint8Array): boolean {
  if (!isUtf8(bytes)) return false;
  for (let at = bytes.indexOf(0xc2); at >= 0; at = bytes.indexOf(0xc2, at + 1)) {
    if (bytes[at + 1] < 0xa0) return false;
  }
  return true;
}

const comma = 1;
const quote = 2;
const control = 4;
const high = 8;
const kinds = new Uint8Array(256);
kinds.fill(control, 0, 0x20);
kinds[0x7f] = control;
kinds.fill(high, 0x80);
kinds[COMMA] = comma;
kinds[QUOTE] = quote;

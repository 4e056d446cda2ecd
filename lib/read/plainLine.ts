import { CAPITAL_Z, COMMA, CR, DOT, LF, SLASH, ZERO } from "../ascii.js";
import { isAddress } from "./fields/address.js";

/**
 * Reads lines of five-field CSV as this library writes them, without making an object. Any other line (such as one with
 * another form of time, or a path that is quoted or has a query, a space or bytes beyond ASCII) is left to the reader of
 * the format.
 */
export class PlainLine {
  /** Milliseconds since 1970. */
  time = 0;
  pathStart = 0;
  pathEnd = 0;
  /** A hash of the path's bytes. */
  hash = 0;
  status = 0;
  /** Response time in hundredths of a millisecond, or -1 if there is none. */
  hundredths = 0;
  /** `2026-01-05T00:00:` of the previous line, because most lines are in the same minute. */
  readonly #prefix = new Uint8Array(17);
  #minute = 0;

  /**
   * Reads the line that begins at `start`. Sets the fields and returns the position of its LF, or -1 if the line is not
   * plain or has no LF before `limit`.
   */
  read(bytes: Uint8Array, start: number, limit: number): number {
    if (limit - start < SHORTEST || !this.#time(bytes, start)) return -1;
    let at = this.#address(bytes, start + 25);
    if (at < 0) return -1;
    this.pathStart = at;
    if (bytes[at] !== SLASH) return -1;
    let hash = FNV_BASIS;
    for (let byte = bytes[at]; isSimple[byte] === 1; byte = bytes[++at])
      hash = Math.imul(hash ^ byte, FNV_PRIME);
    this.hash = hash >>> 0;
    if (bytes[at] !== COMMA || limit - at < 6) return -1;
    this.pathEnd = at;
    const hundreds = bytes[at + 1] - ZERO;
    const tens = bytes[at + 2] - ZERO;
    const ones = bytes[at + 3] - ZERO;
    if (hundreds < 1 || hundreds > 5 || !isDigit(tens) || !isDigit(ones) || bytes[at + 4] !== COMMA)
      return -1;
    this.status = 100 * hundreds + 10 * tens + ones;
    const end = this.#duration(bytes, at + 5);
    return end < limit ? end : -1;
  }

  #time(bytes: Uint8Array, start: number): boolean {
    const prefix = this.#prefix;
    // the minute is compared from its end, where it usually differs
    for (let i = 16; i >= 0; i--) {
      if (bytes[start + i] === prefix[i]) continue;
      if (!this.#newMinute(bytes, start)) return false;
      break;
    }
    const tens = bytes[start + 17] - ZERO;
    const ones = bytes[start + 18] - ZERO;
    const a = bytes[start + 20] - ZERO;
    const b = bytes[start + 21] - ZERO;
    const c = bytes[start + 22] - ZERO;
    if (tens < 0 || tens > 5 || !isDigit(ones) || !isDigit(a) || !isDigit(b) || !isDigit(c)) return false;
    if (bytes[start + 19] !== DOT || bytes[start + 23] !== CAPITAL_Z || bytes[start + 24] !== COMMA)
      return false;
    this.time = this.#minute + 10_000 * tens + 1000 * ones + 100 * a + 10 * b + c;
    return true;
  }

  /** The position after an address and its comma, or -1. */
  #address(bytes: Uint8Array, start: number): number {
    let at = start;
    let dots = 0;
    let octet = 0;
    let length = 0;
    for (let byte = bytes[at]; byte !== COMMA; byte = bytes[++at]) {
      const digit = byte - ZERO;
      if (isDigit(digit)) {
        if (length > 0 && octet === 0) return this.#otherAddress(bytes, start); // a leading zero
        octet = 10 * octet + digit;
        length++;
        if (octet > 255) return this.#otherAddress(bytes, start);
      } else if (byte === DOT && length > 0) {
        dots++;
        octet = 0;
        length = 0;
      } else {
        return this.#otherAddress(bytes, start);
      }
    }
    return dots === 3 && length > 0 ? at + 1 : -1;
  }

  #otherAddress(bytes: Uint8Array, start: number): number {
    let at = start;
    while (at - start < 46 && bytes[at] !== COMMA) at++;
    return isAddress(bytes, start, at) ? at + 1 : -1;
  }

  #newMinute(bytes: Uint8Array, start: number): boolean {
    const minute = minuteOf(bytes, start);
    if (minute < 0) return false;
    this.#minute = minute;
    this.#prefix.set(bytes.subarray(start, start + 17));
    return true;
  }

  /** The position of the LF after a duration, or infinity, which is past every limit. */
  #duration(bytes: Uint8Array, start: number): number {
    let at = start;
    let value = 0;
    for (let digit = bytes[at] - ZERO; isDigit(digit); digit = bytes[++at] - ZERO) value = 10 * value + digit;
    if (at === start) value = -1;
    else if (at - start > 12) return Number.POSITIVE_INFINITY;
    else {
      value *= 100;
      if (bytes[at] === DOT) {
        const tenth = bytes[++at] - ZERO;
        if (!isDigit(tenth)) return Number.POSITIVE_INFINITY;
        value += 10 * tenth;
        const hundredth = bytes[++at] - ZERO;
        if (isDigit(hundredth)) {
          value += hundredth;
          at++;
        }
      }
    }
    this.hundredths = value;
    if (bytes[at] === CR) at++;
    return bytes[at] === LF ? at : Number.POSITIVE_INFINITY;
  }
}

/** Milliseconds since 1970 of the minute whose 17 bytes such as `2026-01-05T00:00:` begin there; -1 if there is none. */
export function minuteOf(bytes: Uint8Array, start: number): number {
  const text = `${String.fromCharCode(...bytes.subarray(start, start + 17))}00.000Z`;
  const minute = /^\d{4}-\d\d-\d\dT\d\d:\d\d:00\.000Z$/.test(text) ? Date.parse(text) : Number.NaN;
  // there is no 30 February
  return minute >= 0 && new Date(minute).toISOString() === text ? minute : -1;
}

const isDigit = (value: number) => value >= 0 && value <= 9;

/** Bytes of the shortest line: `2026-01-05T00:00:00.000Z,::,/,200,` and its LF. */
const SHORTEST = 35;

/** The 32-bit hash FNV-1a, by its authors' page (isthe.com/chongo/tech/comp/fnv). */
const FNV_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** 1 for the bytes of a path that every reader leaves as they are. */
const isSimple = new Uint8Array(256).fill(1, 0x21, 0x7f);
for (const special of '",?#') isSimple[special.charCodeAt(0)] = 0;

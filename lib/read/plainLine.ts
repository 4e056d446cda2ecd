import { CAPITAL_Z, COMMA, CR, DOT, LF, QUOTE, SLASH, ZERO } from "../ascii.js";
import { isAddress } from "./fields/address.js";

/**
 * Reads lines of five-field CSV as this library writes them, without making an object. Any other line (such as one with
 * another form of time) is left to the reader of the format.
 */
export class PlainLine {
  /** Milliseconds since 1970. */
  time = 0;
  /** The address ends before the comma before the path. */
  addressStart = 0;
  /** The path with its quotes, if it has any. */
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
  readonly #unquoted: Uint8Array;
  readonly #quotes: boolean;

  /**
   * @param paths - "simple" leaves lines whose path is quoted or has a query, a space or bytes beyond ASCII to the reader of
   *   the format, too. With "any", such bytes still have to be checked: they may be no UTF-8, or control characters.
   */
  constructor(paths: "simple" | "any") {
    this.#quotes = paths === "any";
    this.#unquoted = this.#quotes ? unquoted : simple;
  }

  /**
   * Reads the line that begins at `start`. Sets the fields and returns the position of its LF, or -1 if the line is not
   * plain or has no LF before `limit`.
   */
  read(bytes: Uint8Array, start: number, limit: number): number {
    if (limit - start < SHORTEST || !this.#time(bytes, start)) return -1;
    this.addressStart = start + 25;
    let at = this.#address(bytes, start + 25);
    if (at < 0) return -1;
    this.pathStart = at;
    if (bytes[at] === SLASH) {
      const isPlain = this.#unquoted;
      let hash = FNV_BASIS;
      for (let byte = bytes[at]; isPlain[byte] === 1; byte = bytes[++at])
        hash = Math.imul(hash ^ byte, FNV_PRIME);
      this.hash = hash >>> 0;
    } else {
      at = this.#quoted(bytes, at, limit);
    }
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

  /** The position after a path in quotes, or -1. */
  #quoted(bytes: Uint8Array, start: number, limit: number): number {
    if (!this.#quotes || bytes[start] !== QUOTE || bytes[start + 1] !== SLASH) return -1;
    let hash = FNV_BASIS;
    for (let at = start + 1; at < limit; at++) {
      const byte = bytes[at];
      if (byte < 0x20 || byte === 0x7f) return -1;
      hash = Math.imul(hash ^ byte, FNV_PRIME);
      if (byte !== QUOTE) continue;
      if (bytes[at + 1] !== QUOTE) {
        this.hash = hash >>> 0;
        return at + 1;
      }
      at++; // two quotes stand for one
    }
    return -1;
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
    const text = `${String.fromCharCode(...bytes.subarray(start, start + 17))}00.000Z`;
    const minute = /^\d{4}-\d\d-\d\dT\d\d:\d\d:00\.000Z$/.test(text) ? Date.parse(text) : Number.NaN;
    if (!(minute >= 0) || new Date(minute).toISOString() !== text) return false; // there is no 30 February
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

const isDigit = (value: number) => value >= 0 && value <= 9;

/** Bytes of the shortest line: `2026-01-05T00:00:00.000Z,::,/,200,` and its LF. */
const SHORTEST = 35;

/** The 32-bit hash FNV-1a, by its authors' page (isthe.com/chongo/tech/comp/fnv). */
const FNV_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** 1 for the bytes that may appear in a path without quotes. */
const unquoted = new Uint8Array(256).fill(1, 0x20).fill(0, 0x7f, 0x80);
for (const special of '",') unquoted[special.charCodeAt(0)] = 0;
/** 1 for those of them that every reader leaves as they are. */
const simple = new Uint8Array(256).fill(1, 0x21, 0x7f);
for (const special of '",?#') simple[special.charCodeAt(0)] = 0;

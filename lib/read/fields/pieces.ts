import {
  CLOSE_BRACKET,
  COLON,
  COMMA,
  DOT,
  EQUALS,
  MINUS,
  NINE,
  OPEN_BRACKET,
  QUOTE,
  SMALL_M,
  SMALL_N,
  SMALL_S,
  SMALL_U,
  SPACE,
  UNDERSCORE,
  ZERO,
} from "../../ascii.js";
import { forwardedFor } from "./forwardedElement.js";
import { quoteEnd, wordEnd } from "./words.js";

const most = 64;

/**
 * The fields of a line in which spaces, any number of them, separate fields. A field is: a word; a text in double
 * quotes, in which a backslash escapes; a text in brackets; a list as nginx and X-Forwarded-For write it, `0.012, 0.004
 * : -`; or a number and its unit, `34 ms`. Each may have a name before it: `rt=0.012`, `rt="0.012"`, `rt: 0.012`. The
 * arrays are reused for every line.
 */
export class Pieces {
  /** Positions of the fields' values, without names, quotes and brackets. */
  readonly start = new Int32Array(most);
  readonly end = new Int32Array(most);
  /** Where each field begins (including its name), and where its name ends. Both are the same if it has no name. */
  readonly nameStart = new Int32Array(most);
  readonly nameEnd = new Int32Array(most);
  /** Whether a quote is still open at the end of the line. */
  open = false;

  /** Reads the fields of bytes[from, to). @returns how many there are, at most 64 */
  read(bytes: Uint8Array, from: number, to: number): number {
    this.open = false;
    let count = 0;
    let at = afterSpaces(bytes, from, to);
    while (at < to && count < most) {
      at = afterSpaces(bytes, this.#one(bytes, at, to, count++), to);
    }
    return count;
  }

  /** Reads field number `i`, which begins at `at`. @returns the position after it */
  #one(bytes: Uint8Array, at: number, to: number, i: number): number {
    let value = at;
    this.nameStart[i] = this.nameEnd[i] = at;
    while (value < to && ofName[bytes[value]] === 1) value++;
    if (
      value > at &&
      value < to &&
      (bytes[value] === EQUALS || bytes[value] === COLON) &&
      isLetter(bytes[at])
    ) {
      const spaced = bytes[value] === COLON && bytes[value + 1] === SPACE;
      const begin = spaced ? afterSpaces(bytes, value + 1, to) : value + 1;
      // A colon is the end of a name only if a number follows it: `nginx: 203.0.113.9` is a header.
      if (bytes[value] === EQUALS && forwardedFor(bytes, at, wordEnd(bytes, at, to)) >= 0)
        value = at; // the header Forwarded, whose parameters are no fields of the log
      else if (
        bytes[value] === EQUALS ||
        (begin < to && isNumberWord(bytes, begin, wordEnd(bytes, begin, to)))
      ) {
        this.nameEnd[i] = value;
        value = begin;
      } else value = at;
    } else value = at;
    this.start[i] = value;
    if (bytes[value] === QUOTE && value < to) {
      const close = quoteEnd(bytes, value + 1, to);
      this.start[i] = value + 1;
      this.end[i] = close < 0 ? to : close;
      if (close < 0) this.open = true;
      return close < 0 ? to : wordEnd(bytes, close, to);
    }
    if (bytes[value] === OPEN_BRACKET && value + 1 < to && bytes[value + 1] !== SPACE) {
      let close = value;
      while (close < to && bytes[close] !== CLOSE_BRACKET) close++;
      if (close < to && (close + 1 === to || bytes[close + 1] === SPACE)) {
        this.start[i] = value + 1;
        this.end[i] = close;
        return close + 1;
      }
    }
    this.end[i] = listEnd(bytes, value, to);
    return this.end[i];
  }
}

/** End of the word at `start` and of the words that belong to it: the rest of a list, or the unit of a number. */
function listEnd(bytes: Uint8Array, start: number, to: number): number {
  let end = wordEnd(bytes, start, to);
  for (;;) {
    const next = afterSpaces(bytes, end, to);
    if (next >= to) return end;
    const alone = next + 1 === to || bytes[next + 1] === SPACE;
    if (bytes[end - 1] === COMMA && end - 1 > start) {
      end = wordEnd(bytes, next, to);
    } else if (alone && (bytes[next] === COLON || bytes[next] === COMMA)) {
      const after = afterSpaces(bytes, next + 1, to);
      if (after >= to) return end;
      end = wordEnd(bytes, after, to);
    } else if (isNumberWord(bytes, start, end)) {
      const nextEnd = wordEnd(bytes, next, to);
      return isUnit(bytes, next, nextEnd) ? nextEnd : end;
    } else return end;
  }
}

/** Whether the bytes are digits, with at most one dot. */
function isNumberWord(bytes: Uint8Array, start: number, end: number): boolean {
  let dots = 0;
  for (let i = start; i < end; i++) {
    if (bytes[i] === DOT) dots++;
    else if (bytes[i] < ZERO || bytes[i] > NINE) return false;
  }
  return end > start && dots <= 1 && end - start > dots;
}

/** Whether the bytes are `s`, `ms`, `us`, `ns` or `µs`. */
function isUnit(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < 1 || end - start > 3 || bytes[end - 1] !== SMALL_S) return false;
  if (end - start === 1) return true;
  if (end - start === 3) return bytes[start] >= 0xc2;
  return bytes[start] === SMALL_M || bytes[start] === SMALL_U || bytes[start] === SMALL_N;
}

function afterSpaces(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && bytes[i] === SPACE) i++;
  return i;
}

const isLetter = (byte: number) => (byte | 32) >= 97 && (byte | 32) <= 122;

/** 1 for the bytes of a name. */
const ofName = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) if (isLetter(byte) || (byte >= ZERO && byte <= NINE)) ofName[byte] = 1;
for (const byte of [UNDERSCORE, MINUS, DOT]) ofName[byte] = 1;

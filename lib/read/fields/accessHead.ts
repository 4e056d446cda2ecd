import {
  BACKSLASH,
  CAPITAL_A,
  CAPITAL_H,
  CAPITAL_P,
  CAPITAL_T,
  CAPITAL_Z,
  CLOSE_BRACKET,
  COLON,
  DOT,
  MINUS,
  NINE,
  OPEN_BRACKET,
  QUESTION,
  QUOTE,
  SLASH,
  SPACE,
  ZERO,
} from "../../ascii.js";
import { type FormatOptions, otherFormat, type Reason, type Row, type WhichClient } from "../row.js";
import { ClientBeforeTime } from "./client.js";
import type { ToUtc } from "./clock.js";
import { unescaped } from "./escapes.js";
import { chooseClient, type ForwardedFields, isAddressAt } from "./forwarded.js";
import { Pieces } from "./pieces.js";
import { damagedTarget, longestMethod, noMethod, noPath, requestPath } from "./request.js";
import { clfTime, digits, moment, zoneOffset } from "./time.js";
import { quoteEnd, wordEnd } from "./words.js";

/** Number of bytes in a time, `05/Jan/2026:00:22:28 +0000`, and of those that are before its seconds and its zone. */
const [momentLength, minuteLength, secondLength] = [26, 18, 20];
/** What `read` says of a line whose client `inBrackets` decides. */
export const hasBrackets = "an address in brackets stands behind the peer";

/**
 * Reads a line of an access log up to and including its bytes field:
 * `203.0.113.9 - - [05/Jan/2026:00:22:28 +0000] "GET /cart HTTP/1.1" 200 5316`.
 */
export class AccessHead {
  /** Position after the bytes field of the last line. */
  end = 0;
  /** The end of the line. In a message that syslog repeats, it is before the closing bracket. */
  lineEnd = 0;
  readonly client: ClientBeforeTime;
  readonly #keepQuery: boolean;
  readonly #asked: WhichClient | undefined;
  readonly #pieces = new Pieces();
  readonly #starts = new Int32Array(2);
  readonly #ends = new Int32Array(2);
  /** The position of the peer in the line. */
  #peerStart = 0;
  #peerEnd = 0;
  /** The minute of `#momentText`, in milliseconds since 1970. */
  #minute = 0;
  /** Beginning of the request, where the date is not at its usual place. */
  #request = 0;
  readonly #momentText = new TextEncoder().encode("01/Jan/1970:00:00:00 +0000");
  /** Here the address and an unescaped target are put together. */
  #own = new Uint8Array(4096);

  readonly #toUtc: ToUtc;

  constructor({ keepQuery, client, toUtc }: FormatOptions) {
    this.#keepQuery = keepQuery;
    this.#asked = client;
    this.#toUtc = toUtc;
    this.client = new ClientBeforeTime(client);
  }

  read(bytes: Uint8Array, start: number, end: number, row: Row): Reason {
    const firstEnd = wordEnd(bytes, start, end);
    let date = firstEnd + 5; // usually after ` - - `
    let request = date + 30;
    this.lineEnd = end;
    if (request <= end && isDate(bytes, date)) row.time = this.#moment(bytes, date + 1);
    else {
      date = this.#findDate(bytes, start, end, row);
      if (date < 0) return noTime;
      request = this.#request;
    }
    if (row.time < 0) return "the time is not a real date and time";
    row.bytes = bytes;
    row.addressStart = start;
    row.addressEnd = firstEnd;
    let reason: Reason;
    if (date !== firstEnd + 5 || bytes[firstEnd + 1] !== MINUS || !looksLikeAddress(bytes, start, firstEnd)) {
      reason = this.client.read(bytes, start, date, row);
      if (this.client.repeated >= 0 && bytes[end - 1] === CLOSE_BRACKET) this.lineEnd--;
      if (this.client.bracketStart >= 0) reason ??= hasBrackets;
    }
    this.#peerStart = row.addressStart;
    this.#peerEnd = row.addressEnd;
    let i = request;
    while (bytes[i] >= CAPITAL_A && bytes[i] <= CAPITAL_Z) i++;
    let close = -1;
    if (bytes[i] === SPACE && bytes[i + 1] === SLASH && i > request && i - request <= longestMethod) {
      row.pathStart = ++i;
      while (endsPath[bytes[i]] === 0 && i < end) i++;
      row.pathEnd = i;
      if (bytes[i] === SPACE) close = afterVersion(bytes, i + 1);
      else if (bytes[i] === QUESTION && !this.#keepQuery) {
        const quote = asciiQuoteEnd(bytes, i, end);
        if (quote >= 0 && afterVersion(bytes, quote - 8) === quote && bytes[quote - 9] === SPACE)
          close = quote;
      }
      if (close >= end) close = -1;
    }
    if (close < 0) {
      close = quoteEnd(bytes, request, end);
      if (close < 0) return "the line ends inside the request";
      reason = this.#unusual(bytes, request, close, row) ?? reason;
    }
    return this.#answer(bytes, close + 1, row) ?? reason;
  }

  /** Sets the row's client where a field from `rest` on may hold X-Forwarded-For; the row has the peer. */
  behindProxy(
    bytes: Uint8Array,
    rest: number,
    { fields, isSure, withPort }: ForwardedFields,
    row: Row,
  ): Reason {
    const pieces = this.#pieces;
    const count = pieces.read(bytes, rest, this.lineEnd);
    for (const field of fields) {
      if (field >= count) continue;
      const [start, end] = [pieces.start[field], pieces.end[field]];
      if (end - start < 2) continue;
      if (!isSure && !withPort && !isAddressAt(bytes, start, end)) continue;
      return this.#choose(bytes, start, end, this.#asked ?? (isSure ? undefined : "unsure"), row);
    }
  }

  /** The same where the list stands in brackets behind the peer. */
  inBrackets(bytes: Uint8Array, row: Row): Reason {
    return this.#choose(bytes, this.client.bracketStart, this.client.bracketEnd, this.#asked, row);
  }

  /** Sets the row's client to the peer or to that of the list bytes[start, end). */
  #choose(
    bytes: Uint8Array,
    start: number,
    end: number,
    asked: WhichClient | "unsure" | undefined,
    row: Row,
  ): Reason {
    // The peer is read again from the line, because the row may have copied it to its own buffer.
    const { bytes: from, pathStart, pathEnd } = row;
    this.#starts[0] = this.#peerStart;
    this.#ends[0] = this.#peerEnd;
    this.#starts[1] = start;
    this.#ends[1] = end;
    const either = chooseClient(bytes, this.#starts, this.#ends, 0, 1, asked, row);
    if (either !== undefined) {
      row.bytes = bytes;
      return either;
    }
    if (from === bytes) return;
    // The path was assembled in its own buffer, and the address is appended to it.
    const length = row.addressEnd - row.addressStart;
    if (this.#own.length < pathEnd + length) {
      const larger = new Uint8Array(2 * (pathEnd + length));
      larger.set(this.#own);
      this.#own = larger;
    }
    for (let i = 0; i < length; i++) this.#own[pathEnd + i] = bytes[row.addressStart + i];
    row.bytes = this.#own;
    row.pathStart = pathStart;
    row.addressStart = pathEnd;
    row.addressEnd = pathEnd + length;
  }

  /** Reads the status and the number of bytes after the request, from `at` on. */
  #answer(bytes: Uint8Array, at: number, row: Row): Reason {
    const end = this.lineEnd;
    let status = at + 1;
    if (bytes[at] !== SPACE || bytes[at + 4] !== SPACE || at + 5 >= end) {
      // More than one space, or a status in quotes
      while (status < end && (bytes[status] === SPACE || bytes[status] === QUOTE)) status++;
      if (bytes[at] !== SPACE || status + 4 >= end) return "no status behind the request";
    }
    row.status = digits(bytes, status, status + 3);
    if (row.status < 0) return "the status is not a number of three digits";
    let size = status + 3;
    if (bytes[size] === QUOTE) size++;
    if (bytes[size] !== SPACE) {
      row.status = -1;
      return "the status is not a number of three digits";
    }
    while (size < end && bytes[size] === SPACE) size++;
    if (bytes[size] === QUOTE && size > status + 4 && isQuotedNumber(bytes, size, end)) size++;
    this.end = wordEnd(bytes, size, end);
    if (bytes[size] !== MINUS && digits(bytes, size, Math.min(this.end, size + 1)) < 0)
      return "no number of bytes behind the status";
  }

  /**
   * Finds the bracket of the date where it is not at its usual place, and reads the time: in another form if none of the
   * usual one is there. @returns its position, or −1
   */
  #findDate(bytes: Uint8Array, start: number, end: number, row: Row): number {
    let date = start;
    while (date + 29 < end && !isDate(bytes, date)) date++;
    this.#request = date + 30;
    if (date + 29 < end) row.time = this.#moment(bytes, date + 1);
    else {
      date = otherDate(bytes, start, end);
      if (date < 0) return date;
      const close = bytes.indexOf(CLOSE_BRACKET, date);
      row.time = moment(bytes, date + 1, close, this.#toUtc);
      this.#request = close + 3;
    }
    return date;
  }

  /** The time of the 26 bytes `05/Jan/2026:00:22:28 +0000`, or −1. Most lines have the minute of the line before. */
  #moment(bytes: Uint8Array, at: number): number {
    const text = this.#momentText;
    const seconds = digits(bytes, at + minuteLength, at + secondLength);
    let i = momentLength - 1;
    while (i >= secondLength && bytes[at + i] === text[i]) i--;
    if (i < secondLength) {
      i = minuteLength - 1;
      while (i >= 0 && bytes[at + i] === text[i]) i--;
      if (i < 0) return seconds < 0 || seconds > 60 ? -1 : this.#minute + 1000 * seconds;
    }
    const local = clfTime(bytes, at);
    const offset = zoneOffset(bytes, at + 21, at + momentLength);
    if (local < 0 || Number.isNaN(offset)) return -1;
    for (let k = 0; k < momentLength; k++) text[k] = bytes[at + k];
    this.#minute = local - offset - 1000 * seconds;
    return local - offset;
  }

  /** Reads a request bytes[start, end) with escapes, spaces, a query to keep, or a full address. */
  #unusual(bytes: Uint8Array, start: number, end: number, row: Row): Reason {
    const damaged = damagedTarget(bytes, start, end);
    if (damaged !== undefined) return damaged;
    // An escape in the method means a byte that no method contains.
    const method = wordEnd(bytes, start, end);
    for (let i = start; i < method; i++) if (bytes[i] === BACKSLASH) return method < end ? noMethod : noPath;
    const { addressStart, addressEnd } = row;
    const addressLength = addressEnd - addressStart;
    const length = addressLength + end - start;
    if (this.#own.length < length) this.#own = new Uint8Array(2 * length);
    const own = this.#own;
    for (let i = 0; i < addressLength; i++) own[i] = bytes[addressStart + i];
    const ownEnd = unescaped(bytes, start, end, own, addressLength);
    row.bytes = own;
    row.addressStart = 0;
    row.addressEnd = addressLength;
    return requestPath(own, addressLength, ownEnd, row, this.#keepQuery);
  }
}

/** Position of the quote after `HTTP/1.1` or `HTTP/2` at `at`, or −1. */
function afterVersion(bytes: Uint8Array, at: number): number {
  if (
    bytes[at] !== CAPITAL_H ||
    bytes[at + 1] !== CAPITAL_T ||
    bytes[at + 2] !== CAPITAL_T ||
    bytes[at + 3] !== CAPITAL_P ||
    bytes[at + 4] !== SLASH
  )
    return -1;
  return bytes[at + 8] === QUOTE && bytes[at + 6] === DOT ? at + 8 : -1;
}

/** Whether there is a number in quotes at `at`. It is the size in bytes, not a referrer. */
function isQuotedNumber(bytes: Uint8Array, at: number, end: number): boolean {
  const close = quoteEnd(bytes, at + 1, end);
  return close > at + 1 && digits(bytes, at + 1, Math.min(close, at + 10)) >= 0;
}

const noTime = otherFormat("no time in brackets, such as [05/Jan/2026:00:22:28 +0000]");

/** Whether ` [dd/Mon/yyyy:hh:mm:ss +zzzz] "` surrounds the bracket at `at`, as in the head of a line. */
function isDate(bytes: Uint8Array, at: number): boolean {
  return (
    bytes[at] === OPEN_BRACKET &&
    bytes[at + 3] === SLASH &&
    bytes[at + 21] === SPACE &&
    bytes[at + 27] === CLOSE_BRACKET &&
    bytes[at + 28] === SPACE &&
    bytes[at + 29] === QUOTE
  );
}

/** Position of the bracket of a time in another form, `[2026-01-05T00:22:28+00:00] "`, before a request; or −1. */
function otherDate(bytes: Uint8Array, start: number, end: number): number {
  for (let i = start + 1; i + longestDate < end; i++) {
    if (bytes[i] !== OPEN_BRACKET || bytes[i - 1] !== SPACE || bytes[i + 1] < ZERO || bytes[i + 1] > NINE)
      continue;
    let close = i;
    while (close <= i + longestDate && bytes[close] !== CLOSE_BRACKET) close++;
    if (bytes[close] === CLOSE_BRACKET && bytes[close + 1] === SPACE && bytes[close + 2] === QUOTE) return i;
  }
  return -1;
}

/** `2026-01-05T00:22:28.123456789+00:00` and its brackets. */
const longestDate = 38;

/** Whether the bytes are digits and dots, or hexadecimal digits and at least two colons. */
function looksLikeAddress(bytes: Uint8Array, start: number, end: number): boolean {
  let colons = 0;
  let other = false;
  for (let i = start; i < end; i++) {
    const byte = bytes[i];
    if (byte === COLON) colons++;
    else if (byte !== DOT && (byte < ZERO || byte > NINE)) {
      if ((byte | 32) < 97 || (byte | 32) > 102) return false;
      other = true;
    }
  }
  return colons >= 2 || (colons === 0 && !other);
}

/** Like `quoteEnd`, but also −1 if a byte beyond ASCII comes before the quote. */
function asciiQuoteEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end && bytes[i] < 0x80; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) return i;
    if (byte === BACKSLASH) i++;
  }
  return -1;
}

/** 1 for the bytes that end a plain path: space, double quote, question mark, backslash, and bytes beyond ASCII. */
const endsPath = new Uint8Array(256);

for (const byte of [SPACE, QUOTE, QUESTION, BACKSLASH]) endsPath[byte] = 1;
endsPath.fill(1, 0x80);

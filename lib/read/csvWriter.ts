import { isUtf8 } from "node:buffer";
import { CAPITAL_Z, COMMA, DOT, LF, PERCENT, QUOTE, SLASH, ZERO } from "../ascii.js";
import { csvHeader } from "../record.js";
import { isAddress } from "./fields/address.js";
import { isHostName, putStandIn, standInLength } from "./fields/hostName.js";
import { foldIdentifiers } from "./fields/identifiers.js";
import type { Reason, Row } from "./row.js";

/**
 * Encodes rows read from a log as five-field CSV that keeps every rule of the record, whatever the log holds. In a
 * path, control characters and bytes that are not UTF-8 become %XX, as a browser would have sent them. Commas and
 * double quotes are quoted as RFC 4180 requires.
 */
export class CsvWriter {
  #bytes: Uint8Array;
  #length = 0;
  /** The second that `#stamp` shows, in milliseconds since 1970. */
  #second = Number.NEGATIVE_INFINITY;
  readonly #stamp = new Uint8Array(20); // "2026-01-05T00:00:00."
  #day = -1;
  readonly #fold: boolean;
  readonly #standIns: boolean;
  #folded = new Uint8Array(4096);

  /**
   * @param capacity - number of bytes to start with; it grows if a row needs more
   * @param fold - whether identifiers in paths become `{id}`
   * @param standIns - whether a host name in place of a client's address is replaced by a stand-in address
   */
  constructor(capacity: number, fold = false, standIns = false) {
    this.#bytes = new Uint8Array(capacity);
    this.#standIns = standIns;
    this.#fold = fold;
    this.#text(`${csvHeader}\n`);
  }

  /** Number of bytes that were encoded and not yet taken. */
  get length(): number {
    return this.#length;
  }

  /** Returns what was encoded. Before the next row, call `give` with a new buffer. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    return taken;
  }

  /** Takes a buffer to encode into. Nothing else may use it. */
  give(bytes: Uint8Array): void {
    this.#bytes = bytes;
  }

  /** Encodes the row, or returns why it is not a record and encodes nothing. */
  put(row: Row): Reason {
    const { bytes, addressStart, addressEnd, pathStart, pathEnd, status } = row;
    if (status < 100 || status > 599) return "the status is not between 100 and 599";
    if (row.time < 0) return "the time lies before 1970";
    if (row.time >= endOfTime) return "the time lies after the year 9999";
    const named = !isAddress(bytes, addressStart, addressEnd);
    if (named) {
      if (!row.mayBeName || !isHostName(bytes, addressStart, addressEnd))
        return "the client is not an IP address";
      if (!this.#standIns) return hostsName;
    }
    if (bytes[pathStart] !== SLASH || pathEnd <= pathStart) return "the request's target is not a path";
    // Escaped as %XX, a byte of the path takes three. Folding makes a part of the path at most 2.5 times as long.
    this.#reserve(96 + (this.#fold ? 9 : 3) * (pathEnd - pathStart));
    this.#time(row.time);
    if (named) {
      putStandIn(bytes, addressStart, addressEnd, this.#bytes, this.#length);
      this.#length += standInLength;
    } else this.#copy(bytes, addressStart, addressEnd);
    this.#bytes[this.#length++] = COMMA;
    if (this.#fold) this.#foldedPath(bytes, pathStart, pathEnd);
    else this.#path(bytes, pathStart, pathEnd);
    const out = this.#bytes;
    let p = this.#length;
    out[p++] = COMMA;
    const hundreds = (status / 100) | 0;
    const tens = ((status / 10) | 0) % 10;
    out[p++] = ZERO + hundreds;
    out[p++] = ZERO + tens;
    out[p++] = ZERO + (status % 10);
    out[p++] = COMMA;
    if (row.hundredths >= 0) {
      const milliseconds = Math.floor(row.hundredths / 100);
      const fraction = row.hundredths - 100 * milliseconds;
      p = whole(out, p, milliseconds);
      out[p++] = DOT;
      out[p++] = ZERO + ((fraction / 10) | 0);
      out[p++] = ZERO + (fraction % 10);
    }
    out[p++] = LF;
    this.#length = p;
  }

  /** `2026-01-05T00:00:00.123Z,` */
  #time(time: number): void {
    let millisecond = time - this.#second; // most records fall into the same second as the record before them
    if (millisecond < 0 || millisecond > 999) {
      const second = Math.floor(time / 1000) * 1000;
      const stamp = this.#stamp;
      const day = Math.floor(time / 86_400_000) * 86_400_000;
      if (day !== this.#day) {
        this.#day = day;
        ascii.encodeInto(new Date(day).toISOString().slice(0, 20), stamp);
      }
      const ofDay = second - day;
      two(stamp, 11, (ofDay / 3_600_000) | 0);
      two(stamp, 14, ((ofDay / 60_000) | 0) % 60);
      two(stamp, 17, ((ofDay / 1000) | 0) % 60);
      this.#second = second;
      millisecond = time - second;
    }
    const out = this.#bytes;
    const stamp = this.#stamp;
    const p = this.#length;
    for (let i = 0; i < 20; i++) out[p + i] = stamp[i];
    const hundreds = (millisecond / 100) | 0;
    out[p + 20] = ZERO + hundreds;
    two(out, p + 21, millisecond - 100 * hundreds);
    out[p + 23] = CAPITAL_Z;
    out[p + 24] = COMMA;
    this.#length = p + 25;
  }

  #path(bytes: Uint8Array, start: number, end: number): void {
    const out = this.#bytes;
    let p = this.#length;
    for (let i = start; i < end; i++) {
      const byte = bytes[i];
      if (plain[byte] === 0) {
        this.#unusualPath(bytes, start, end);
        return;
      }
      out[p++] = byte;
    }
    this.#length = p;
  }

  #foldedPath(bytes: Uint8Array, start: number, end: number): void {
    const room = 3 * (end - start) + 8;
    if (this.#folded.length < room) this.#folded = new Uint8Array(2 * room);
    this.#path(this.#folded, 0, foldIdentifiers(bytes, start, end, this.#folded));
  }

  /** Writes a path with commas, quotes, control characters or bytes beyond ASCII. */
  #unusualPath(bytes: Uint8Array, start: number, end: number): void {
    const path = bytes.subarray(start, end);
    const quote = path.includes(COMMA) || path.includes(QUOTE);
    const out = this.#bytes;
    let p = this.#length;
    if (quote) out[p++] = QUOTE;
    for (let i = 0; i < path.length; ) {
      const length = characterLength(path, i);
      if (length === 0) {
        out[p++] = PERCENT;
        out[p++] = hexadecimal.charCodeAt(path[i] >> 4);
        out[p++] = hexadecimal.charCodeAt(path[i] & 15);
        i++;
        continue;
      }
      if (path[i] === QUOTE) out[p++] = QUOTE;
      for (let k = 0; k < length; k++) out[p++] = path[i++];
    }
    if (quote) out[p++] = QUOTE;
    this.#length = p;
  }

  #copy(bytes: Uint8Array, start: number, end: number): void {
    const out = this.#bytes;
    let p = this.#length;
    for (let i = start; i < end; i++) out[p++] = bytes[i];
    this.#length = p;
  }

  #text(text: string): void {
    this.#reserve(text.length);
    this.#length += ascii.encodeInto(text, this.#bytes.subarray(this.#length)).written;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * (this.#length + more));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

const hostsName =
  "the client is a host's name, not an IP address: --client-names stand-in (clientNames) gives each name an address of its own";
const endOfTime = Date.UTC(10_000, 0, 1);
const ascii = new TextEncoder();
const hexadecimal = "0123456789ABCDEF";

/** 1 for the bytes that a CSV cell holds unchanged: printable ASCII except comma and double quote. */
const plain = new Uint8Array(256);
plain.fill(1, 0x20, 0x7f);
plain[QUOTE] = 0;
plain[COMMA] = 0;

/**
 * Length of the printable UTF-8 character at `at`; 0 for a control character (including U+0080 to U+009F) or bytes that
 * are not UTF-8.
 */
function characterLength(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte < 0x80) return byte < 0x20 || byte === 0x7f ? 0 : 1;
  const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
  if (byte === 0xc2 && bytes[at + 1] < 0xa0) return 0;
  return at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length)) ? length : 0;
}

/** Writes a whole number, 0 or more. @returns the position after it */
function whole(out: Uint8Array, at: number, value: number): number {
  if (value < 10) {
    out[at] = ZERO + value;
    return at + 1;
  }
  if (value < 100) {
    two(out, at, value);
    return at + 2;
  }
  let length = 1;
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) length++;
  let left = value;
  for (let i = at + length - 1; i >= at; i--) {
    const tenth = Math.floor(left / 10);
    out[i] = ZERO + left - 10 * tenth;
    left = tenth;
  }
  return at + length;
}

function two(out: Uint8Array, at: number, value: number): void {
  const tens = (value / 10) | 0;
  out[at] = ZERO + tens;
  out[at + 1] = ZERO + value - tens * 10;
}

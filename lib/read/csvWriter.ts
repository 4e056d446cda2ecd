import { COMMA, LF, PERCENT, QUOTE, SLASH } from "../ascii.js";
import {
  ISO_TIME,
  MILLISECONDS_Z,
  putHundredths,
  SecondText,
  TWO_DIGITS,
  WHOLE_POINT,
} from "../encode/text.js";
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
  #view: DataView;
  readonly #seconds = new SecondText(ISO_TIME);
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
    this.#view = viewOf(this.#bytes);
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
    this.#view = viewOf(bytes);
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
    const view = this.#view;
    let p = this.#length;
    out[p] = COMMA;
    view.setUint32(p + 1, WHOLE_POINT[status], true); // a comma takes the point's place
    out[p + 4] = COMMA;
    p += 5;
    if (row.hundredths >= 0) p = milliseconds(out, view, p, row.hundredths);
    out[p++] = LF;
    this.#length = p;
  }

  /** `2026-01-05T00:00:00.123Z,` */
  #time(time: number): void {
    const second = Math.floor(time / 1000);
    const p = this.#seconds.put(this.#view, this.#length, second);
    this.#view.setUint32(p, MILLISECONDS_Z[time - 1000 * second], true);
    this.#bytes[p + 4] = COMMA;
    this.#length = p + 5;
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
    this.#view = viewOf(larger);
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
  const first = bytes[at];
  if (first < 0x80) return first < 0x20 || first === 0x7f ? 0 : 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  // The second byte has fewer values where the character could be written shorter, is none or is a control character.
  const least = first === 0xe0 || first === 0xc2 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (!(bytes[at + 1] >= least && bytes[at + 1] <= most)) return 0;
  for (let i = at + 2; i < at + length; i++) if (!(bytes[i] >= 0x80 && bytes[i] <= 0xbf)) return 0;
  return length;
}

const viewOf = ({ buffer, byteOffset, length }: Uint8Array) => new DataView(buffer, byteOffset, length);

/** Writes hundredths of a millisecond as milliseconds, `63.07`. @returns the position after it */
function milliseconds(out: Uint8Array, view: DataView, at: number, hundredths: number): number {
  if (hundredths < 2 ** 31) return putHundredths(view, at, hundredths);
  const whole = Math.floor(hundredths / 100);
  const end = at + ascii.encodeInto(`${whole}.`, out.subarray(at)).written;
  view.setUint32(end, TWO_DIGITS[hundredths - 100 * whole], true);
  return end + 2;
}

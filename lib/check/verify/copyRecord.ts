import { isUtf8 } from "node:buffer";
import { COMMA, DOT, LF, QUOTE, SLASH } from "../../ascii.js";
import type { Precision } from "../../encode/formats.js";
import { isAddress } from "../../read/fields/address.js";
import { type Reason, Row } from "../../read/row.js";
import { TimeStamps } from "../validate/cells.js";
import { RecordHash, SEED_A, SEED_B, TextHash } from "./hash.js";
import { keptHundredths, keptTime } from "./precision.js";

/** A record of a copy, and its hash. The same object is used for all records, so that reading allocates nothing. */
export class CopyRecord extends Row {
  readonly hash = new RecordHash();
  readonly #stamps = new TimeStamps();
  readonly #text = new TextHash();
  readonly #precision: Precision;

  /** @param precision - in which its numbers are compared */
  constructor(precision: Precision) {
    super();
    this.#precision = precision;
  }

  /**
   * Reads a line of canonical CSV: the five fields in order, as this library writes them, without quotes and in ASCII.
   * Most copies have no other lines.
   * @returns the position after its line feed, which must come before `end`; −1 for any other line
   */
  canonical(bytes: Uint8Array, start: number, end: number): number {
    // The shortest such line is `2026-01-05T00:00:00.123Z,1.2.3.4,/,200,1.00` and a line feed.
    if (end - start < 44 || bytes[start + 24] !== COMMA) return -1;
    const time = this.#stamps.read(bytes, start, start + 24);
    if (time < 0) return -1;
    let at = start + 25;
    let address = 0;
    for (let part = 0; part < 4; part++) {
      let octet = bytes[at++] - 48;
      if (octet < 0 || octet > 9) return -1;
      for (let next = bytes[at] - 48; next >= 0 && next <= 9; next = bytes[++at] - 48) {
        if (octet === 0) return -1;
        octet = octet * 10 + next;
        if (octet > 255) return -1;
      }
      if (bytes[at++] !== (part === 3 ? COMMA : DOT)) return -1;
      address = (address << 8) | octet;
    }
    this.bytes = bytes;
    this.addressStart = start + 25;
    this.addressEnd = at - 1;
    this.pathStart = at;
    if (bytes[at] !== SLASH) return -1;
    let a = SEED_A;
    let b = SEED_B;
    for (let byte = bytes[at]; byte !== COMMA; byte = bytes[++at]) {
      if (byte < 0x21 || byte > 0x7e || byte === QUOTE || at >= end) return -1;
      a = Math.imul(a ^ byte, 0x01000193);
      b = Math.imul(b ^ byte, 0x5bd1e995);
      b ^= b >>> 15;
    }
    this.pathEnd = at;
    const hundred = bytes[at + 1] - 48;
    const ten = bytes[at + 2] - 48;
    const one = bytes[at + 3] - 48;
    if (hundred < 1 || hundred > 5 || ten < 0 || ten > 9 || one < 0 || one > 9 || bytes[at + 4] !== COMMA)
      return -1;
    at += 5;
    let whole = 0;
    const digits = at;
    for (let digit = bytes[at] - 48; digit >= 0 && digit <= 9; digit = bytes[++at] - 48)
      whole = whole * 10 + digit;
    if (at === digits || at - digits > 11 || at + 4 > end || bytes[at] !== DOT || bytes[at + 3] !== LF)
      return -1;
    const tenth = bytes[at + 1] - 48;
    const hundredth = bytes[at + 2] - 48;
    if (tenth < 0 || tenth > 9 || hundredth < 0 || hundredth > 9) return -1;
    this.time = keptTime(time, this.#precision);
    this.status = hundred * 100 + ten * 10 + one;
    this.hundredths = keptHundredths(whole * 100 + tenth * 10 + hundredth, this.#precision);
    this.hash.set(this.time, address, 0, a, b, this.status, this.hundredths);
    return at + 4;
  }

  /** Checks and hashes the fields that a reader has set. */
  complete(): Reason {
    const { bytes, addressStart, addressEnd, pathStart, pathEnd, status } = this;
    if (status < 100 || status > 599) return "the status is not between 100 and 599";
    if (this.time < 0 || this.time >= endOfTime) return "the time does not lie between 1970 and 9999";
    if (!isAddress(bytes, addressStart, addressEnd)) return "the client is not an IP address";
    if (bytes[pathStart] !== SLASH || pathEnd <= pathStart) return "the endpoint is not a path";
    let unusual = 0;
    for (let i = pathStart; i < pathEnd; i++) {
      if (bytes[i] < 0x20 || bytes[i] === 0x7f) return "the endpoint holds a control character";
      unusual |= bytes[i];
    }
    if (unusual > 0x7f && !isUtf8(bytes.subarray(pathStart, pathEnd))) return "the endpoint is not UTF-8";
    const text = this.#text;
    let address = 0;
    let kind = 0;
    let octet = 0;
    for (let i = addressStart; i < addressEnd && kind === 0; i++) {
      if (bytes[i] === DOT) {
        address = (address << 8) | octet;
        octet = 0;
      } else if (bytes[i] >= 48 && bytes[i] <= 57) octet = octet * 10 + bytes[i] - 48;
      else kind = 1;
    }
    address = (address << 8) | octet;
    if (kind === 1) {
      text.set(bytes, addressStart, addressEnd);
      address = text.a;
    }
    text.set(bytes, pathStart, pathEnd);
    this.time = keptTime(this.time, this.#precision);
    this.hundredths = keptHundredths(this.hundredths, this.#precision);
    this.hash.set(this.time, address, kind, text.a, text.b, status, this.hundredths);
    return undefined;
  }
}

const endOfTime = Date.UTC(10_000, 0, 1);

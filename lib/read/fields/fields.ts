import { DOT, QUOTE, SPACE, ZERO } from "../../ascii.js";
import type { FormatOptions, Reason, Row, TimeUnit } from "../row.js";
import { readDuration } from "./duration.js";
import { unescaped } from "./escapes.js";
import { chooseClient } from "./forwarded.js";
import { pathOf } from "./request.js";
import { digits, moment } from "./time.js";

// Index of each of the five fields in `FieldTexts`, in the order of the record.
const TIMESTAMP = 0;
const CLIENT = 1;
const TARGET = 2;
const STATUS = 3;
const DURATION = 4;
/** After the five fields, the time of day, if it is separate from the date; usually empty. */
const CLOCK = 5;
/** The client that a proxy names, if the log has it besides the peer. */
export const FORWARDED = 6;
const count = 7;

/** The texts of a record's five fields, for a log that has them as text: each is a piece of one buffer. */
export class FieldTexts {
  bytes: Uint8Array = new Uint8Array(0);
  readonly start = new Int32Array(count);
  readonly end = new Int32Array(count);
  #own = new Uint8Array(0);

  /** Sets the fields to new texts. A text that is null or missing is empty. */
  setAll(texts: readonly (string | null | undefined)[]): void {
    let length = 0;
    for (let field = 0; field < count; field++) length += texts[field]?.length ?? 0;
    this.#reserve(3 * length); // a UTF-16 unit takes at most three bytes
    this.bytes = this.#own;
    let at = 0;
    for (let field = 0; field < count; field++) {
      this.start[field] = at;
      const text = texts[field];
      if (text) at += utf8.encodeInto(text, this.#own.subarray(at)).written;
      this.end[field] = at;
    }
  }

  /** Moves the fields to a buffer of their own. Doubled quotes of a CSV cell become single ones. */
  unquote(): void {
    this.#move(undefined, unquoted);
  }

  /** Moves a field to a buffer of its own, without escapes such as `\x22`, `\"`, `\u00e9`. */
  unescape(field: number): void {
    this.#move(field, unescaped);
  }

  /** Moves the fields to a buffer of their own. `write` copies one of them, or each, and does not make it longer. */
  #move(field: number | undefined, write: typeof unescaped): void {
    const from = this.bytes;
    let length = 0;
    for (let each = 0; each < count; each++) length += this.end[each] - this.start[each];
    this.#reserve(length);
    const to = this.#own;
    let at = 0;
    for (let each = 0; each < count; each++) {
      const start = at;
      if (field === undefined || each === field) at = write(from, this.start[each], this.end[each], to, at);
      else for (let i = this.start[each]; i < this.end[each]; i++) to[at++] = from[i];
      this.start[each] = start;
      this.end[each] = at;
    }
    this.bytes = to;
  }

  #reserve(length: number): void {
    if (this.#own.length < length) this.#own = new Uint8Array(2 * length);
  }
}

const utf8 = new TextEncoder();

const unquoted: typeof unescaped = (bytes, start, end, to, at) => {
  let p = at;
  for (let i = start; i < end; i++) {
    to[p++] = bytes[i];
    if (bytes[i] === QUOTE && bytes[i + 1] === QUOTE) i++;
  }
  return p;
};

/**
 * Makes the function that reads the texts of five fields into a row.
 * @param received whether a line without a timestamp has the time that `row` brings. A log that tells times of its own
 * has none: where a line has lost its time, that of its receipt, by another clock, would be a guess.
 */
export function fieldReader(
  { toUtc, keepQuery, readTime = moment, client }: FormatOptions,
  unit: TimeUnit | "none",
  received = false,
): (texts: FieldTexts, row: Row) => Reason {
  return ({ bytes, start, end }, row) => {
    row.bytes = bytes;
    if (start[CLOCK] < end[CLOCK]) row.time = readTime(...together(bytes, start, end), toUtc);
    else if (start[TIMESTAMP] < end[TIMESTAMP])
      row.time = readTime(bytes, start[TIMESTAMP], end[TIMESTAMP], toUtc);
    else if (!received) return "there is no timestamp";
    if (row.time < 0) return "the timestamp is not a date and time that can be read";
    if (start[CLIENT] === end[CLIENT] && start[FORWARDED] === end[FORWARDED])
      return "there is no client address";
    const either = chooseClient(bytes, start, end, CLIENT, FORWARDED, client, row);
    row.status = statusIn(bytes, start[STATUS], end[STATUS]);
    if (row.status < 0) return "the status is not a number of three digits";
    if (start[TARGET] === end[TARGET]) return "there is no path";
    const wrong = pathOf(bytes, start[TARGET], end[TARGET], row, keepQuery);
    if (wrong !== undefined) return wrong;
    row.hundredths = -1;
    if (unit === "none") return either;
    return readDuration(bytes, start[DURATION], end[DURATION], unit, row) ?? either;
  };
}

const longestTime = 100;
const whole = new Uint8Array(2 * longestTime + 1);

/** The date and the time of day with a space in between; nothing if one is longer than any date or time can be. */
function together(
  bytes: Uint8Array,
  start: Int32Array,
  end: Int32Array,
): [bytes: Uint8Array, start: number, end: number] {
  let at = 0;
  for (const field of [TIMESTAMP, CLOCK]) {
    if (end[field] - start[field] > longestTime) return [whole, 0, 0];
    if (field === CLOCK) whole[at++] = SPACE;
    for (let i = start[field]; i < end[field]; i++) whole[at++] = bytes[i];
  }
  return [whole, 0, at];
}

/**
 * Three digits, or −1. `200.0` is read as 200, because pandas and Parquet write it so if another number of the column
 * is missing.
 */
function statusIn(bytes: Uint8Array, start: number, end: number): number {
  let whole = end;
  if (end - start > 4 && bytes[start + 3] === DOT) {
    while (bytes[whole - 1] === ZERO) whole--;
    whole--; // the dot, if only zeros follow it
  }
  return whole - start === 3 ? digits(bytes, start, whole) : -1;
}

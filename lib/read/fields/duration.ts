import { DOT, MINUS, NINE, PLUS, SMALL_E, SMALL_M, SMALL_N, SMALL_S, SMALL_U, ZERO } from "../../ascii.js";
import type { Reason, Row, TimeUnit } from "../row.js";
import { digits, powersOfTen } from "./time.js";

/**
 * The number in bytes[start, end) (digits, with or without decimals) times 10^places, rounded half up; −1 if it is not
 * such a number or if the result is 10^14 or more.
 */
export function scaled(bytes: Uint8Array, start: number, end: number, places: number): number {
  let value = 0;
  let left = places; // number of decimals that still count
  let seen = 0;
  let round = 0;
  let point = false;
  for (let i = start; i < end; i++) {
    const digit = bytes[i] - 48;
    if (digit >= 0 && digit <= 9) {
      seen++;
      if (!point) value = value * 10 + digit;
      else if (left > 0) {
        value = value * 10 + digit;
        left--;
      } else if (left === 0) {
        round = digit >= 5 ? 1 : 0;
        left = -1;
      }
      if (value >= 1e15) return -1;
    } else if (bytes[i] === DOT && !point) {
      point = true;
    } else {
      return -1;
    }
  }
  if (seen === 0) return -1;
  if (places < 0) value = Math.floor(value / powersOfTen[-places] + 0.5);
  else if (left > 0) value *= powersOfTen[left];
  value += round;
  return value < 1e14 ? value : -1;
}

/** Powers of ten between a unit and the hundredth of a millisecond. */
const placesOf: Readonly<Record<TimeUnit, number>> = { s: 5, ms: 2, us: -1, ns: -4 };

/**
 * Reads a response time into the row. An empty text, "-" and a negative number mean that the log has none. A unit after
 * the number (`1.2ms`, `350µs`) takes precedence over `unit`.
 */
export function readDuration(
  bytes: Uint8Array,
  start: number,
  end: number,
  unit: TimeUnit,
  row: Row,
): Reason {
  row.hundredths = -1;
  if (start >= end) return;
  if (bytes[start] === MINUS) {
    const wrong = end - start > 1 ? readUnusual(bytes, start + 1, end, unit, row) : undefined;
    row.hundredths = -1;
    return wrong;
  }
  row.hundredths = scaled(bytes, start, end, placesOf[unit]);
  if (row.hundredths < 0) row.hundredths = scaledAsWritten(bytes, start, end, unit);
  return row.hundredths < 0 ? readUnusual(bytes, start, end, unit, row) : undefined;
}

/**
 * A number with its own unit right behind it (`3.5s`) or with an exponent (`1.5e-05`), as most are, in hundredths of a
 * millisecond; −1 if it is something else.
 */
function scaledAsWritten(bytes: Uint8Array, start: number, end: number, unit: TimeUnit): number {
  let after = end;
  let places = placesOf[unit];
  if (bytes[end - 1] === SMALL_S) {
    const letter = bytes[end - 2];
    const own = letter === SMALL_M ? "ms" : letter === SMALL_U ? "us" : letter === SMALL_N ? "ns" : "s";
    after = own === "s" ? end - 1 : end - 2;
    places = placesOf[own];
  } else if (bytes[end - 4] === SMALL_E && (bytes[end - 3] === MINUS || bytes[end - 3] === PLUS)) {
    const exponent = digits(bytes, end - 2, end);
    if (exponent < 0 || exponent > 9) return -1;
    places += bytes[end - 3] === MINUS ? -exponent : exponent;
    after = end - 4;
  }
  const isNumber = after > start && isDigit(bytes[start]) && isDigit(bytes[after - 1]);
  return isNumber ? scaled(bytes, start, after, places) : -1;
}

const isDigit = (byte: number) => byte >= ZERO && byte <= NINE;

/** Reads a number with an exponent, or with its own unit in another spelling. */
function readUnusual(bytes: Uint8Array, start: number, end: number, unit: TimeUnit, row: Row): Reason {
  let text = "";
  for (let i = start; i < Math.min(end, start + 40); i++) text += String.fromCharCode(bytes[i]);
  const match = /^(\d+(?:\.\d*)?(?:e[+-]?\d+)?)(?: ?(ns|us|\xc2\xb5s|\xce\xbcs|ms|s))?$/i.exec(text);
  if (!match) return "the response time is not a number";
  const own = match[2]?.toLowerCase().replace(/^[^\x20-\x7f]+/, "u") as TimeUnit | undefined;
  const value = Math.round(Number(match[1]) * 10 ** placesOf[own ?? unit]);
  if (!(value < 1e14)) return "the response time is out of range";
  row.hundredths = value;
}

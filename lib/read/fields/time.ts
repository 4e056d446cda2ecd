import {
  CAPITAL_T,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  DOT,
  MINUS,
  NINE,
  OPEN_BRACKET,
  PLUS,
  SLASH,
  SMALL_T,
  SPACE,
  TAB,
  ZERO,
} from "../../ascii.js";
import type { ToUtc } from "./clock.js";

const minute = 60_000;
const day = 86_400_000;

/**
 * Days from 1970-01-01 to a date of the Gregorian calendar, or −1 if there is no such date, or it is before 1970 or
 * after 9999. `month` is 1 to 12. The arithmetic is Howard Hinnant's `days_from_civil`.
 */
export function dayNumber(year: number, month: number, date: number): number {
  if (year < 1970 || year > 9999 || month < 1 || month > 12 || date < 1) return -1;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (date > (month === 2 && leap ? 29 : lengths[month - 1])) return -1;
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + date - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

const lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Number of the English month abbreviation at bytes[at, at + 3), 1 to 12, or 0 if it is not one. */
export function monthNumber(bytes: Uint8Array, at: number): number {
  return months.get((bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2]) ?? 0;
}

const months = new Map(
  ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"].map((name, index) => [
    (name.charCodeAt(0) << 16) | (name.charCodeAt(1) << 8) | name.charCodeAt(2),
    index + 1,
  ]),
);

/** The number that bytes[start, end) form if all of them are digits, at most nine; otherwise −1. */
export function digits(bytes: Uint8Array, start: number, end: number): number {
  if (end <= start || end - start > 9) return -1;
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = bytes[i] - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/**
 * Milliseconds from 1970 to the date and time `05/Aug/2012:00:50:12` at `at` (20 bytes), read as UTC; −1 if it does not
 * have that form or no such time exists. A leap second counts as the next second.
 */
export function clfTime(bytes: Uint8Array, at: number): number {
  const seconds = digits(bytes, at + 18, at + 20);
  if (seconds < 0 || seconds > 60) return -1;
  if (!isTextBefore(bytes, at, clfBefore)) {
    const local = clfMinute(bytes, at);
    if (local < 0) return -1;
    for (let i = 0; i < clfBefore.length; i++) clfBefore[i] = bytes[at + i];
    clfLocal = local;
  }
  return clfLocal + 1000 * seconds;
}

/** The minute of such a time: the 18 bytes `05/Aug/2012:00:50:`. */
function clfMinute(bytes: Uint8Array, at: number): number {
  if (
    bytes[at + 2] !== SLASH ||
    bytes[at + 6] !== SLASH ||
    (bytes[at + 11] !== COLON && bytes[at + 11] !== SPACE) ||
    bytes[at + 14] !== COLON ||
    bytes[at + 17] !== COLON
  ) {
    return -1;
  }
  const hours = digits(bytes, at + 12, at + 14);
  const minutes = digits(bytes, at + 15, at + 17);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return -1;
  const date = digits(bytes, at, at + 2);
  const days = dayNumber(digits(bytes, at + 7, at + 11), monthNumber(bytes, at + 3), date);
  return days < 0 ? -1 : days * day + hours * 3_600_000 + minutes * minute;
}

// The last minutes, because most lines are in the same one as the line before.
const clfBefore = new TextEncoder().encode("01/Jan/1970:00:00:");
let clfLocal = 0;
const isoBefore = new TextEncoder().encode("1970-01-01T00:00:");
let isoLocal = 0;

/** Whether the previous text is also at `at`. If it differs, it usually does so at its end. */
function isTextBefore(bytes: Uint8Array, at: number, before: Uint8Array): boolean {
  let i = before.length - 1;
  while (i >= 0 && bytes[at + i] === before[i]) i--;
  return i < 0;
}

/**
 * Offset of the zone `+0200`, `+02:00`, `+02`, `Z`, `UTC` or `GMT` at bytes[at, end) from UTC, in milliseconds; NaN if
 * it is none of these or is more than 18 hours.
 */
export function zoneOffset(bytes: Uint8Array, at: number, end: number): number {
  if (end - at === 1 && (bytes[at] | 32) === 122) return 0;
  if (end - at === 3 && (isWord(bytes, at, "UTC") || isWord(bytes, at, "GMT"))) return 0;
  const sign = bytes[at] === PLUS ? 1 : bytes[at] === MINUS ? -1 : 0;
  const hours = digits(bytes, at + 1, at + 3);
  const minutesAt = bytes[at + 3] === COLON ? at + 4 : at + 3;
  const minutes = end === at + 3 ? 0 : end === minutesAt + 2 ? digits(bytes, minutesAt, end) : -1;
  if (sign === 0 || end < at + 3 || hours < 0 || hours > 18 || minutes < 0 || minutes > 59) return Number.NaN;
  return sign * (hours * 3_600_000 + minutes * minute);
}

const isWord = (bytes: Uint8Array, at: number, word: string) =>
  bytes[at] === word.charCodeAt(0) &&
  bytes[at + 1] === word.charCodeAt(1) &&
  bytes[at + 2] === word.charCodeAt(2);

/**
 * The moment written in bytes[start, end), in milliseconds since 1970, UTC; -1 when there is none:
 * - ISO 8601, `2026-01-05T00:00:00.123Z`, with a space or tab for the T, slashes for the dashes, a comma for the dot,
 * any number of decimals (cut off after the millisecond) and any zone; without a zone it is the log's local time; a
 * bare date is its midnight;
 * - the same without punctuation: `20260105T000000Z`, `20260105000000`, `20260105000000123`, `20260105`;
 * - `05/Jan/2026:00:00:00 +0000`, with or without decimals, zone and brackets, and with a space for the first colon;
 * - seconds, milliseconds, microseconds or nanoseconds since 1970: a number counts as such only if it is in the years
 * 1990 to 2100, because there no number is a moment in two of these units, or a date without punctuation.
 */
export function moment(bytes: Uint8Array, start: number, end: number, toUtc: ToUtc): number {
  const length = end - start;
  const between = bytes[start + 4];
  if (length >= 10 && (between === MINUS || between === SLASH) && bytes[start + 7] === between) {
    return isoTime(bytes, start, end, toUtc);
  }
  if (length >= 20 && bytes[start] === OPEN_BRACKET && bytes[end - 1] === CLOSE_BRACKET) {
    return moment(bytes, start + 1, end - 1, toUtc);
  }
  if (length >= 20 && bytes[start + 2] === SLASH) {
    const local = clfTime(bytes, start);
    return local < 0 ? -1 : afterSeconds(bytes, start + 20, end, local, toUtc);
  }
  const compact = compactTime(bytes, start, end, toUtc);
  return compact >= 0 ? compact : epochTime(bytes, start, end);
}

/** A number is taken for a time only between these years, and a time outside them is reported as unlikely. */
export const likelyYears = [1990, 2100] as const;

/** `20260105`, with or without a time of day after it; −1 if it is something else. */
function compactTime(bytes: Uint8Array, start: number, end: number, toUtc: ToUtc): number {
  const year = digits(bytes, start, start + 4);
  if (year < likelyYears[0] || year > likelyYears[1] || end - start < 8) return -1;
  const days = dayNumber(year, digits(bytes, start + 4, start + 6), digits(bytes, start + 6, start + 8));
  if (days < 0) return -1;
  if (end - start === 8) return toUtc(days * day);
  const at = bytes[start + 8] === CAPITAL_T ? start + 9 : start + 8;
  const hours = digits(bytes, at, at + 2);
  const minutes = digits(bytes, at + 2, at + 4);
  const seconds = digits(bytes, at + 4, at + 6);
  const rest = at + 6;
  if (rest > end || hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 60)
    return -1;
  const local = days * day + hours * 3_600_000 + minutes * minute + seconds * 1000;
  if (rest === end) return toUtc(local);
  if (at === start + 9) {
    const offset = zoneOffset(bytes, rest, end);
    return Number.isNaN(offset) ? -1 : local - offset;
  }
  const milliseconds = end - rest === 3 ? digits(bytes, rest, end) : -1;
  return milliseconds < 0 ? -1 : toUtc(local + milliseconds);
}

function isoTime(bytes: Uint8Array, start: number, end: number, toUtc: ToUtc): number {
  if (end - start === 10) {
    const days = isoDays(bytes, start);
    return days < 0 ? -1 : toUtc(days * day);
  }
  const seconds = end - start < 19 ? -1 : digits(bytes, start + 17, start + 19);
  if (seconds < 0 || seconds > 60) return -1;
  if (!isTextBefore(bytes, start, isoBefore)) {
    const minutes = isoMinute(bytes, start);
    if (minutes < 0) return -1;
    for (let i = 0; i < isoBefore.length; i++) isoBefore[i] = bytes[start + i];
    isoLocal = minutes;
  }
  return afterSeconds(bytes, start + 19, end, isoLocal + 1000 * seconds, toUtc);
}

/** The moment of a local time that decimals of its second and a zone may follow, in bytes[from, end). */
function afterSeconds(bytes: Uint8Array, from: number, end: number, second: number, toUtc: ToUtc): number {
  let local = second;
  let at = from;
  if (at < end && (bytes[at] === DOT || bytes[at] === COMMA)) {
    const first = ++at;
    for (let weight = 100; at < end && bytes[at] >= ZERO && bytes[at] <= NINE; at++) {
      local += (bytes[at] - ZERO) * weight;
      weight = (weight / 10) | 0;
    }
    if (at === first) return -1;
  }
  if (at === end) return toUtc(local);
  if (bytes[at] === SPACE) at++;
  const offset = zoneOffset(bytes, at, end);
  return Number.isNaN(offset) ? -1 : local - offset;
}

const isoDays = (bytes: Uint8Array, start: number) =>
  dayNumber(
    digits(bytes, start, start + 4),
    digits(bytes, start + 5, start + 7),
    digits(bytes, start + 8, start + 10),
  );

/**
 * The 17 bytes `2026-01-05T00:00:` at `start`, read as UTC, in milliseconds since 1970; −1 if they do not have that
 * form.
 */
function isoMinute(bytes: Uint8Array, start: number): number {
  const separator = bytes[start + 10];
  if (
    (separator !== CAPITAL_T && separator !== SMALL_T && separator !== SPACE && separator !== TAB) ||
    bytes[start + 13] !== COLON ||
    bytes[start + 16] !== COLON
  ) {
    return -1;
  }
  const hours = digits(bytes, start + 11, start + 13);
  const minutes = digits(bytes, start + 14, start + 16);
  const days = isoDays(bytes, start);
  if (days < 0 || hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return -1;
  return days * day + hours * 3_600_000 + minutes * minute;
}

/** How many of each unit a millisecond has: seconds, milliseconds, microseconds, nanoseconds. */
const perMillisecond = [1e-3, 1, 1e3, 1e6];

function epochTime(bytes: Uint8Array, start: number, end: number): number {
  if (end <= start || end - start > 30) return -1;
  const time = secondsTime(bytes, start, end);
  if (time >= 0 && time < endOfEpoch) return time;
  let value = shortDecimal(bytes, start, end);
  if (value < 0) {
    let text = "";
    for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]);
    if (!/^\d+(\.\d+)?(e\+?\d+)?$/i.test(text)) return -1;
    value = Number(text);
  }
  for (let unit = 0; unit < perMillisecond.length; unit++) {
    const moment = unit === 0 ? Math.round(value * 1e6) / 1e3 : value / perMillisecond[unit];
    if (moment >= firstEpoch && moment < endOfEpoch) return Math.floor(moment);
  }
  return -1;
}

/**
 * Ten digits of seconds, as most servers write them, with or without decimals, which are cut off after the millisecond;
 * −1 for another text.
 */
function secondsTime(bytes: Uint8Array, start: number, end: number): number {
  const dot = start + 10;
  if (end < dot || (end > dot && (bytes[dot] !== DOT || end === dot + 1))) return -1;
  const high = digits(bytes, start, start + 5);
  const low = digits(bytes, start + 5, dot);
  if (high < 10_000 || low < 0) return -1;
  let time = (high * 100_000 + low) * 1000;
  let weight = 100;
  for (let i = dot + 1; i < end; i++) {
    const digit = bytes[i] - ZERO;
    if (digit < 0 || digit > 9) return -1;
    time += digit * weight;
    weight = (weight / 10) | 0;
  }
  return time;
}

/** The number bytes[start, end) of at most 15 digits, with or without a dot; −1 if it is not one. */
function shortDecimal(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > 16) return -1;
  let whole = 0;
  let dot = -1;
  for (let i = start; i < end; i++) {
    const digit = bytes[i] - ZERO;
    if (digit >= 0 && digit <= 9) whole = whole * 10 + digit;
    else if (bytes[i] === DOT && dot < 0 && i > start && i + 1 < end) dot = i;
    else return -1;
  }
  if (dot < 0) return end - start <= 15 ? whole : -1;
  return whole / powersOfTen[end - dot - 1]; // both numbers are exact, so the quotient is rounded as the text would be
}

/** 1 to 10^15: `10 ** n` takes longer than the rest of reading a number. */
export const powersOfTen: readonly number[] = Array.from({ length: 16 }, (_, places) =>
  Number(`1e${places}`),
);
const firstEpoch = Date.UTC(likelyYears[0], 0);
const endOfEpoch = Date.UTC(likelyYears[1] + 1, 0);

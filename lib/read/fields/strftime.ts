import { COLON, NINE, SPACE, ZERO } from "../../ascii.js";
import { InputError, quoted } from "../../errors.js";
import type { ReadTime } from "../row.js";
import { dayNumber, digits, monthNumber, zoneOffset } from "./time.js";

/** The parts of a time, as the directives of its format find them in a line. */
export class TimeParts {
  year = 1970;
  month = 1;
  date = 1;
  hours = 0;
  minutes = 0;
  seconds = 0;
  milliseconds = 0;
  afternoon = -1;
  /** Offset of the zone from UTC in milliseconds; NaN if none is written. */
  offset = Number.NaN;
  /** Milliseconds since 1970, if the time is written in that way; otherwise −1. */
  epoch = -1;

  /** Clears the parts before the next line. */
  clear(): void {
    this.hours = this.minutes = this.seconds = this.milliseconds = 0;
    this.afternoon = this.epoch = -1;
    this.offset = Number.NaN;
  }

  /** The time in milliseconds since 1970, UTC; −1 if there is no such time. */
  time(toUtc: (local: number) => number): number {
    if (this.epoch >= 0) return this.epoch + this.milliseconds;
    const days = dayNumber(this.year, this.month, this.date);
    const hours = this.afternoon < 0 ? this.hours : (this.hours % 12) + 12 * this.afternoon;
    if (days < 0 || hours > 23 || this.minutes > 59 || this.seconds > 60) return -1;
    const local = days * 86_400_000 + hours * 3_600_000 + this.minutes * 60_000 + this.seconds * 1000;
    return (Number.isNaN(this.offset) ? toUtc(local) : local - this.offset) + this.milliseconds;
  }
}

/** Reads a part of a time at `at`, up to `end` at most. @returns the position after it, or −1 */
export type ReadTimePart = (bytes: Uint8Array, at: number, end: number, into: TimeParts) => number;

const longForms: Record<string, string> = {
  T: "%H:%M:%S",
  F: "%Y-%m-%d",
  R: "%H:%M",
  D: "%m/%d/%y",
  c: "%a %b %e %H:%M:%S %Y",
};

/**
 * Makes the reader of whole timestamps in a form of strftime, or of strptime, as Python calls it.
 * @throws InputError when the form leaves out a part without which it is no moment
 */
export function timestampForm(form: unknown, argument: string): ReadTime {
  if (typeof form !== "string" || form === "")
    throw new InputError(`${argument}: ${quoted(form)} is no form of a time, such as "%d/%m/%Y %H:%M:%S"`);
  const read = timeForm(form, argument);
  checkSays(lettersOf(form), `${argument}: ${quoted(form)}`);
  const into = new TimeParts();
  return (bytes, start, end, toUtc) => {
    into.clear();
    return read(bytes, start, end, into) === end ? into.time(toUtc) : -1;
  };
}

/** The letters of a form's directives, written out. */
export const lettersOf = (form: string): string[] =>
  [...inFull(form).matchAll(/%(.)/gs)].map(([, letter]) => letter);

/** @throws InputError when directives of these letters do not make a moment; `what` begins the sentence */
export function checkSays(letters: readonly string[], what: string): void {
  const says = (some: string) => letters.some((letter) => some.includes(letter));
  if (says("s")) return;
  const lacks = [
    ["Yy", "year (%Y)"],
    ["mbBh", "month (%m or %b)"],
    ["de", "day (%d)"],
    ["HkIl", "hour (%H)"],
  ].filter(([some]) => !says(some));
  if (lacks.length > 0)
    throw new InputError(`${what} says no ${lacks.map(([, name]) => name).join(" and no ")}`);
  if (says("Il") && !says("pHk"))
    throw new InputError(`${what} says hours up to twelve (%I), but not of which half of the day (%p)`);
}

const inFull = (form: string) => form.replace(/%([TFRDc])/g, (_, letter: string) => longForms[letter]);

/**
 * Makes the reader of times in a format of strftime, such as `%d/%b/%Y:%H:%M:%S %z`. The text between the directives
 * must be in the line as it is. Names of months are English. Source: POSIX, strftime.
 * | @throws InputError if a directive does not stand for a part of a time
 */
export function timeForm(form: string, argument: string): ReadTimePart {
  const parts: ReadTimePart[] = [];
  for (const [, directive, text] of inFull(form).matchAll(/%(.)|([^%]+)/gs)) {
    const part = directive === undefined || directive === "%" ? literal(text ?? "%") : directives[directive];
    if (part === undefined)
      throw new InputError(
        `${argument}: %${directive} in ${quoted(form)} is no part of a time that can be read`,
      );
    parts.push(part);
  }
  return (bytes, start, end, into) => {
    let at = start;
    for (const part of parts) {
      at = part(bytes, at, end, into);
      if (at < 0) return -1;
    }
    return at;
  };
}

function literal(text: string): ReadTimePart {
  const expected = new TextEncoder().encode(text);
  return (bytes, at, end) => {
    if (at + expected.length > end) return -1;
    for (let i = 0; i < expected.length; i++) if (bytes[at + i] !== expected[i]) return -1;
    return at + expected.length;
  };
}

function numberOf(length: number, set: (into: TimeParts, value: number) => void): ReadTimePart {
  return (bytes, at, end, into) => {
    const from = bytes[at] === SPACE && length === 2 ? at + 1 : at; // %e pads with a space
    let to = at + length;
    // 5/1/2026: without the zeros, as strptime reads it, too
    if (length === 2 && from === at && (to > end || !isDigit(bytes[at + 1]))) to--;
    const value = to <= end ? digits(bytes, from, to) : -1;
    if (value < 0) return -1;
    set(into, value);
    return to;
  };
}

const letters: ReadTimePart = (bytes, at, end) => {
  let to = at;
  while (to < end && (bytes[to] | 32) >= 97 && (bytes[to] | 32) <= 122) to++;
  return to > at ? to : -1;
};

const month: ReadTimePart = (bytes, at, end, into) => {
  const value = at + 3 <= end ? monthNumber(bytes, at) : 0;
  if (value === 0) return -1;
  into.month = value;
  return letters(bytes, at, end, into);
};

/** UTC by one of its names. The names of other zones are no offsets: CST is one in America and another in China. */
const zoneName: ReadTimePart = (bytes, at, end, into) => {
  const to = letters(bytes, at, end, into);
  const name = to < 0 ? "" : String.fromCharCode(...bytes.subarray(at, Math.min(to, at + 4)));
  if (name !== "UTC" && name !== "GMT" && name !== "Z") return -1;
  into.offset = 0;
  return to;
};

/** A fraction of a second of one to nine digits. */
const anyFraction: ReadTimePart = (bytes, at, end, into) => {
  let to = at;
  let value = 0;
  for (; to < end && to < at + 9 && isDigit(bytes[to]); to++)
    if (to < at + 3) value += (bytes[to] - ZERO) * 10 ** (2 - (to - at));
  into.milliseconds = value;
  return to > at ? to : -1;
};

const isDigit = (byte: number) => byte >= ZERO && byte <= NINE;

const zone: ReadTimePart = (bytes, at, end, into) => {
  let to = at + 1;
  if (at >= end) return -1;
  while (to < end && (bytes[to] === COLON || (bytes[to] >= ZERO && bytes[to] <= NINE))) to++;
  into.offset = zoneOffset(bytes, at, to);
  return Number.isNaN(into.offset) ? -1 : to;
};

const directives: Record<string, ReadTimePart> = {
  Y: numberOf(4, (into, value) => {
    into.year = value;
  }),
  y: numberOf(2, (into, value) => {
    into.year = value + (value < 69 ? 2000 : 1900);
  }),
  m: numberOf(2, (into, value) => {
    into.month = value;
  }),
  d: numberOf(2, (into, value) => {
    into.date = value;
  }),
  e: numberOf(2, (into, value) => {
    into.date = value;
  }),
  H: numberOf(2, (into, value) => {
    into.hours = value;
  }),
  I: numberOf(2, (into, value) => {
    into.hours = value;
  }),
  M: numberOf(2, (into, value) => {
    into.minutes = value;
  }),
  S: numberOf(2, (into, value) => {
    into.seconds = value;
  }),
  b: month,
  B: month,
  h: month,
  a: letters,
  A: letters,
  Z: zoneName,
  z: zone,
  f: anyFraction,
  L: fractionPart(3),
  N: anyFraction,
  p: (bytes, at, end, into) => {
    if (at + 2 > end || (bytes[at + 1] | 32) !== 109) return -1;
    into.afternoon = (bytes[at] | 32) === 112 ? 1 : 0;
    return at + 2;
  },
  s: epochPart(1000),
};
directives.k = directives.H;
directives.l = directives.I;

/** Reads digits that count from 1970, in units of `perUnit` milliseconds. */
export function epochPart(perUnit: number): ReadTimePart {
  return (bytes, at, end, into) => {
    let to = at;
    let value = 0;
    for (; to < end && bytes[to] >= ZERO && bytes[to] <= NINE && to - at < 19; to++)
      value = value * 10 + bytes[to] - ZERO;
    if (to === at) return -1;
    into.epoch = Math.floor(value * perUnit);
    return to;
  };
}

/** Reads the digits of a fraction of a second. Digits after the millisecond are cut off. */
export function fractionPart(length: number): ReadTimePart {
  return (bytes, at, end, into) => {
    if (at + length > end || digits(bytes, at, at + length) < 0) return -1;
    into.milliseconds = digits(bytes, at, at + 3);
    return at + length;
  };
}

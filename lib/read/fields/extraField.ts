import { quoted } from "../../errors.js";
import type { TimeUnit } from "../row.js";
import { quoteEnd, wordEnd } from "./words.js";

/**
 * Where a line of an access log carries its response time. nginx writes `$request_time` (seconds with three
 * decimals) and Apache `%D` (whole microseconds) wherever the administrator put them, as a rule behind the
 * user agent, bare, quoted or named (`rt=0.012`), among other fields. So the first lines decide.
 */
export interface TimeField {
  /** Which of the fields behind the line's fixed ones; -1 when there is none. */
  readonly index: number;
  readonly unit: TimeUnit;
  readonly decided?: string;
  readonly unsure?: string;
}

/** A position in a line: the text of one field, without its quotes and its name. Reused for all lines. */
export interface Extra {
  start: number;
  end: number;
}

/** Finds the field number `index` of those that stand from `at` on, each behind a space; `start` is -1 when there is none. */
export function extraField(bytes: Uint8Array, at: number, end: number, index: number, found: Extra): void {
  let from = at;
  for (let i = 0; from < end; i++) {
    from++; // the space
    const quotedAt = nameEnd(bytes, from, end);
    let start = quotedAt;
    let to: number;
    let next: number;
    if (bytes[quotedAt] === QUOTE) {
      start = quotedAt + 1;
      to = quoteEnd(bytes, start, end);
      if (to < 0) break;
      next = to + 1;
    } else {
      to = wordEnd(bytes, quotedAt, end);
      next = to;
    }
    if (i === index) {
      found.start = start;
      found.end = to;
      return;
    }
    from = next;
  }
  found.start = -1;
}

/** Position after `name=`, or `start`. */
function nameEnd(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end && ((bytes[i] | 32) >= 97 ? (bytes[i] | 32) <= 122 : bytes[i] === UNDERSCORE)) i++;
  return i > start && bytes[i] === EQUALS ? i + 1 : start;
}

/** Names that say themselves that a field is the whole response time. */
const names = /^(rt|request_time|response_time|duration|latency)=/i;

/**
 * Decides from the fields behind the fixed ones of the first lines, a list a line: the named one, else one with
 * a unit (Traefik's `34ms`), else the
 * largest with decimals (seconds: the request's time covers its upstream's), else the only whole number, in
 * microseconds when the median is a millisecond or more. What is still open must be said.
 */
export function responseTimeIn(
  lines: readonly (readonly string[])[],
  timeUnit: TimeUnit | "none" | undefined,
): TimeField {
  const none = { index: -1, unit: "s" } as const;
  if (timeUnit === "none" || lines.length === 0) return none;
  const columns = columnsOf(lines);
  if (columns.length === 0) {
    if (timeUnit === undefined) return none;
    return {
      ...none,
      unsure: `timeUnit: ${quoted(timeUnit)} is given, but the first lines have no number behind their fixed fields`,
    };
  }
  const decimals = columns.filter(({ decimal }) => decimal);
  const chosen =
    columns.find(({ named }) => named) ??
    columns.find(({ unit }) => unit !== undefined) ??
    decimals.reduce<Column | undefined>(
      (best, one) => (best && best.sum >= one.sum ? best : one),
      undefined,
    ) ??
    columns[0];
  const where = `field ${chosen.index + 1} behind the line's fixed ones, such as ${quoted(chosen.example)}`;
  const found = (unit: TimeUnit, says: string) => ({
    index: chosen.index,
    unit,
    decided: `response time in ${says}: ${where}`,
  });
  if (timeUnit !== undefined) return found(timeUnit, timeUnit);
  if (chosen.unit !== undefined) return found("ms", "its own unit");
  if (chosen.decimal) return found("s", "seconds (nginx's $request_time)");
  if (columns.length === 1 && chosen.median >= 1000) return found("us", "microseconds (Apache's %D)");
  return {
    ...none,
    unsure: `timeUnit: ${where}, is a whole number that may be a response time or not: give "s", "ms", "us", or "none" when it is none`,
  };
}

interface Column {
  readonly index: number;
  readonly example: string;
  readonly named: boolean;
  /** The unit that stands behind the number, if one does. */
  readonly unit: string | undefined;
  readonly decimal: boolean;
  readonly sum: number;
  readonly median: number;
}

/** The fields that are numbers (or "-") on at least nine lines of ten. */
function columnsOf(lines: readonly (readonly string[])[]): Column[] {
  const width = Math.max(...lines.map((line) => line.length));
  const columns: Column[] = [];
  for (let index = 0; index < width; index++) {
    const texts = lines.map((line) => line[index] ?? "");
    const values = texts.map((text) => text.replace(/^[a-z_]+=/i, "").replace(/^"(.*)"$/, "$1"));
    const numbers = values.filter((value) => /^\d{1,15}(\.\d+)?(ns|us|ms|s)?$/.test(value));
    const empty = values.filter((value) => value === "-").length;
    if (numbers.length === 0 || numbers.length + empty < 0.9 * lines.length) continue;
    const sorted = numbers.map(Number.parseFloat).sort((a, b) => a - b);
    if (sorted[0] > 5e8) continue; // seconds since 1970, or a number of a connection
    columns.push({
      index,
      example: texts.find((_, i) => values[i] === numbers[0]) ?? numbers[0],
      named: texts.some((text) => names.test(text)),
      unit: /[a-z]+$/.exec(numbers[0])?.[0],
      decimal: numbers.some((value) => value.includes(".")),
      sum: sorted.reduce((sum, value) => sum + value, 0),
      median: sorted[sorted.length >> 1],
    });
  }
  return columns;
}

const QUOTE = 34;
const EQUALS = 61;
const UNDERSCORE = 95;

import { inspect } from "node:util";
import { SLASH } from "../../ascii.js";
import { counted, grouped } from "../../digits.js";
import { checkOptions, harmless, InputError, quoted } from "../../errors.js";
import { contentOf, Line, Lines, longestLine } from "../../files/lines.js";
import { isAddress } from "../../read/fields/address.js";
import type { ReadLog } from "../../read/read.js";
import {
  isServersOwn,
  type ReadingOptions,
  readingOptions,
  saysHow,
  withRecords,
} from "../../read/readFirst.js";
import { checkReadOptions } from "../../read/readOptions.js";
import { unlikelyTime } from "../../read/report.js";
import { type Columns, csvHeader, recordFields, type Source } from "../../record.js";
import { checkWork, type Work, workOptions } from "../../work.js";
import { Cells, isDecimal, TimeStamps } from "./cells.js";
import { ownLogRules, type Rule, type RuleName, rules } from "./rules.js";

/** How `validate` judges a log, and how it reads a server's own log. */
export interface ValidateOptions extends Work, ReadingOptions {
  /**
   * Whether records that are not in order of time make a log invalid ("error") or are only mentioned ("warning"). The
   * default is a warning for logs from `read` and for a server's own log, since servers log a request when it ends, and
   * an error for all others.
   */
  order?: "error" | "warning" | undefined;
}

/** The result of checking a log against the rules of the record. */
export interface Validation {
  /** Whether no rule is broken, apart from warnings. */
  readonly valid: boolean;
  /** Number of lines after the header. */
  readonly records: number;
  /**
   * One row for each rule: `rule`, `means`, `level` ("error" or "warning"), `checked` and `broken` (numbers of files,
   * lines or records), `first_line` (number of the first line that breaks it; the header is line 1) and `example` (that
   * line, cut). The last two are null if no line breaks the rule.
   */
  readonly rules: Columns;
  /** What is unusual but breaks no rule: a time in an unlikely year. */
  readonly warnings: readonly string[];
  /** The result in a few lines of text. */
  readonly summary: string;
}

/**
 * Checks each line of a five-field CSV (plain, gzip or zstd, in a file or in memory) against every rule of the record.
 * The first line is taken as the header, whatever it holds. A line without five fields is not checked any further. A
 * server's own log is read, as `read` does it: its rules are that every line is a record, that it is complete, and the
 * order of time. Memory is the same for a log of any size.
 *
 * @throws InputError if the source cannot be read, or the format of a server's own log is unclear
 */
export async function validate(source: Source, options: ValidateOptions = {}): Promise<Validation> {
  checkValidateOptions(options);
  const { order, signal, onProgress, ...reading } = options;
  const work = { signal, onProgress };
  if (!saysHow(reading) && !(await isServersOwn(source, work))) {
    const isRead = typeof source === "object" && "outOfOrder" in source;
    return checkedCsv(source, order ?? (isRead ? "warning" : "error"), work, undefined);
  }
  return withRecords(source, reading, work, (csv, log) =>
    checkedCsv(csv, order ?? "warning", { signal }, log),
  );
}

/** @param read - how the lines of the server's own log were read; undefined if the log is a CSV */
async function checkedCsv(
  source: Source,
  order: "error" | "warning",
  options: Work,
  read: ReadLog | undefined,
): Promise<Validation> {
  const lines = new Lines(contentOf(source), "source");
  const breaches = new Breaches();
  let count = 0;
  let whole = 0; // number of records that have all their fields
  const cells = new Cells();
  const stamps = new TimeStamps();
  let previous = -1;
  let earliest = Number.POSITIVE_INFINITY;
  let latest = Number.NEGATIVE_INFINITY;

  const cut = new Line();
  for await (const block of lines.blocks(options)) {
    const { bytes, start, end, overlong } = block;
    for (let at = start; at < end; at = cut.next) {
      cut.cut(block, at, count === 0);
      const lineStart = at;
      let lineEnd = cut.isTerminated ? cut.next - 1 : cut.next; // includes a carriage return, if there is one
      const line = ++count;
      if (overlong !== undefined || lineEnd - lineStart > longestLine) {
        breaches.add("line_length", line, bytes, lineStart, lineEnd);
        if (line === 1) breaches.add("header", line, bytes, lineStart, lineEnd);
        continue;
      }
      if (!cut.isTerminated || cut.end < lineEnd) {
        breaches.add("line_end", line, bytes, lineStart, lineEnd);
        if (cut.isTerminated) lineEnd--;
      }
      cells.read(bytes, lineStart, lineEnd);
      const mark = cut.hasMark ? 3 : 0;
      if (cells.unclean || mark > 0) breaches.add("text", line, bytes, lineStart, lineEnd);
      if (line === 1) {
        const found = isHeaderLine(bytes, lineStart + mark, lineEnd);
        if (!found) breaches.add("header", line, bytes, lineStart, lineEnd);
        continue;
      }
      if (cells.count !== recordFields.length) {
        breaches.add("fields", line, bytes, lineStart, lineEnd);
        continue;
      }
      whole++;
      const { starts, ends } = cells;
      const time = stamps.read(bytes, starts[0], ends[0]);
      if (time < 0) {
        breaches.add("timestamp", line, bytes, lineStart, lineEnd);
      } else {
        if (time < previous) breaches.add("order", line, bytes, lineStart, lineEnd);
        previous = time;
        if (time < earliest) earliest = time;
        if (time > latest) latest = time;
      }
      if (!isAddress(bytes, starts[1], ends[1])) breaches.add("ip_address", line, bytes, lineStart, lineEnd);
      if (ends[2] <= starts[2] || bytes[starts[2]] !== SLASH) {
        breaches.add("endpoint", line, bytes, lineStart, lineEnd);
      }
      if (!isStatus(bytes, starts[3], ends[3])) breaches.add("status_code", line, bytes, lineStart, lineEnd);
      if (ends[4] > starts[4] && !isDecimal(bytes, starts[4], ends[4])) {
        breaches.add("response_time_ms", line, bytes, lineStart, lineEnd);
      }
    }
  }
  if (count === 0) breaches.note("header", 1, "the file is empty");
  if (lines.damage !== undefined) breaches.note("complete", count, lines.damage);
  const unlikely = unlikelyTime(earliest, latest);
  const warnings = unlikely === undefined ? [] : [unlikely];
  if (read === undefined)
    return validation(breaches, rules, { file: 1, line: count, record: whole }, order, warnings);
  const [first] = read.examples;
  if (first !== undefined) breaches.note("record", first.line, first.text, read.quarantined);
  const early = breaches.first.get("order"); // in the CSV
  if (early !== undefined) early.line = read.firstOutOfOrder!;
  const damage = read.sources.find((each) => each.damage !== undefined)?.damage;
  if (damage !== undefined) breaches.note("complete", read.lines, damage);
  const checked = { file: 1, line: read.lines, record: whole };
  return validation(breaches, ownLogRules, checked, order, warnings);
}

/**
 * Checks the options of `validate`. A caller that adds options of its own removes them first.
 * @throws InputError if they are not an object, or one of them does not exist or is wrong
 */
export function checkValidateOptions(options: ValidateOptions): void {
  checkOptions(options, ["order", ...workOptions, ...readingOptions]);
  const { order = "error", signal, onProgress, onRead: _, ...how } = options;
  checkReadOptions(how);
  checkWork({ signal, onProgress });
  if (order !== "error" && order !== "warning")
    throw new InputError(`order: must be "error" or "warning", not ${quoted(order)}`);
}

/** How often each rule was broken, and where first. */
class Breaches {
  readonly counts = new Map<RuleName, number>();
  readonly first = new Map<RuleName, { line: number; example: string }>();

  add(rule: RuleName, line: number, bytes: Uint8Array, start: number, end: number): void {
    const count = this.counts.get(rule) ?? 0;
    this.counts.set(rule, count + 1);
    if (count > 0) return;
    const cut = end - start > longestExample;
    const text = new TextDecoder().decode(bytes.subarray(start, cut ? start + longestExample : end));
    this.first.set(rule, { line, example: cut ? `${text}…` : text });
  }

  note(rule: RuleName, line: number, example: string, count = 1): void {
    this.counts.set(rule, count);
    this.first.set(rule, { line, example });
  }
}

const longestExample = 200; // in bytes

function validation(
  { counts, first }: Breaches,
  rules: readonly Rule[],
  checked: Record<"file" | "line" | "record", number>,
  order: "error" | "warning",
  warnings: readonly string[],
): Validation {
  const level = (rule: RuleName) => (rule === "order" ? order : "error");
  const broken = rules.filter(({ name }) => counts.has(name));
  const valid = !broken.some(({ name }) => level(name) === "error");
  const records = rules === ownLogRules ? checked.record : Math.max(0, checked.line - 1);
  const errors = broken.filter(({ name }) => level(name) === "error").length;
  const mild = broken.length - errors;
  const summary = harmless(
    [
      `${valid ? "valid" : "not valid"}: ${counted(records, "record")}, ${errors} of ${rules.length} rules broken${mild > 0 ? `, ${mild} with a warning` : ""}`,
      ...broken.map(({ name, means }) => {
        const { line, example } = first.get(name)!;
        const count = grouped(counts.get(name)!);
        return `  ${level(name)}: ${name} (${means}): ${count} times, first on line ${line}: ${JSON.stringify(example)}`;
      }),
      ...warnings.map((words) => `  note: ${words}`),
    ].join("\n"),
  );
  const outcome: Validation = {
    valid,
    records,
    rules: {
      rule: rules.map(({ name }) => name),
      means: rules.map(({ means }) => means),
      level: rules.map(({ name }) => level(name)),
      checked: rules.map(({ of }) => checked[of]),
      broken: rules.map(({ name }) => counts.get(name) ?? 0),
      first_line: rules.map(({ name }) => first.get(name)?.line ?? null),
      example: rules.map(({ name }) => first.get(name)?.example ?? null),
    },
    warnings,
    summary,
  };
  Object.defineProperty(outcome, inspect.custom, { value: () => summary });
  return outcome;
}

function isHeaderLine(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== csvHeader.length) return false;
  for (let i = 0; i < csvHeader.length; i++) if (bytes[start + i] !== csvHeader.charCodeAt(i)) return false;
  return true;
}

/** Whether the bytes are three digits from 100 to 599, the bounds of `status_code` in record.ts. */
function isStatus(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== 3) return false;
  for (let i = start; i < end; i++) if (bytes[i] < 48 || bytes[i] > 57) return false;
  return bytes[start] >= 49 && bytes[start] <= 53;
}

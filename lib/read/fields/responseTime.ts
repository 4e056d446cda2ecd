import { DOT } from "../../ascii.js";
import { InputError, quoted } from "../../errors.js";
import type { Reason, Row, TimeUnit } from "../row.js";
import { readDuration } from "./duration.js";
import { Pieces } from "./pieces.js";
import { responseTimeName } from "./usualNames.js";

/**
 * The response time among the fields after an access log's fixed ones. Administrators put it anywhere, among other
 * numbers, so the first lines decide, by what the servers' manuals define and never by size:
 * - nginx's times (`$request_time`, `$upstream_response_time`, `$connection_time`) have exactly three decimals, its
 * `$gzip_ratio` two; `$request_time` is never "-" and never a list, as an upstream's time may be;
 * - a name says what a field is: `rt=`, `request_time=`, `duration_ms=`; a field with another name is not a response
 * time;
 * - a unit after the number, `34ms`, makes it a time;
 * - a whole number may be anything (Apache's `%D` in microseconds, `%{ms}T`, bytes, a port). Where more than one field
 * or unit fits, the user is asked. Sources: nginx, ngx_http_log_module and ngx_http_upstream_module; Apache,
 * mod_log_config.
 */
export interface TimeField {
  /** What the first lines decided, for people to read. */
  readonly decided?: string | undefined;
  /** The question to ask, if the first lines left it open. */
  readonly unsure?: string | undefined;
  /** Whether there is a response time at all. */
  readonly found: boolean;
  /** Whether it is the only field after the fixed ones, on all of the first lines. */
  readonly alone: boolean;
  /** Reads it from the fields bytes[at, end) of a line. If it is the only field, `read` gets that field alone. */
  readonly read: (bytes: Uint8Array, at: number, end: number, row: Row) => Reason;
  readonly readAlone: (bytes: Uint8Array, start: number, end: number, row: Row) => Reason;
}

/** What the text of a field can be. */
type Kind = "seconds" | "ratio" | "unit" | "decimal" | "whole" | "list" | "pair" | "none" | "text";

/** A field of the first lines, known by its place or by its name. */
interface Column {
  /** Its name or its number, from "1". */
  readonly key: string;
  readonly named: boolean;
  readonly kinds: Map<Kind, number>;
  readonly values: number[];
  /** The field as it is written on the first line where it has a number. */
  example: string;
}

/**
 * Decides from the first lines.
 * @param lines - for each line, the part after the fixed fields, which may be empty
 * @param asked - the field that the user named, by name or number
 */
export function trailingTime(
  lines: readonly Uint8Array[],
  timeUnit: TimeUnit | "none" | undefined,
  asked: string | undefined,
): TimeField {
  const { columns, widths } = columnsOf(lines);
  if (timeUnit === "none") return noTime();
  if (asked !== undefined) return fieldAsked(columns, widths, timeUnit, asked);
  const candidates = columns.filter((column) => numbers(column) >= lines.length / 2 && isCandidate(column));
  const named = candidates.filter(({ named }) => named);
  const sure = sureOf(candidates.filter(({ named }) => !named));
  const units = candidates.filter((column) => share(column, "unit") >= 0.9);
  const likely = named.length > 0 ? named : [...new Set([...sure, ...units])];
  const fitting = likely.length > 0 ? likely : candidates;
  if (fitting.length === 0) {
    const unsure =
      timeUnit === undefined || lines.length === 0
        ? pairIn(columns, lines.length)
        : `timeUnit: ${quoted(timeUnit)} is given, but the first lines have no number behind their fixed fields`;
    return { ...noTime(), unsure, decided: others(columns) };
  }
  if (fitting.length > 1) {
    const unit =
      fitting.some(({ kinds }) => kinds.has("whole")) && timeUnit === undefined ? ", --time-unit" : "";
    return {
      ...noTime(),
      unsure: `timeField: more than one of the fields behind the line's fixed ones may be the response time: ${list(fitting)}; say which (--time-field ${fitting[0].key}${unit}), or that there is none (--time-unit none)`,
    };
  }
  return timeIn(fitting[0], widths, timeUnit);
}

/** The question about two numbers in one field, as Apache's `%T/%D` writes them. */
function pairIn(columns: readonly Column[], lines: number): string | undefined {
  const column = columns.find(
    (each) => !each.named && count(each, "pair") > 0 && count(each, "pair") >= lines / 2,
  );
  if (column === undefined) return;
  return `timeField: ${label(column)} behind the line's fixed ones, such as ${quoted(column.example)}, has two numbers in one, as Apache's %T/%D writes the response time: say what they are (--log-format), or that there is none (--time-unit none)`;
}

const noTime = (): TimeField => ({
  found: false,
  alone: false,
  read: () => undefined,
  readAlone: () => undefined,
});

function fieldAsked(
  columns: readonly Column[],
  widths: ReadonlySet<number>,
  timeUnit: TimeUnit | undefined,
  asked: string,
): TimeField {
  const column = columns.find(({ key }) => key === asked);
  if (column === undefined || numbers(column) === 0) {
    const all = columns.filter((each) => numbers(each) > 0);
    throw new InputError(
      `timeField: ${quoted(asked)} is no field with numbers behind the fixed ones of the first lines: ${all.length > 0 ? list(all) : "there is none"}`,
    );
  }
  return timeIn(column, widths, timeUnit);
}

/** The response time in a known field, if its unit is known. */
function timeIn(column: Column, widths: ReadonlySet<number>, given: TimeUnit | undefined): TimeField {
  const where = `${label(column)} behind the line's fixed ones, such as ${quoted(column.example)}`;
  const ask = (why: string) => ({
    ...noTime(),
    unsure: `timeUnit: ${where}, ${why}: give "s", "ms" or "us" (--time-unit ms), or "none" when it is none`,
  });
  const inSeconds = share(column, "seconds") >= 0.9;
  const byName = column.named ? responseTimeName(column.key)?.unit : undefined;
  let unit = given ?? byName;
  let says: string = unit ?? "";
  if (unit === undefined && share(column, "unit") >= 0.9) {
    unit = "ms";
    says = "its own unit";
  } else if (unit === undefined && inSeconds) {
    // Sites whose requests usually take seconds are rarer than logs with times in milliseconds with decimals.
    if (median(column) >= longMedian) return ask("may be seconds (nginx's $request_time) or milliseconds");
    unit = "s";
    says = "seconds (nginx's $request_time)";
  }
  if (unit === undefined) {
    return ask(
      column.kinds.has("decimal")
        ? "has not the three decimals of nginx's $request_time"
        : "is a whole number that may be a response time or not",
    );
  }
  const kind = inSeconds ? "seconds" : share(column, "whole") >= 0.9 ? "whole" : undefined;
  const readAlone = checked(unit, kind);
  return {
    found: true,
    alone: !column.named && widths.size === 1 && widths.has(1),
    decided: `response time in ${says}: ${where}`,
    read: column.named ? byNameReader(column.key, readAlone) : byPlaceReader(column.key, widths, readAlone),
    readAlone,
  };
}

/** If the lower median, in seconds, is at least this, a number with three decimals may be in milliseconds. */
const longMedian = 3;

type ReadField = TimeField["readAlone"];

/**
 * Reads a response time that must be written as in the first lines, so that a field that changes its meaning is
 * noticed.
 */
function checked(unit: TimeUnit, kind: "seconds" | "whole" | undefined): ReadField {
  return (bytes, start, end, row) => {
    const wrong = readDuration(bytes, start, end, unit, row);
    if (wrong !== undefined || row.hundredths < 0 || kind === undefined) return wrong;
    if (kind === "seconds") {
      if (bytes[end - 4] === DOT && end - 4 > start) return;
      row.hundredths = -1;
      return "the response time has not three decimals, as on the first lines: the fields behind the fixed ones changed";
    }
    for (let i = start; i < end; i++) {
      if (bytes[i] !== DOT) continue;
      row.hundredths = -1;
      return "the response time is no whole number, as on the first lines: the fields behind the fixed ones changed";
    }
  };
}

function byPlaceReader(key: string, widths: ReadonlySet<number>, readField: ReadField): ReadField {
  const index = Number(key) - 1;
  const pieces = new Pieces();
  return (bytes, at, end, row) => {
    const count = pieces.read(bytes, at, end);
    if (pieces.open)
      return "a quote behind the line's fixed fields is not closed: the line may have been cut";
    if (index >= count) return "the line ends before the response time";
    if (!widths.has(count))
      return "the line has more or fewer fields behind the fixed ones than the first lines have: their meaning may have changed";
    return readField(bytes, pieces.start[index], pieces.end[index], row);
  };
}

function byNameReader(name: string, readField: ReadField): ReadField {
  const text = new TextEncoder().encode(name);
  const pieces = new Pieces();
  return (bytes, at, end, row) => {
    const count = pieces.read(bytes, at, end);
    for (let i = 0; i < count; i++) {
      const start = pieces.nameStart[i];
      if (pieces.nameEnd[i] - start !== text.length) continue;
      let same = 0;
      while (same < text.length && bytes[start + same] === text[same]) same++;
      if (same === text.length) return readField(bytes, pieces.start[i], pieces.end[i], row);
    }
    row.hundredths = -1; // a line without the field has no response time
  };
}

/** The fields of the lines, by place and by name, and how many lines have each of them. */
function columnsOf(lines: readonly Uint8Array[]): { columns: Column[]; widths: Set<number> } {
  const columns = new Map<string, Column>();
  const widths = new Set<number>();
  const pieces = new Pieces();
  for (const bytes of lines) {
    const count = pieces.read(bytes, 0, bytes.length);
    if (pieces.open) continue;
    widths.add(count);
    for (let i = 0; i < count; i++) {
      const name = textOf(bytes, pieces.nameStart[i], pieces.nameEnd[i]);
      const key = name === "" ? String(i + 1) : name;
      const column: Column = columns.get(key) ?? {
        key,
        named: name !== "",
        kinds: new Map(),
        values: [],
        example: "",
      };
      columns.set(key, column);
      const text = textOf(bytes, pieces.start[i], pieces.end[i]);
      const kind = kindOf(text);
      column.kinds.set(kind, (column.kinds.get(kind) ?? 0) + 1);
      if (isNumber(kind)) column.values.push(Number.parseFloat(text));
      else if (kind !== "pair") continue;
      if (column.example === "")
        column.example = textOf(bytes, name === "" ? pieces.start[i] : pieces.nameStart[i], pieces.end[i]);
    }
  }
  return { columns: [...columns.values()], widths };
}

const textOf = ({ buffer, byteOffset }: Uint8Array, start: number, end: number) =>
  Buffer.from(buffer, byteOffset + start, Math.min(end - start, 200)).toString("latin1");

function kindOf(text: string): Kind {
  if (text === "-" || text === "") return "none";
  if (/^\d{1,15}$/.test(text)) return "whole";
  if (/^\d{1,15}\.\d{3}$/.test(text)) return "seconds";
  if (/^\d{1,15}\.\d{2}$/.test(text)) return "ratio";
  if (/^\d{1,15}\.\d+$/.test(text)) return "decimal";
  if (/^\d{1,15}(\.\d+)? ?(ns|us|\xc2\xb5s|\xce\xbcs|ms|s)$/.test(text)) return "unit";
  if (/^\**\d{1,15}\/\d{1,15}\**$/.test(text)) return "pair";
  return /^[\d.-]+( ?[,:] ?[\d.-]+)+$/.test(text) ? "list" : "text";
}

const isNumber = (kind: Kind) => kind !== "none" && kind !== "text" && kind !== "list" && kind !== "pair";
const count = (column: Column, kind: Kind) => column.kinds.get(kind) ?? 0;
const numbers = ({ values }: Column) => values.length;
const share = (column: Column, kind: Kind) => count(column, kind) / (numbers(column) || 1);

/** The lower median. */
function median({ values }: Column): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1];
}

/** Whether a field can be the response time at all. */
function isCandidate(column: Column): boolean {
  const { key, named, values } = column;
  if (named) return responseTimeName(key) !== undefined;
  const smallest = Math.min(...values);
  if (smallest > 5e8) return false; // these are times since 1970, or numbers of connections
  if (share(column, "ratio") >= 0.9) return false;
  // The port of a server, for example. Response times are not always the same.
  const same = values.every((value) => value === smallest);
  return !(same && smallest > 0 && values.length >= 20 && share(column, "whole") === 1);
}

/** The fields with exactly three decimals. If some of several are never "-" or a list, only those. */
function sureOf(columns: readonly Column[]): readonly Column[] {
  const all = columns.filter((column) => share(column, "seconds") >= 0.9);
  const never = all.filter((column) => count(column, "none") + count(column, "list") === 0);
  return all.length > 1 && never.length > 0 ? never : all;
}

const label = ({ key, named }: Column) => (named ? `the field ${key}` : `field ${key}`);
const list = (columns: readonly Column[]) =>
  columns
    .slice(0, 8)
    .map((column) => `${label(column)}, such as ${quoted(column.example)}`)
    .join("; ");

/** The fields with decimals that were not taken for the response time. */
function others(columns: readonly Column[]): string | undefined {
  const left = columns.filter((column) => numbers(column) > 0 && share(column, "whole") < 1);
  return left.length === 0
    ? undefined
    : `no response time: not taken for one is ${list(left)} (--time-field takes it)`;
}

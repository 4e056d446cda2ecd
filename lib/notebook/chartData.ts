import { InputError, quoted } from "../errors.js";
import type { Named } from "../record.js";

declare const names: unique symbol;

/** A frame whose column names an editor knows. The member exists in the type only, not at run time. */
export interface Columned<Names extends string> {
  readonly [names]?: Names;
}

/** The names of the columns of a chart's data, as far as its type tells them, so that an editor can offer them. */
export type ColumnOf<Data> =
  Data extends Columned<infer Names extends string>
    ? Named<Names>
    : Data extends readonly (infer Row)[]
      ? Named<Extract<keyof Row, string>>
      : Data extends Readonly<Record<string, readonly unknown[]>>
        ? Named<Extract<keyof Data, string>>
        : string;

/**
 * What a chart takes: columns by name, rows as objects, a Danfo frame, or a Danfo series, whose index is then the x and
 * whose values are the y.
 */
export type ChartData =
  | Readonly<Record<string, readonly unknown[]>>
  | readonly Readonly<Record<string, unknown>>[]
  | { readonly columns: readonly string[]; column(name: string): { readonly values: unknown } }
  | { readonly index: readonly unknown[]; readonly values: unknown; readonly $isSeries?: boolean };

/** Reads the columns that a chart asks for by name. */
export interface ColumnReader {
  /**
   * The values of a column.
   * @throws InputError when there is no such column: names the option, the value and the columns there are
   */
  read(option: string, name: unknown): readonly unknown[];
  /** Whether there is such a column. A series has no named columns. */
  has(name: string): boolean;
}

/** A reader for `data`. For a series, `x` names the index and `y` the values, whatever they are called. */
export function columnReader(data: ChartData): ColumnReader {
  if (typeof data !== "object" || data === null) {
    throw new InputError(
      `data: got ${quoted(data)}, but a chart takes columns by name, rows as objects or a Danfo frame`,
    );
  }
  if (Array.isArray(data)) {
    const rows = data as Record<string, unknown>[];
    const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    return named(names, (name) => rows.map((row) => row[name]));
  }
  if (isFrame(data)) return named(data.columns, (name) => data.column(name).values as unknown[]);
  if (isSeries(data))
    return {
      read: (option) => (option === "x" ? data.index : (data.values as unknown[])),
      has: () => false,
    };
  const columns = data as Record<string, readonly unknown[]>;
  return named(Object.keys(columns), (name) => columns[name]!);
}

function isFrame(data: ChartData): data is Extract<ChartData, { columns: unknown }> {
  return "column" in data && typeof data.column === "function";
}

function isSeries(data: ChartData): data is Extract<ChartData, { index: unknown }> {
  return "$isSeries" in data && data.$isSeries === true;
}

function named(names: readonly string[], values: (name: string) => readonly unknown[]): ColumnReader {
  return {
    has: (name) => names.includes(name),
    read(option, name) {
      if (typeof name !== "string" || !names.includes(name)) {
        const there = names.slice(0, 20).map(quoted).join(", ");
        throw new InputError(`${option}: there is no column ${quoted(name)}; the columns are ${there}`);
      }
      return values(name);
    },
  };
}

/**
 * The values as numbers; what is missing (null, undefined, an empty text, NaN) is null.
 * @throws InputError when a value is no number
 */
export function numbersOf(option: string, name: string, values: readonly unknown[]): (number | null)[] {
  return values.map((value) => {
    if (value === null || value === undefined || value === "") return null;
    const number = typeof value === "bigint" || typeof value === "boolean" ? Number(value) : value;
    if (typeof number !== "number") {
      throw new InputError(`${option}: column ${quoted(name)} must hold numbers; it holds ${quoted(value)}`);
    }
    return Number.isFinite(number) ? number : null;
  });
}

/** A text of a category; what is missing is said to be. */
export function categoryOf(value: unknown): string {
  if (value === null || value === undefined || value === "") return "(none)";
  return value instanceof Date ? value.toISOString() : String(value);
}

const date = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?)?$/;

/** Whether the values are times: Dates, or texts as 2026-01-05, 2026-01-05 00:00:00, 2026-01-05T00:00:00.000Z. */
export function areTimes(values: readonly unknown[]): boolean {
  const known = values.filter((value) => value !== null && value !== undefined);
  return (
    known.length > 0 &&
    known.every((value) => value instanceof Date || (typeof value === "string" && date.test(value)))
  );
}

/**
 * A time as Plotly takes it: without a zone, which it would otherwise turn into the reader's own, and without seconds
 * or parts of them that are 0.
 */
export function timeOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const text = value instanceof Date ? value.toISOString() : String(value);
  return text
    .replace("T", " ")
    .replace(/Z$/, "")
    .replace(/(:\d\d:\d\d\.\d*?)0+$/, "$1")
    .replace(/(:\d\d:\d\d)\.$/, "$1")
    .replace(/(:\d\d):00$/, "$1");
}

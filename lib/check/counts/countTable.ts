import { resolve } from "node:path";
import { didYouMean, InputError, quoted } from "../../errors.js";
import { openDuckdb } from "../../files/duckdb.js";
import { moment } from "../../read/fields/time.js";
import type { Columns } from "../../record.js";

/** A table of counts after its columns have been recognised: each list has one entry for each row. */
export interface CountTable {
  /** Beginnings of the buckets, seconds since 1970; undefined if the table has no time. */
  readonly times: readonly number[] | undefined;
  /** Endpoints as the table writes them; undefined if it has none. */
  readonly endpoints: readonly string[] | undefined;
  /** Status classes, 1 to 5; undefined if the table has none. */
  readonly classes: readonly number[] | undefined;
  readonly requests: readonly number[];
  /**
   * Length of a bucket in seconds, if the column of times is named after it (minute, hour, day, week); otherwise
   * undefined.
   */
  readonly namedSeconds: number | undefined;
  /** Names of the columns that were not recognised. */
  readonly unused: readonly string[];
}

/** Names by which columns are recognised, the most certain first. Case and punctuation are ignored. */
const knownNames = {
  time: ["bucket", "timestamp", "time", "minute", "hour", "day", "week", "date", "ts", "t", "start_time"],
  endpoint: ["endpoint", "route", "path", "uri", "url", "handler"],
  status: ["status_class", "status", "status_code", "class", "code"],
  requests: ["requests", "count", "hits", "n", "number", "total", "value", "records"],
} as const;

/**
 * Recognises the columns of a table of counts.
 * @param table columns, or the path of a CSV
 * @throws InputError if a column is missing, or a value does not fit its column
 */
export async function countTable(table: Columns | string): Promise<CountTable> {
  const columns = typeof table === "string" ? await csvColumns(table) : table;
  if (typeof columns !== "object" || columns === null || !Object.values(columns).every(Array.isArray)) {
    throw new InputError(`table: must be the path of a CSV or an object of columns, not ${quoted(table)}`);
  }
  const names = Object.keys(columns);
  checkNoneTwice(names);
  const plainNames = names.map(plain);
  const column = (of: keyof typeof knownNames): [string, Columns[string]] | undefined => {
    const found = knownNames[of].find((name) => plainNames.includes(plain(name)));
    const name = found && names[plainNames.indexOf(plain(found))];
    return name === undefined ? undefined : [name, columns[name]];
  };
  const [time, endpoint, status, counts] = [
    column("time"),
    column("endpoint"),
    column("status"),
    column("requests"),
  ];
  const used = [time, endpoint, status, counts].map((found) => found?.[0]);
  const unused = names.filter((name) => name !== "" && !used.includes(name));
  // A misspelt column would not be compared, and so its differences would stay hidden. Short names resemble too many
  // others to be checked.
  const lacking = Object.values(knownNames).filter((_, i) => used[i] === undefined);
  const candidates = lacking.flat().filter((name) => name.length >= 5);
  for (const name of unused) {
    const meant = didYouMean(name, candidates);
    if (meant !== "") throw new InputError(`table: column ${quoted(name)} is none that is known${meant}`);
  }
  if (counts === undefined) {
    throw new InputError(
      `table: has no column of counts (${knownNames.requests.join(", ")}) among ${quoted(names.join(", "))}`,
    );
  }
  const uneven = names.find((name) => columns[name].length !== counts[1].length);
  if (uneven !== undefined) {
    throw new InputError(
      `table: column ${quoted(uneven)} has ${columns[uneven].length} values, ${quoted(counts[0])} ${counts[1].length}`,
    );
  }
  return {
    times: time && read(time, "a moment", momentOf),
    endpoints: endpoint && read(endpoint, "an endpoint", (value) => (value === "" ? undefined : value)),
    classes: status && read(status, "a status code or class such as 200, 2 or 2xx", classOf),
    requests: read(counts, "a whole number, 0 or more", (value) =>
      /^\d{1,15}(\.0*)?$/.test(value) ? Number(value) : undefined,
    ),
    namedSeconds: time && lengths[plain(time[0])],
    unused,
  };
}

/** Lengths in seconds of the units that a column of times may be named after. */
const lengths: Readonly<Record<string, number>> = {
  minute: 60,
  hour: 3600,
  day: 86_400,
  date: 86_400,
  week: 604_800,
};

const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "");

function checkNoneTwice(names: readonly string[]): void {
  const twice = names.find(
    (name, i) => name !== "" && names.findIndex((other) => plain(other) === plain(name)) < i,
  );
  if (twice !== undefined) throw new InputError(`table: there are two columns ${quoted(twice)}`);
}

function read<T>(
  [name, values]: [string, Columns[string]],
  rule: string,
  parse: (text: string) => T | undefined,
): T[] {
  return values.map((value: unknown, row) => {
    const text = value instanceof Date ? value.toISOString() : String(value ?? "").trim();
    const parsed = parse(text);
    if (parsed !== undefined) return parsed;
    throw new InputError(`table: row ${row + 1}: ${name} must be ${rule}, not ${quoted(value)}`);
  });
}

function momentOf(text: string): number | undefined {
  const whole = /^\d{4}-\d\d-\d\d$/.test(text)
    ? `${text}T00:00:00Z`
    : text.replace(/([T ]\d\d:\d\d)(?=$|Z|[+-])/, "$1:00");
  const bytes = new TextEncoder().encode(whole);
  const time = moment(bytes, 0, bytes.length, (local) => local);
  return time < 0 ? undefined : Math.floor(time / 1000);
}

function classOf(text: string): number | undefined {
  const [, digit] = /^([1-5])(?:xx|\d\d(?:\.0*)?|\.0*)?$/i.exec(text) ?? [];
  return digit === undefined ? undefined : Number(digit);
}

/** Columns named by the cells of their first row. */
function withHeader(columns: readonly Columns[string][]): Columns {
  const width = columns.findLastIndex(([name]) => name !== null && name !== undefined) + 1;
  for (const values of columns.slice(width)) {
    const row = values.findIndex((value) => value !== null);
    if (row > 0) throw new InputError(`table: row ${row} has more cells than the header, which has ${width}`);
  }
  const named = columns.slice(0, width).map(([name, ...values]) => [String(name ?? ""), values] as const);
  checkNoneTwice(named.map(([name]) => name));
  return Object.fromEntries(named);
}

/** Largest number of rows of a table in a file. */
const mostRows = 2_000_000;

async function csvColumns(path: string): Promise<Columns> {
  const fail = (why: string) => new InputError(`table: cannot read ${quoted(resolve(path))} as CSV: ${why}`);
  const instance = await openDuckdb(":memory:");
  const connection = await instance.connect();
  try {
    const file = resolve(path).replace(/[*?[]/g, "[$&]");
    // The header is read as a row. As a header, DuckDB would rename a name that occurs twice, and surplus cells.
    const reader = await connection.runAndReadAll(
      `SELECT * FROM read_csv($1, all_varchar = true, header = false, null_padding = true, sample_size = -1) LIMIT ${mostRows + 2}`,
      [file],
    );
    if (reader.currentRowCount > mostRows + 1) throw fail(`it has more than ${mostRows} rows`);
    return withHeader(reader.getColumnsJS() as Columns[string][]);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const [line] = (error as Error).message.split("\n");
    throw fail(/No files found/.test(line) ? "there is no such file" : line);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

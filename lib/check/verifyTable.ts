import { resolve } from "node:path";
import { InputError, quoted } from "../errors.js";
import { moment } from "../formats/readTime.js";
import type { Columns } from "../record.js";

/** A table of counts, understood: one entry in each list for each of its rows. */
export interface CountTable {
  /** Beginnings of the buckets, seconds since 1970; undefined when the table has no time. */
  readonly times: readonly number[] | undefined;
  /** Endpoints as the table writes them; undefined when it has none. */
  readonly endpoints: readonly string[] | undefined;
  /** Status classes, 1 to 5; undefined when the table has none. */
  readonly classes: readonly number[] | undefined;
  readonly requests: readonly number[];
}

/** Names of the columns, the surest first, without case and punctuation. */
const usual = {
  time: ["bucket", "timestamp", "time", "minute", "hour", "day", "date", "ts", "t", "starttime"],
  endpoint: ["endpoint", "route", "path", "uri", "url", "handler"],
  status: ["statusclass", "status", "statuscode", "class", "code"],
  requests: ["requests", "count", "hits", "n", "number", "total", "value", "records"],
} as const;

/**
 * Understands a table of counts.
 * @param table columns, or the path of a CSV
 * @throws InputError when a column is missing, or a value is not what its column holds
 */
export async function countTable(table: Columns | string): Promise<CountTable> {
  const columns = typeof table === "string" ? await csvColumns(table) : table;
  if (typeof columns !== "object" || columns === null || !Object.values(columns).every(Array.isArray)) {
    throw new InputError(`table: must be the path of a CSV or an object of columns, not ${quoted(table)}`);
  }
  const names = Object.keys(columns);
  const known = names.map((name) => name.toLowerCase().replace(/[^a-z0-9]/g, ""));
  const column = (of: keyof typeof usual): [string, Columns[string]] | undefined => {
    const found = usual[of].find((name) => known.includes(name));
    const name = found && names[known.indexOf(found)];
    return name === undefined ? undefined : [name, columns[name]];
  };
  const counts = column("requests");
  if (counts === undefined) {
    throw new InputError(
      `table: has no column of counts (${usual.requests.join(", ")}) among ${quoted(names.join(", "))}`,
    );
  }
  const [time, endpoint, status] = [column("time"), column("endpoint"), column("status")];
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
  };
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

/** Most rows of a table in a file. */
const mostRows = 2_000_000;

async function csvColumns(path: string): Promise<Columns> {
  const fail = (why: string) => new InputError(`table: cannot read ${quoted(resolve(path))} as CSV: ${why}`);
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const connection = await instance.connect();
  try {
    const file = resolve(path).replace(/[*?[]/g, "[$&]");
    const reader = await connection.runAndReadAll(
      `SELECT * FROM read_csv($1, all_varchar = true, header = true, null_padding = true) LIMIT ${mostRows + 1}`,
      [file],
    );
    const columns = reader.getColumnsObjectJS() as Columns;
    if (reader.currentRowCount > mostRows) throw fail(`it has more than ${mostRows} rows`);
    return columns;
  } catch (error) {
    if (error instanceof InputError) throw error;
    const [line] = (error as Error).message.split("\n");
    throw fail(/No files found/.test(line) ? "there is no such file" : line);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

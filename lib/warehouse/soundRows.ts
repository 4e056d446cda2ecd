import type { DuckDBConnection } from "@duckdb/node-api";
import { InputError, InterruptedError, quoted } from "../errors.js";
import { machineFault } from "../files/fault.js";
import { damageOfPages } from "../files/parquetPages.js";
import { type FieldName, recordFields, type Source } from "../record.js";
import type { Work } from "../work.js";
import { inMemory, interruptible, messageHead } from "./duckdb/duckdb.js";
import { columnList, duckdbType } from "./schema.js";
import { sourceKind, sourceName, type TableFile, withTableFile } from "./source.js";

/** The beginning of the error that a query raises for a value out of bounds, and that DuckDB passes on. */
const outOfBounds = "a value is out of bounds";

/** Whether the records of a file are checked when they are inserted. */
export type Trust = "checked" | "as they are";

/**
 * The SELECT of a file's records: all five fields with the types of the table. Its parameter is the path of the file.
 * It fails at a value that breaks a rule of the record, which is cheaper than a search for such values beforehand.
 */
export function soundRows(file: TableFile, trust: Trust): string {
  if (trust === "as they are") return `SELECT ${columnList} FROM ${scanOf(file, { timestamp: "TIMESTAMP" })}`;
  const sound = recordFields.map(({ name }) => `(${conditions(file)[name]})`).join(" AND ");
  const columns = recordFields.map(({ name }) => {
    const value = values(file)[name];
    const checked =
      name === "timestamp" ? `CASE WHEN ${sound} THEN ${value} ELSE error('${outOfBounds}') END` : value;
    return `${checked} AS ${name}`;
  });
  return `SELECT ${columns.join(", ")} FROM ${scanOf(file)}`;
}

/**
 * The error for a file that DuckDB refused. It names the first bad value, if a rule is broken.
 * @throws InterruptedError if it is stopped during the search for that value
 */
export async function unsound(
  file: TableFile,
  name: string,
  error: unknown,
  work: Work = {},
): Promise<Error> {
  const { message } = error as Error;
  const fault = machineFault(error);
  if (fault !== undefined) return new Error(`cannot load ${quoted(name)}: ${fault}`);
  const found = message.includes(outOfBounds) ? await firstUnsound(file, work) : undefined;
  const what = file.kind === "csv" ? "CSV; validate lists what is wrong" : "Parquet file of the five fields";
  const advice = found === undefined ? "" : "; read takes what is sound of it";
  return new InputError(
    `source: ${quoted(name)} is not a sound ${what}: ${found ?? whatDuckdbSays(error)}${advice}`,
  );
}

/** For a line that is not CSV: its number and the reason, without the line itself, which may be long. */
function whatDuckdbSays(error: unknown): string {
  const [, line, reason] =
    /CSV Error on Line: (\d+)\nOriginal Line: .*\n(.*)/.exec((error as Error).message) ?? [];
  return line === undefined ? messageHead(error, 1) : `line ${line}: ${reason.slice(0, 200)}`;
}

async function firstUnsound(file: TableFile, { signal }: Work): Promise<string | undefined> {
  const instance = await inMemory(); // the connection that failed may be in a transaction that has been aborted
  const connection = await instance.connect();
  try {
    await connection.run("SET TimeZone = 'UTC'");
    const broken = recordFields.map(
      ({ name }) => `coalesce(${conditions(file)[name]}, false) AS ${name}_sound`,
    );
    const find = () =>
      connection.runAndReadAll(
        `SELECT place, ${recordFields.map(({ name }) => `CAST(${name} AS VARCHAR), ${name}_sound`).join(", ")}
      FROM (SELECT *, row_number() OVER () AS place, ${broken.join(", ")} FROM ${scanOf(file, { order: true })})
      WHERE NOT (${recordFields.map(({ name }) => `${name}_sound`).join(" AND ")}) LIMIT 1`,
        [file.path],
      );
    const reader = await interruptible(connection, { signal }, find);
    const [place, ...cells] = reader.getRows()[0];
    const broke = recordFields.findIndex((_, i) => cells[2 * i + 1] === false);
    const { name, bounds } = recordFields[broke];
    const where = file.kind === "csv" ? `line ${Number(place) + 1}` : `row ${place}`;
    const value = String(cells[2 * broke] ?? "");
    const rule =
      name === "endpoint" && value.startsWith("/") ? "no control characters" : bounds.split("; ")[0];
    return `${where}: ${name}: ${quoted(value)} breaks the rule "${rule}"`;
  } catch (error) {
    if (error instanceof InterruptedError) throw error;
    return undefined; // the file has changed or is cut short, so only DuckDB's first message is known
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/**
 * The file as a table for DuckDB, with its path as the first parameter.
 * @param timestamp - a CSV's times are read as text, since DuckDB would drop a zone in them
 * @param order - whether rows come in the order of the file, which is slower, but numbers them correctly
 */
function scanOf(
  { kind }: TableFile,
  { timestamp = "VARCHAR", order = false }: { timestamp?: string; order?: boolean } = {},
): string {
  if (kind === "parquet") return "read_parquet($1)";
  const columns = recordFields.map(
    (field) => `'${field.name}': '${field.type === "timestamp" ? timestamp : duckdbType(field)}'`,
  );
  // Nothing is detected automatically: detection costs time, and it can go wrong.
  return `read_csv($1, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', parallel = ${!order},
    compression = 'none', allow_quoted_nulls = false, columns = {${columns.join(", ")}})`;
}

/** Each field's value in its type. Digits that a record cannot hold are cut off, as in `read`. */
function values({ kind }: TableFile): Record<FieldName, string> {
  const same = { ip_address: "ip_address", endpoint: "endpoint", status_code: "status_code" };
  if (kind === "csv") {
    return { ...same, timestamp: "TRY_CAST(timestamp AS TIMESTAMP)", response_time_ms: "response_time_ms" };
  }
  return {
    ...same,
    timestamp: "date_trunc('millisecond', CAST(timestamp AS TIMESTAMP))",
    response_time_ms: "round(CAST(response_time_ms AS DOUBLE), 2)",
  };
}

/** The condition for each field, by the rules in record.ts. NULL counts as false. */
function conditions(file: TableFile): Record<FieldName, string> {
  const { timestamp, response_time_ms: time } = values(file);
  const status = recordFields.find(({ name }) => name === "status_code")!;
  const form = file.kind === "csv" ? "timestamp LIKE '____-__-__T__:__:__.___Z' AND " : "";
  return {
    timestamp: `${form}${timestamp} >= TIMESTAMP '1970-01-01' AND ${timestamp} < TIMESTAMP '10000-01-01'`,
    ip_address: `regexp_full_match(ip_address, '${ipv4}') OR regexp_full_match(ip_address, '${ipv6}')`,
    endpoint: `regexp_full_match(endpoint, '/[^${controls}]*')`,
    status_code: `status_code BETWEEN ${status.min} AND ${status.max}`,
    // In DuckDB, NaN is greater than all numbers. There is an upper bound because percentiles are rounded as
    // DECIMAL(18, 4).
    response_time_ms: `${time} IS NULL OR ${time} BETWEEN 0 AND 1e13`,
  };
}

/** The control characters, which `read` writes as %1B and the like. */
const controls = "\\x00-\\x1f\\x7f-\\x{9f}";
const octet = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
const ipv4 = `(${octet}\\.){3}${octet}`;
const group = "[0-9a-fA-F]{1,4}";
/** Patterns by the number of groups before the `::`. The last two groups of an address may be an IPv4 address. */
const ipv6 = [
  `(${group}:){7}${group}|(${group}:){6}${ipv4}`,
  ...Array.from({ length: 8 }, (_, before) => {
    const head = before === 0 ? "::" : `(${group}:){${before}}:`;
    const short = 7 - before; // number of groups that may follow
    const tails = [short > 0 ? `((${group}:){0,${short - 1}}${group})?` : ""];
    if (short > 1) tails.push(`(${group}:){0,${short - 2}}${ipv4}`);
    return tails.map((tail) => head + tail).join("|");
  }),
].join("|");

/** Whether a Parquet file's columns are the five fields, with types that can be inserted directly. */
function fits(columns: ReadonlyMap<string, string>): boolean {
  const allowed: Record<FieldName, RegExp> = {
    timestamp: /^TIMESTAMP/,
    ip_address: /^VARCHAR$/,
    endpoint: /^VARCHAR$/,
    status_code: /^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/,
    response_time_ms: /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL\(.*)$/,
  };
  return recordFields.every(({ name }) => allowed[name].test(columns.get(name) ?? ""));
}

/** @throws InputError if a Parquet file has damage that DuckDB does not notice */
export async function checkPages(file: TableFile, name: string, { signal }: Work): Promise<void> {
  const damage = await damageOfPages(file.path, { signal });
  if (damage !== undefined) throw await unsound(file, name, new Error(damage));
}

/** @throws InputError if a Parquet file cannot be read, or its columns are not the five fields */
export async function checkColumns(
  connection: DuckDBConnection,
  file: TableFile,
  name: string,
): Promise<void> {
  if (file.kind !== "parquet") return;
  const columns = await columnsOf(connection, file, name);
  if (fits(columns)) return;
  const list = [...columns].slice(0, 20).map(([column, type]) => `${column} ${type}`);
  throw new InputError(
    `source: ${quoted(name)} is Parquet, but its columns are not the five fields: ${list.join(", ")}; read turns it into a CSV of them`,
  );
}

/**
 * Whether a log is a table of the five fields, which a database can load directly. Any other log must be read first.
 * @throws InputError if it cannot be opened
 */
export async function isTable(source: Source): Promise<boolean> {
  const { kind } = await sourceKind(source);
  if (kind !== "parquet") return kind === "csv";
  const instance = await inMemory();
  const connection = await instance.connect();
  try {
    return await withTableFile(source, {}, async (file) =>
      fits(await columnsOf(connection, file, sourceName(source))),
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function columnsOf(
  connection: DuckDBConnection,
  file: TableFile,
  name: string,
): Promise<ReadonlyMap<string, string>> {
  try {
    const reader = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${scanOf(file)}`, [file.path]);
    return new Map(reader.getRows().map(([column, type]) => [String(column), String(type)]));
  } catch (error) {
    throw await unsound(file, name, error);
  }
}

import type { DuckDBConnection } from "@duckdb/node-api";
import { InputError, quoted } from "../errors.js";
import { recordFields } from "../record.js";
import { Pace, type Work } from "../work.js";
import { FieldTexts, fieldReader } from "./readFields.js";
import { mapFields } from "./readNames.js";
import type { FormatOptions, Reason, Row } from "./readRow.js";

/** A Parquet file made ready: how many rows it has, what its columns are taken for, and the rows. */
export interface ParquetRows {
  readonly rows: number;
  readonly decided: string;
  /** Reads row after row into `row`; each is given with the reason why it is no record, or none. */
  each(
    row: Row,
    take: (reason: Reason, text: () => Uint8Array) => Promise<void> | void,
    work: Work,
  ): Promise<void>;
  close(): void;
}

/** Whether a file begins as Parquet does. */
export const isParquet = (head: Uint8Array): boolean =>
  head[0] === 0x50 && head[1] === 0x41 && head[2] === 0x52 && head[3] === 0x31;

/** Longest row that can be a record, as text in bytes. */
const longestRow = 1 << 18;

/**
 * Opens a Parquet file through DuckDB, which knows every compression and encoding. Columns are found by their
 * usual names; a timestamp without a zone is the log's local time.
 * @throws InputError when it is no sound Parquet file, or lacks a column that a record needs.
 */
export async function openParquet(path: string, options: FormatOptions): Promise<ParquetRows> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:", {
    threads: "1",
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const connection = await instance.connect();
  const close = () => {
    connection.closeSync();
    instance.closeSync();
  };
  try {
    const file = `read_parquet(${literal(path.replace(/[*?[]/g, "[$&]"))})`;
    const columns = (await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${file}`)).getRows();
    const types = new Map(columns.map(([name, type]) => [String(name), String(type)]));
    const counted = await connection.runAndReadAll(`SELECT count(*) FROM ${file}`);
    const mapped = mapFields([...types.keys()], {}, options.timeUnit, "the columns of the Parquet file");
    if (mapped.unsure !== undefined) throw new InputError(mapped.unsure);
    const texts = mapped.names.map((name) =>
      name === undefined ? "NULL::VARCHAR" : asText(name, types.get(name)!),
    );
    const select = `SELECT ${texts.join(", ")} FROM ${file}`;
    const rows = Number(counted.getRows()[0][0]);
    const read = fieldReader(options, mapped.unit);
    return {
      rows,
      decided: mapped.decided,
      each: (row, take, work) => eachRow(connection, select, rows, read, row, take, work, path),
      close,
    };
  } catch (error) {
    close();
    if (error instanceof InputError) throw error;
    throw unsound(path, error);
  }
}

async function eachRow(
  connection: DuckDBConnection,
  select: string,
  rows: number,
  read: ReturnType<typeof fieldReader>,
  row: Row,
  take: Parameters<ParquetRows["each"]>[1],
  work: Work,
  path: string,
): Promise<void> {
  const pace = new Pace(work);
  const fields = new FieldTexts();
  const values: (string | null)[] = new Array(5);
  const text = () =>
    new TextEncoder().encode(
      JSON.stringify(Object.fromEntries(recordFields.map(({ name }, i) => [name, values[i]]))),
    );
  const failed = (error: unknown) => {
    pace.check(); // what an interrupt broke off is no damage
    throw unsound(path, error);
  };
  const result = await connection.stream(select).catch(failed);
  let done = 0;
  for (;;) {
    const chunk = await result.fetchChunk().catch(failed);
    if (!chunk || chunk.rowCount === 0) return;
    const columns = recordFields.map((_, i) => chunk.getColumnValues(i) as (string | null)[]);
    for (let r = 0; r < chunk.rowCount; r++) {
      let length = 0;
      for (let i = 0; i < 5; i++) {
        values[i] = columns[i][r];
        length += values[i]?.length ?? 0;
      }
      const wrong = length > longestRow ? "the row is longer than 256 KiB" : undefined;
      if (wrong === undefined) fields.setAll(values);
      const waited = take(wrong ?? read(fields, row), text);
      if (waited) await waited;
    }
    done += chunk.rowCount;
    await pace.step(done, rows, "records");
  }
}

const unsound = (path: string, error: unknown) =>
  new InputError(`path: cannot read ${quoted(path)} as Parquet: ${(error as Error).message.split("\n")[0]}`);

/** A column as text, in DuckDB's SQL: a moment with its zone in UTC, a day as its midnight, the rest as DuckDB writes it. */
export function asText(name: string, type: string): string {
  const column = `"${name.replaceAll('"', '""')}"`;
  if (type === "TIMESTAMP WITH TIME ZONE") return `make_timestamp(epoch_us(${column}))::VARCHAR || 'Z'`;
  if (type === "DATE") return `${column}::TIMESTAMP::VARCHAR`; // midnight
  return `${column}::VARCHAR`;
}

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

import type { DuckDBConnection } from "@duckdb/node-api";
import { InputError, InterruptedError, quoted } from "../errors.js";
import { Lines } from "../formats/readLines.js";
import { recordFields, type Source } from "../record.js";
import type { Work } from "../work.js";
import { firstLines, interruptible } from "./duckdb.js";
import { columnList, duckdbType, requestsColumns } from "./schema.js";
import { sourceName, type TableFile, withTableFile } from "./source.js";

/** Makes the empty table `requests`. */
export async function createRequests(connection: DuckDBConnection): Promise<void> {
  await connection.run(`CREATE TABLE requests (${requestsColumns("duckdb")})`);
}

/**
 * Adds a log's records to the table `requests`, in the log's order; progress is counted in bytes.
 * @returns how many records it holds
 * @throws InputError when the log breaks the schema: the table is then as before.
 */
export async function insertLog(connection: DuckDBConnection, source: Source, work: Work): Promise<number> {
  return withTableFile(source, async (file) => {
    const name = sourceName(source);
    if (file.compression !== "none") await checkWhole(file, name, work);
    try {
      const insert = `INSERT INTO requests (${columnList}) SELECT ${columnList} FROM ${scanOf(file)}`;
      const run = () => connection.run(insert, [file.path]);
      return (await interruptible(connection, work, run, file.size)).rowsChanged;
    } catch (error) {
      if (error instanceof InterruptedError) throw error;
      const advice =
        file.kind === "csv" ? "CSV; validate lists what is wrong" : "Parquet file of the five fields";
      throw new InputError(`source: ${quoted(name)} is not a sound ${advice}: ${firstLines(error, 2)}`);
    }
  });
}

/** DuckDB takes packed data that are cut short for whole ones, as long as they end between two lines. */
async function checkWhole({ path }: TableFile, name: string, { signal }: Work): Promise<void> {
  const lines = new Lines(path, "source");
  for await (const _ of lines.blocks({ signal })) if (lines.damage !== undefined) break;
  if (lines.damage !== undefined) {
    throw new InputError(
      `source: ${quoted(name)} is not a sound CSV; validate lists what is wrong: ${lines.damage}`,
    );
  }
}

/** The file as a table of DuckDB; its path is the first parameter. */
export function scanOf({ kind, compression }: TableFile): string {
  if (kind === "parquet") return "read_parquet($1)";
  const columns = recordFields.map((field) => `'${field.name}': '${duckdbType(field)}'`).join(", ");
  // Nothing is left to guessing: it costs time, and a guess can go wrong.
  return `read_csv($1, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
    compression = '${compression}', allow_quoted_nulls = false, columns = {${columns}})`;
}

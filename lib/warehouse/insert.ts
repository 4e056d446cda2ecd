import type { DuckDBConnection } from "@duckdb/node-api";
import { InterruptedError } from "../errors.js";
import { contentOf } from "../files/lines.js";
import { checkUnchanged, versionOf } from "../files/version.js";
import type { Source } from "../record.js";
import type { Work } from "../work.js";
import { interruptible } from "./duckdb/duckdb.js";
import { columnList, requestsColumns } from "./schema.js";
import { checkColumns, checkPages, soundRows, type Trust, unsound } from "./soundRows.js";
import { sourceName, withTableFile } from "./source.js";

/** Creates the empty table `requests`. */
export async function createRequests(connection: DuckDBConnection): Promise<void> {
  await connection.run(`CREATE TABLE requests (${requestsColumns("duckdb")})`);
}

/**
 * Adds a log's records to the table `requests`, in the order of the log. Progress is counted in bytes.
 * @returns the number of records
 * @throws InputError if the log breaks the schema or a rule of the record; the table is then unchanged
 */
export function insertLog(
  connection: DuckDBConnection,
  source: Source,
  work: Work,
  trust: Trust = "checked",
): Promise<number> {
  return takeRows(connection, source, work, (rows) => `INSERT INTO requests (${columnList}) ${rows}`, trust);
}

/**
 * Runs a statement over the records of a log. Progress is counted in bytes.
 * @param statement - the SQL around the SELECT of the records
 * @param trust - "as they are" leaves out the checks, which take a fifth of the time
 * @returns the number of records
 * @throws InputError if the log is not a table of the five fields, or a value breaks a rule of the record
 */
export function takeRows(
  connection: DuckDBConnection,
  source: Source,
  work: Work,
  statement: (rows: string) => string,
  trust: Trust = "checked",
): Promise<number> {
  const content = contentOf(source);
  return withTableFile(source, work, async (file, work) => {
    const name = sourceName(source);
    const before = typeof content === "string" ? await versionOf(content) : undefined;
    await checkColumns(connection, file, name);
    if (file.kind === "parquet") await checkPages(file, name, work);
    try {
      const run = () => connection.run(statement(soundRows(file, trust)), [file.path]);
      const { rowsChanged } = await interruptible(connection, work, run, file.size);
      if (typeof content === "string") await checkUnchanged(content, before);
      return rowsChanged;
    } catch (error) {
      if (error instanceof InterruptedError) throw error;
      if (typeof content === "string") await checkUnchanged(content, before);
      throw await unsound(file, name, error, work);
    }
  });
}

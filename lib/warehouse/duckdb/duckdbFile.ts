import { open, stat } from "node:fs/promises";
import type { DuckDBConnection } from "@duckdb/node-api";
import { InputError, quoted } from "../../errors.js";
import { machineFault } from "../../files/fault.js";
import { recordFields } from "../../record.js";
import { duckdbType } from "../schema.js";
import { checkShape, noRequests } from "../warehouse.js";
import { firstLines } from "./duckdb.js";

/** Whether a file is a DuckDB database, by its first bytes; false when it cannot be read. */
export async function isDuckdbFile(path: string): Promise<boolean> {
  // A pipe would be waited for: it is none.
  if (!(await stat(path).catch(() => undefined))?.isFile()) return false;
  const handle = await open(path, "r").catch(() => undefined);
  if (!handle) return false;
  try {
    const head = Buffer.alloc(12);
    const { bytesRead } = await handle.read(head, 0, 12, 0).catch(() => ({ bytesRead: 0 }));
    return bytesRead === 12 && head.toString("latin1", 8) === "DUCK";
  } finally {
    await handle.close();
  }
}

/** @throws InputError when the file is not a DuckDB database. */
export async function checkDuckdbFile(path: string, argument: string): Promise<void> {
  if (await isDuckdbFile(path)) return;
  const there = await stat(path).catch(() => undefined);
  const why = there ? "it is not a DuckDB database" : "there is no such file";
  throw new InputError(`${argument}: cannot open ${quoted(path)}: ${why}`);
}

/** The sentence for a database that DuckDB does not open. */
export function cannotOpen(argument: string, path: string, error: unknown): Error {
  const locked = /lock on file/i.test((error as Error).message);
  const fault = machineFault(error);
  if (fault !== undefined) return new Error(`cannot open ${quoted(path)}: ${fault}`);
  const why = locked ? "another process is writing to it" : firstLines(error, 1);
  return new InputError(`${argument}: cannot open ${quoted(path)}: ${why}`);
}

/** @throws InputError when the database has no table `requests` of the five fields. */
export async function checkHasRequests(
  connection: DuckDBConnection,
  path: string,
  argument: string,
): Promise<void> {
  await checkFunctions(connection, path, argument);
  const found = await columnsOf(connection, "requests");
  if (found.length === 0) throw noRequests(argument, path);
  checkShape(
    found,
    recordFields.map((field) => [field.name, duckdbType(field)]),
    argument,
    path,
  );
}

/**
 * Refuses a database whose own macros have names of DuckDB's functions: they would take their places in every
 * question, and the answers would be theirs.
 * @throws InputError naming them
 */
export async function checkFunctions(
  connection: DuckDBConnection,
  path: string,
  argument: string,
): Promise<void> {
  const namesOf = async (where: string) => {
    const text = `SELECT DISTINCT function_name FROM system.main.duckdb_functions() WHERE ${where}`;
    return (await connection.runAndReadAll(text)).getRows().map(([name]) => String(name));
  };
  const own = await namesOf("NOT internal");
  if (own.length === 0) return;
  const builtIn = new Set(await namesOf("internal"));
  const taken = own.filter((name) => builtIn.has(name)).sort();
  if (taken.length === 0) return;
  throw new InputError(
    `${argument}: ${quoted(path)} has macros with the names of DuckDB's own functions, which would answer in their places: ${taken.map((name) => quoted(name)).join(", ")}; drop them first`,
  );
}

/** Name and type of each column of a table; none where there is no such table. */
export async function columnsOf(connection: DuckDBConnection, table: string): Promise<[string, string][]> {
  const reader = await connection.runAndReadAll(
    "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = $1 AND schema_name = 'main' AND database_name = current_database() ORDER BY column_index",
    [table],
  );
  return reader.getRows() as [string, string][];
}

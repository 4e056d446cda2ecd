import { open, stat } from "node:fs/promises";
import type { DuckDBConnection } from "@duckdb/node-api";
import { InputError, quoted } from "../../errors.js";
import { machineFault } from "../../files/fault.js";
import { recordFields } from "../../record.js";
import { duckdbType } from "../schema.js";
import { checkShape, noRequests } from "../warehouse.js";
import { messageHead } from "./duckdb.js";

/** Whether the first bytes of a file are those of a DuckDB database; false if it cannot be read. */
export async function isDuckdbFile(path: string): Promise<boolean> {
  // Reading a pipe would wait, and a pipe is not a database.
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

/** @throws InputError if the file is not a DuckDB database */
export async function checkDuckdbFile(path: string, argument: string): Promise<void> {
  if (await isDuckdbFile(path)) return;
  const there = await stat(path).catch(() => undefined);
  const why = there ? "it is not a DuckDB database" : "there is no such file";
  throw new InputError(`${argument}: cannot open ${quoted(path)}: ${why}`);
}

/** The error for a database that DuckDB cannot open. */
export function cannotOpen(argument: string, path: string, error: unknown): Error {
  const locked = /lock on file/i.test((error as Error).message);
  const fault = machineFault(error);
  if (fault !== undefined) return new Error(`cannot open ${quoted(path)}: ${fault}`);
  const why = locked ? "another process is writing to it" : messageHead(error, 1);
  return new InputError(`${argument}: cannot open ${quoted(path)}: ${why}`);
}

/** @throws InputError if the database has no table `requests` with the five fields */
export async function checkHasRequests(
  connection: DuckDBConnection,
  path: string,
  argument: string,
): Promise<void> {
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
 * Refuses a database with macros that have the names of DuckDB's functions. Every question would call them in place of
 * the functions.
 * @throws InputError that names them
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

/** Name and type of each column of a table in the schema `main`; empty if there is no such table. */
export async function columnsOf(connection: DuckDBConnection, table: string): Promise<[string, string][]> {
  const rowsOf = async (sql: string) =>
    (await connection.runAndReadAll(sql)).getRows().map((row) => row.map(String));
  const [[database]] = await rowsOf("SELECT current_database()");
  const name = [database, "main", table].map((part) => `"${part.replaceAll('"', '""')}"`).join(".");
  // DuckDB's own list of all columns takes 10 ms, as it prepares all of DuckDB's views; a table that cannot be described
  // may still be in it.
  const rows = await rowsOf(`DESCRIBE ${name}`).catch(() =>
    rowsOf(
      `SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = '${table}' AND schema_name = 'main' AND database_name = current_database() ORDER BY column_index`,
    ),
  );
  return rows.map(([column, type]) => [column, type]);
}

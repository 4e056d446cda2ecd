import { resolve } from "node:path";
import { InputError, InterruptedError, quoted } from "../../errors.js";
import { eachDuckdbRow } from "../../read/formats/duckdbRows.js";
import { Pace } from "../../work.js";
import type { RequestsTable } from "../table.js";
import { noRequests } from "../warehouse.js";
import { inFile, lock, messageHead } from "./duckdb.js";
import { cannotOpen, checkDuckdbFile, checkFunctions, columnsOf } from "./duckdbFile.js";

/**
 * Opens the table `requests` of a DuckDB file. While it is open, no other process can write to the file.
 * @param argument what errors call the file
 * @throws InputError if the file is not a DuckDB database, is being written to or has no such table
 */
export async function openDuckdbTable(file: string, argument: string): Promise<RequestsTable> {
  const path = resolve(file);
  await checkDuckdbFile(path, argument);
  const instance = await inFile(path, "read").catch((error) => {
    throw cannotOpen(argument, path, error);
  });
  const connection = await instance.connect();
  const close = async () => {
    connection.closeSync();
    instance.closeSync();
  };
  const failed = (error: unknown): Error =>
    error instanceof InputError || error instanceof InterruptedError
      ? error
      : new InputError(`${argument}: cannot read ${quoted(path)}: ${messageHead(error, 1)}`);
  try {
    await checkFunctions(connection, path, argument);
    const types = new Map(await columnsOf(connection, "requests"));
    if (types.size === 0) throw noRequests(argument, path);
    await lock(connection);
    return {
      name: path,
      columns: [...types.keys()],
      close,
      async each(mapped, take, work) {
        const pace = new Pace(work);
        const rows = { connection, from: "main.requests", types, mapped, failed };
        await eachDuckdbRow(rows, take, (done) => pace.step(done, undefined, "records"));
      },
    };
  } catch (error) {
    await close();
    throw failed(error);
  }
}

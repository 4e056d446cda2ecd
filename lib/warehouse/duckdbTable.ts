import { resolve } from "node:path";
import { InputError, InterruptedError, quoted } from "../errors.js";
import { asText } from "../formats/parquetRows.js";
import { Pace } from "../work.js";
import { firstLines, inFile, lock } from "./duckdb.js";
import { cannotOpen, checkDuckdbFile, columnsOf } from "./duckdbFile.js";
import type { RequestsTable, Rows } from "./table.js";
import { noRequests } from "./warehouse.js";

/**
 * Opens the table `requests` of a DuckDB file. While it is open, no other process can write to the file.
 * @param argument what errors call the file
 * @throws InputError when the file is none of DuckDB's, is being written to or has no such table
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
      : new InputError(`${argument}: cannot read ${quoted(path)}: ${firstLines(error, 1)}`);
  try {
    const types = new Map(await columnsOf(connection, "requests"));
    if (types.size === 0) throw noRequests(argument, path);
    await lock(connection);
    return {
      name: path,
      columns: [...types.keys()],
      close,
      async *rows(columns, work) {
        const pace = new Pace(work);
        const texts = columns.map((name) => (name === undefined ? "NULL" : asText(name, types.get(name)!)));
        let done = 0;
        try {
          const result = await connection.stream(`SELECT ${texts.join(", ")} FROM main.requests`);
          for (;;) {
            const chunk = await result.fetchChunk();
            if (!chunk || chunk.rowCount === 0) return;
            yield chunk.getRows() as Rows;
            done += chunk.rowCount;
            await pace.step(done, undefined, "records");
          }
        } catch (error) {
          throw failed(error);
        }
      },
    };
  } catch (error) {
    await close();
    throw failed(error);
  }
}

import { rm, stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { checkWritable } from "../../files/places.js";
import type { Source } from "../../record.js";
import type { Work } from "../../work.js";
import { createRequests, insertLog } from "../insert.js";
import { loadsColumns } from "../schema.js";
import type { Load, Warehouse } from "../warehouse.js";
import { inFile } from "./duckdb.js";
import { cannotOpen, checkDuckdbFile, checkHasRequests, columnsOf } from "./duckdbFile.js";

/**
 * Opens a DuckDB file for loading, in one transaction. A file that is new is gone again unless it is committed.
 * @throws InputError when the file is none of DuckDB's, cannot be written, is in use or has another `requests`.
 */
export async function openDuckdbWarehouse(file: string): Promise<Warehouse> {
  const path = resolve(file);
  const isNew = (await stat(path).catch(() => undefined)) === undefined;
  await checkWritable(path, "to");
  if (!isNew) await checkDuckdbFile(path, "to");
  const instance = await inFile(path, "write").catch((error) => {
    throw cannotOpen("to", path, error);
  });
  const warehouse = new DuckdbWarehouse(path, isNew, instance, await instance.connect());
  try {
    await warehouse.begin();
    return warehouse;
  } catch (error) {
    await warehouse.discard();
    throw error;
  }
}

class DuckdbWarehouse implements Warehouse {
  readonly name: string;
  readonly isNew: boolean;
  readonly instance: DuckDBInstance;
  readonly connection: DuckDBConnection;

  constructor(path: string, isNew: boolean, instance: DuckDBInstance, connection: DuckDBConnection) {
    this.name = path;
    this.isNew = isNew;
    this.instance = instance;
    this.connection = connection;
  }

  async begin(): Promise<void> {
    await this.connection.run("SET TimeZone = 'UTC'"); // Parquet may hold times with a zone
    await this.connection.run("BEGIN");
    if ((await columnsOf(this.connection, "requests")).length === 0) await createRequests(this.connection);
    await checkHasRequests(this.connection, this.name, "to");
    await this.connection.run(`CREATE TABLE IF NOT EXISTS loads (${loadsColumns.duckdb})`);
  }

  async find(sha256: string): Promise<Load | undefined> {
    const reader = await this.connection.runAndReadAll(
      "SELECT name, bytes, records FROM loads WHERE sha256 = $1",
      [sha256],
    );
    const [row] = reader.getRows();
    return row && { sha256, name: String(row[0]), bytes: Number(row[1]), records: Number(row[2]) };
  }

  insert(source: Source, work: Work): Promise<number> {
    return insertLog(this.connection, source, work);
  }

  insertRead(path: string, work: Work): Promise<number> {
    return insertLog(this.connection, path, work, "as they are");
  }

  async note({ sha256, name, bytes, records }: Load): Promise<void> {
    await this.connection.run(
      "INSERT INTO loads SELECT $1, $2, CAST($3 AS BIGINT), CAST($4 AS BIGINT), now() AT TIME ZONE 'UTC'",
      [sha256, name, bytes, records],
    );
  }

  async total(): Promise<number> {
    const reader = await this.connection.runAndReadAll("SELECT count(*) FROM requests");
    return Number(reader.getRows()[0][0]);
  }

  async commit(): Promise<void> {
    await this.connection.run("COMMIT");
    this.#close();
  }

  async discard(): Promise<void> {
    await this.connection.run("ROLLBACK").catch(() => {}); // a failed statement may have ended the transaction
    this.#close();
    if (!this.isNew) return;
    for (const file of [this.name, `${this.name}.wal`]) await rm(file, { force: true });
  }

  #close(): void {
    this.connection.closeSync();
    this.instance.closeSync(); // writes what the write-ahead log still holds into the file
  }
}

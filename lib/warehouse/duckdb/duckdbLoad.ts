import { open, realpath, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { InputError, quoted } from "../../errors.js";
import { Claim, syncFolder } from "../../files/claim.js";
import { checkWritable, targetOf } from "../../files/places.js";
import type { Source } from "../../record.js";
import type { Work } from "../../work.js";
import { createRequests, insertLog } from "../insert.js";
import { addContent, loadOfRow, loadsColumns, rowOfLoad, selectLoads } from "../schema.js";
import type { Load, Warehouse } from "../warehouse.js";
import { inFile } from "./duckdb.js";
import { cannotOpen, checkDuckdbFile, checkFunctions, checkHasRequests, columnsOf } from "./duckdbFile.js";

/**
 * Opens a DuckDB file for loading, in one transaction. A new file is written under another name and gets its own on
 * commit. If the process is killed before that, it leaves nothing that a later load would find.
 * @throws InputError if the file is not a DuckDB database, cannot be written, is in use or has another `requests`
 */
export async function openDuckdbWarehouse(file: string): Promise<Warehouse> {
  await checkWritable(file, "to");
  const path = await realpath(file).catch(() => targetOf(file));
  const isThere = () => stat(path).then(Boolean, () => false);
  let claim = (await isThere()) ? undefined : await Claim.of(path, "to");
  if (claim && (await isThere())) {
    await claim.release(); // another load has just created it
    claim = undefined;
  }
  let instance: DuckDBInstance;
  try {
    if (claim) await checkNoOldLog(path);
    else await checkDuckdbFile(path, "to");
    instance = await inFile(claim?.partial ?? path, "write").catch((error) => {
      throw cannotOpen("to", path, error);
    });
  } catch (error) {
    await claim?.discard();
    throw error;
  }
  const warehouse = new DuckdbWarehouse(path, claim, instance, await instance.connect());
  try {
    await warehouse.begin();
    return warehouse;
  } catch (error) {
    await warehouse.discard();
    throw error;
  }
}

/** DuckDB would apply the write-ahead log of a deleted database to a new one. */
async function checkNoOldLog(path: string): Promise<void> {
  const log = `${path}.wal`;
  if (await stat(log).then(Boolean, () => false))
    throw new InputError(`to: ${quoted(log)} belongs to a database that is gone: remove it first`);
}

class DuckdbWarehouse implements Warehouse {
  readonly name: string;
  /** Only for a new file. */
  readonly claim: Claim | undefined;
  readonly instance: DuckDBInstance;
  readonly connection: DuckDBConnection;
  #isClosed = false;

  constructor(
    path: string,
    claim: Claim | undefined,
    instance: DuckDBInstance,
    connection: DuckDBConnection,
  ) {
    this.name = path;
    this.claim = claim;
    this.instance = instance;
    this.connection = connection;
  }

  async begin(): Promise<void> {
    const isNew = this.claim !== undefined;
    if (!isNew) await checkFunctions(this.connection, this.name, "to");
    await this.connection.run("SET TimeZone = 'UTC'"); // Parquet may contain times with a zone
    await this.connection.run("BEGIN");
    if (isNew || (await columnsOf(this.connection, "requests")).length === 0)
      await createRequests(this.connection);
    await checkHasRequests(this.connection, this.name, "to");
    await this.connection.run(`CREATE TABLE IF NOT EXISTS loads (${loadsColumns.duckdb})`);
    for (const sql of addContent) await this.connection.run(sql);
  }

  async loads(): Promise<Load[]> {
    return (await this.connection.runAndReadAll(selectLoads)).getRows().map(loadOfRow);
  }

  insert(source: Source, work: Work): Promise<number> {
    return insertLog(this.connection, source, work);
  }

  insertRead(path: string, work: Work): Promise<number> {
    return insertLog(this.connection, path, work, "as they are");
  }

  async note(load: Load): Promise<void> {
    await this.connection.run(
      "INSERT INTO loads SELECT $1, $2, CAST($3 AS BIGINT), CAST($4 AS BIGINT), now() AT TIME ZONE 'UTC', $5, CAST($6 AS BIGINT), $7",
      rowOfLoad(load),
    );
  }

  async total(): Promise<number> {
    const reader = await this.connection.runAndReadAll("SELECT count(*) FROM requests");
    return Number(reader.getRows()[0][0]);
  }

  async commit(): Promise<void> {
    await this.connection.run("COMMIT");
    // On a full disk, closing fails without an error, and the file would lack what its log holds.
    if (this.claim) await this.connection.run("CHECKPOINT");
    this.#close();
    if (this.claim === undefined) return;
    await this.claim.check();
    const file = await open(this.claim.partial, "r+");
    await file.sync().finally(() => file.close());
    await this.claim.rename();
    await syncFolder(dirname(this.name));
    await this.claim.release();
  }

  async discard(): Promise<void> {
    if (!this.#isClosed) {
      await this.connection.run("ROLLBACK").catch(() => {}); // a failed statement may have ended the transaction already
      this.#close();
    }
    if (this.claim === undefined) return;
    await rm(`${this.claim.partial}.wal`, { force: true });
    await this.claim.discard();
  }

  #close(): void {
    this.#isClosed = true;
    this.connection.closeSync();
    this.instance.closeSync(); // writes the rest of the write-ahead log into the file
  }
}

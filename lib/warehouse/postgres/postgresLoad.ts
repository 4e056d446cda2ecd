import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Client } from "pg";
import { CR, LF } from "../../ascii.js";
import { InputError, InterruptedError, quoted } from "../../errors.js";
import { machineFault } from "../../files/fault.js";
import { contentOf, Lines } from "../../files/lines.js";
import { scratchFolder } from "../../files/scratch.js";
import type { Source } from "../../record.js";
import { partOf, type Work } from "../../work.js";
import { inMemory } from "../duckdb/duckdb.js";
import { takeRows } from "../insert.js";
import {
  addContent,
  columnList,
  loadOfRow,
  loadsColumns,
  requestsColumns,
  rowOfLoad,
  selectLoads,
} from "../schema.js";
import { sourceName } from "../source.js";
import { checkShape, type Load, type Warehouse } from "../warehouse.js";
import { cancellable, connect, tableColumns } from "./postgres.js";

/**
 * Opens a PostgreSQL database for loading, in one transaction. Simultaneous loads wait for each other.
 * @throws InputError if it cannot be reached or has another table `requests`
 */
export async function openPostgresWarehouse(address: string, work: Work): Promise<Warehouse> {
  if (work.signal?.aborted) throw new InterruptedError();
  const { client, name } = await connect(address, "to");
  const warehouse = new PostgresWarehouse(name, client);
  try {
    await cancellable(client, address, work, () => warehouse.begin()); // it may wait for another load
    return warehouse;
  } catch (error) {
    await warehouse.discard();
    if (error instanceof InputError || error instanceof InterruptedError) throw error;
    throw new InputError(`to: cannot load into ${quoted(name)}: ${(error as Error).message}`);
  }
}

class PostgresWarehouse implements Warehouse {
  readonly name: string;
  readonly client: Client;

  constructor(name: string, client: Client) {
    this.name = name;
    this.client = client;
  }

  async begin(): Promise<void> {
    const { client } = this;
    await client.query("BEGIN");
    // Otherwise two simultaneous loads could both create the table, or both load the same file.
    await client.query("SELECT pg_advisory_xact_lock(hashtext('server-logs load'))");
    await client.query(`CREATE TABLE IF NOT EXISTS requests (${requestsColumns("postgres")})`);
    await client.query(`CREATE TABLE IF NOT EXISTS loads (${loadsColumns.postgres})`);
    for (const sql of addContent) await client.query(sql);
    await client.query(`CREATE TEMP TABLE wanted (${requestsColumns("postgres")}) ON COMMIT DROP`);
    checkShape(await tableColumns(client, "requests"), await tableColumns(client, "wanted"), "to", this.name);
    await client.query("DROP TABLE pg_temp.wanted");
  }

  async loads(): Promise<Load[]> {
    const { rows } = await this.client.query({ text: selectLoads, rowMode: "array" });
    return rows.map(loadOfRow);
  }

  /**
   * Inserts through a private CSV that DuckDB writes. DuckDB checks the records and reads Parquet, so both databases
   * accept the same logs.
   */
  async insert(source: Source, work: Work): Promise<number> {
    const content = contentOf(source);
    const size = typeof content === "string" ? (await stat(content)).size : content.length;
    const folder = await scratchFolder();
    const csv = join(folder, "requests.csv");
    const instance = await inMemory();
    const connection = await instance.connect();
    try {
      await connection.run("SET TimeZone = 'UTC'"); // Parquet may contain times with a zone
      const into = `'${csv.replaceAll("'", "''")}' (FORMAT csv, HEADER true)`;
      await takeRows(
        connection,
        source,
        partOf(work, 0, 0.2 * size, size),
        (rows) => `COPY (${rows}) TO ${into}`,
      );
      return await this.#copy(csv, sourceName(source), partOf(work, 0.2 * size, 0.8 * size, size));
    } finally {
      connection.closeSync();
      instance.closeSync();
      await rm(folder, { recursive: true, force: true });
    }
  }

  insertRead(path: string, work: Work): Promise<number> {
    return this.#copy(path, path, work);
  }

  async #copy(csv: string, name: string, work: Work): Promise<number> {
    const { from } = await import("pg-copy-streams");
    const refuse = (why: string) =>
      new InputError(`source: ${quoted(name)} is not a sound CSV; validate lists what is wrong: ${why}`);
    const copy = this.client.query(
      from(`COPY requests (${columnList}) FROM STDIN WITH (FORMAT csv, HEADER true, ENCODING 'UTF8')`),
    );
    try {
      await pipeline(Readable.from(pieces(new Lines(csv, "source"), refuse, work)), copy);
      return copy.rowCount;
    } catch (error) {
      if (error instanceof InputError || error instanceof InterruptedError) throw error;
      const fault = machineFault(error);
      if (fault !== undefined) throw new Error(`cannot load ${quoted(name)}: ${fault}`);
      throw refuse((error as Error).message);
    }
  }

  async note(load: Load): Promise<void> {
    await this.client.query("INSERT INTO loads VALUES ($1, $2, $3, $4, now(), $5, $6, $7)", rowOfLoad(load));
  }

  async total(): Promise<number> {
    const { rows } = await this.client.query("SELECT count(*) AS n FROM requests");
    return rows[0].n;
  }

  async commit(): Promise<void> {
    await this.client.query("COMMIT");
    await this.client.query("ANALYZE requests").catch(() => {}); // so that the first question is planned well
    await this.client.end();
  }

  async discard(): Promise<void> {
    await this.client.query("ROLLBACK").catch(() => {});
    await this.client.end().catch(() => {});
  }
}

/** The bytes of a CSV, copied, as `Lines` reuses its buffer. */
async function* pieces(lines: Lines, refuse: (why: string) => Error, work: Work): AsyncGenerator<Buffer> {
  let first = true;
  for await (const { bytes, start, end, overlong } of lines.blocks(work)) {
    if (overlong !== undefined) throw refuse("a line is longer than 1 MiB");
    const piece = Buffer.from(bytes.subarray(start, end));
    // PostgreSQL takes a line of \. as the end of the data, whatever follows it.
    if (endOfData(piece, first)) throw refuse("a line holds nothing but \\.");
    first = false;
    yield piece;
  }
}

function endOfData(piece: Buffer, first: boolean): boolean {
  for (let at = piece.indexOf("\\."); at >= 0; at = piece.indexOf("\\.", at + 1)) {
    const begins = at === 0 ? !first : piece[at - 1] === LF;
    const after = piece[at + 2];
    if (begins && (after === undefined || after === LF || after === CR)) return true;
  }
  return false;
}

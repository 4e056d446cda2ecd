import { rmSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { compressionOfName } from "../files/extensions.js";
import { contentOf } from "../files/lines.js";
import { type ReadingOptions, refuseDamaged, saysHow, withRecords } from "../read/readFirst.js";
import type { Source } from "../record.js";
import type { Work } from "../work.js";
import { columnsOfLog } from "./columns/columns.js";
import { inMemory, inScratch, listOf, lock, spillFolder, warm } from "./duckdb/duckdb.js";
import { createRequests, insertLog } from "./insert.js";
import { columnList } from "./schema.js";
import { isTable } from "./soundRows.js";

/** An open database, and how it is closed. */
export interface Database {
  readonly instance: DuckDBInstance;
  close(): void;
}

/**
 * A database with the records of logs as `requests`, for questions only. Large CSV files become Parquet files of their
 * own, over which `requests` is a view; all else is inserted.
 */
export async function databaseOf(
  sources: readonly Source[],
  reading: ReadingOptions,
  work: Work,
): Promise<Database> {
  void warm().catch(() => {}); // if DuckDB is missing, the next call says so
  const columns = await ColumnFolder.create();
  try {
    const others: { source: Source; isTable: boolean }[] = [];
    for (const source of sources) {
      const isOwn = !saysHow(reading) && (await isTable(source));
      if (!isOwn || !(await columns.take(source, work))) others.push({ source, isTable: isOwn });
    }
    const inserted = others.filter(({ isTable }) => isTable).map(({ source }) => source);
    const scratch = (await bytesOf(inserted)) > largeLogs ? await inScratch() : undefined;
    const instance = scratch?.instance ?? (await inMemory());
    const connection = await instance.connect();
    try {
      await createRequests(connection);
      await connection.run("SET TimeZone = 'UTC'"); // Parquet may contain times with a zone
      for (const { source, isTable } of others) {
        if (isTable) await insertLog(connection, source, work);
        else
          await withRecords(source, reading, work, async (csv, log) => {
            refuseDamaged(log);
            const quietly = { signal: work.signal };
            if (!(await columns.take(csv, quietly))) await insertLog(connection, csv, quietly, "as they are");
          });
      }
      await scratch?.filled(connection);
      await columns.show(connection);
      await lock(connection, columns.files);
    } catch (error) {
      instance.closeSync();
      scratch?.remove();
      throw error;
    } finally {
      connection.closeSync();
    }
    return {
      instance,
      close() {
        instance.closeSync();
        columns.remove();
      },
    };
  } catch (error) {
    columns.remove();
    throw error;
  }
}

/** The Parquet files of the logs of one database. */
class ColumnFolder {
  readonly files: string[] = [];
  readonly #folder: string;
  #logs = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async create(): Promise<ColumnFolder> {
    return new ColumnFolder(await spillFolder());
  }

  /** Turns a log into such files, if it is one for which that can be done and is worth its while. */
  async take(log: Source, work: Work): Promise<boolean> {
    const files = await columnsOfLog(log, join(this.#folder, String(this.#logs++)), work);
    if (files === undefined) return false;
    this.files.push(...files);
    return true;
  }

  /** Adds the records in the files to those in the table `requests`. */
  async show(connection: DuckDBConnection): Promise<void> {
    if (this.files.length === 0) return;
    const inserted = await connection.runAndReadAll("SELECT count(*) > 0 FROM requests");
    const rest = inserted.getRows()[0][0] ? ` UNION ALL SELECT ${columnList} FROM inserted` : "";
    await connection.run("SET parquet_metadata_cache = true"); // the files do not change
    await connection.run("ALTER TABLE requests RENAME TO inserted");
    await connection.run(
      `CREATE VIEW requests AS SELECT ${columnList} FROM read_parquet(${listOf(this.files)})${rest}`,
    );
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Bytes of logs from which on the records inserted are kept in a file and not in memory: that takes longer. */
const largeLogs = 256 * 2 ** 20;
/** How many bytes a byte of a packed log may stand for, about. */
const packing = 8;

/** About how many bytes logs have, unpacked. */
async function bytesOf(sources: readonly Source[]): Promise<number> {
  const sizes = sources.map(contentOf).map(async (content) => {
    if (typeof content !== "string") return content.byteLength;
    const { size } = (await stat(content).catch(() => undefined)) ?? { size: 0 };
    const isPacked = compressionOfName(content) !== undefined || content.endsWith(".parquet");
    return isPacked ? size * packing : size;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

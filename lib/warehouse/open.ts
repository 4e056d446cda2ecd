import type { DuckDBInstance } from "@duckdb/node-api";
import { InterruptedError } from "../errors.js";
import type { Source } from "../record.js";
import type { Work } from "../work.js";
import { inFile, inMemory, lock } from "./duckdb/duckdb.js";
import { cannotOpen, checkDuckdbFile, checkHasRequests } from "./duckdb/duckdbFile.js";
import { createRequests, insertLog } from "./insert.js";
import { identity } from "./source.js";

/** A database, and how many questions are at it just now. */
interface Open {
  readonly database: Promise<DuckDBInstance>;
  /** Whether it stays open for the next question. */
  readonly keep: boolean;
  users: number;
}

/** By what they hold, the most recently asked last. */
const open = new Map<string, Open>();
const mostOpen = 4;

/** Calls `use` with a database in memory that holds the logs, loaded now or before. */
export async function withLogs<T>(
  sources: readonly Source[],
  work: Work,
  use: (database: DuckDBInstance) => Promise<T>,
): Promise<T> {
  const key = JSON.stringify(await Promise.all(sources.map(identity)));
  return withOpen(key, () => loadLogs(sources, work), true, work, use);
}

/** Calls `use` with a database file, which is free for others to load into when no question is at it. */
export async function withDuckdbFile<T>(
  path: string,
  work: Work,
  use: (database: DuckDBInstance) => Promise<T>,
): Promise<T> {
  await checkDuckdbFile(path, "source");
  return withOpen(path, () => openForReading(path), false, work, use);
}

async function withOpen<T>(
  key: string,
  make: () => Promise<DuckDBInstance>,
  keep: boolean,
  work: Work,
  use: (database: DuckDBInstance) => Promise<T>,
): Promise<T> {
  const entry = open.get(key) ?? { database: make(), keep, users: 0 };
  entry.users++;
  open.delete(key);
  open.set(key, entry);
  for (const [oldest, old] of open) {
    if (open.size <= mostOpen) break;
    open.delete(oldest);
    if (old.users === 0) await close(old);
  }
  try {
    const database = await entry.database.catch((error) => {
      if (open.get(key) === entry) open.delete(key);
      // Somebody else's interrupt stopped the loading that this question waited for, too.
      if (error instanceof InterruptedError && !work.signal?.aborted) return undefined;
      throw error;
    });
    return database ? await use(database) : await withOpen(key, make, keep, work, use);
  } finally {
    entry.users--;
    if (entry.users === 0 && !(entry.keep && open.get(key) === entry)) {
      if (open.get(key) === entry) open.delete(key);
      await close(entry);
    }
  }
}

/** Frees the memory now: the garbage collector does not know how large a database is. */
async function close({ database }: Open): Promise<void> {
  (await database.catch(() => undefined))?.closeSync();
}

async function loadLogs(sources: readonly Source[], work: Work): Promise<DuckDBInstance> {
  const instance = await inMemory();
  const connection = await instance.connect();
  try {
    await createRequests(connection);
    await connection.run("SET TimeZone = 'UTC'"); // Parquet may hold times with a zone
    for (const source of sources) await insertLog(connection, source, work);
    await lock(connection);
    return instance;
  } catch (error) {
    instance.closeSync();
    throw error;
  } finally {
    connection.closeSync();
  }
}

async function openForReading(path: string): Promise<DuckDBInstance> {
  const instance = await inFile(path, "read").catch((error) => {
    throw cannotOpen("source", path, error);
  });
  const connection = await instance.connect();
  try {
    await checkHasRequests(connection, path, "source");
    await lock(connection);
    return instance;
  } catch (error) {
    instance.closeSync();
    throw error;
  } finally {
    connection.closeSync();
  }
}

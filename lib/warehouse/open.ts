import { stat } from "node:fs/promises";
import { inspect } from "node:util";
import type { DuckDBInstance } from "@duckdb/node-api";
import { InterruptedError } from "../errors.js";
import { compressionOfName } from "../files/extensions.js";
import { contentOf } from "../files/lines.js";
import { type ReadingOptions, refuseDamaged, saysHow, withRecords } from "../read/readFirst.js";
import type { Columns, Source } from "../record.js";
import type { Work } from "../work.js";
import { type Answer, WholeAnswer } from "./answer.js";
import { answerInDuckdb, inFile, inMemory, inScratch, lock } from "./duckdb/duckdb.js";
import { cannotOpen, checkDuckdbFile, checkHasRequests } from "./duckdb/duckdbFile.js";
import { createRequests, insertLog } from "./insert.js";
import type { ParameterValue } from "./parameters.js";
import type { Question } from "./questions.js";
import { isTable } from "./soundRows.js";
import { identity } from "./source.js";

/** An open database, and the number of questions that use it at the moment. */
interface OpenDatabase {
  readonly database: Promise<DuckDBInstance>;
  /** Answers to built-in questions, which are always the same for the same logs. */
  readonly answers: Map<string, Columns>;
  /** Whether it stays open for the next question. */
  readonly keep: boolean;
  users: number;
}

/** By content, the most recently used last. */
const open = new Map<string, OpenDatabase>();
const mostOpen = 4;

/** Answers a question about logs, from a database in memory that is loaded with them now or was before. */
export async function answerOfLogs(
  sources: readonly Source[],
  reading: ReadingOptions,
  work: Work,
  question: Question,
  values: readonly ParameterValue[],
  answer: Answer,
): Promise<void> {
  const load = () => loadLogs(sources, reading, work);
  return withOpen(await keyOf(sources, reading), load, true, work, async (database, answers) => {
    if (work.signal?.aborted) throw new InterruptedError();
    const asked = JSON.stringify([question.name, values]);
    const known = question.isBuiltIn ? answers.get(asked) : undefined;
    if (known !== undefined) {
      answer.begin(Object.keys(known));
      return answer.add(Object.values(known));
    }
    await answerInDuckdb(database, question, values, work, answer);
    if (question.isBuiltIn && answer instanceof WholeAnswer && answer.rows <= longestKept)
      answers.set(asked, answer.columns());
  });
}

/** Identifies logs in their present state, together with how they are to be read. */
async function keyOf(sources: readonly Source[], reading: ReadingOptions): Promise<string> {
  const { onRead: _, ...how } = reading;
  return inspect([await Promise.all(sources.map(identity)), how], { depth: null });
}

/** Number of rows in the longest answer that is kept. */
const longestKept = 100_000;

/** Calls `use` with a database file. While no question uses it, others can load into the file. */
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
  use: (database: DuckDBInstance, answers: Map<string, Columns>) => Promise<T>,
): Promise<T> {
  const entry = open.get(key) ?? { database: make(), answers: new Map(), keep, users: 0 };
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
      // Another caller's interrupt stopped the load that this question was waiting for.
      if (error instanceof InterruptedError && !work.signal?.aborted) return undefined;
      throw error;
    });
    return database ? await use(database, entry.answers) : await withOpen(key, make, keep, work, use);
  } finally {
    entry.users--;
    if (entry.users === 0 && !(entry.keep && open.get(key) === entry)) {
      if (open.get(key) === entry) open.delete(key);
      await close(entry);
    }
  }
}

/** Frees the memory at once: the garbage collector does not know how large a database is. */
async function close({ database }: OpenDatabase): Promise<void> {
  (await database.catch(() => undefined))?.closeSync();
}

async function loadLogs(
  sources: readonly Source[],
  reading: ReadingOptions,
  work: Work,
): Promise<DuckDBInstance> {
  const isLarge = (await bytesOf(sources)) > largeLogs;
  const scratch = isLarge ? await inScratch() : undefined;
  const instance = scratch?.instance ?? (await inMemory());
  const connection = await instance.connect();
  try {
    await createRequests(connection);
    await connection.run("SET TimeZone = 'UTC'"); // Parquet may contain times with a zone
    for (const source of sources) {
      if (!saysHow(reading) && (await isTable(source))) await insertLog(connection, source, work);
      else
        await withRecords(source, reading, work, (csv, log) => {
          refuseDamaged(log);
          return insertLog(connection, csv, { signal: work.signal }, "as they are");
        });
    }
    await scratch?.filled(connection);
    await lock(connection);
    return instance;
  } catch (error) {
    instance.closeSync();
    scratch?.remove();
    throw error;
  } finally {
    connection.closeSync();
  }
}

/** Bytes of logs from which on their records are kept in a file and not in memory: that takes longer. */
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

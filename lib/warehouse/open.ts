import { inspect } from "node:util";
import type { DuckDBInstance } from "@duckdb/node-api";
import { InterruptedError } from "../errors.js";
import type { ReadingOptions } from "../read/readFirst.js";
import type { Columns, Source } from "../record.js";
import type { Work } from "../work.js";
import { type Answer, WholeAnswer } from "./answer.js";
import { answerInDuckdb, checkInDuckdb, inFile, inMemory, lock } from "./duckdb/duckdb.js";
import { cannotOpen, checkDuckdbFile, checkFunctions, checkHasRequests } from "./duckdb/duckdbFile.js";
import { createRequests } from "./insert.js";
import { type Database, databaseOf } from "./logDatabase.js";
import type { ParameterValue } from "./parameters.js";
import type { Question } from "./questions.js";
import { identity } from "./source.js";

/** An open database, and the number of questions that use it at the moment. */
interface OpenDatabase {
  readonly database: Promise<Database>;
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
  const load = () => databaseOf(sources, reading, work);
  const key = await keyOf(sources, reading);
  if (!question.isBuiltIn && !open.has(key)) await checkSql(question, values);
  return withOpen(key, load, true, work, async (database, answers) => {
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

/** Tells wrong SQL before a log is loaded, which may take long. @throws InputError */
async function checkSql(question: Question, values: readonly ParameterValue[]): Promise<void> {
  const instance = await inMemory();
  try {
    const connection = await instance.connect();
    await createRequests(connection);
    await lock(connection);
    await checkInDuckdb(instance, question, values);
  } finally {
    instance.closeSync();
  }
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
  make: () => Promise<Database>,
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
    return database
      ? await use(database.instance, entry.answers)
      : await withOpen(key, make, keep, work, use);
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
  (await database.catch(() => undefined))?.close();
}

async function openForReading(path: string): Promise<Database> {
  const instance = await inFile(path, "read").catch((error) => {
    throw cannotOpen("source", path, error);
  });
  const connection = await instance.connect();
  try {
    await checkFunctions(connection, path, "source");
    await checkHasRequests(connection, path, "source");
    await lock(connection);
    return { instance, close: () => instance.closeSync() };
  } catch (error) {
    instance.closeSync();
    throw error;
  } finally {
    connection.closeSync();
  }
}

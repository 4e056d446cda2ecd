import { mkdirSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { DuckDBConnection, DuckDBInstance, DuckDBPreparedStatement } from "@duckdb/node-api";
import { InputError, InterruptedError, quoted } from "../../errors.js";
import { openDuckdb } from "../../files/duckdb.js";
import { machineFault } from "../../files/fault.js";
import { scratchName } from "../../files/scratch.js";
import type { Work } from "../../work.js";
import type { Answer } from "../answer.js";
import type { ParameterType, ParameterValue } from "../parameters.js";
import type { Question } from "../questions.js";
import { streamAnswer } from "./duckdbValues.js";
import { percentilesAtOnce } from "./percentiles.js";

/**
 * Loads DuckDB itself, which takes 0.1 to 0.2 s, mostly for the native library. Called early, without waiting, it saves
 * this time at the first question.
 */
export async function warm(): Promise<void> {
  spare ??= create(":memory:");
  await spare;
}

/** An empty database, prepared for the next log. */
let spare: Promise<DuckDBInstance> | undefined;

/** An empty database in memory. */
export async function inMemory(): Promise<DuckDBInstance> {
  const empty = spare ?? create(":memory:");
  spare = undefined;
  return empty;
}

/** Memory that filling a database in a scratch file may take, in MB: so much in all, or for each thread. */
const fillMemory = { all: 512, thread: 128 };

/**
 * An empty database in a file that goes when the database does: it takes little memory while it is filled, and is
 * compressed.
 * @returns with it, what is called when it has been filled: the file then has no name any more, and questions may take
 *   as much memory as of any database; and what removes the file of one that was closed before
 */
export async function inScratch(): Promise<{
  instance: DuckDBInstance;
  filled(connection: DuckDBConnection): Promise<void>;
  remove(): void;
}> {
  const folder = await spillFolder();
  mkdirSync(folder, { mode: 0o700 });
  const megabytes = Math.max(fillMemory.all, fillMemory.thread * availableParallelism());
  const instance = await create(join(folder, "records.duckdb"), { memory_limit: `${megabytes}MB` });
  const remove = () => rmSync(folder, { recursive: true, force: true });
  return {
    instance,
    remove,
    async filled(connection) {
      await connection.run("CHECKPOINT");
      await connection.run("RESET GLOBAL memory_limit");
      remove();
    },
  };
}

/**
 * Opens a database file. A new file is written so that DuckDB 1.2 and later can read it.
 * @param mode - "read" shares the file with other readers; "write" takes it exclusively, and creates it if it does not
 * exist
 */
export function inFile(path: string, mode: "read" | "write"): Promise<DuckDBInstance> {
  return create(path, {
    access_mode: mode === "read" ? "READ_ONLY" : "READ_WRITE",
    storage_compatibility_version: "v1.2.0",
  });
}

async function create(path: string, more: Record<string, string> = {}): Promise<DuckDBInstance> {
  return openDuckdb(path, {
    threads: String(availableParallelism()),
    temp_directory: await spillFolder(), // for what does not fit in memory; it is removed at the end
    ...more,
  });
}

/**
 * From then on, a question can read and write only the tables, whatever its SQL says.
 * @param files - the files that views over them read
 */
export async function lock(connection: DuckDBConnection, files: readonly string[] = []): Promise<void> {
  await connection.run(`SET allowed_paths = ${listOf(files)}`);
  await connection.run("SET enable_external_access = false");
  await connection.run("SET lock_configuration = true");
}

/** Texts as a list in SQL. */
export const listOf = (texts: readonly string[]): string =>
  `[${texts.map((text) => `'${text.replaceAll("'", "''")}'`).join(", ")}]`;

/**
 * Answers a question about the table `requests` of a database.
 * @param values - the values of its parameters, in their order
 * @throws InputError if the SQL is wrong
 * @throws InterruptedError if it is stopped
 */
export function answerInDuckdb(
  instance: DuckDBInstance,
  question: Question,
  values: readonly ParameterValue[],
  work: Work,
  answer: Answer,
): Promise<void> {
  return withStatement(instance, question, values, work, (statement) => streamAnswer(statement, answer));
}

/**
 * Checks the SQL of a question, without an answer.
 * @param instance - a database with the table `requests`, which may be empty
 * @throws InputError if the SQL is wrong
 */
export function checkInDuckdb(
  instance: DuckDBInstance,
  question: Question,
  values: readonly ParameterValue[],
): Promise<void> {
  return withStatement(instance, question, values, {}, async () => {});
}

async function withStatement(
  instance: DuckDBInstance,
  question: Question,
  values: readonly ParameterValue[],
  work: Work,
  use: (statement: DuckDBPreparedStatement) => Promise<void>,
): Promise<void> {
  const { StatementType } = await import("@duckdb/node-api");
  const connection = await instance.connect();
  try {
    if (question.parameters.length > 0) {
      const columns = question.parameters.map(
        ({ name, type }, i) => `CAST($${i + 1} AS ${sqlTypes[type]}) AS ${name}`,
      );
      await connection.run(`CREATE TEMP TABLE params AS SELECT ${columns.join(", ")}`, [...values]);
    }
    await interruptible(connection, work, async () => {
      const sql = question.isBuiltIn ? percentilesAtOnce(question.sql) : question.sql;
      const statement = await connection.prepare(sql);
      if (statement.statementType !== StatementType.SELECT) {
        throw new InputError(`question: ${quoted(question.name)} is not a single SELECT`);
      }
      await use(statement);
    });
  } catch (error) {
    if (error instanceof InputError || error instanceof InterruptedError) throw error;
    const fault = machineFault(error);
    if (fault !== undefined) throw new Error(`cannot answer ${quoted(question.name)}: ${fault}`);
    throw new InputError(`question: ${quoted(question.name)}: ${sqlFault(error)}`);
  } finally {
    connection.closeSync();
  }
}

const sqlTypes: Record<ParameterType, string> = {
  integer: "BIGINT",
  number: "DOUBLE",
  text: "VARCHAR",
  moment: "TIMESTAMP",
};

/**
 * Runs queries so that the caller's signal stops them, and reports progress.
 * @param size - the size of the whole work in bytes; without it, no progress is reported
 */
export async function interruptible<T>(
  connection: DuckDBConnection,
  work: Work,
  run: () => Promise<T>,
  size?: number,
): Promise<T> {
  const { signal, onProgress } = work;
  if (signal?.aborted) throw new InterruptedError();
  // An interrupt that arrives between two steps of a query is lost, so it is repeated until the query ends.
  let repeat: NodeJS.Timeout | undefined;
  const stop = () => {
    connection.interrupt();
    repeat = setInterval(() => connection.interrupt(), 10);
  };
  signal?.addEventListener("abort", stop, { once: true });
  let report: NodeJS.Timeout | undefined;
  if (size !== undefined && onProgress) {
    await connection.run("SET enable_progress_bar = true"); // without this, DuckDB does not count
    await connection.run("SET enable_progress_bar_print = false");
    report = setInterval(() => {
      const share = Math.min(100, Math.max(0, connection.progress.percentage)) / 100; // −1 while it is not known
      onProgress({ done: Math.round(share * size), total: size, unit: "bytes" });
    }, 100);
  }
  try {
    return await run();
  } catch (error) {
    throw signal?.aborted ? new InterruptedError() : error;
  } finally {
    signal?.removeEventListener("abort", stop);
    clearInterval(repeat);
    clearInterval(report);
  }
}

/** What is wrong with SQL, with the advice of DuckDB that is of use: it does not know which table a user looks for. */
function sqlFault(error: unknown): string {
  const [what, advice = ""] = (error as Error).message.split("\n");
  if (/^Catalog Error: Table with name/.test(what)) return `${what} The records are the table requests.`;
  return /^(Candidate bindings|Did you mean|Either add)/.test(advice) ? `${what} ${advice}` : what;
}

/** The first lines of a database's message. The lines after them are its SQL and its advice. */
export function messageHead(error: unknown, count: number): string {
  return (error as Error).message.split("\n").slice(0, count).join(", ");
}

/** The name of a folder for one database, which the end of the process removes. DuckDB creates it if it needs it. */
export async function spillFolder(): Promise<string> {
  const folder = await scratchName();
  if (spillFolders.length === 0) {
    process.once("exit", () => {
      for (const each of spillFolders) rmSync(each, { recursive: true, force: true });
    });
  }
  spillFolders.push(folder);
  return folder;
}

const spillFolders: string[] = [];

import { rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { InputError, InterruptedError, quoted } from "../../errors.js";
import { machineFault } from "../../files/fault.js";
import { scratchName } from "../../files/scratch.js";
import type { Work } from "../../work.js";
import type { Answer } from "../answer.js";
import type { ParameterType, ParameterValue } from "../parameters.js";
import type { Question } from "../questions.js";
import { streamAnswer } from "./duckdbValues.js";

/**
 * Loads DuckDB itself, so that the first question need not: 0.1 to 0.2 s, most of it the native library.
 * Calling it early (and not waiting) hides that.
 */
export async function warm(): Promise<void> {
  spare ??= create(":memory:");
  await spare;
}

/** An empty database, made ahead for the next log. */
let spare: Promise<DuckDBInstance> | undefined;

/** An empty database in memory. */
export async function inMemory(): Promise<DuckDBInstance> {
  const empty = spare ?? create(":memory:");
  spare = undefined;
  return empty;
}

/**
 * Opens a database file. A new one is written so that DuckDB 1.2 and later can read it.
 * @param mode - "read" shares the file with other readers; "write" takes it alone and makes it where there is none
 */
export function inFile(path: string, mode: "read" | "write"): Promise<DuckDBInstance> {
  return create(path, {
    access_mode: mode === "read" ? "READ_ONLY" : "READ_WRITE",
    storage_compatibility_version: "v1.2.0",
  });
}

async function create(path: string, more: Record<string, string> = {}): Promise<DuckDBInstance> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  return DuckDBInstance.create(path, {
    threads: String(availableParallelism()),
    // Nothing is fetched, and what does not fit in memory goes to a folder that is removed at the end.
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    allow_community_extensions: "false",
    temp_directory: await spillFolder(),
    ...more,
  });
}

/** From here on, a question can read and write nothing but the tables, whatever its SQL says. */
export async function lock(connection: DuckDBConnection): Promise<void> {
  await connection.run("SET enable_external_access = false");
  await connection.run("SET lock_configuration = true");
}

/**
 * Gives the question's answer about the table `requests` of a database.
 * @param values - those of its parameters, in their order
 * @throws InputError when the SQL is wrong; InterruptedError when stopped.
 */
export async function answerInDuckdb(
  instance: DuckDBInstance,
  question: Question,
  values: readonly ParameterValue[],
  work: Work,
  answer: Answer,
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
      const statement = await connection.prepare(question.sql);
      if (statement.statementType !== StatementType.SELECT) {
        throw new InputError(`question: ${quoted(question.name)} is not a single SELECT`);
      }
      await streamAnswer(statement, answer);
    });
  } catch (error) {
    if (error instanceof InputError || error instanceof InterruptedError) throw error;
    const fault = machineFault(error);
    if (fault !== undefined) throw new Error(`cannot answer ${quoted(question.name)}: ${fault}`);
    throw new InputError(`question: ${quoted(question.name)}: ${firstLines(error, 1)}`);
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
 * Runs queries so that the caller's signal stops them, and says how far they have come.
 * @param size - what the whole work is, in bytes; left out, nothing is reported
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
    await connection.run("SET enable_progress_bar = true"); // without it, DuckDB does not keep count
    await connection.run("SET enable_progress_bar_print = false");
    report = setInterval(() => {
      const share = Math.min(100, Math.max(0, connection.progress.percentage)) / 100; // -1 when not known yet
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

/** The first lines of a database's message: what follows is its SQL and its advice. */
export function firstLines(error: unknown, count: number): string {
  return (error as Error).message.split("\n").slice(0, count).join(", ");
}

/** A folder for one database, made by DuckDB only when it needs it. */
async function spillFolder(): Promise<string> {
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

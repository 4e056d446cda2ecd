import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { checkOptions, InputError, InterruptedError, quoted } from "../errors.js";
import { contentOf } from "../files/lines.js";
import { logFiles } from "../files/logFiles.js";
import { type ReadingOptions, readingOptions } from "../read/readFirst.js";
import { checkReadOptions } from "../read/readOptions.js";
import type { Columns, Source } from "../record.js";
import { checkWork, type Work, workOptions } from "../work.js";
import { type Answer, SpooledAnswer, WholeAnswer } from "./answer.js";
import { answerInDuckdb } from "./duckdb/duckdb.js";
import { answerOfLogs, withDuckdbFile } from "./open.js";
import { parameterValues } from "./parameters.js";
import { checkNoOtherAddress, isDatabase, isPostgres } from "./place.js";
import { answerInPostgres } from "./postgres/postgres.js";
import { question } from "./questions.js";
import { sourceName } from "./source.js";
import { isSpark, sparkAddress } from "./spark/address.js";

/**
 * What can be questioned: a log or several, and databases that `load` filled. A path is that of a five-field
 * CSV (plain, gzip or zstd), a Parquet file, a server's own log, a pattern of logs, or a DuckDB file;
 * `postgres://…` is a PostgreSQL database; `spark://HOST:PORT?lake=FOLDER` is a lake on a Spark cluster.
 */
export type Asked = Source | readonly Source[];

/** How a server's own log is read, and how the work is watched and stopped. */
export interface AskOptions extends ReadingOptions, Work {}

/**
 * Asks a question in SQL, of logs on DuckDB or of a database where it is. Log and answer may be of any size;
 * what a log holds is loaded at its first question and kept for the next ones, until it changes; a server's own log
 * is read first. The values of an answer are the same for every database: `plainValues` says how each type is written.
 *
 * @param asked - a built-in question (`questions()` lists them), the path of your own .sql file, or SQL itself: one
 *   SELECT over the table `requests`, which may begin with WITH
 * @param params - values of the question's parameters, by name
 * @param options - how a server's own log is read, as for `read`; with any of them a CSV is read so, too
 * @throws InputError when the question, a parameter, an option or the source is wrong, or the log is damaged.
 *
 * @example await ask("failing_endpoints", log, { top: 5 })
 * @example await ask("SELECT count(*) AS n FROM requests WHERE endpoint = $path", "access.log", { path: "/" })
 */
export async function ask(
  asked: string,
  source: Asked,
  params: Record<string, unknown> = {},
  options: AskOptions = {},
): Promise<Columns> {
  const answer = new WholeAnswer();
  await answerTo(asked, source, params, options, answer);
  return answer.columns();
}

/**
 * Asks as `ask` does, and hands the answer on a piece at a time: it may be larger than memory. Nothing is handed on
 * before the database has given all of it.
 * @param take - takes the pieces in order; the first names the columns, also of an answer without rows
 */
export async function askInPieces(
  asked: string,
  source: Asked,
  params: Record<string, unknown>,
  options: AskOptions,
  take: (piece: Columns) => Promise<void>,
): Promise<void> {
  const answer = await SpooledAnswer.create();
  try {
    await answerTo(asked, source, params, options, answer);
    for (const piece of answer.pieces()) {
      await take(piece);
      if (options.signal?.aborted) throw new InterruptedError();
    }
  } finally {
    answer.discard();
  }
}

async function answerTo(
  asked: string,
  source: Asked,
  params: Record<string, unknown>,
  options: AskOptions,
  answer: Answer,
): Promise<void> {
  checkAskOptions(options);
  const { signal, onProgress, ...reading } = options;
  const work = { signal, onProgress };
  if (typeof params !== "object" || params === null || Array.isArray(params)) {
    throw new InputError(`params: ${quoted(params)} is not an object of values by name`);
  }
  const named = question(asked, params);
  const values = parameterValues(named, params); // a wrong parameter is told before a large log is loaded
  const given = Array.isArray(source) ? (source as readonly Source[]) : [source as Source];
  if (given.length === 0) throw new InputError("source: the list of logs is empty");
  if (given.some(isSpark)) {
    if (given.length > 1)
      throw new InputError("source: give one Spark address, or logs; not both or several");
    const { answersInSpark } = await import("./spark/answer.js");
    const { master, data } = sparkAddress(given[0] as string);
    return answersInSpark(master, [{ question: named, params, data, answer }], work);
  }
  for (const each of given) checkNoOtherAddress("source", each);
  const databases = await Promise.all(given.map(isDatabase));
  if (!databases.includes(true)) {
    const sources = (await Promise.all(given.map(matching))).flat();
    const contents = sources.map(contentOf);
    const twice = contents.findIndex((content, i) => contents.indexOf(content) < i);
    if (twice >= 0) throw new InputError(`source: ${quoted(sourceName(sources[twice]))} is named twice`);
    return answerOfLogs(sources, reading, work, named, values, answer);
  }
  if (given.length > 1) throw new InputError("source: give one database, or logs; not both or several");
  const database = given[0] as string;
  if (isPostgres(database)) return answerInPostgres(database, named, values, work, answer);
  return withDuckdbFile(resolve(database), work, (file) => answerInDuckdb(file, named, values, work, answer));
}

/**
 * Checks the options of `ask`; a face that puts its own beside them does so first.
 * @throws InputError when they are no object, or one of them does not exist or is wrong
 */
export function checkAskOptions(options: AskOptions): void {
  checkOptions(options, [...workOptions, ...readingOptions]);
  const { signal, onProgress, onRead: _, ...how } = options;
  checkWork({ signal, onProgress });
  checkReadOptions(how);
}

/** The logs that a pattern matches, such as `access.log*`, rotated ones oldest first; any other source is itself. */
async function matching(source: Source): Promise<Source[]> {
  if (typeof source !== "string" || !/[*?[{]/.test(source) || (await stat(source).catch(() => undefined)))
    return [source];
  return (await logFiles(source)).map(({ path }) => path);
}

import { resolve } from "node:path";
import { InputError, quoted } from "../errors.js";
import { contentOf } from "../files/lines.js";
import type { Columns, Source } from "../record.js";
import type { Work } from "../work.js";
import { answerInDuckdb } from "./duckdb/duckdb.js";
import { withDuckdbFile, withLogs } from "./open.js";
import { parameterValues } from "./parameters.js";
import { checkNoOtherAddress, isDatabase, isPostgres } from "./place.js";
import { answerInPostgres } from "./postgres/postgres.js";
import { question } from "./questions.js";
import { sourceName } from "./source.js";
import { isSpark } from "./spark/address.js";

/**
 * What can be questioned: a log or several, and databases that `load` filled. A path is that of a five-field
 * CSV (plain, gzip or zstd), a Parquet file or a DuckDB file; `postgres://…` is a PostgreSQL database;
 * `spark://HOST:PORT?lake=FOLDER` is a lake on a Spark cluster.
 */
export type Asked = Source | readonly Source[];

/**
 * Asks a question in SQL, of logs on DuckDB or of a database where it is. Log and answer may be of any size;
 * what a log holds is loaded at its first question and kept for the next ones, until it changes. The values of an
 * answer are the same for every database: `plainValues` says how each type is written.
 *
 * @param name - a built-in question (`questions()` lists them) or the path of your own .sql file: one SELECT
 *   over the table `requests`
 * @param params - values of the question's parameters, by name
 * @throws InputError when the question, a parameter or the source is wrong.
 *
 * @example await ask("failing_endpoints", log, { top: 5 })
 */
export async function ask(
  name: string,
  source: Asked,
  params: Record<string, unknown> = {},
  work: Work = {},
): Promise<Columns> {
  const asked = question(name);
  if (typeof params !== "object" || params === null || Array.isArray(params)) {
    throw new InputError(`params: ${quoted(params)} is not an object of values by name`);
  }
  parameterValues(asked, params); // a wrong parameter is told before a large log is loaded
  const sources = Array.isArray(source) ? (source as readonly Source[]) : [source as Source];
  if (sources.length === 0) throw new InputError("source: the list of logs is empty");
  if (sources.some(isSpark)) {
    if (sources.length > 1)
      throw new InputError("source: give one Spark address, or logs; not both or several");
    const { answersInSpark } = await import("./spark/answer.js");
    return (await answersInSpark(sources[0] as string, [{ question: asked, params }], work))[0];
  }
  for (const each of sources) checkNoOtherAddress("source", each);
  const databases = await Promise.all(sources.map(isDatabase));
  if (!databases.includes(true)) {
    const contents = sources.map(contentOf);
    const twice = contents.findIndex((content, i) => contents.indexOf(content) < i);
    if (twice >= 0) throw new InputError(`source: ${quoted(sourceName(sources[twice]))} is named twice`);
    return withLogs(sources, work, (database) => answerInDuckdb(database, asked, params, work));
  }
  if (sources.length > 1) throw new InputError("source: give one database, or logs; not both or several");
  const database = sources[0] as string;
  if (isPostgres(database)) return answerInPostgres(database, asked, params, work);
  return withDuckdbFile(resolve(database), work, (file) => answerInDuckdb(file, asked, params, work));
}

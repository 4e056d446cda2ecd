import { resolve } from "node:path";
import { precisionOf } from "../../encode/formats.js";
import { checkOptions, InputError, quoted } from "../../errors.js";
import type { Source } from "../../record.js";
import { mergeKeys } from "../../truth/mergeKeys.js";
import { checkNoOtherAddress, isDatabase, isPostgres } from "../../warehouse/place.js";
import { checkWork, type Work } from "../../work.js";
import { workerCount } from "../../write/pieces.js";
import { type Copy, openCopy } from "./copy.js";
import { checkAgreement, expectationOf, type KeySource, keysOf } from "./key.js";
import { checkLabels } from "./labels.js";
import { type Verification, verification } from "./outcome.js";
import { groupsOf, RecordComparison } from "./recordComparison.js";
import { VerifyRun } from "./run.js";
import { openTableCopy } from "./tableCopy.js";

export type { KeySource } from "./key.js";
export type { Verification } from "./outcome.js";

/**
 * A copy of a log: a file, the table `requests` of a database (a DuckDB file, or `postgres://…`), or several of these
 * that make up the log together.
 */
export type CopySource = Source | readonly Source[];

/** How `verify` works. */
export interface VerifyOptions {
  /** How many differences of each kind are shown, 0 to 10,000. Default 20. */
  limit?: number | undefined;
  /**
   * Number of threads that make the log again, 1 to 64. Default 1 below 2 million records, otherwise the number of
   * cores.
   */
  workers?: number | undefined;
}

/**
 * Compares a copy of a log with the log as it was written, record by record, in any order. It makes the log again from
 * its answer key and reports which records are missing, doubled, changed or unexpected. Records are compared by value
 * (time to the millisecond, address, endpoint, status, response time to the hundredth of a millisecond), so that `12.5`
 * equals `12.50`; of a log in a format that keeps less, such as whole seconds, what that format keeps is compared. Lines that a defect left unreadable are not expected. A database is read as it was when the work
 * began, and nothing in it is changed; its table may have more columns than the five, in any order.
 *
 * Memory is bounded for any number of records: 60 to 80 MB more than the process needs anyway if the logs are equal
 * (and about 150 MB more if DuckDB reads the copy: Parquet and its own files), up to 420 MB if all records differ
 * (measured with 10 million). Up to 25 million records from stretches that differ are compared one by one. If there are
 * more, the counts are lower bounds, and `exact` is false.
 *
 * @param copy CSV (the five fields in any order; plain, gzip or zstd), NDJSON, Parquet, a DuckDB file or
 * `postgres://USER@HOST:PORT/DATABASE`
 * @param key by default the one beside the copy: `server_logs.truth.json` for `server_logs.csv`; a database has none
 * @throws InputError if the copy or a key cannot be read, keys do not belong together, or a key was changed
 */
export async function verify(
  copy: CopySource,
  key?: KeySource,
  options: VerifyOptions = {},
  work: Work = {},
): Promise<Verification> {
  checkOptions(options, ["limit", "workers"]);
  checkWork(work);
  const { limit = 20 } = options;
  if (!Number.isInteger(limit) || limit < 0 || limit > 10_000) {
    throw new InputError(`limit: must be a whole number from 0 to 10000, not ${quoted(limit)}`);
  }
  const sources = (Array.isArray(copy) ? copy : [copy]) as readonly Source[];
  if (sources.length === 0) throw new InputError("copy: the list of files is empty");
  for (const source of sources) checkNoOtherAddress("copy", source);
  const places = sources.map(placeOf);
  const twice = places.find((place, i) => place !== undefined && places.indexOf(place) < i);
  if (twice !== undefined)
    throw new InputError(`copy: ${quoted(twice)} is named twice, and would count twice`);
  const databases = await Promise.all(sources.map(isDatabase));
  if (key === undefined && databases.includes(true)) {
    throw new InputError(
      "key: give the answer key (--key FILE in a shell), as none stands beside a database",
    );
  }
  const copies: Copy[] = [];
  try {
    for (const [i, source] of sources.entries()) {
      copies.push(await (databases[i] ? openTableCopy(source as string, work) : openCopy(source, work)));
    }
    const keys = await keysOf(sources, key);
    const answer = mergeKeys(keys);
    const { expectation, plan } = expectationOf(answer, precisionOf(keys.map(({ file }) => file?.format)));
    const workers = workerCount(options.workers, plan, Date.parse(answer.from), Date.parse(answer.to));
    const run = new VerifyRun(copies, expectation, plan, answer.lines.written, work);
    const expected = await run.sumUp(workers);
    checkAgreement(answer, plan, expectation, expected);
    const { groups, uncompared } = groupsOf(expected.buckets, run.found, expectation);
    const comparison = new RecordComparison(expectation, plan, expected.buckets);
    for (const group of groups) await run.compare(comparison, group);
    const labels = await checkLabels(sources, keys, work);
    return await verification({
      key: answer,
      run,
      comparison,
      uncompared,
      labels,
      limit,
      files: copies.length,
    });
  } finally {
    for (const each of copies) await each.close();
  }
}

/** The place of a source, to detect one that is named twice; undefined for one in memory. */
function placeOf(source: Source): string | undefined {
  const place: unknown = typeof source === "string" ? source : source?.path;
  if (typeof place !== "string") return undefined;
  return isPostgres(place) ? place : resolve(place);
}

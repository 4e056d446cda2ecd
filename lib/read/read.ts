import { devNull } from "node:os";
import { resolve } from "node:path";
import { InputError, quoted } from "../errors.js";
import type { Bytes } from "../files/digest.js";
import { compressionOfName, csvCompression } from "../files/extensions.js";
import { type LogFile, type LogSource, logFiles } from "../files/logFiles.js";
import { Outputs, type Put } from "../files/outputs.js";
import { standardOutput } from "../files/places.js";
import { MemorySink } from "../files/sink.js";
import { checkWork, partOf, type Work } from "../work.js";
import { Quarantine } from "./quarantine.js";
import { type ReadJob, readJobOf } from "./readJob.js";
import { checkReadOptions, checkTargets, type ReadOptions } from "./readOptions.js";
import { Records } from "./records.js";
import { type ReadLog, readLogOf, type SourceLog } from "./report.js";
import { LineTally } from "./tally.js";

export type { ReadOptions } from "./readOptions.js";
export type { ReadLog, SourceLog } from "./report.js";

/**
 * Reads servers' own logs (plain, gzip or zstd) into five-field CSV, in constant memory. Nothing is lost: each line
 * becomes a record, is quarantined with the reason, or is counted as skipped. Records keep the order of the logs, so
 * that line numbers can be followed and memory stays constant. Records out of order are counted.
 *
 * | @throws InputError if an option is wrong, a log cannot be read, its format is unclear or a file cannot be written
 */
export function read(source: LogSource, options: ReadOptions = {}, work: Work = {}): Promise<ReadLog> {
  return readInto(undefined, source, options, work);
}

/** Reads like `read`, but keeps no records. The result says what the logs hold. */
export async function dryRun(source: LogSource, options: ReadOptions, work: Work = {}): Promise<ReadLog> {
  const log = await readInto(undefined, source, { ...options, out: devNull }, work);
  return Object.defineProperty(log, "path", { value: undefined, enumerable: false });
}

/**
 * Reads like `read`.
 * | @param shared - takes the quarantine of several reads, each line with the name of its log; the caller commits it
 * | @param digest - takes the bytes as they are read, still packed; not used for Parquet
 * | @param from - number of bytes at the log's beginning, unpacked, whose lines are known. They are read, since headers
 * may be among them, but neither kept nor counted
 */
export async function readInto(
  shared: Put | undefined,
  source: LogSource,
  options: ReadOptions,
  work: Work,
  digest?: Bytes,
  from = 0,
): Promise<ReadLog> {
  const { asked, formatOptions } = checkReadOptions(options);
  checkWork(work);
  const files = await logFiles(source);
  await checkTargets(options, files);
  const jobs: ReadJob[] = [];
  const outputs = new Outputs(work);
  try {
    for (const file of files) jobs.push(await readJobOf(file, asked, formatOptions, work, digest));
    for (const { file, lines } of jobs) {
      if (from > 0 && lines.relaid !== undefined)
        throw new InputError(
          `source: the first ${from} bytes of ${quoted(file.name)} were loaded before; what follows them cannot be loaded by itself, as its JSON objects do not stand one on each line: load it into a new database, or put them so first (jq -c)`,
        );
    }
    const memory = new MemorySink();
    const { out, quarantine: bad } = options;
    const sink = out === undefined ? memory : await outputs.sink(out, "out", csvCompression(out));
    const quarantine = new Quarantine(
      shared ??
        (bad === undefined
          ? undefined
          : (await outputs.open(bad, "quarantine", { compression: compressionOfName(bad) })).put),
    );
    const tally = new LineTally(quarantine);
    const size = sizeOf(files);
    const records = new Records(
      sink,
      quarantine,
      tally,
      options.identifiers === "fold",
      formatOptions.standIns === true,
      size,
    );
    const sources: SourceLog[] = [];
    let before = 0;
    for (const job of jobs) {
      const named = jobs.length > 1 || shared !== undefined;
      sources.push(
        await readOne(job, records, tally, named, partOf(work, before, job.file.size, size), from),
      );
      before += job.file.size ?? 0;
    }
    await records.end();
    await outputs.commit();
    return readLogOf(placeOf(out, memory), sources, tally, quarantine);
  } catch (error) {
    await outputs.discard();
    throw error;
  } finally {
    for (const { parquet } of jobs) parquet?.close();
  }
}

function placeOf(out: string | undefined, memory: MemorySink): { path?: string; csv?: Uint8Array } {
  if (out === undefined) return { csv: memory.bytes() };
  return out === standardOutput ? {} : { path: resolve(out) };
}

async function readOne(
  job: ReadJob,
  records: Records,
  tally: LineTally,
  named: boolean,
  work: Work,
  from: number,
): Promise<SourceLog> {
  const { file, format, lines, reader, parquet, why } = job;
  tally.begin(named ? file.name : undefined);
  const before = tally.counts();
  if (parquet) await records.ofParquet(parquet, work);
  else await records.ofLines(lines, reader, work, from);
  const after = tally.counts();
  return {
    name: file.name,
    path: file.path,
    format,
    why,
    damage: lines.damage,
    lines: after.lines - before.lines,
    records: after.records - before.records,
    quarantined: after.quarantined - before.quarantined,
    blank: after.blank - before.blank,
    headers: after.headers - before.headers,
  };
}

/** Size of all the logs in bytes; undefined if one of them is unknown. */
function sizeOf(files: readonly LogFile[]): number | undefined {
  let sum = 0;
  for (const { size } of files) {
    if (size === undefined) return;
    sum += size;
  }
  return sum;
}

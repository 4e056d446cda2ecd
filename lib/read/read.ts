import { devNull } from "node:os";
import { resolve } from "node:path";
import { checkOptions, InputError, quoted } from "../errors.js";
import type { Bytes } from "../files/digest.js";
import { compressionOfName, csvCompression } from "../files/extensions.js";
import { elementFill, elementLines, isSpreadJson } from "../files/jsonElements.js";
import { Lines } from "../files/lines.js";
import { type LogFile, type LogSource, logFiles, placesOf } from "../files/logFiles.js";
import { Outputs, type Put } from "../files/outputs.js";
import { checkPlaces, pathOption, standardOutput } from "../files/places.js";
import { MemorySink } from "../files/sink.js";
import { checkWork, partOf, type Work } from "../work.js";
import { firstLines, type Recognised, readingAsked, recognise, sampleSize } from "./detect.js";
import { clockOf } from "./fields/clock.js";
import { clientQuestion } from "./fields/forwarded.js";
import { askedFormat, lineFormats, type ReadFormat, type RequestedFormat } from "./formats/formats.js";
import { logFormat } from "./formats/logFormat.js";
import type { OwnFormat } from "./formats/ownFormat.js";
import type { ParquetRows } from "./formats/parquetRows.js";
import { Quarantine } from "./quarantine.js";
import { Records } from "./records.js";
import { type ReadLog, readLogOf, type SourceLog } from "./report.js";
import type { FormatOptions, LineFormat, LineReader, TimeUnit, WhichClient } from "./row.js";
import { LineTally } from "./tally.js";

export type { ReadLog, SourceLog } from "./report.js";

/** How `read` reads logs. Every option may be left out. */
export interface ReadOptions {
  /**
   * The format of the lines: the name of a format, a format of your own, or "auto" (the default) to recognise it by the
   * first lines.
   */
  format?: ReadFormat | OwnFormat | undefined;
  /**
   * File for the CSV, "-" for standard output. A `.gz` or `.zst` at its end compresses it. Without it, the CSV stays in
   * memory, up to 256 MiB (about 4 million records).
   */
  out?: string | undefined;
  /**
   * File for the lines that are not records, as NDJSON: line number, reason, length, text. "-" is standard output,
   * unless the CSV goes there. A `.gz` or `.zst` at its end compresses it.
   */
  quarantine?: string | undefined;
  /** Time zone of times that name no zone: "UTC" (the default), "+02:00" or "Europe/Berlin". */
  timeZone?: string | undefined;
  /** Unit of the response times, if the log leaves it open; "none" if it has no response times. */
  timeUnit?: TimeUnit | "none" | undefined;
  /**
   * Field that holds the response time, if the log leaves it open: its name (`rt`, `latency`), or its number among the
   * fields after the fixed ones of an access log, from "1".
   */
  timeField?: string | undefined;
  /**
   * The log's format as it is set in the server: nginx's `log_format` or Apache's `LogFormat`, as the line of the
   * configuration or only its string. Used instead of `format`.
   */
  logFormat?: string | undefined;
  /** Whether paths keep their query strings. Default "cut". */
  query?: "cut" | "keep" | undefined;
  /**
   * Whether numbers, UUIDs and hexadecimal texts of 16 digits or more in paths become `{id}` (`/users/123` becomes
   * `/users/{id}`). Default "keep".
   */
  identifiers?: "keep" | "fold" | undefined;
  /**
   * How to treat lines of Apache's and nginx's logs whose client is a host name (`HostnameLookups On`). By default they
   * are quarantined. With "stand-in", an address in 2001:db8::/32, which is reserved for documentation, replaces the
   * name. The same name has the same address in every log.
   */
  clientNames?: "quarantine" | "stand-in" | undefined;
  /**
   * Who the client is where a log has the peer of each request and X-Forwarded-For beside it: "peer", or "forwarded", the
   * left-most address of the header. Left out, it is the header's where the peer's address is private (a proxy), and is
   * asked where it is public.
   */
  client?: WhichClient | undefined;
}

/** Names of the options of `read`. */
export const readOptions = Object.keys({
  format: true,
  out: true,
  quarantine: true,
  timeZone: true,
  timeUnit: true,
  timeField: true,
  logFormat: true,
  query: true,
  identifiers: true,
  clientNames: true,
  client: true,
} satisfies Record<keyof ReadOptions, true>);

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

/** A log that is ready to be read. */
export interface ReadJob {
  readonly file: LogFile;
  readonly format: string;
  readonly lines: Lines;
  readonly reader: LineReader;
  readonly parquet?: ParquetRows;
  readonly why: string;
}

/**
 * What the options say, apart from the files to write.
 * | @throws InputError if an option does not exist, or its value is wrong
 */
export function checkReadOptions(options: ReadOptions): {
  asked: RequestedFormat;
  formatOptions: FormatOptions;
} {
  checkOptions(options, readOptions);
  const {
    format = "auto",
    query = "cut",
    timeZone = "UTC",
    timeUnit,
    timeField,
    identifiers = "keep",
    clientNames = "quarantine",
    client,
  } = options;
  const oneOf = (argument: string, value: unknown, allowed: readonly string[]) => {
    if (allowed.includes(value as string)) return;
    throw new InputError(
      `${argument}: ${quoted(value)}: give ${allowed.map((each) => `"${each}"`).join(" or ")}`,
    );
  };
  oneOf("query", query, ["cut", "keep"]);
  oneOf("identifiers", identifiers, ["keep", "fold"]);
  oneOf("clientNames", clientNames, ["quarantine", "stand-in"]);
  if (client !== undefined) oneOf("client", client, ["peer", "forwarded"]);
  if (timeUnit !== undefined) oneOf("timeUnit", timeUnit, ["s", "ms", "us", "ns", "none"]);
  if (timeField !== undefined && (typeof timeField !== "string" || timeField === "" || timeUnit === "none")) {
    throw new InputError(
      timeUnit === "none"
        ? 'timeField: timeUnit is "none", so that no field is read'
        : `timeField: ${quoted(timeField)} is neither a field's name nor its number, such as "1"`,
    );
  }
  const formatOptions = {
    toUtc: clockOf(timeZone),
    keepQuery: query === "keep",
    standIns: clientNames === "stand-in",
    timeUnit,
    timeField,
    client,
  };
  if (options.logFormat === undefined) return { asked: askedFormat(format), formatOptions };
  if (format !== "auto") throw new InputError("logFormat: format is given as well: give one of them");
  return { asked: { name: "log-format", format: logFormat(options.logFormat) }, formatOptions };
}

/** Checks the files to write, before any of them is touched. */
async function checkTargets({ out, quarantine }: ReadOptions, files: readonly LogFile[]): Promise<void> {
  const outputs = Object.entries({ out, quarantine }).flatMap(([argument, value]) => {
    if (value === undefined) return [];
    const path = pathOption(argument, value);
    return { argument, path, what: argument === "out" ? "the file of the CSV" : "the quarantine" };
  });
  if (out === standardOutput && quarantine === standardOutput) {
    throw new InputError("quarantine: standard output carries the CSV already, give a file");
  }
  await checkPlaces(placesOf(files), outputs);
  if (out !== undefined) csvCompression(out);
}

/** Looks at the beginning of a log and prepares its format. No record is read yet. */
export async function readJobOf(
  file: LogFile,
  asked: RequestedFormat,
  options: FormatOptions,
  work: Work,
  digest?: Bytes,
): Promise<ReadJob> {
  const lines = new Lines(file.bytes ?? file.path, "path", digest);
  const head = await lines.sample(sampleSize, work);
  const { isParquet, openParquet } = await import("./formats/parquetRows.js");
  const unread: LineReader = () => "not read";
  if (asked.format === undefined && isParquet(head) && lines.compression === "none") {
    if (file.bytes || file.path === "-")
      throw new InputError(`path: Parquet is read from files only, not from ${file.name}`);
    const parquet = await openParquet(file.path, options);
    return { file, format: "parquet", lines, reader: unread, parquet, why: `Parquet: ${parquet.decided}` };
  }
  if (asked.name === "parquet" && asked.format === undefined)
    throw new InputError(`path: ${quoted(file.name)} is not a Parquet file`);
  const isSpread = isSpreadJson(head);
  if (isSpread) lines.relaid = elementFill;
  const first = firstLines(isSpread ? elementLines(head) : head);
  if (first.length === 0 && head.length === sampleSize && asked.format === undefined) {
    throw new InputError(
      `format: cannot tell the format of ${quoted(file.name)}, as its first line is longer than ${sampleSize / 1024} KiB; say which`,
    );
  }
  const { name, reading, why } = readingFor(asked, options, first, file.name);
  const elements = isSpread ? "; each object of its JSON counts as a line" : "";
  const decided = `${why}${reading.decided === undefined ? "" : `; ${reading.decided}`}${elements}`;
  return { file, format: name, lines, reader: reading.read, why: decided };
}

/**
 * The reading of a log that begins with these lines: by the format that was asked for, or by the one that they show.
 * @param path - what errors call the log
 * @throws InputError when no format fits, or more than one, or an option says nothing of the format
 */
export function readingFor(
  asked: RequestedFormat,
  options: FormatOptions,
  first: readonly Uint8Array[],
  path: string,
): Recognised {
  const found = asked.format
    ? readAsked(asked.name, asked.format, options, first)
    : recognise(lineFormats, options, first, path);
  const { name, reading } = found;
  const format: LineFormat | undefined =
    asked.format ??
    (Object.hasOwn(lineFormats, name) ? lineFormats[name as keyof typeof lineFormats] : undefined);
  if (options.timeField !== undefined && format !== undefined && !format.hearsTimeField)
    throw new InputError(`timeField: where the ${format.title} has its response time is known: leave it out`);
  if (reading.unsure !== undefined) throw new InputError(reading.unsure);
  if (reading.clients === undefined && options.client !== undefined)
    throw new InputError(`client: ${quoted(path)} has no X-Forwarded-For beside its peer: leave it out`);
  const question =
    reading.clients === undefined || format === undefined
      ? undefined
      : clientQuestion(readingAsked(format, options, first).reading, first);
  if (question !== undefined) throw new InputError(question);
  return found;
}

function readAsked(name: string, format: LineFormat, options: FormatOptions, first: readonly Uint8Array[]) {
  const { reading, inside } = readingAsked(format, options, first);
  return {
    name,
    reading,
    why: `${format.title}, as asked${inside === undefined ? "" : `, inside ${inside}`}`,
  };
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

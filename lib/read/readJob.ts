import { InputError, quoted } from "../errors.js";
import type { Bytes } from "../files/digest.js";
import { elementFill, elementLines, isSpreadJson } from "../files/jsonElements.js";
import { Lines } from "../files/lines.js";
import type { LogFile } from "../files/logFiles.js";
import type { Work } from "../work.js";
import { firstLines, type Recognised, readingAsked, recognise, sampleSize } from "./detect.js";
import { clientQuestion } from "./fields/forwarded.js";
import { lineFormats, type RequestedFormat } from "./formats/formats.js";
import type { ParquetRows } from "./formats/parquetRows.js";
import { type FormatOptions, type LineFormat, type LineReader, Row } from "./row.js";

/** A log that is ready to be read. */
export interface ReadJob {
  readonly file: LogFile;
  readonly format: string;
  readonly lines: Lines;
  readonly reader: LineReader;
  readonly parquet?: ParquetRows;
  readonly why: string;
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
  const zone = isLocal(formatOf(asked, name), options, first)
    ? "; its times name no zone and are taken for UTC (--time-zone says another)"
    : "";
  const elements = isSpread ? "; each object of its JSON counts as a line" : "";
  const decided = `${why}${reading.decided === undefined ? "" : `; ${reading.decided}`}${zone}${elements}`;
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
  const format = formatOf(asked, name);
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

const formatOf = (asked: RequestedFormat, name: string): LineFormat | undefined =>
  asked.format ??
  (Object.hasOwn(lineFormats, name) ? lineFormats[name as keyof typeof lineFormats] : undefined);

/** Whether the first record's time depends on the zone, because it names none, and no zone was given. */
function isLocal(
  format: LineFormat | undefined,
  options: FormatOptions,
  first: readonly Uint8Array[],
): boolean {
  if (format === undefined || format.isUtc || !options.isZoneAssumed) return false;
  const few = first.slice(0, 50);
  let isAsked = false;
  const toUtc = (local: number) => {
    isAsked = true;
    return local;
  };
  const { reading } = readingAsked(format, { ...options, toUtc }, few);
  const row = new Row();
  for (const line of few) {
    isAsked = false;
    if (reading.read(line, 0, line.length, row) === undefined) return isAsked;
  }
  return false;
}

function readAsked(name: string, format: LineFormat, options: FormatOptions, first: readonly Uint8Array[]) {
  const { reading, inside } = readingAsked(format, options, first);
  return {
    name,
    reading,
    why: `${format.title}, as asked${inside === undefined ? "" : `, inside ${inside}`}`,
  };
}

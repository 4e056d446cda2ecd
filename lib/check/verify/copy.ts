import { LF, OPEN_BRACE } from "../../ascii.js";
import { exact, type Precision } from "../../encode/formats.js";
import { InputError, quoted } from "../../errors.js";
import { contentOf, Line, Lines } from "../../files/lines.js";
import { standardInput } from "../../files/places.js";
import { firstLines, sampleSize } from "../../read/detect.js";
import { csv } from "../../read/formats/delimited.js";
import { json } from "../../read/formats/jsonLines.js";
import { isParquet, openParquet } from "../../read/formats/parquetRows.js";
import { type FormatOptions, isHeader, type LineReader } from "../../read/row.js";
import { csvHeader, type Source } from "../../record.js";
import type { Work } from "../../work.js";
import { CopyRecord } from "./copyRecord.js";

/** Receives the contents of a copy, one line or row at a time. */
export interface CopyReader {
  /** In which the numbers of records are compared. */
  readonly precision: Precision;
  /** Receives a record. @param line its line or row, from 1 */
  record(record: CopyRecord, line: number): void;
  /** Receives a line that is not a record. */
  unreadable(line: number, reason: string): void;
}

/**
 * The records of a copy, in a file or in the table of a warehouse. They are read several times and must be the same
 * each time.
 */
export interface Copy {
  /** Its name in messages. */
  readonly name: string;
  /**
   * Reads all of it.
   * @returns why the data ended too early, if they did
   * @throws InputError if it cannot be read
   */
  read(reader: CopyReader, work: Work): Promise<string | undefined>;
  close(): Promise<void> | void;
}

/** The files of this library have times in UTC. */
export const copyOptions: FormatOptions = { toUtc: (local) => local, keepQuery: true, timeUnit: undefined };

/**
 * Opens a copy in a file or in memory: CSV with the five fields in any order (plain, gzip or zstd), NDJSON (likewise)
 * or Parquet. The first bytes tell which. A CSV without a header must have the fields in their usual order.
 * @throws InputError if there is no such file, or it is none of these
 */
export async function openCopy(source: Source, work: Work): Promise<Copy> {
  if (source === standardInput) {
    throw new InputError("copy: must be a file, as it may have to be read twice; standard input cannot");
  }
  let content: string | Uint8Array;
  try {
    content = contentOf(source);
  } catch {
    throw new InputError(`copy: ${quoted(source)} is neither a log nor the path of a file`);
  }
  const path = typeof content === "string" ? content : undefined;
  const name = typeof source === "string" ? source : (source.path ?? "the log in memory");
  const lines = new Lines(content, "copy");
  const head = await lines.sample(sampleSize, work);
  if (isParquet(head)) {
    if (path === undefined) throw new InputError("copy: Parquet is read from files only");
    return parquetCopy(name, path);
  }
  return { name, ...linesOf(name, content, head), close: () => {} };
}

async function parquetCopy(name: string, path: string): Promise<Copy> {
  const rename = (error: unknown) =>
    error instanceof InputError ? new InputError(error.message.replace(/^path: /, "copy: ")) : error;
  try {
    const parquet = await openParquet(path, copyOptions);
    return {
      name,
      close: parquet.close,
      read: async (reader, work) => {
        const record = new CopyRecord(reader.precision);
        let line = 0;
        await parquet
          .each(
            record,
            (wrong) => {
              const reason = wrong ?? record.complete();
              if (reason === undefined) reader.record(record, ++line);
              else reader.unreadable(++line, reason);
            },
            work,
          )
          .catch((error) => {
            throw rename(error);
          });
        return undefined;
      },
    };
  } catch (error) {
    throw rename(error);
  }
}

function linesOf(name: string, content: string | Uint8Array, head: Uint8Array): Pick<Copy, "read"> {
  const sample = firstLines(head);
  const header = new TextDecoder().decode(sample[0]?.subarray(0, 4096));
  const canonical = header === csvHeader || isHeaderless(sample);
  readerOf(name, sample, canonical); // reports now, before any work, that the file is not a copy
  return {
    read: async (reader, work) => {
      const readLine = readerOf(name, sample, canonical); // a reader keeps state, so each reading needs its own
      const lines = new Lines(content, "copy");
      const record = new CopyRecord(reader.precision);
      let line = 0;
      const cut = new Line();
      for await (const block of lines.blocks(work)) {
        const { bytes, start, end, overlong } = block;
        if (overlong !== undefined) {
          reader.unreadable(++line, "the line is longer than 1 MiB");
          continue;
        }
        for (let at = start; at < end; ) {
          line++;
          if (canonical) {
            const next = record.canonical(bytes, at, end);
            if (next > 0) {
              reader.record(record, line);
              at = next;
              continue;
            }
          }
          cut.cut(block, at, line === 1);
          const { start: from, end: to } = cut;
          at = cut.next;
          if (to <= from) continue; // a blank line
          if (!cut.isTerminated && lines.damage !== undefined) {
            reader.unreadable(line, "the line is cut off");
            continue;
          }
          const reason =
            to - from > longest ? "the line is longer than 256 KiB" : readLine(bytes, from, to, record);
          if (reason === isHeader) continue;
          const wrong = reason ?? record.complete();
          if (wrong === undefined) reader.record(record, line);
          else reader.unreadable(line, wrong);
        }
      }
      return lines.damage;
    },
  };
}

/** Longest line that can be a record, in bytes. */
const longest = 1 << 18;

/** Whether the lines belong to a part of a log, which has no header. */
function isHeaderless(sample: readonly Uint8Array[]): boolean {
  const record = new CopyRecord(exact);
  const first = sample[0];
  if (first === undefined || first[0] === OPEN_BRACE || looksLikeHeader(first)) return false;
  return sample.some((line) => {
    const ended = new Uint8Array(line.length + 1);
    ended.set(line);
    ended[line.length] = LF;
    return record.canonical(ended, 0, ended.length) > 0;
  });
}

function looksLikeHeader(line: Uint8Array): boolean {
  try {
    csv.reading(copyOptions, [line]);
    return true;
  } catch {
    return false;
  }
}

function readerOf(name: string, sample: readonly Uint8Array[], canonical: boolean): LineReader {
  if (sample.length === 0) return () => "the file began without a line to tell its format by";
  let why: string;
  try {
    if (canonical) return csv.reading(copyOptions, [new TextEncoder().encode(csvHeader)]).read;
    const { read, unsure } = (sample[0][0] === OPEN_BRACE ? json : csv).reading(copyOptions, sample);
    if (unsure === undefined) return read;
    why = unsure;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    why = error.message;
  }
  // What follows advises options of read.
  why = why.replace(/^(format|timeUnit|timeField): /, "").split(/; |: (?:say so|give)/)[0];
  throw new InputError(
    `copy: ${quoted(name)} is no CSV with the five fields, no NDJSON, no Parquet and no DuckDB database: ${why}; read makes CSV of other logs (server-logs read LOG --out copy.csv), which is verified with the log's key (--key FILE)`,
  );
}

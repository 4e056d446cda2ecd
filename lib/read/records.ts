import { Line, type Lines } from "../files/lines.js";
import type { Sink } from "../files/sink.js";
import type { Work } from "../work.js";
import { CsvWriter } from "./csvWriter.js";
import type { ParquetRows } from "./formats/parquetRows.js";
import type { Quarantine } from "./quarantine.js";
import { type LineReader, type Reason, Row } from "./row.js";
import type { LineTally } from "./tally.js";

/** Longest line of a log that can be a record, in bytes. When encoded, it is within what readers of CSV accept. */
export const longestLogLine = 1 << 18;
const flushAt = 1 << 19;
/** Largest number of requests that one line may stand for. They are encoded at once. */
export const mostRepeats = 10_000;
/** Said of a line that would be more. */
export const tooManyRepeats = `the line stands for more than ${mostRepeats} requests`;

/**
 * Turns the lines of logs into records, one log after the other. The CSV goes into a sink, and lines that are not
 * records into quarantine.
 */
export class Records {
  readonly #rows: CsvWriter;
  readonly #sink: Sink;
  readonly #quarantine: Quarantine;
  readonly #tally: LineTally;

  /** @param size - number of bytes that will be read, if known; a small log needs no large buffer */
  constructor(
    sink: Sink,
    quarantine: Quarantine,
    tally: LineTally,
    fold: boolean,
    standIns: boolean,
    size: number | undefined,
  ) {
    this.#rows = new CsvWriter(Math.min(2 * flushAt, 4096 + 2 * (size ?? flushAt)), fold, standIns);
    this.#sink = sink;
    this.#quarantine = quarantine;
    this.#tally = tally;
  }

  /**
   * Reads a log of lines.
   * | @param from - lines that begin in this many bytes are known. They are read, since headers may be among them, but
   * neither kept nor counted
   */
  async ofLines(source: Lines, readLine: LineReader, work: Work, from = 0): Promise<void> {
    const tally = this.#tally;
    const rows = this.#rows;
    const row = new Row();
    const line = new Line();
    let first = true;
    let known = from;
    for await (const block of source.blocks(work)) {
      const { bytes, start, end, overlong } = block;
      let at = start;
      for (const knownEnd = start + known; at < end && at < knownEnd; at = line.next) {
        line.cut(block, at, first);
        first = false;
        tally.line++;
        row.repeats = 1;
        if (line.end > line.start && line.end - line.start <= longestLogLine)
          readLine(bytes, line.start, line.end, row);
      }
      known = Math.max(0, known - (overlong === undefined ? end - start : overlong + 1));
      for (; at < end; at = line.next) {
        line.cut(block, at, first);
        first = false;
        const { start: lineStart, end: lineEnd } = line;
        tally.lines++;
        tally.line++;
        row.repeats = 1;
        const length = overlong ?? lineEnd - lineStart;
        let reason: string | undefined;
        if (length === 0) {
          tally.blank++;
          continue;
        }
        if (length > longestLogLine) reason = tooLong;
        else if (!line.isTerminated && source.damage !== undefined)
          reason = `the line is cut off: ${source.damage}`;
        else {
          row.status = -1;
          reason = readLine(bytes, lineStart, lineEnd, row) ?? rows.put(row);
          if (row.repeats > 1) reason = this.#repeat(row, reason);
        }
        if (reason === undefined) tally.record(row.time, row.hundredths);
        else tally.noRecord(reason, row.status, bytes, lineStart, lineEnd, length);
      }
      await this.#flush(flushAt);
    }
  }

  /**
   * Encodes the requests that a line's message says were repeated. The line counts as that many records; the caller
   * encodes the last of them.
   */
  #repeat(row: Row, reason: Reason): Reason {
    const { repeats } = row;
    if (reason !== undefined) return `${reason} (the line stands for ${repeats} requests)`;
    const tally = this.#tally;
    if (repeats > mostRepeats) return tooManyRepeats;
    tally.repeated++;
    for (let i = 1; i < repeats; i++) {
      tally.lines++;
      tally.record(row.time, row.hundredths);
      this.#rows.put(row);
    }
  }

  /** Reads a Parquet file. Its rows count as lines. */
  async ofParquet(file: ParquetRows, work: Work): Promise<void> {
    const tally = this.#tally;
    const rows = this.#rows;
    const row = new Row();
    const take = (wrong: string | undefined, text: () => Uint8Array) => {
      tally.lines++;
      tally.line++;
      const reason = wrong ?? rows.put(row);
      if (reason === undefined) {
        tally.record(row.time, row.hundredths);
      } else {
        const bytes = text();
        tally.noRecord(reason, row.status, bytes, 0, bytes.length);
      }
      return rows.length >= flushAt ? this.#flush(flushAt) : undefined;
    };
    await file.each(row, take, work);
    await this.#flush(flushAt);
  }

  /** Hands over the rest. */
  async end(): Promise<void> {
    await this.#flush(1);
  }

  async #flush(from: number): Promise<void> {
    if (this.#rows.length >= from) this.#rows.give(await this.#sink.write(this.#rows.take()));
    await this.#quarantine.flush();
  }
}

/** The reason for a longer line. */
export const tooLong = `the line is longer than ${longestLogLine / 1024} KiB`;

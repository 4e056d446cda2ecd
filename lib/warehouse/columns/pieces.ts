import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { CR, LF } from "../../ascii.js";
import { ColumnFile } from "./columnFile.js";
import { pieceFile } from "./pieceFile.js";
import { RecordColumns } from "./recordColumns.js";

/** Bytes behind a piece in which its last line must end. */
const tail = 1 << 20;

/** The pieces of a five-field CSV, of which any can be made into a Parquet file. A line belongs to the piece it begins in. */
export class Pieces {
  readonly #log: number;
  readonly #size: number;
  readonly #pieceSize: number;
  readonly #folder: string;
  /** Whether lines end with CR LF, as the header does. A log with both kinds is not plain. */
  readonly #hasCr: boolean;
  readonly #columns: RecordColumns;
  readonly #bytes: Uint8Array;

  /**
   * @param size - of the log, in bytes
   * @param pieceSize - in bytes
   * @param folder - gets the files
   */
  constructor(path: string, size: number, pieceSize: number, folder: string) {
    this.#log = openSync(path, "r");
    this.#size = size;
    this.#pieceSize = pieceSize;
    this.#folder = folder;
    this.#columns = new RecordColumns(1 + pieceSize + tail + 1);
    this.#bytes = this.#columns.bytes;
    const head = this.#bytes.subarray(0, readSync(this.#log, this.#bytes, 0, 1024, 0));
    this.#hasCr = head[head.indexOf(LF) - 1] === CR;
  }

  get count(): number {
    return Math.ceil(this.#size / this.#pieceSize);
  }

  /** Writes the records of a piece into a file, if it has any. @returns how many; undefined if a line is not plain */
  write(piece: number): number | undefined {
    const bytes = this.#bytes;
    const before = piece === 0 ? 0 : 1; // one byte tells whether a line begins with the piece
    const end = this.#fill(piece * this.#pieceSize - before);
    if (end === undefined) return undefined;
    const limit = Math.min(before + this.#pieceSize, end);
    const at = bytes.indexOf(LF) + 1; // behind the header, or behind a line that began before
    if (at === 0 || at > end) return undefined;
    if (at >= limit) return 0;
    const file = openSync(join(this.#folder, pieceFile(piece)), "wx", 0o600);
    try {
      return this.#writeLines(new ColumnFile(file), at, limit, end);
    } finally {
      closeSync(file);
    }
  }

  close(): void {
    closeSync(this.#log);
  }

  #writeLines(out: ColumnFile, from: number, limit: number, end: number): number | undefined {
    const columns = this.#columns;
    let records = 0;
    for (let at = from; at < limit; ) {
      columns.clear();
      at = columns.add(at, limit, end, this.#hasCr);
      if (at < 0) return undefined;
      out.add(columns);
      records += columns.records;
    }
    out.end();
    return records;
  }

  /** Reads from a position on; the last line gets an end. @returns how many bytes; undefined if some are gone */
  #fill(from: number): number | undefined {
    const bytes = this.#bytes;
    const length = Math.min(this.#size - from, bytes.length - 1);
    let end = 0;
    while (end < length) {
      const read = readSync(this.#log, bytes, end, length - end, from + end);
      if (read === 0) return undefined;
      end += read;
    }
    if (from + end === this.#size && bytes[end - 1] !== LF) bytes[end++] = LF;
    return end;
  }
}

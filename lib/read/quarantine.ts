import type { Columns } from "../record.js";

/** A line of a log that is not a record. */
export interface QuarantinedLine {
  /** Number of the line in its log, from 1. */
  readonly line: number;
  /** The log, if several were read. */
  readonly file?: string | undefined;
  /** Why it is not a record. */
  readonly reason: string;
  /** Length of the line in bytes, without its line end. */
  readonly bytes: number;
  /** The line, cut after 1,000 bytes. Bytes that are not UTF-8 appear as U+FFFD. */
  readonly text: string;
}

const longestText = 1000;
const mostExamples = 10;

/**
 * The lines that are not records. They are counted by reason, the first ones are kept, and all of them are written on
 * request.
 */
export class Quarantine {
  /** The first ten lines. */
  readonly examples: QuarantinedLine[] = [];
  readonly #counts = new Map<string, number>();
  readonly #put: ((bytes: Uint8Array) => Promise<void>) | undefined;
  #pending: string[] = [];

  /** @param put - takes the lines as NDJSON, with one object on each line; if left out, the lines are only counted */
  constructor(put: ((bytes: Uint8Array) => Promise<void>) | undefined) {
    this.#put = put;
  }

  /** Adds a line of `length` bytes whose text starts with bytes[start, end). */
  add(
    { line, file, reason }: Pick<QuarantinedLine, "line" | "file" | "reason">,
    bytes: Uint8Array,
    start: number,
    end: number,
    length: number,
  ): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
    if (!this.#put && this.examples.length >= mostExamples) return;
    const text = utf8.decode(bytes.subarray(start, Math.min(end, start + longestText)));
    const entry = { ...(file === undefined ? {} : { file }), line, reason, bytes: length, text };
    if (this.examples.length < mostExamples) this.examples.push(entry);
    if (this.#put) this.#pending.push(JSON.stringify(entry));
  }

  /** Writes the lines collected so far. */
  async flush(): Promise<void> {
    if (!this.#put || this.#pending.length === 0) return;
    const text = `${this.#pending.join("\n")}\n`;
    this.#pending = [];
    await this.#put(new TextEncoder().encode(text));
  }

  /** Columns `reason` and `lines`, the most frequent reason first. */
  reasons(): Columns {
    const sorted = [...this.#counts].sort((a, b) => b[1] - a[1]);
    return { reason: sorted.map(([reason]) => reason), lines: sorted.map(([, lines]) => lines) };
  }
}

const utf8 = new TextDecoder();

import type { Columns } from "../record.js";

/** A line of a log that is no record. */
export interface QuarantinedLine {
  /** Number of the line in its log, from 1. */
  readonly line: number;
  /** The log, when several were read. */
  readonly file?: string | undefined;
  /** Why it is no record. */
  readonly reason: string;
  /** Length of the line in bytes, without its line end. */
  readonly bytes: number;
  /** The line, cut after 1,000 bytes; bytes that are no UTF-8 stand as U+FFFD. */
  readonly text: string;
}

const longestText = 1000;
const mostExamples = 10;

/** The lines that are no records: counted by reason, the first of them kept, all of them written on request. */
export class Quarantine {
  /** The first ten. */
  readonly examples: QuarantinedLine[] = [];
  readonly #counts = new Map<string, number>();
  readonly #put: ((bytes: Uint8Array) => Promise<void>) | undefined;
  #pending: string[] = [];

  /** @param put - takes the lines as NDJSON, one object a line; left out, they are only counted */
  constructor(put: ((bytes: Uint8Array) => Promise<void>) | undefined) {
    this.#put = put;
  }

  /** Takes a line whose text starts with bytes[start, end) and is `length` bytes long in all. */
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

  /** Writes what has gathered. */
  async flush(): Promise<void> {
    if (!this.#put || this.#pending.length === 0) return;
    const text = `${this.#pending.join("\n")}\n`;
    this.#pending = [];
    await this.#put(new TextEncoder().encode(text));
  }

  /** Columns `reason` and `lines`, most frequent first. */
  reasons(): Columns {
    const sorted = [...this.#counts].sort((a, b) => b[1] - a[1]);
    return { reason: sorted.map(([reason]) => reason), lines: sorted.map(([, lines]) => lines) };
  }
}

const utf8 = new TextDecoder();

import type { Quarantine } from "./quarantine.js";
import { isHeader } from "./row.js";

/** The number of lines by outcome: lines = records + quarantined + blank + headers. */
export interface LineCounts {
  lines: number;
  records: number;
  quarantined: number;
  /** Number of lines left out on purpose. */
  blank: number;
  headers: number;
}

/** Counts the lines of one log, or of several logs in turn, by outcome. */
export class LineTally implements LineCounts {
  lines = 0;
  records = 0;
  quarantined = 0;
  blank = 0;
  headers = 0;
  /** Number of the current line in its own log, from 1. */
  line = 0;
  /** Number of records earlier than the one before them, and the line of the first of them. */
  outOfOrder = 0;
  firstOutOfOrder = 0;
  /** Which log that line is of, in words; empty if there is one log only. */
  ofLog = "";
  withoutResponseTime = 0;
  /** Number of syslog lines that say that their message was repeated. Each counts as the lines that it replaces. */
  repeated = 0;
  /** Number of lines in quarantine, by status. */
  readonly statuses = new Map<number, number>();
  /** Milliseconds since 1970; infinite while there are no records. */
  earliest = Number.POSITIVE_INFINITY;
  latest = Number.NEGATIVE_INFINITY;
  #previous = Number.NEGATIVE_INFINITY;
  #log = "";
  #name: string | undefined;
  readonly #quarantine: Quarantine;

  constructor(quarantine: Quarantine) {
    this.#quarantine = quarantine;
  }

  /** Starts on the next log. @param name - its name in the quarantine; undefined if it is the only log */
  begin(name: string | undefined): void {
    this.line = 0;
    this.#name = name;
    this.#log = name === undefined ? "" : ` of ${name}`;
  }

  /** Counts a record. */
  record(time: number, hundredths: number): void {
    this.records++;
    if (time < this.#previous && ++this.outOfOrder === 1) {
      this.firstOutOfOrder = this.line;
      this.ofLog = this.#log;
    }
    this.#previous = time;
    if (time < this.earliest) this.earliest = time;
    if (time > this.latest) this.latest = time;
    if (hundredths < 0) this.withoutResponseTime++;
  }

  /**
   * Counts a line of `length` bytes that begins with bytes[start, end) and is not a record.
   * @param status - the HTTP status that it still has, or −1
   */
  noRecord(
    reason: string,
    status: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    length = end - start,
  ): void {
    if (reason === isHeader) {
      this.headers++;
      return;
    }
    this.quarantined++;
    if (status >= 100 && status <= 599) this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    this.#quarantine.add({ line: this.line, file: this.#name, reason }, bytes, start, end, length);
  }

  /** The counts so far. */
  counts(): LineCounts {
    const { lines, records, quarantined, blank, headers } = this;
    return { lines, records, quarantined, blank, headers };
  }
}

import type { Quarantine } from "./quarantine.js";
import { isHeader } from "./row.js";

/** What became of lines: lines = records + quarantined + blank + headers. */
export interface LineCounts {
  lines: number;
  records: number;
  quarantined: number;
  /** Lines left out on purpose. */
  blank: number;
  headers: number;
}

/** Counts what becomes of the lines of one log, or of several in turn. */
export class Tally implements LineCounts {
  lines = 0;
  records = 0;
  quarantined = 0;
  blank = 0;
  headers = 0;
  /** Number of the line at hand in its own log, from 1. */
  line = 0;
  /** Records earlier than the one above them, and where the first of them stands. */
  outOfOrder = 0;
  firstOutOfOrder = "";
  withoutResponseTime = 0;
  /** Lines of syslog that say that their message was repeated; each counts as the lines that it stands for. */
  repeated = 0;
  /** How many lines in quarantine have which status. */
  readonly statuses = new Map<number, number>();
  /** Milliseconds since 1970; infinite while there is no record. */
  earliest = Number.POSITIVE_INFINITY;
  latest = Number.NEGATIVE_INFINITY;
  #previous = Number.NEGATIVE_INFINITY;
  #log = "";
  #name: string | undefined;
  readonly #quarantine: Quarantine;

  constructor(quarantine: Quarantine) {
    this.#quarantine = quarantine;
  }

  /** Starts on the next log. @param name - how the quarantine calls it; undefined when it is the only one */
  begin(name: string | undefined): void {
    this.line = 0;
    this.#name = name;
    this.#log = name === undefined ? "" : ` of ${name}`;
  }

  /** Counts a record. */
  record(time: number, hundredths: number): void {
    this.records++;
    if (time < this.#previous && ++this.outOfOrder === 1)
      this.firstOutOfOrder = `line ${this.line}${this.#log}`;
    this.#previous = time;
    if (time < this.earliest) this.earliest = time;
    if (time > this.latest) this.latest = time;
    if (hundredths < 0) this.withoutResponseTime++;
  }

  /**
   * Counts a line that begins with bytes[start, end), `length` bytes long in all, and is no record.
   * @param status - the HTTP status that it has all the same, or -1
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

  /** The counts as they stand. */
  counts(): LineCounts {
    const { lines, records, quarantined, blank, headers } = this;
    return { lines, records, quarantined, blank, headers };
  }
}

import { CR, LF } from "../ascii.js";
import { CsvWriter } from "../read/csvWriter.js";
import { foldIdentifiers } from "../read/fields/identifiers.js";
import { PlainLine } from "../read/plainLine.js";
import { longestLogLine, mostRepeats, tooLong, tooManyRepeats } from "../read/records.js";
import { isHeader, type LineReader, Row } from "../read/row.js";
import type { LineCounts } from "../read/tally.js";
import { csvHeader } from "../record.js";
import { mostEndpoints } from "./seriesOptions.js";
import { OpenSketch } from "./sketch.js";
import type { Steps } from "./steps.js";

/** How to count lines. */
export interface CountOptions {
  /** Whether identifiers in paths become `{id}`. */
  readonly fold: boolean;
  /** Whether host names of clients are replaced by addresses. */
  readonly standIns: boolean;
  /** Whether endpoints are counted separately. */
  readonly endpoints: boolean;
  readonly quantiles: boolean;
}

/**
 * Counts the lines of logs into steps, whatever their format: records as `read` would make them, by endpoint and
 * status. Every line is a record, or counted as quarantined, blank or a header.
 */
export class LineCounter implements LineCounts {
  lines = 0;
  records = 0;
  quarantined = 0;
  blank = 0;
  headers = 0;
  /** If it is set while lines are counted, `count` stops after the current line. */
  paused = false;
  /** Why the first line in quarantine is not a record, and its line number. */
  firstReason = "";
  readonly #steps: Steps;
  readonly #fold: boolean;
  readonly #byEndpoint: boolean;
  readonly #quantiles: boolean;
  readonly #line = new PlainLine();
  readonly #row = new Row();
  readonly #encoded: CsvWriter;
  readonly #paths = new Paths();
  readonly #cells = new Int32Array(mostEndpoints * 512).fill(-1);
  #read: LineReader = () => "no format was given";
  #isOwn = false;

  constructor(steps: Steps, { fold, standIns, endpoints, quantiles }: CountOptions) {
    this.#steps = steps;
    this.#fold = fold;
    this.#byEndpoint = endpoints;
    this.#quantiles = quantiles;
    this.#encoded = new CsvWriter(4096, false, standIns);
    this.#encoded.take();
  }

  /**
   * Continues with the next log. @param first - its first line, which shows whether the log is a five-field CSV and can
   * be read the fast way
   */
  begin(read: LineReader, first: Uint8Array): void {
    this.#read = read;
    this.#isOwn = Buffer.from(first).toString("latin1") === csvHeader;
  }

  /**
   * Counts the lines in bytes[start, end); the last may lack its line end. Returns the position up to which it counted.
   */
  count(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && !this.paused) {
      if (this.#isOwn) {
        const newline = this.#line.read(bytes, at, end);
        if (newline >= 0) {
          this.lines++;
          this.#record(bytes);
          at = newline + 1;
          continue;
        }
      }
      const newline = bytes.indexOf(LF, at);
      const next = newline < 0 || newline >= end ? end : newline;
      this.line(bytes, at, next);
      at = next + 1;
    }
    return Math.min(at, end);
  }

  /** Counts the line bytes[start, end), without its LF, by the reader of its format. */
  line(bytes: Uint8Array, start: number, end: number): void {
    this.lines++;
    const lineEnd = end > start && bytes[end - 1] === CR ? end - 1 : end;
    if (lineEnd === start) this.blank++;
    else if (lineEnd - start > longestLogLine) this.noRecord(tooLong);
    else {
      const row = this.#row;
      row.repeats = 1;
      const reason = this.#read(bytes, start, lineEnd, row);
      const { repeats } = row;
      this.#put(row, repeats > mostRepeats ? tooManyRepeats : reason);
      if (reason !== undefined || repeats > mostRepeats) return;
      // Syslog reports that so many requests were the same.
      for (let i = 1; i < repeats; i++) {
        this.lines++;
        this.#put(row, undefined);
      }
    }
  }

  /** Counts a line that is not a record. */
  noRecord(reason: string): void {
    if (reason === isHeader) this.headers++;
    else if (++this.quarantined === 1) this.firstReason = `line ${this.lines}: ${reason}`;
  }

  /** Counts a line that is cut off by damaged data. */
  cutOff(damage: string): void {
    this.lines++;
    this.noRecord(`the line is cut off: ${damage}`);
  }

  /** Counts a row of a table. */
  row(row: Row, reason: string | undefined): void {
    this.lines++;
    this.#put(row, reason);
  }

  /**
   * A row is encoded as `read` would do it, so that it is a record exactly when `read` makes it one, with the same
   * path.
   */
  #put(row: Row, wrong: string | undefined): void {
    const reason = wrong ?? this.#encoded.put(row);
    if (reason !== undefined) {
      this.noRecord(reason);
      return;
    }
    const line = this.#encoded.take();
    this.#encoded.give(line.length > 1 << 16 ? new Uint8Array(4096) : new Uint8Array(line.buffer));
    if (this.#line.read(line, 0, line.length) >= 0) {
      this.#record(line);
      return;
    }
    // a line with an IPv6 client is plain too, so this path has a query, a comma, a quote or non-ASCII letters
    const text = Buffer.from(line.buffer, line.byteOffset, line.length).toString("utf8");
    const quoted = /^[^,]*,[^,]*,"((?:[^"]|"")*)",/.exec(text)?.[1].replaceAll('""', '"');
    this.#add(
      row.time,
      this.#endpointOf(Buffer.from(quoted ?? text.split(",")[2])),
      row.status,
      row.hundredths,
    );
  }

  #record(bytes: Uint8Array): void {
    const { time, pathStart, pathEnd, hash, status, hundredths } = this.#line;
    if (!this.#byEndpoint) {
      this.#add(time, this.#steps.endpoint(""), status, hundredths);
      return;
    }
    let endpoint = this.#paths.find(bytes, pathStart, pathEnd, hash);
    if (endpoint < 0) {
      const path = bytes.slice(pathStart, pathEnd);
      endpoint = this.#endpointOf(path);
      this.#paths.put(path, hash, endpoint);
    }
    this.#add(time, endpoint, status, hundredths);
  }

  #endpointOf(path: Uint8Array): number {
    if (!this.#byEndpoint) return this.#steps.endpoint("");
    let name = path;
    if (this.#fold) {
      const folded = new Uint8Array(3 * path.length + 8);
      name = folded.subarray(0, foldIdentifiers(path, 0, path.length, folded));
    }
    return this.#steps.endpoint(Buffer.from(name).toString("utf8"));
  }

  #add(time: number, endpoint: number, status: number, hundredths: number): void {
    this.records++;
    const steps = this.#steps;
    const key = endpoint * 512 + status - 100;
    let cell = this.#cells[key];
    if (cell < 0) {
      cell = steps.cell(endpoint, status);
      this.#cells[key] = cell;
    }
    const { cells, slow, untimed, sketches } = steps.at(time);
    cells[cell]++;
    if (hundredths < 0) {
      untimed[endpoint]++;
      return;
    }
    if (hundredths > steps.objective) slow[endpoint]++;
    if (!this.#quantiles) return;
    let sketch = sketches[endpoint];
    if (sketch === undefined) {
      sketch = new OpenSketch();
      sketches[endpoint] = sketch;
    }
    sketch.add(hundredths);
  }
}

/** The numbers of known paths by their bytes. If there are too many, it forgets all of them. */
class Paths {
  readonly #slots = new Int32Array(1 << 16).fill(-1);
  #paths: Uint8Array[] = [];
  #numbers: number[] = [];

  find(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const slots = this.#slots;
    for (let slot = hash & 0xffff; slots[slot] >= 0; slot = (slot + 1) & 0xffff) {
      const path = this.#paths[slots[slot]];
      if (path.length !== end - start) continue;
      let i = 0;
      while (i < path.length && path[i] === bytes[start + i]) i++;
      if (i === path.length) return this.#numbers[slots[slot]];
    }
    return -1;
  }

  put(path: Uint8Array, hash: number, number: number): void {
    const slots = this.#slots;
    if (this.#paths.length >= 1 << 15) {
      slots.fill(-1);
      this.#paths = [];
      this.#numbers = [];
    }
    let slot = hash & 0xffff;
    while (slots[slot] >= 0) slot = (slot + 1) & 0xffff;
    slots[slot] = this.#paths.push(path) - 1;
    this.#numbers.push(number);
  }
}

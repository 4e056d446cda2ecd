import type { Encoder } from "../encode/encoder.js";
import { type FormatName, formats } from "../encode/formats.js";
import { LogStream } from "../generate/logStream.js";
import { type Plan, planOf } from "../generate/plan.js";
import { defectShare } from "../scenario/defects.js";
import type { Scenario } from "../scenario/types.js";
import { type Tally, tallyOf } from "../truth/answerKey.js";
import { Counts } from "../truth/counts.js";
import { Labels } from "../truth/labels.js";

/**
 * A slice of a log, or all of it, and the format in which it is written. It is plain data, so that it can be sent to a
 * worker.
 */
export interface LogSlice {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly without: true | readonly string[];
  readonly format: FormatName;
  /** Whether to write a label for each line. */
  readonly labels: boolean;
  /** Whether the file begins with the format's header; undefined: only if the part begins the log. */
  readonly header?: boolean | undefined;
  /** The part of the log that is made, milliseconds since 1970, `to` excluded. */
  readonly from: number;
  readonly to: number;
}

/**
 * Whether the file of a part begins with the header. By default, exactly one of the parts that make up a log's window
 * does, so that together they are the whole log: the part that begins the window and is not empty. Every Parquet file
 * has a header of its own.
 */
export function hasHeader({ format, header, from, to }: LogSlice, { start }: Plan): boolean {
  return !formats[format].concatenable || (header ?? (from === start * 1000 && to > from));
}

/** A piece of a log's bytes, and what was made with it. */
export interface Piece {
  readonly bytes: Uint8Array;
  /** Number of lines that end in this piece. */
  readonly records: number;
  /** Their labels, if labels are wanted. */
  readonly labels?: Uint8Array | undefined;
  /**
   * Approximately up to which moment the log has been made, milliseconds since 1970; undefined if this piece does not
   * move it.
   */
  readonly until?: number | undefined;
}

/** Makes and encodes any stretches of a log, one after the other, with their labels, and counts what they hold. */
export class SliceEncoder {
  /** The encoder of the format. */
  readonly format: Encoder;
  readonly #stream: LogStream;
  readonly #counts: Counts;
  readonly #labels: Labels | undefined;
  readonly #hasDefects: boolean;

  /** Loads what the format needs. @param plan the slice's, where it is known already */
  static async create(
    slice: LogSlice,
    plan: Plan = planOf(slice.scenario, slice.seed, slice.without),
  ): Promise<SliceEncoder> {
    return new SliceEncoder(plan, await formats[slice.format].encoder(plan), slice);
  }

  private constructor(plan: Plan, encoder: Encoder, { labels, from, to }: LogSlice) {
    this.format = encoder;
    this.#stream = new LogStream(plan);
    this.#counts = new Counts(plan, from, to);
    this.#labels = labels ? new Labels(plan) : undefined;
    this.#hasDefects = defectShare(plan.scenario.defects) > 0;
  }

  /**
   * The pieces of a stretch, some of which may be empty. Two are valid at a time.
   * @param from milliseconds since 1970
   * @param to excluded
   */
  *pieces(from: number, to: number): Generator<Piece> {
    for (const batch of this.#stream.batches(from, to)) {
      if (batch.length === 0) {
        yield { bytes: NOTHING, records: 0 };
        continue;
      }
      this.#counts.add(batch, this.#hasDefects);
      let labels = this.#labels?.encode(batch);
      let records = batch.length;
      const until = batch.second[Math.max(0, batch.length - 1)] * 1000;
      for (const bytes of this.format.encode(batch)) {
        yield { bytes, records, labels, until };
        records = 0;
        labels = undefined;
      }
      if (records > 0) yield { bytes: NOTHING, records, labels, until }; // a format that writes in larger blocks
    }
  }

  /** The counts of all stretches so far. */
  tally(): Tally {
    return tallyOf(this.#stream, this.#counts);
  }
}

const NOTHING = new Uint8Array(0);

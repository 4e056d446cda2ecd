import type { Encoder } from "../encode/encoder.js";
import { formats } from "../encode/formats.js";
import { BATCH_SIZE, type Batch, copyRows, newBatch } from "../generate/batch.js";
import { LogStream } from "../generate/logStream.js";
import type { Plan } from "../generate/plan.js";
import { defectKinds, UNREADABLE } from "../scenario/defects.js";
import { recordId, recordIdPrefix } from "../truth/recordId.js";
import type { LogSlice } from "../write/sliceEncoder.js";

/**
 * A position between two records of a log, by time of delivery: after everything that was delivered before the moment
 * `at`, and after `skip` records of that moment. It does not depend on how the log is made.
 */
export interface Position {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly skip: number;
}

/** Lines of a log that are due, in order. */
export interface Stretch {
  /** The lines, each with its line feed. The receiver may keep this array. */
  readonly bytes: Buffer;
  /** When each record was delivered, in milliseconds since 1970, in ascending order. */
  readonly due: Float64Array;
  /** Where it begins. */
  readonly from: Position;
  /** The ids of the records, if they were requested. */
  readonly ids?: readonly string[] | undefined;
  /** For each record the beginning of an OTLP LogRecord, if requested; undefined if a defect corrupted the line. */
  readonly otlp?: readonly (string | undefined)[] | undefined;
}

/** What to return besides the lines. */
export interface Extras {
  /** Ids of the records: inside the lines, which must then be JSON objects, or separate from them. */
  readonly ids?: "inside" | "apart" | undefined;
  readonly otlp?: boolean | undefined;
}

/** Maximum number of records in a stretch, so that a slow receiver holds no more than these. */
const MOST = 4096;

/** The position at which a stretch's record `row` begins; if `row` is the number of its records, the stretch's end. */
export function positionIn({ due, from }: Stretch, row: number): Position {
  if (row === 0) return from;
  const at = due[Math.min(row, due.length - 1)];
  let skip = 0;
  while (skip < row && due[row - 1 - skip] === at) skip++;
  return { at, skip: skip === row && from.at === at ? from.skip + skip : skip };
}

/** A log from a position on, made batch by batch as in `generate`. The lines that are due can be taken from it. */
export class DueLines {
  readonly #stream: LogStream;
  readonly #batches: Generator<Batch>;
  readonly #encoder: Encoder;
  readonly #otlp: Encoder | undefined;
  readonly #ids: Extras["ids"];
  readonly #idPrefix: string;
  readonly #part = newBatch();
  readonly #due = new Float64Array(BATCH_SIZE);
  #batch: Batch | undefined;
  #row = 0;
  #position: Position;
  /** Number of records of the first moment that were streamed before. */
  #skip: number;

  /** @param slice its `from` is the moment of the position */
  static async create(plan: Plan, slice: LogSlice, skip: number, extras: Extras = {}): Promise<DueLines> {
    const encoder = await formats[slice.format].encoder(plan);
    const otlp = extras.otlp ? await otlpEncoder(plan) : undefined;
    return new DueLines(plan, slice, skip, encoder, extras.ids, otlp);
  }

  private constructor(
    plan: Plan,
    slice: LogSlice,
    skip: number,
    encoder: Encoder,
    ids: Extras["ids"],
    otlp: Encoder | undefined,
  ) {
    this.#ids = ids;
    this.#idPrefix = recordIdPrefix(plan.scenario, plan.seed);
    this.#otlp = otlp;
    this.#stream = new LogStream(plan);
    this.#batches = this.#stream.batches(slice.from, slice.to);
    this.#encoder = encoder;
    this.#position = { at: slice.from, skip };
    this.#skip = skip;
  }

  /** The header of the log; often empty. */
  get header(): Uint8Array {
    return this.#encoder.header;
  }

  /** The position of the next record. */
  get position(): Position {
    return this.#position;
  }

  /**
   * When the next record is due, in milliseconds since 1970; undefined if there is none. Null if it takes a while to
   * find: ask again.
   */
  next(): number | null | undefined {
    if (this.#batch === undefined || this.#row >= this.#batch.length) {
      const { value, done } = this.#batches.next();
      if (done) return undefined;
      const batch: Batch = value;
      this.#batch = batch;
      this.#row = 0;
      for (let row = 0; row < batch.length; row++) this.#due[row] = this.#stream.deliveredAt(batch, row);
      while (this.#skip > 0 && this.#row < batch.length) {
        this.#row++;
        this.#skip--;
      }
      if (this.#row >= batch.length) return null;
    }
    return this.#due[this.#row];
  }

  /**
   * Takes the records that are due up to a moment: at most some thousand, and at least one if the one at `next` is due.
   */
  take(moment: number): Stretch {
    const batch = this.#batch!;
    const begin = this.#row;
    const limit = Math.min(batch.length, begin + MOST);
    let end = begin;
    while (end < limit && this.#due[end] <= moment) end++;
    copyRows(batch, begin, end, this.#part, 0);
    this.#part.length = end - begin;
    const stretch: Stretch = {
      bytes: whole(this.#encoder.encode(this.#part)),
      due: this.#due.slice(begin, end),
      from: this.#from(this.#due[begin]),
    };
    this.#row = end;
    this.#position = positionIn(stretch, end - begin);
    if (this.#ids === undefined && this.#otlp === undefined) return stretch;
    const otlp = this.#otlp && this.#records(this.#otlp);
    if (this.#ids === undefined) return { ...stretch, otlp };
    const ids = idsOf(stretch, this.#idPrefix);
    if (this.#ids === "apart") return { ...stretch, ids, otlp };
    return { ...stretch, bytes: withIds(stretch.bytes, ids, this.#part) };
  }

  /** The beginnings of LogRecords for the last encoded part. */
  #records(encoder: Encoder): (string | undefined)[] {
    const { defect, length } = this.#part;
    const spoiled = defect.slice(0, length);
    defect.fill(0, 0, length); // a defect changes only the line
    const lines = whole(encoder.encode(this.#part)).toString().split("\n");
    return Array.from(spoiled, (kind, row) => (kind > 0 && kind <= UNREADABLE ? undefined : lines[row]));
  }

  /** The position of the next record, which is delivered at a moment. */
  #from(at: number): Position {
    return at === this.#position.at ? this.#position : { at, skip: 0 };
  }
}

/** Copies the pieces of an encoder, which reuses its buffers, into one array. */
function whole(pieces: Iterable<Uint8Array>): Buffer {
  const copies = Array.from(pieces, (piece) => Buffer.from(piece));
  return copies.length === 1 ? copies[0] : Buffer.concat(copies);
}

async function otlpEncoder(plan: Plan): Promise<Encoder> {
  const [{ patternEncoder }, { otlp }] = await Promise.all([
    import("../encode/patternEncoder.js"),
    import("../encode/patterns/otlp.js"),
  ]);
  return patternEncoder(plan, otlp);
}

function idsOf({ due, from }: Stretch, prefix: string): string[] {
  let { at, skip } = from;
  return Array.from(due, (moment) => {
    if (moment !== at) [at, skip] = [moment, 0];
    return recordId(prefix, at, skip++);
  });
}

/**
 * Lines with a JSON object each, with the id added as the last member. A line that was cut in the middle gets no id.
 */
function withIds(lines: Buffer, ids: readonly string[], { defect, length }: Batch): Buffer {
  const texts = lines.toString("latin1").split("\n");
  for (let row = 0; row < length; row++) {
    if (defect[row] !== CUT) texts[row] = `${texts[row].slice(0, -1)},"record_id":"${ids[row]}"}`;
  }
  return Buffer.from(texts.join("\n"), "latin1");
}

/** The defect of a line that was cut in the middle. */
const CUT = defectKinds.indexOf("malformed") + 1;

import type { Encoder } from "../encode/encoder.js";
import { formats } from "../encode/formats.js";
import { BATCH_SIZE, type Batch, copyRows, newBatch } from "../generate/batch.js";
import { LogStream } from "../generate/logStream.js";
import type { Plan } from "../generate/plan.js";
import type { LogSlice } from "../write/sliceEncoder.js";

/**
 * A place between two records of a log, by time of delivery: before it lies what was delivered before the moment `at`,
 * and `skip` records of that moment. It is the same however the log is made.
 */
export interface Position {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly skip: number;
}

/** Lines of a log that are due, in order. */
export interface Stretch {
  /** The lines, a line feed behind each; theirs to keep. */
  readonly bytes: Buffer;
  /** When each record was delivered, milliseconds since 1970, rising. */
  readonly due: Float64Array;
  /** Where it begins. */
  readonly from: Position;
}

/** Most records in a stretch: a receiver that is slow holds no more than these. */
const MOST = 4096;

/** Where a stretch's record `row` begins; with `row` the number of its records, where it ends. */
export function positionIn({ due, from }: Stretch, row: number): Position {
  if (row === 0) return from;
  const at = due[Math.min(row, due.length - 1)];
  let skip = 0;
  while (skip < row && due[row - 1 - skip] === at) skip++;
  return { at, skip: skip === row && from.at === at ? from.skip + skip : skip };
}

/**
 * A log from a position on, batch by batch as `generate` makes it, of which what is due is taken out as lines.
 */
export class DueLines {
  readonly #stream: LogStream;
  readonly #batches: Generator<Batch>;
  readonly #encoder: Encoder;
  readonly #part = newBatch();
  readonly #due = new Float64Array(BATCH_SIZE);
  #batch: Batch | undefined;
  #row = 0;
  #position: Position;
  /** Records of the first moment that were streamed before. */
  #skip: number;

  /** @param slice its `from` is the moment of the position */
  static async create(plan: Plan, slice: LogSlice, skip: number): Promise<DueLines> {
    return new DueLines(plan, slice, skip, await formats[slice.format].encoder(plan));
  }

  private constructor(plan: Plan, slice: LogSlice, skip: number, encoder: Encoder) {
    this.#stream = new LogStream(plan);
    this.#batches = this.#stream.batches(slice.from, slice.to);
    this.#encoder = encoder;
    this.#position = { at: slice.from, skip };
    this.#skip = skip;
  }

  /** What stands at the beginning of the whole log; often nothing. */
  get header(): Uint8Array {
    return this.#encoder.header;
  }

  /** Where the next record lies. */
  get position(): Position {
    return this.#position;
  }

  /**
   * When the next record is due, milliseconds since 1970; undefined when there is none. After a while of making it may
   * be null: ask again.
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

  /** Takes what is due at a moment or before; at most some thousand records, and at least one when `next` is. */
  take(moment: number): Stretch {
    const batch = this.#batch!;
    const begin = this.#row;
    const limit = Math.min(batch.length, begin + MOST);
    let end = begin;
    while (end < limit && this.#due[end] <= moment) end++;
    copyRows(batch, begin, end, this.#part, 0);
    this.#part.length = end - begin;
    const pieces = [...copies(this.#encoder.encode(this.#part))];
    const stretch = {
      bytes: pieces.length === 1 ? pieces[0] : Buffer.concat(pieces),
      due: this.#due.slice(begin, end),
      from: this.#from(this.#due[begin]),
    };
    this.#row = end;
    this.#position = positionIn(stretch, end - begin);
    return stretch;
  }

  /** Where a record begins that is delivered at a moment and comes next. */
  #from(at: number): Position {
    return at === this.#position.at ? this.#position : { at, skip: 0 };
  }
}

function* copies(pieces: Iterable<Uint8Array>): Generator<Buffer> {
  for (const piece of pieces) yield Buffer.from(piece); // the encoder writes over it
}

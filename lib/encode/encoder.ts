import { type Batch, nextDefect, type Outcome } from "../generate/batch.js";
import type { Plan } from "../generate/plan.js";
import { UNREADABLE } from "../scenario/defects.js";
import { corrupted, type LineFields } from "./corrupt.js";
import { packText, type Text } from "./text.js";

/** Turns batches into the bytes of a format, piece by piece. */
export interface Encoder {
  /** What stands at the beginning of a whole file; may be empty. */
  readonly header: Uint8Array;
  /**
   * The bytes of a batch in pieces of about a megabyte. Two pieces are good at a time: asking for the one
   * after the next overwrites a piece.
   */
  encode(batch: Batch): Iterable<Uint8Array>;
  /** What stands at the end of a whole file, after the last batch; nothing in formats of lines. */
  end?(): Iterable<Uint8Array>;
  /** In formats of lines: gives the memory of the next piece. Whoever hands pieces on may put their own in its place. */
  memory?: (bytes: number) => ArrayBufferLike;
}

/** Bytes in a piece. */
const PIECE = 1 << 20;

/** An encoder of a line for each record: the lines of any slices put together are the lines of the whole. */
export abstract class LineEncoder implements Encoder {
  readonly header: Uint8Array;
  memory = inTurn([new ArrayBuffer(PIECE), new ArrayBuffer(PIECE)]);
  readonly #longestRow: number;

  /** @param longestRow bytes that a line can take, and eight more that copying may overshoot */
  constructor(header: string, longestRow: number) {
    this.header = new TextEncoder().encode(header);
    this.#longestRow = longestRow;
  }

  *encode(batch: Batch): Generator<Uint8Array> {
    const { length } = batch;
    const last = PIECE - this.#longestRow;
    let view: DataView | undefined;
    let bytes: Buffer<ArrayBufferLike> = NOTHING; // the same memory
    let at = 0;
    for (let row = 0; row < length; ) {
      if (view === undefined) {
        const memory = this.memory(PIECE);
        view = new DataView(memory);
        bytes = Buffer.from(memory);
      }
      const unreadable = nextUnreadable(batch, row);
      // A line to be corrupted is written as it would be, taken back and written again.
      batch.length = Math.min(length, unreadable + 1);
      const written = this.fill(view, batch, row, last, at);
      batch.length = length;
      at =
        written.row > unreadable
          ? this.#corrupt(bytes, batch, unreadable, at, written.length)
          : written.length;
      row = written.row;
      if (at >= last) {
        yield new Uint8Array(view.buffer, 0, at);
        view = undefined;
        at = 0;
      }
    }
    if (view !== undefined && at > 0) yield new Uint8Array(view.buffer, 0, at);
  }

  /** Spoils the last of the lines from byte `from` to `to` by the defect of its row; gives its new end. */
  #corrupt(bytes: Buffer, { defect, drawKey }: Batch, row: number, from: number, to: number): number {
    let begin = to - 1;
    while (begin > from && bytes[begin - 1] !== LINE_FEED) begin--;
    const line = bytes.toString("latin1", begin, to - 1);
    return (
      begin + bytes.write(`${corrupted(line, defect[row], drawKey[row], this.lineFields)}\n`, begin, "latin1")
    );
  }

  /** How defects take a line apart. */
  protected abstract readonly lineFields: LineFields;

  /**
   * Writes the lines of a batch from `row` on, at `at`, until the batch ends or the next line would begin at
   * `last` or behind it. @returns the first row not written, and the end of what was
   */
  protected abstract fill(
    view: DataView,
    batch: Batch,
    row: number,
    last: number,
    at: number,
  ): { row: number; length: number };
}

const LINE_FEED = 0x0a;
const NOTHING = Buffer.alloc(0);

/** The first of the rows from `row` on whose line no reader can take for a record; the batch's length when none is. */
function nextUnreadable(batch: Batch, row: number): number {
  const { defect, length } = batch;
  row = nextDefect(batch, row, length);
  while (row < length && defect[row] > UNREADABLE) row = nextDefect(batch, row + 1, length);
  return row;
}

function inTurn(buffers: readonly ArrayBufferLike[]): (bytes: number) => ArrayBufferLike {
  let turn = 0;
  return () => buffers[turn++ % buffers.length];
}

/** Prepared text around a route's identifier: all of it is `before` where the route has none. */
export interface RouteText {
  readonly before: Text;
  readonly behind: Text;
  /** Longest of the texts in bytes, both parts together. */
  readonly longest: number;
}

/** Prepares what every outcome writes. @param render the text; it holds the route once, with `{id}` as it is */
export function routeText({ scenario, outcomes }: Plan, render: (outcome: Outcome) => string): RouteText {
  const parts = outcomes.map((outcome): [string, string] => {
    const text = render(outcome);
    const at = scenario.site.identifiers ? text.indexOf("{id}") : -1;
    return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 4)];
  });
  return {
    before: packText(parts.map(([before]) => before)),
    behind: packText(parts.map(([, behind]) => behind)),
    longest: Math.max(...parts.map(([before, behind]) => before.length + behind.length)),
  };
}

import { type Batch, nextDefect, type Outcome } from "../generate/batch.js";
import type { Plan } from "../generate/plan.js";
import { UNREADABLE } from "../scenario/defects.js";
import { corrupted, type LineFields } from "./corrupt.js";
import { packText, putText, putWhole, type Text } from "./text.js";

/** Turns batches into the bytes of a format, piece by piece. */
export interface Encoder {
  /** The beginning of a whole file; may be empty. */
  readonly header: Uint8Array;
  /**
   * The bytes of a batch in pieces of about a megabyte. Two pieces are valid at a time: requesting a third overwrites
   * the first.
   */
  encode(batch: Batch): Iterable<Uint8Array>;
  /** The end of a whole file, after the last batch. Formats of lines have none. */
  end?(): Iterable<Uint8Array>;
  /** In formats of lines: provides the memory of the next piece. A caller who passes pieces on may replace it. */
  memory?: (bytes: number) => ArrayBufferLike;
}

/** Bytes in a piece. */
const PIECE = 1 << 20;

/**
 * An encoder that writes a line for each record. The lines of all slices of a log, put together, are the lines of the
 * whole log.
 */
export abstract class LineEncoder implements Encoder {
  readonly header: Uint8Array;
  memory = inTurn([new ArrayBuffer(PIECE), new ArrayBuffer(PIECE)]);
  readonly #longestRow: number;

  /** @param longestRow largest number of bytes in a line, plus eight that copying may overshoot */
  constructor(header: string, longestRow: number) {
    this.header = new TextEncoder().encode(header);
    this.#longestRow = longestRow;
  }

  *encode(batch: Batch): Generator<Uint8Array> {
    const { length } = batch;
    const last = PIECE - this.#longestRow;
    let view: DataView | undefined;
    let bytes: Buffer<ArrayBufferLike> = NOTHING; // the memory of `view`
    let at = 0;
    for (let row = 0; row < length; ) {
      if (view === undefined) {
        const memory = this.memory(PIECE);
        view = new DataView(memory);
        bytes = Buffer.from(memory);
      }
      const unreadable = nextUnreadable(batch, row);
      for (; row < unreadable && at < last; row++) at = this.putLine(view, at, batch, row);
      if (row < length && at < last) {
        const end = this.putLine(view, at, batch, row);
        at = this.#corrupt(bytes, batch, row++, at, end);
      }
      if (at >= last) {
        yield new Uint8Array(view.buffer, 0, at);
        view = undefined;
        at = 0;
      }
    }
    if (view !== undefined && at > 0) yield new Uint8Array(view.buffer, 0, at);
  }

  /** Corrupts the line of a row, which takes the bytes from `begin` to `end`. @returns its new end */
  #corrupt(bytes: Buffer, { defect, drawKey }: Batch, row: number, begin: number, end: number): number {
    const line = bytes.toString("latin1", begin, end - 1);
    const damaged = corrupted(line, defect[row], drawKey[row], this.lineFields);
    return begin + bytes.write(`${damaged}\n`, begin, "latin1");
  }

  /** How a line is taken apart for defects. */
  protected abstract readonly lineFields: LineFields;

  /** Writes the line of a row at `at`, including its line feed. @returns the position after it */
  protected abstract putLine(view: DataView, at: number, batch: Batch, row: number): number;
}

const NOTHING = Buffer.alloc(0);

/**
 * The first row, from `row` on, whose line no reader can take for a record; the length of the batch if there is none.
 */
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

/** Prepared text before and after a route's identifier. If the route has none, all of the text is in `before`. */
export interface RouteText {
  readonly before: Text;
  readonly behind: Text;
  /** Length in bytes of the longest text, both parts together. */
  readonly longest: number;
}

/**
 * Prepares the text of every outcome.
 * @param render gives the text, which holds the route once, with `{id}` unchanged
 */
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

/**
 * Writes the text of an outcome.
 * @returns the position after it
 * @param identifier the identifier in the route; 0 if it has none
 */
export function putRoute(
  view: DataView,
  at: number,
  { before, behind }: RouteText,
  outcome: number,
  identifier: number,
): number {
  at = putText(view, at, before, outcome);
  if (identifier === 0) return at;
  return putText(view, putWhole(view, at, identifier), behind, outcome);
}

import { availableParallelism } from "node:os";
import { formats } from "../encode/formats.js";
import { InputError, quoted } from "../errors.js";
import type { Plan } from "../generate/plan.js";
import type { Tally } from "../truth/answerKey.js";
import { hasHeader, type LogSlice, type Piece, SliceEncoder } from "./sliceEncoder.js";

/**
 * Number of records from which on several workers are worth their start, unless the caller gives a number of workers.
 */
const MANY = 2_000_000;

/**
 * Largest number of threads, unless the caller asks for more and the machine has more cores. More threads would only
 * use memory.
 */
const MOST_THREADS = 8;

/**
 * The number of workers to use: no more than there are cores, or 8 if there are fewer cores than that.
 * @param asked whole number from 1 to 64; undefined: one for a small log, otherwise one for each core
 * @param from beginning of the part to make, milliseconds since 1970
 * @param to end of the part, excluded
 */
export function workerCount(asked: unknown, plan: Plan, from: number, to: number): number {
  if (asked === undefined) {
    const records = plan.rate * plan.intensity.sum(Math.floor(from / 1000), Math.ceil(to / 1000));
    return records < MANY ? 1 : Math.min(MOST_THREADS, availableParallelism());
  }
  if (!Number.isInteger(asked) || (asked as number) < 1 || (asked as number) > 64) {
    throw new InputError(`workers: must be a whole number from 1 to 64, not ${quoted(asked)}`);
  }
  return Math.min(asked as number, Math.max(MOST_THREADS, availableParallelism()));
}

/**
 * The bytes of a slice of a log, in order; the same for any number of workers. A piece is valid until the second piece
 * after it is requested.
 * @returns the tallies of all threads
 */
export async function* pieces(slice: LogSlice, plan: Plan, workers: number): AsyncGenerator<Piece, Tally[]> {
  if (workers === 1 || !formats[slice.format].concatenable) return yield* serialPieces(slice, plan);
  const { parallelPieces } = await import("./parallel.js"); // loads Node's threads, which a small log does not need
  return yield* parallelPieces(slice, plan, workers);
}

async function* serialPieces(slice: LogSlice, plan: Plan): AsyncGenerator<Piece, Tally[]> {
  const encoder = await SliceEncoder.create(slice, plan);
  const { format } = encoder;
  if (hasHeader(slice, plan)) yield { bytes: format.header, records: 0 };
  yield* encoder.pieces(slice.from, slice.to);
  if (format.end) for (const bytes of format.end()) yield { bytes, records: 0 };
  return [encoder.tally()];
}

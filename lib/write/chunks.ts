import type { Plan } from "../generate/plan.js";
import type { Piece, SliceEncoder } from "./sliceEncoder.js";

/** A part of a log as stretches of time; each thread that makes the log claims the next one when it has none. */
export interface Chunks {
  /** First moment of the part, milliseconds since 1970. */
  readonly from: number;
  /** End of it, excluded. */
  readonly to: number;
  /** Milliseconds in a chunk; the last may be shorter. */
  readonly length: number;
  readonly count: number;
  /** One number of shared memory: how many were claimed; it goes on behind the last. */
  readonly claimed: Int32Array;
}

/** A piece of a chunk, in order. */
export type ChunkPiece = Piece & {
  readonly chunk: number;
  /** Whether the chunk ends here, and the piece is empty. */
  readonly last: boolean;
};

/** Records, about, in a chunk. */
const CHUNK = 131_072;
/**
 * Where a log has late lines each chunk looks five minutes back. It then lasts the most seconds, or as many as hold
 * so many records, but at least the least.
 */
const LATE_CHUNK = { most: 3600, least: 900, records: 1_048_576 };

/** Divides what is to be made, so that no chunk is too large to wait in memory while those before it are made. */
export function chunksOf({ from, to }: { from: number; to: number }, plan: Plan): Chunks {
  const length = 1000 * seconds(plan);
  const count = Math.max(1, Math.ceil((to - from) / length));
  return { from, to, length, count, claimed: new Int32Array(new SharedArrayBuffer(4)) };
}

function seconds({ rate, scenario: { defects } }: Plan): number {
  const lasting = (records: number) => Math.max(1, Math.round(records / Math.max(rate, 1e-9)));
  if (defects.late + defects.outOfOrder === 0) return lasting(CHUNK);
  const { most, least, records } = LATE_CHUNK;
  return Math.max(lasting(CHUNK), Math.min(most, Math.max(least, lasting(records))));
}

/** The chunks that a thread comes to claim, each as its number and its stretch of time. Asking for the next claims it. */
export function* claimedChunks({ from, to, length, count, claimed }: Chunks) {
  for (;;) {
    const chunk = Atomics.add(claimed, 0, 1);
    if (chunk >= count) return;
    const begin = from + chunk * length;
    yield { chunk, from: begin, to: Math.min(to, begin + length) };
  }
}

/** The pieces of the chunks that a thread comes to claim. */
export function* claimedPieces(encoder: SliceEncoder, chunks: Chunks): Generator<ChunkPiece> {
  for (const { chunk, from, to } of claimedChunks(chunks)) {
    for (const piece of encoder.pieces(from, to)) {
      const labels = piece.labels?.slice(); // overwritten by the next
      yield { ...piece, labels, chunk, last: false };
    }
    yield { bytes: new Uint8Array(0), records: 0, chunk, last: true };
  }
}

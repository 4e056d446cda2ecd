import type { Plan } from "../generate/plan.js";
import type { Piece, SliceEncoder } from "./sliceEncoder.js";

/**
 * A part of a log, divided into stretches of time. Each thread that makes the log claims the next stretch when it has
 * finished one.
 */
export interface Chunks {
  /** Beginning of the part, milliseconds since 1970. */
  readonly from: number;
  /** End of the part, excluded. */
  readonly to: number;
  /** Milliseconds in a chunk. The last chunk may be shorter. */
  readonly length: number;
  readonly count: number;
  /** One number in shared memory: how many chunks were claimed. It keeps rising after the last one. */
  readonly claimed: Int32Array;
}

/** A piece of a chunk. The pieces of a chunk come in order. */
export type ChunkPiece = Piece & {
  readonly chunk: number;
  /** Whether the chunk ends here. The piece is then empty. */
  readonly last: boolean;
};

/** Approximate number of records in a chunk. */
const CHUNK = 131_072;
/**
 * If a log has late lines, each chunk looks five minutes back. A chunk then lasts as long as it takes to hold so many
 * records, but no more than the most seconds and no less than the least.
 */
const LATE_CHUNK = { most: 3600, least: 900, records: 1_048_576 };

/** Divides the part, so that no chunk is too large to wait in memory while earlier chunks are made. */
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

/** The chunks that a thread claims, each with its number and its stretch of time. Requesting the next one claims it. */
export function* claimedChunks({ from, to, length, count, claimed }: Chunks) {
  for (;;) {
    const chunk = Atomics.add(claimed, 0, 1);
    if (chunk >= count) return;
    const begin = from + chunk * length;
    yield { chunk, from: begin, to: Math.min(to, begin + length) };
  }
}

/** The pieces of the chunks that a thread claims. */
export function* claimedPieces(encoder: SliceEncoder, chunks: Chunks): Generator<ChunkPiece> {
  for (const { chunk, from, to } of claimedChunks(chunks)) {
    for (const piece of encoder.pieces(from, to)) {
      const labels = piece.labels?.slice(); // the next piece overwrites them
      yield { ...piece, labels, chunk, last: false };
    }
    yield { bytes: new Uint8Array(0), records: 0, chunk, last: true };
  }
}

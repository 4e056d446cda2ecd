import { parentPort } from "node:worker_threads";
import { isStopped, processIdle, threadJob } from "../thread.js";
import type { Tally } from "../truth/answerKey.js";
import { type ChunkPiece, type Chunks, claimedPieces } from "./chunks.js";
import { PieceMemory } from "./pieceMemory.js";
import { type LogSlice, SliceEncoder } from "./sliceEncoder.js";

/** The data that a worker is started with. */
export interface PieceTask {
  readonly slice: LogSlice;
  readonly chunks: Chunks;
  /** Number of threads that make the log. */
  readonly threads: number;
  /** One number in shared memory: how many of the worker's pieces have been written, so that their memory is free. */
  readonly written: Int32Array;
}

/** The messages of a worker: the pieces of the chunks that it claimed and, at the end, their tally. */
export type WorkerMessage = ChunkPiece | { readonly tally: Tally };

const port = parentPort!;
const { slice, chunks, threads, written } = threadJob<PieceTask>();
const encoder = await SliceEncoder.create(slice);
const memory = new PieceMemory(threads);
/** How many of the written pieces this thread has taken notice of. */
let known = 0;

const stopped = new Error("stopped");

// Pieces are made in the memory in which they are handed on.
encoder.format.memory = (bytes) => {
  for (;;) {
    const done = Atomics.load(written, 0);
    memory.written(done - known);
    known = done;
    if (!memory.isFull) break;
    Atomics.wait(written, 0, done);
  }
  if (isStopped()) throw stopped;
  return memory.take(bytes);
};

try {
  for (const piece of claimedPieces(encoder, chunks)) {
    if (isStopped()) throw stopped;
    if (piece.last || piece.records > 0 || piece.bytes.length > 0)
      port.postMessage(piece satisfies WorkerMessage);
  }
  port.postMessage({ tally: encoder.tally() } satisfies WorkerMessage);
} catch (error) {
  if (error !== stopped) throw error;
}
await processIdle();

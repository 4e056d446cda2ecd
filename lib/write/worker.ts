import { parentPort } from "node:worker_threads";
import { isStopped, stillness, threadJob } from "../thread.js";
import type { Tally } from "../truth/answerKey.js";
import { type Job, Maker, type Piece } from "./maker.js";

/** What a worker is started with. */
export interface WorkerJob {
  readonly job: Job;
  /** One number of shared memory: how many of the worker's pieces were written, so that their memory is free. */
  readonly written: Int32Array;
  /** Pieces, of about a megabyte, that it may be ahead of what is written: then it waits. */
  readonly ahead: number;
}

/** A stretch of time to make, in milliseconds since 1970, `to` excluded; or what all came to; or no more. */
export type Assignment =
  | { readonly chunk: number; readonly from: number; readonly to: number }
  | "tally"
  | "end";

/** A piece of a chunk, in order; or the tally. */
export type Answer =
  | (Piece & {
      readonly chunk: number;
      /** Whether the chunk ends here. */
      readonly last: boolean;
    })
  | { readonly tally: Tally };

const port = parentPort!;
const { job, written, ahead } = threadJob<WorkerJob>();
const maker = await Maker.create(job);
/**
 * Memory of pieces: free, and that of pieces on their way, in their order. It is shared, as transferring a buffer
 * would detach it: V8 then checks for detached buffers in every later write to any, which costs a tenth of the time.
 */
const free: SharedArrayBuffer[] = [];
const onTheirWay: SharedArrayBuffer[] = [];
/** How many of the pieces written are known as such. */
let known = 0;

const stopped = new Error("stopped");

// Pieces are made where they are handed on. What was written last is used first: it may still be in the cache.
maker.encoder.memory = (bytes) => {
  for (;;) {
    const done = Atomics.load(written, 0);
    free.push(...onTheirWay.splice(0, done - known));
    known = done;
    if (onTheirWay.length < ahead) break;
    Atomics.wait(written, 0, done);
  }
  if (isStopped()) throw stopped;
  const memory = free.pop() ?? new SharedArrayBuffer(bytes);
  onTheirWay.push(memory);
  return memory;
};

function make(chunk: number, from: number, to: number): void {
  for (const piece of maker.pieces(from, to)) {
    const labels = piece.labels?.slice(); // overwritten by the next
    port.postMessage({ ...piece, chunk, labels, last: false } satisfies Answer);
  }
  port.postMessage({ chunk, bytes: new Uint8Array(0), records: 0, last: true } satisfies Answer);
}

port.on("message", (assignment: Assignment) => {
  if (assignment === "end") {
    void stillness().then(() => port.close());
    return;
  }
  if (assignment === "tally") {
    port.postMessage({ tally: maker.tally() } satisfies Answer);
    return;
  }
  if (isStopped()) return; // chunks that it was given ahead
  try {
    make(assignment.chunk, assignment.from, assignment.to);
  } catch (error) {
    if (error !== stopped) throw error;
  }
});

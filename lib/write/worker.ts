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
 * Memory of the pieces, used in turn. It is shared, as transferring a buffer would detach it: V8 then checks for
 * detached buffers in every later write to any, which costs a tenth of the time.
 */
const ring: SharedArrayBuffer[] = [];
let made = 0;

/** A copy of a piece, as the encoder fills its buffer again; undefined when the work was stopped. */
function copied(bytes: Uint8Array): Uint8Array | undefined {
  for (let done = Atomics.load(written, 0); made - done >= ahead; done = Atomics.load(written, 0)) {
    Atomics.wait(written, 0, done);
  }
  if (isStopped()) return undefined;
  const slot = made++ % ahead;
  ring[slot] ??= new SharedArrayBuffer(bytes.buffer.byteLength);
  const copy = new Uint8Array(ring[slot], 0, bytes.length);
  copy.set(bytes);
  return copy;
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
  const { chunk, from, to } = assignment;
  for (const { bytes, records, labels } of maker.pieces(from, to)) {
    const copy = copied(bytes);
    if (copy === undefined) return;
    const piece = { bytes: copy, records, labels: labels?.slice() };
    port.postMessage({ chunk, ...piece, last: false } satisfies Answer);
  }
  port.postMessage({ chunk, bytes: new Uint8Array(0), records: 0, last: true } satisfies Answer);
});

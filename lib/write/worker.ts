import { parentPort } from "node:worker_threads";
import { isStopped, stillness, threadJob } from "../thread.js";
import type { Tally } from "../truth/answerKey.js";
import { type Job, Maker, type Piece } from "./maker.js";

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
const maker = await Maker.create(threadJob<Job>());

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
    if (isStopped()) return;
    // The encoder fills its buffer again. Shared memory, as transferring a buffer would detach it: V8 then
    // checks for detached buffers in every later write to any, which costs a tenth of the time.
    const own = new Uint8Array(new SharedArrayBuffer(bytes.length));
    own.set(bytes);
    port.postMessage({
      chunk,
      bytes: own,
      records,
      labels: labels?.slice(),
      last: false,
    } satisfies Answer);
  }
  port.postMessage({ chunk, bytes: new Uint8Array(0), records: 0, last: true } satisfies Answer);
});

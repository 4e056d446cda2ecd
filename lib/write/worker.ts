import { parentPort, workerData } from "node:worker_threads";
import type { Tally } from "../truth/answerKey.js";
import { type Job, Maker, type Piece } from "./maker.js";

/** A stretch of time to make, in milliseconds since 1970, `to` excluded; or "tally" for what all came to. */
export type Assignment = { readonly chunk: number; readonly from: number; readonly to: number } | "tally";

/** A piece of a chunk, in order; or the tally. */
export type Answer =
  | (Piece & {
      readonly chunk: number;
      /** Whether the chunk ends here. */
      readonly last: boolean;
    })
  | { readonly tally: Tally };

const port = parentPort!;
const maker = await Maker.create(workerData as Job);

port.on("message", (assignment: Assignment) => {
  if (assignment === "tally") {
    port.postMessage({ tally: maker.tally() } satisfies Answer);
    return;
  }
  const { chunk, from, to } = assignment;
  for (const { bytes, records, labels } of maker.pieces(from, to)) {
    const own = bytes.slice(); // the encoder fills its buffer again
    port.postMessage({ chunk, bytes: own, records, labels: labels?.slice(), last: false } satisfies Answer, [
      own.buffer,
    ]);
  }
  port.postMessage({ chunk, bytes: new Uint8Array(0), records: 0, last: true } satisfies Answer);
});

import { parentPort } from "node:worker_threads";
import { isStopped, processIdle, threadJob } from "../../thread.js";
import type { Tally } from "../../truth/answerKey.js";
import type { Chunks } from "../../write/chunks.js";
import type { Buckets } from "./buckets.js";
import { type Expectation, remake } from "./expected.js";

/** What a thread is told: which log, and the chunks of it, of which it claims one after the other. */
export interface RemakeTask {
  readonly expectation: Expectation;
  readonly chunks: Chunks;
}

/** How many more lines were made; at the end what they come to. */
export type WorkerAnswer =
  | { readonly lines: number }
  | (Pick<Buckets, "records" | "sumA" | "sumB"> & { readonly tally: Tally });

const port = parentPort!;
const { expectation, chunks } = threadJob<RemakeTask>();
const making = remake(expectation, chunks);
let lines = 0;
let step = making.next();
for (; !step.done && !isStopped(); step = making.next()) {
  lines += step.value;
  if (lines < 100_000) continue;
  port.postMessage({ lines } satisfies WorkerAnswer);
  lines = 0;
}
if (step.done) {
  const { buckets, tally } = step.value;
  const { records, sumA, sumB } = buckets;
  port.postMessage({ records, sumA, sumB, tally } satisfies WorkerAnswer, [
    records.buffer as ArrayBuffer,
    sumA.buffer as ArrayBuffer,
    sumB.buffer as ArrayBuffer,
  ]);
}
await processIdle();

import { parentPort } from "node:worker_threads";
import { planOf } from "../../generate/plan.js";
import { isStopped, processIdle, threadJob } from "../../thread.js";
import { type RemakeTask, remake, type VerifyMessage } from "./expected.js";

const port = parentPort!;
const { expectation, chunks } = threadJob<RemakeTask>();
const { scenario, seed, without } = expectation;
const making = remake(expectation, planOf(scenario, seed, without), chunks);
let lines = 0;
let step = making.next();
for (; !step.done && !isStopped(); step = making.next()) {
  lines += step.value;
  if (lines < 100_000) continue;
  port.postMessage({ lines } satisfies VerifyMessage);
  lines = 0;
}
if (step.done) {
  port.postMessage({ lines } satisfies VerifyMessage);
  const { buckets, tally } = step.value;
  const { records, sumA, sumB } = buckets;
  port.postMessage({ records, sumA, sumB, tally } satisfies VerifyMessage, [
    records.buffer as ArrayBuffer,
    sumA.buffer as ArrayBuffer,
    sumB.buffer as ArrayBuffer,
  ]);
}
await processIdle();

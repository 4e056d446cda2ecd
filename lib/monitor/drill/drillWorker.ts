import { parentPort } from "node:worker_threads";
import { InputError } from "../../errors.js";
import { isStopped, processIdle, threadJob } from "../../thread.js";
import { type DrillJob, drillSeed, type SeedOutcome } from "./seed.js";

/** The data of a thread: the drill, and the counter from which it claims the next seed. */
export interface WorkerJob {
  readonly job: DrillJob;
  readonly seeds: number;
  readonly firstSeed: number;
  /** One number in shared memory: how many seeds have been claimed. */
  readonly next: Int32Array;
}

/** One more series was watched, a seed is done, or an error of the caller. */
export type DrillMessage =
  | { readonly is: "series" }
  | { readonly is: "seed"; readonly seed: number; readonly outcomes: readonly SeedOutcome[] }
  | { readonly is: "refused"; readonly message: string };

const port = parentPort!;
const { job, seeds, firstSeed, next } = threadJob<WorkerJob>();
const stop = new AbortController();
const looking = setInterval(() => isStopped() && stop.abort(), 25);
try {
  for (let i = Atomics.add(next, 0, 1); i < seeds && !isStopped(); i = Atomics.add(next, 0, 1)) {
    const done = () => port.postMessage({ is: "series" } satisfies DrillMessage);
    const seed = firstSeed + i;
    const outcomes = await drillSeed(job, seed, done, { signal: stop.signal });
    port.postMessage({ is: "seed", seed, outcomes } satisfies DrillMessage);
  }
} catch (error) {
  if (error instanceof InputError)
    port.postMessage({ is: "refused", message: error.message } satisfies DrillMessage);
  else if (!stop.signal.aborted) throw error;
} finally {
  clearInterval(looking);
}
await processIdle();

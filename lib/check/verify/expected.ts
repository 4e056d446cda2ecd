import type { Precision } from "../../encode/formats.js";
import { InterruptedError } from "../../errors.js";
import { LogStream } from "../../generate/logStream.js";
import type { Plan } from "../../generate/plan.js";
import { defectShare, UNREADABLE } from "../../scenario/defects.js";
import type { Scenario } from "../../scenario/types.js";
import { startThread, type Thread } from "../../thread.js";
import { type Tally, tallyOf } from "../../truth/answerKey.js";
import { Counts } from "../../truth/counts.js";
import { type Chunks, chunksOf, claimedChunks } from "../../write/chunks.js";
import { type BucketPlan, Buckets } from "./buckets.js";
import { BatchHash } from "./hash.js";

/** The log, or part of a log, that is expected. It is plain data, so that it can be sent to a worker. */
export interface Expectation {
  readonly scenario: Scenario;
  readonly seed: number;
  /** Ids of the incidents that were left out. */
  readonly without: readonly string[];
  /** Beginning of the time of delivery, milliseconds since 1970. */
  readonly from: number;
  /** End of the time of delivery, excluded. */
  readonly to: number;
  readonly buckets: BucketPlan;
  /** In which its numbers are compared. */
  readonly precision: Precision;
}

/** The log as it was made again: how many records are expected when, and the tallies for the answer key. */
export interface Expected {
  readonly buckets: Buckets;
  readonly tallies: readonly Tally[];
}

/** The task of a thread: the log, and its chunks, which the threads claim one after the other. */
export interface RemakeTask {
  readonly expectation: Expectation;
  readonly chunks: Chunks;
}

/** The messages of a worker: how many more lines it has made and, at the end, their sums. */
export type VerifyMessage =
  | { readonly lines: number }
  | (Pick<Buckets, "records" | "sumA" | "sumB"> & { readonly tally: Tally });

/**
 * Makes again the chunks of a log that it claims, and sums up the lines that readers take for records. It yields the
 * number of lines after each batch.
 * @param plan the plan of the expected log: the caller's, whose tables are made already, or a thread's own
 */
export function* remake(
  expectation: Expectation,
  plan: Plan,
  chunks: Chunks,
): Generator<number, { buckets: Buckets; tally: Tally }> {
  const { scenario, from, to } = expectation;
  const stream = new LogStream(plan);
  const counts = new Counts(plan, from, to);
  const hashes = new BatchHash(plan, expectation.precision);
  const { hash } = hashes;
  const buckets = new Buckets(expectation.buckets);
  const hasDefects = defectShare(scenario.defects) > 0;
  for (const chunk of claimedChunks(chunks)) {
    for (const batch of stream.batches(chunk.from, chunk.to)) {
      counts.add(batch, hasDefects);
      const { second, millisecond, defect, length } = batch;
      for (let row = 0; row < length; row++) {
        if (hasDefects && defect[row] !== 0 && defect[row] <= UNREADABLE) continue;
        hashes.set(batch, row);
        buckets.add(second[row] * 1000 + millisecond[row], hash.a, hash.b);
      }
      yield length;
    }
  }
  return { buckets, tally: tallyOf(stream, counts) };
}

/** Makes the log again in threads. `done` receives the number of lines made. */
export async function remakeOnThreads(
  expectation: Expectation,
  plan: Plan,
  threads: number,
  done: (lines: number) => void,
  signal: AbortSignal | undefined,
): Promise<Expected> {
  const started: Thread[] = [];
  const task: RemakeTask = { expectation, chunks: chunksOf(expectation, plan) };
  const stopped = new AbortController();
  try {
    const answers = Array.from(
      { length: threads },
      () =>
        new Promise<Extract<VerifyMessage, { tally: Tally }>>((resolve, reject) => {
          const thread = startThread(new URL("./verifyWorker.js", import.meta.url), task);
          started.push(thread);
          thread.worker.on("message", (answer: VerifyMessage) => {
            if ("tally" in answer) resolve(answer);
            else done(answer.lines);
          });
          thread.worker.on("error", reject);
          const stop = () => reject(new InterruptedError());
          if (signal?.aborted) stop();
          signal?.addEventListener("abort", stop, { once: true, signal: stopped.signal });
        }),
    );
    const all = await Promise.all(answers);
    const buckets = new Buckets(expectation.buckets);
    for (const part of all) buckets.merge(part);
    return { buckets, tallies: all.map(({ tally }) => tally) };
  } finally {
    stopped.abort();
    for (const thread of started) thread.end();
  }
}

import { InterruptedError } from "../../errors.js";
import { LogStream } from "../../generate/logStream.js";
import { type Plan, planOf } from "../../generate/plan.js";
import { defectShare, UNREADABLE } from "../../scenario/defects.js";
import type { Scenario } from "../../scenario/types.js";
import { startThread, type Thread } from "../../thread.js";
import { type Tally, tallyOf } from "../../truth/answerKey.js";
import { Counts } from "../../truth/counts.js";
import { type BucketPlan, Buckets } from "./buckets.js";
import { BatchHash } from "./hash.js";
import type { WorkerAnswer, WorkerJob } from "./verifyWorker.js";

/** Which log, or part of one, is expected: plain data, so that a worker can be told. */
export interface Expectation {
  readonly scenario: Scenario;
  readonly seed: number;
  /** Ids of the incidents that did not happen. */
  readonly without: readonly string[];
  /** First moment of delivery, milliseconds since 1970. */
  readonly from: number;
  /** End of it, excluded. */
  readonly to: number;
  readonly buckets: BucketPlan;
}

/** What was made again: how many records are expected when, and what the answer key says of them. */
export interface Expected {
  readonly buckets: Buckets;
  readonly tallies: readonly Tally[];
}

/** Records, about, that are made at a time. */
const CHUNK = 131_072;
/** Shortest stretch, in seconds, where a log has late lines: each stretch looks five minutes back. */
const LATE_CHUNK = 3600;

/**
 * Makes a part of a log again, every n-th stretch of it, and sums up what readers take for records.
 * Gives way after each batch, saying how many lines were made.
 */
export function* remake(
  expectation: Expectation,
  index: number,
  of: number,
): Generator<number, { buckets: Buckets; tally: Tally }> {
  const { scenario, seed, without, from, to } = expectation;
  const plan = planOf(scenario, seed, without);
  const stream = new LogStream(plan);
  const counts = new Counts(plan, from, to);
  const hashes = new BatchHash(plan);
  const { hash } = hashes;
  const buckets = new Buckets(expectation.buckets);
  const hasDefects = defectShare(scenario.defects) > 0;
  const step = stretch(plan) * of;
  for (let begin = from + (step / of) * index; begin < to; begin += step) {
    for (const batch of stream.batches(begin, Math.min(to, begin + step / of))) {
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

/** Milliseconds of a log that are made at a time. */
export function stretch({ scenario: { defects }, rate }: Plan): number {
  const least = defects.late + defects.outOfOrder > 0 ? LATE_CHUNK : 1;
  return 1000 * Math.max(least, Math.round(CHUNK / Math.max(rate, 1e-9)));
}

/** Makes the log again on threads of their own. `done` hears of the lines made. */
export async function remakeOnThreads(
  expectation: Expectation,
  threads: number,
  done: (lines: number) => void,
  signal: AbortSignal | undefined,
): Promise<Expected> {
  const started: Thread[] = [];
  const stopped = new AbortController();
  try {
    const answers = Array.from(
      { length: threads },
      (_, index) =>
        new Promise<Extract<WorkerAnswer, { tally: Tally }>>((resolve, reject) => {
          const job: WorkerJob = { expectation, index, of: threads };
          const thread = startThread(new URL("./verifyWorker.js", import.meta.url), job);
          started.push(thread);
          thread.worker.on("message", (answer: WorkerAnswer) => {
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

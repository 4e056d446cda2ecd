import { Worker, workerData } from "node:worker_threads";

/** A thread, asked to end rather than terminated. */
export interface Thread {
  readonly worker: Worker;
  /** Asks it to stop: it does so at its next look at `isStopped`. */
  end(): void;
}

interface Start {
  readonly job: unknown;
  readonly stopped: Int32Array;
}

/** Starts a thread. @param file the module it runs @param job plain data that it finds with `threadJob` */
export function startThread(file: URL, job: unknown): Thread {
  const stopped = new Int32Array(new SharedArrayBuffer(4));
  // Without the options of the process: what a kernel or a test runner loads first (`--require`, `--import`) is made
  // for its main thread, and may break in ours.
  const worker = new Worker(file, { workerData: { job, stopped } satisfies Start, execArgv: [] });
  return { worker, end: () => void Atomics.store(stopped, 0, 1) };
}

/** In a thread: what it was given. */
export function threadJob<T>(): T {
  return (workerData as Start).job as T;
}

/** In a thread: whether it is to stop. */
export function isStopped(): boolean {
  return Atomics.load((workerData as Start).stopped, 0) === 1;
}

/** Milliseconds at a time for which `stillness` looks on, what share of a core counts as still, and when it has enough. */
const WINDOW = 25;
const STILL = 0.1;
const ENOUGH = 10_000;

/**
 * In a thread, before it ends: waits until the process computes nothing, so that V8 compiles nothing more for the
 * thread in the background. Node 20 would abort the whole process then, where the compiled code is to be stored
 * (assertion in NodePlatform::ForIsolate), or hang, where compiling needs memory that only the thread can collect
 * (NodePlatform::DrainTasks and CollectionBarrier::AwaitCollectionBackground wait for each other). Many young
 * threads on few cores compile for seconds.
 */
export async function stillness(): Promise<void> {
  const began = performance.now();
  let still = false;
  while (!still && performance.now() - began < ENOUGH) {
    const before = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, WINDOW));
    const { user, system } = process.cpuUsage(before); // of all threads, in microseconds
    still = user + system < 1000 * WINDOW * STILL;
  }
}

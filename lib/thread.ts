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

/** A process that uses less than this share of a core is idle. */
const IDLE_SHARE = 0.1;
/** Longest wait for an idle process, in milliseconds. */
const LONGEST_WAIT = 10_000;

/**
 * Waits until the process computes nothing: before a thread ends, and before the process does. V8 compiles in the
 * background until then. Node 20 aborts the whole process where the compiled code is to be stored for a thread that
 * has ended (assertion in NodePlatform::ForIsolate), and hangs where compiling needs memory that only an ended event
 * loop could collect (NodePlatform::DrainTasks and CollectionBarrier::AwaitCollectionBackground wait for each other).
 * Many young threads on few cores compile for seconds.
 * @param window milliseconds in which the process must compute nothing
 * @param longest milliseconds to wait at most
 * @returns whether it computes nothing
 */
export async function processIdle(window = 25, longest = LONGEST_WAIT): Promise<boolean> {
  const began = performance.now();
  let idle = false;
  while (!idle && performance.now() - began < longest) {
    const before = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, window));
    const { user, system } = process.cpuUsage(before); // of all threads, in microseconds
    idle = user + system < 1000 * window * IDLE_SHARE;
  }
  return idle;
}

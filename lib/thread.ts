import { Worker, workerData } from "node:worker_threads";

/**
 * Milliseconds that a young thread is still before it ends, and until when it counts as young. Node 20 aborts
 * the whole process when a thread ends, or is terminated, while V8 compiles for it in the background and the
 * compiled code is to be stored (assertion in NodePlatform::ForIsolate). V8 compiles most in the first second.
 */
const STILL = 100;
const YOUNG = 1500;

/** A thread, asked to end rather than terminated. */
export interface Thread {
  readonly worker: Worker;
  /** Asks it to stop: it does so at its next look at `isStopped`, or on the message "end". */
  end(): void;
}

interface Start {
  readonly job: unknown;
  readonly stopped: Int32Array;
}

/** Starts a thread. @param file the module it runs @param job plain data that it finds with `threadJob` */
export function startThread(file: URL, job: unknown): Thread {
  const stopped = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(file, { workerData: { job, stopped } satisfies Start });
  const end = () => {
    Atomics.store(stopped, 0, 1);
    worker.postMessage("end");
  };
  return { worker, end };
}

/** In a thread: what it was given. */
export function threadJob<T>(): T {
  return (workerData as Start).job as T;
}

/** In a thread: whether it is to stop. */
export function isStopped(): boolean {
  return Atomics.load((workerData as Start).stopped, 0) === 1;
}

/** In a thread, before it ends: waits until V8 has nothing more to compile for it. */
export function stillness(): Promise<void> {
  const wait = performance.now() < YOUNG ? STILL : 0; // counted from the thread's start
  return new Promise((resolve) => setTimeout(resolve, wait));
}

import { formats } from "../formats/formats.js";
import type { Plan } from "../generate/plan.js";
import { startThread, type Thread } from "../thread.js";
import type { Tally } from "../truth/answerKey.js";
import { hasHeader, type Job, type Piece } from "./maker.js";
import type { Answer, Assignment, WorkerJob } from "./worker.js";

/** Pieces, of about a megabyte, that a worker may be ahead of what is written: then it waits. */
const MOST_AHEAD = 32;

/** Records, about, that a worker makes at a time. */
const CHUNK = 131_072;
/** Shortest stretch, in seconds, where a log has late lines: each stretch looks five minutes back. */
const LATE_CHUNK = 3600;
/** Chunks that a worker is given ahead, so that it is never without: it is `MOST_AHEAD` that makes it wait. */
const AHEAD = 4;

/**
 * The bytes of a part of a log, made by several workers: chunks of time in turn. What they deliver early waits, and
 * they wait for what is written. A piece is good until the one after the next is asked for.
 */
export async function* together(job: Job, plan: Plan, workers: number): AsyncGenerator<Piece, Tally[]> {
  const { from, to } = job;
  const { late, outOfOrder } = plan.scenario.defects;
  const least = late + outOfOrder > 0 ? LATE_CHUNK : 1;
  const length = 1000 * Math.max(least, Math.round(CHUNK / Math.max(plan.rate, 1e-9)));
  const chunks = Math.max(1, Math.ceil((to - from) / length));
  const pool = new Pool(job, Math.min(workers, chunks));
  const good: number[] = []; // workers of the pieces that are still good
  const assign = (chunk: number) => {
    if (chunk >= chunks) return;
    const begin = from + chunk * length;
    const end = Math.min(to, begin + length);
    pool.send(chunk % pool.size, { chunk, from: begin, to: end });
  };
  try {
    for (let chunk = 0; chunk < AHEAD * pool.size; chunk++) assign(chunk);
    if (hasHeader(job, plan)) {
      yield { bytes: (await formats[job.format].encoder(plan)).header, records: 0 };
    }
    for (let chunk = 0; chunk < chunks; chunk++) {
      for (;;) {
        const piece = await pool.next(chunk);
        if (piece === undefined) break;
        yield { ...piece, until: from + chunk * length };
        good.push(chunk % pool.size);
        if (good.length > 1) pool.written(good.shift()!);
      }
      assign(chunk + AHEAD * pool.size);
    }
    return await pool.tallies();
  } finally {
    pool.end();
  }
}

/** Workers, and what they have answered so far. */
class Pool {
  readonly size: number;
  readonly #threads: Thread[];
  /** By thread: how many of its pieces were written. */
  readonly #written: Int32Array[];
  readonly #arrived = new Map<number, (Piece & { last: boolean })[]>();
  readonly #tallies: Tally[] = [];
  #failure: unknown;
  #wake = () => {};

  constructor(job: Job, size: number) {
    this.size = size;
    this.#written = Array.from({ length: size }, () => new Int32Array(new SharedArrayBuffer(4)));
    this.#threads = this.#written.map((written) => {
      const own: WorkerJob = { job, written, ahead: MOST_AHEAD };
      const thread = startThread(new URL("./worker.js", import.meta.url), own);
      thread.worker.on("message", (answer: Answer) => {
        if ("tally" in answer) this.#tallies.push(answer.tally);
        else if (this.#arrived.has(answer.chunk)) this.#arrived.get(answer.chunk)!.push(answer);
        else this.#arrived.set(answer.chunk, [answer]);
        this.#wake();
      });
      thread.worker.on("error", (error) => {
        this.#failure ??= error;
        this.#wake();
      });
      return thread;
    });
  }

  send(thread: number, assignment: Assignment): void {
    this.#threads[thread].worker.postMessage(assignment);
  }

  /** Tells a thread that the first of its pieces that was not yet told of is written. */
  written(thread: number, pieces = 1): void {
    Atomics.add(this.#written[thread], 0, pieces);
    Atomics.notify(this.#written[thread], 0);
  }

  /** The next piece of a chunk; undefined at its end. */
  async next(chunk: number): Promise<Piece | undefined> {
    for (;;) {
      const piece = this.#arrived.get(chunk)?.shift();
      if (piece?.last) {
        this.#arrived.delete(chunk);
        return undefined;
      }
      if (piece !== undefined) return piece;
      await this.#answer();
    }
  }

  /** The tally of each worker. */
  async tallies(): Promise<Tally[]> {
    for (const { worker } of this.#threads) worker.postMessage("tally" satisfies Assignment);
    while (this.#tallies.length < this.size) await this.#answer();
    return this.#tallies;
  }

  end(): void {
    this.#threads.forEach((thread, i) => {
      thread.end();
      this.written(i, MOST_AHEAD); // one that waits finds out that it is to stop
    });
  }

  async #answer(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    if (this.#failure !== undefined) throw this.#failure;
  }
}

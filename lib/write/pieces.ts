import { availableParallelism } from "node:os";
import { InputError, quoted } from "../errors.js";
import { formats } from "../formats/formats.js";
import type { Plan } from "../generate/plan.js";
import { startThread, type Thread } from "../thread.js";
import type { Tally } from "../truth/answerKey.js";
import { type Job, Maker, type Piece } from "./maker.js";
import type { Answer, Assignment } from "./worker.js";

/** Records from which several workers are worth their start, when nobody says how many there shall be. */
const MANY = 2_000_000;
/** Records, about, that a worker makes at a time. */
const CHUNK = 131_072;
/** Shortest stretch, in seconds, where a log has late lines: each stretch looks five minutes back. */
const LATE_CHUNK = 3600;
/** Chunks that a worker is given ahead of the one that is being written. */
const AHEAD = 2;

/**
 * How many workers to use.
 * @param asked whole number from 1 to 64; undefined: one for a small log, else as many as there are cores
 * @param from milliseconds since 1970, what is to be made of the plan's window @param to excluded
 */
export function workerCount(asked: unknown, plan: Plan, from: number, to: number): number {
  if (asked === undefined) {
    const records = plan.rate * plan.intensity.sum(Math.floor(from / 1000), Math.ceil(to / 1000));
    return records < MANY ? 1 : Math.min(8, availableParallelism());
  }
  if (!Number.isInteger(asked) || (asked as number) < 1 || (asked as number) > 64) {
    throw new InputError(`workers: must be a whole number from 1 to 64, not ${quoted(asked)}`);
  }
  return asked as number;
}

/**
 * The bytes of a part of a log, in order: the same for any number of workers. A piece is good until the one
 * after the next is asked for. Returns the tallies of those who made it.
 */
export function pieces(
  job: Job,
  plan: Plan,
  from: number,
  to: number,
  workers: number,
): AsyncGenerator<Piece, Tally[]> {
  const single = workers === 1 || !formats[job.format].joinable;
  return single ? alone(job, plan, from, to) : together(job, plan, from, to, workers);
}

async function* alone(job: Job, plan: Plan, from: number, to: number): AsyncGenerator<Piece, Tally[]> {
  const maker = await Maker.create(job);
  const { encoder } = maker;
  if (!formats[job.format].joinable || from === plan.start * 1000)
    yield { bytes: encoder.header, records: 0 };
  yield* maker.pieces(from, to);
  if (encoder.end) for (const bytes of encoder.end()) yield { bytes, records: 0 };
  return [maker.tally()];
}

/** Workers make chunks of time in turn; what they deliver early waits, and they wait for what is written. */
async function* together(
  job: Job,
  plan: Plan,
  from: number,
  to: number,
  workers: number,
): AsyncGenerator<Piece, Tally[]> {
  const { late, outOfOrder } = plan.scenario.defects;
  const least = late + outOfOrder > 0 ? LATE_CHUNK : 1;
  const length = 1000 * Math.max(least, Math.round(CHUNK / Math.max(plan.rate, 1e-9)));
  const chunks = Math.max(1, Math.ceil((to - from) / length));
  const pool = new Pool(job, Math.min(workers, chunks));
  const assign = (chunk: number) => {
    if (chunk >= chunks) return;
    const begin = from + chunk * length;
    pool.send(chunk % pool.size, { chunk, from: begin, to: Math.min(to, begin + length) });
  };
  try {
    for (let chunk = 0; chunk < AHEAD * pool.size; chunk++) assign(chunk);
    if (from === plan.start * 1000) {
      yield { bytes: (await formats[job.format].encoder(plan)).header, records: 0 };
    }
    for (let chunk = 0; chunk < chunks; chunk++) {
      for (;;) {
        const piece = await pool.next(chunk);
        if (piece === undefined) break;
        yield piece;
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
  readonly #arrived = new Map<number, (Piece & { last: boolean })[]>();
  readonly #tallies: Tally[] = [];
  #failure: unknown;
  #wake = () => {};

  constructor(job: Job, size: number) {
    this.size = size;
    this.#threads = Array.from({ length: size }, () => {
      const thread = startThread(new URL("./worker.js", import.meta.url), job);
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
    for (const thread of this.#threads) thread.end();
  }

  async #answer(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    if (this.#failure !== undefined) throw this.#failure;
  }
}

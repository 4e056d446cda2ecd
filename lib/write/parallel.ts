import type { Plan } from "../generate/plan.js";
import { startThread } from "../thread.js";
import type { Tally } from "../truth/answerKey.js";
import { type ChunkPiece, type Chunks, chunksOf, claimedPieces } from "./chunks.js";
import { hasHeader, type Job, Maker, type Piece } from "./maker.js";
import { PieceMemory } from "./pieceMemory.js";
import type { Answer, WorkerJob } from "./worker.js";

/**
 * The bytes of a part of a log, made by several threads that claim chunks of it. This thread is one of them: while
 * the piece to be written next is not there, it makes others. What is early waits, and who is far ahead waits for
 * what is written. A piece is good until the one after the next is asked for.
 */
export async function* together(job: Job, plan: Plan, workers: number): AsyncGenerator<Piece, Tally[]> {
  const chunks = chunksOf(job, plan);
  const made = new MadePieces();
  const threads = Math.min(workers, chunks.count);
  const others = Array.from({ length: threads - 1 }, () => startMaker(job, chunks, threads, made));
  try {
    const maker = await Maker.create(job);
    const makePiece = makeHere(maker, chunks, threads, made);
    if (hasHeader(job, plan)) yield { bytes: maker.encoder.header, records: 0 };
    const good: MadePiece[] = []; // pieces that are still good
    for (let chunk = 0; chunk < chunks.count; ) {
      const next = made.next(chunk);
      if (next === undefined) {
        if (makePiece())
          await new Promise(setImmediate); // hears what the others made
        else await made.more();
      } else if (next.last) {
        chunk++;
      } else {
        yield next;
        good.push(next);
        if (good.length > 1) good.shift()!.written();
      }
    }
    return [maker.tally(), ...(await Promise.all(others.map(({ tally }) => tally)))];
  } finally {
    for (const other of others) other.end();
  }
}

/** A piece, and how whoever made it is told that it is written. */
type MadePiece = ChunkPiece & { readonly written: () => void };

/** Pieces that wait until it is their turn. */
class MadePieces {
  readonly #byChunk = new Map<number, MadePiece[]>();
  #failure: unknown;
  #wake = () => {};

  add(piece: MadePiece): void {
    const before = this.#byChunk.get(piece.chunk);
    if (before) before.push(piece);
    else this.#byChunk.set(piece.chunk, [piece]);
    this.#wake();
  }

  /** The next piece of a chunk, if it is made. @throws what made a thread fail */
  next(chunk: number): MadePiece | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    const piece = this.#byChunk.get(chunk)?.shift();
    if (piece?.last) this.#byChunk.delete(chunk);
    return piece;
  }

  /** Waits until another piece is made, or a thread fails. */
  more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  fail(error: unknown): void {
    this.#failure ??= error;
    this.#wake();
  }
}

/** Makes pieces in this thread, one at each call; false when as many wait as may, or no chunk is left. */
function makeHere(maker: Maker, chunks: Chunks, threads: number, made: MadePieces): () => boolean {
  const memory = new PieceMemory(threads);
  const written = () => memory.written(1);
  maker.encoder.memory = (bytes) => memory.take(bytes);
  const pieces = claimedPieces(maker, chunks);
  return () => {
    const step = memory.isFull ? undefined : pieces.next();
    if (step === undefined || step.done) return false;
    const { last, bytes } = step.value;
    if (last || bytes.length > 0) made.add({ ...step.value, written }); // an empty one takes no memory
    return true;
  };
}

/** Starts a thread that makes pieces. */
function startMaker(
  job: Job,
  chunks: Chunks,
  threads: number,
  made: MadePieces,
): { tally: Promise<Tally>; end(): void } {
  const counter = new Int32Array(new SharedArrayBuffer(4));
  const own: WorkerJob = { job, chunks, threads, written: counter };
  const { worker, end } = startThread(new URL("./worker.js", import.meta.url), own);
  const written = () => {
    Atomics.add(counter, 0, 1);
    Atomics.notify(counter, 0);
  };
  const tally = new Promise<Tally>((resolve, reject) => {
    worker.on("message", (answer: Answer) => {
      if ("tally" in answer) resolve(answer.tally);
      else made.add({ ...answer, written });
    });
    worker.on("error", reject);
  });
  tally.catch((error) => made.fail(error));
  return {
    tally,
    end() {
      end();
      written(); // one that waits finds out that it is to stop
    },
  };
}

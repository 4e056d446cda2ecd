import type { Plan } from "../generate/plan.js";
import { startThread } from "../thread.js";
import type { Tally } from "../truth/answerKey.js";
import { type ChunkPiece, type Chunks, chunksOf, claimedPieces } from "./chunks.js";
import { PieceMemory } from "./pieceMemory.js";
import { hasHeader, type LogSlice, type Piece, SliceEncoder } from "./sliceEncoder.js";
import type { PieceTask, WorkerMessage } from "./worker.js";

/**
 * The bytes of a slice of a log, made by several threads that claim chunks of it. This thread is one of them: it makes
 * pieces, too, while the piece to be written next is not ready. Early pieces are held. A thread that is as many pieces
 * ahead as `PieceMemory` allows blocks until one of them is written. A piece is valid until the second piece after it
 * is requested.
 */
export async function* parallelPieces(
  slice: LogSlice,
  plan: Plan,
  workers: number,
): AsyncGenerator<Piece, Tally[]> {
  const chunks = chunksOf(slice, plan);
  const waiting = new WaitingPieces();
  const threads = Math.min(workers, chunks.count);
  const others = Array.from({ length: threads - 1 }, () =>
    startThreadOfPieces(slice, chunks, threads, waiting),
  );
  try {
    const encoder = await SliceEncoder.create(slice, plan);
    const makePiece = piecesOfThisThread(encoder, chunks, threads, waiting);
    if (hasHeader(slice, plan)) yield { bytes: encoder.format.header, records: 0 };
    const good: WaitingPiece[] = []; // pieces that are still valid
    for (let chunk = 0; chunk < chunks.count; ) {
      const next = waiting.next(chunk);
      if (next === undefined) {
        if (makePiece())
          await new Promise(setImmediate); // receives what the other threads made
        else await waiting.more();
        yield { bytes: new Uint8Array(0), records: 0 }; // an empty piece lets the caller stop
      } else if (next.last) {
        chunk++;
      } else {
        yield next;
        good.push(next);
        if (good.length > 1) good.shift()!.written();
      }
    }
    return [encoder.tally(), ...(await Promise.all(others.map(({ tally }) => tally)))];
  } finally {
    for (const other of others) other.end();
  }
}

/** A piece, and a function that tells its maker that it has been written. */
type WaitingPiece = ChunkPiece & { readonly written: () => void };

/** Milliseconds without a new piece after which the caller gets an empty one. */
const LOOK = 50;

/** Pieces that wait for their turn to be written. */
class WaitingPieces {
  readonly #byChunk = new Map<number, WaitingPiece[]>();
  #failure: unknown;
  #wake = () => {};

  add(piece: WaitingPiece): void {
    const before = this.#byChunk.get(piece.chunk);
    if (before) before.push(piece);
    else this.#byChunk.set(piece.chunk, [piece]);
    this.#wake();
  }

  /** The next piece of a chunk, if it has arrived. @throws the error that made a thread fail */
  next(chunk: number): WaitingPiece | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    const piece = this.#byChunk.get(chunk)?.shift();
    if (piece?.last) this.#byChunk.delete(chunk);
    return piece;
  }

  /** Waits until another piece arrives, a thread fails, or `LOOK` milliseconds have passed. */
  more(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, LOOK);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  fail(error: unknown): void {
    this.#failure ??= error;
    this.#wake();
  }
}

/**
 * Makes pieces in this thread, one at each call. It returns false if as many pieces wait as may, or if no chunk is
 * left.
 */
function piecesOfThisThread(
  encoder: SliceEncoder,
  chunks: Chunks,
  threads: number,
  waiting: WaitingPieces,
): () => boolean {
  const memory = new PieceMemory(threads);
  const written = () => memory.written(1);
  encoder.format.memory = (bytes) => memory.take(bytes);
  const pieces = claimedPieces(encoder, chunks);
  return () => {
    const step = memory.isFull ? undefined : pieces.next();
    if (step === undefined || step.done) return false;
    const { last, bytes } = step.value;
    if (last || bytes.length > 0) waiting.add({ ...step.value, written }); // an empty piece takes no memory
    return true;
  };
}

/** Starts a thread that makes pieces. */
function startThreadOfPieces(
  slice: LogSlice,
  chunks: Chunks,
  threads: number,
  waiting: WaitingPieces,
): { tally: Promise<Tally>; end(): void } {
  const counter = new Int32Array(new SharedArrayBuffer(4));
  const own: PieceTask = { slice, chunks, threads, written: counter };
  const { worker, end } = startThread(new URL("./worker.js", import.meta.url), own);
  const written = () => {
    Atomics.add(counter, 0, 1);
    Atomics.notify(counter, 0);
  };
  const tally = new Promise<Tally>((resolve, reject) => {
    worker.on("message", (answer: WorkerMessage) => {
      if ("tally" in answer) resolve(answer.tally);
      else waiting.add({ ...answer, written });
    });
    worker.on("error", reject);
  });
  tally.catch((error) => waiting.fail(error));
  return {
    tally,
    end() {
      end();
      written(); // wakes a thread that waits, so that it notices that it must stop
    },
  };
}

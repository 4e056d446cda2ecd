/**
 * Pieces, of about a megabyte, that may wait to be written: those of all threads, and at least and at most those of
 * one. A thread that has as many waits. A chunk is about nine pieces: with fewer, a thread could make none ahead.
 */
const WAITING = { all: 512, least: 12, most: 64 };

/** Memory of the pieces that one thread makes: free, or of pieces that wait to be written. */
export class PieceMemory {
  /**
   * It is shared, as transferring a buffer would detach it: V8 then checks for detached buffers in every later write
   * to any, which costs a tenth of the time.
   */
  readonly #free: SharedArrayBuffer[] = [];
  readonly #waiting: SharedArrayBuffer[] = [];

  readonly #most: number;

  /** @param threads how many make the log */
  constructor(threads: number) {
    this.#most = Math.max(WAITING.least, Math.min(WAITING.most, Math.floor(WAITING.all / threads)));
  }

  /** Whether as many pieces wait to be written as may. */
  get isFull(): boolean {
    return this.#waiting.length >= this.#most;
  }

  /** Memory for the next piece. What was written last is used first: it may still be in the cache. */
  take(bytes: number): SharedArrayBuffer {
    const memory = this.#free.pop() ?? new SharedArrayBuffer(bytes);
    this.#waiting.push(memory);
    return memory;
  }

  /** Takes back the memory of pieces that were written, the oldest ones. */
  written(pieces: number): void {
    this.#free.push(...this.#waiting.splice(0, pieces));
  }
}

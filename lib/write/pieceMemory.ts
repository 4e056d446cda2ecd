/**
 * How many pieces (of about a megabyte each) may wait to be written: in all threads together, and at least and at most
 * in each thread. A thread with so many waiting pieces blocks. A chunk is about nine pieces, so with fewer than that a
 * thread could not work ahead.
 */
const WAITING = { all: 512, least: 12, most: 64 };

/** The memory of the pieces that one thread makes. It is free, or it holds a piece that waits to be written. */
export class PieceMemory {
  /**
   * The memory is shared because transferring a buffer detaches it. After that, V8 checks for detached buffers in every
   * write to any buffer, which costs a tenth of the time.
   */
  readonly #free: SharedArrayBuffer[] = [];
  readonly #waiting: SharedArrayBuffer[] = [];

  readonly #most: number;

  /** @param threads number of threads that make the log */
  constructor(threads: number) {
    this.#most = Math.max(WAITING.least, Math.min(WAITING.most, Math.floor(WAITING.all / threads)));
  }

  /** Whether as many pieces wait to be written as may. */
  get isFull(): boolean {
    return this.#waiting.length >= this.#most;
  }

  /** Memory for the next piece. The memory that was freed last is used first, as it may still be in the cache. */
  take(bytes: number): SharedArrayBuffer {
    const memory = this.#free.pop() ?? new SharedArrayBuffer(bytes);
    this.#waiting.push(memory);
    return memory;
  }

  /** Takes back the memory of the oldest pieces, which have been written. */
  written(pieces: number): void {
    this.#free.push(...this.#waiting.splice(0, pieces));
  }
}

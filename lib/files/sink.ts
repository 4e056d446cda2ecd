import { InputError, InterruptedError } from "../errors.js";
import { reason } from "./fault.js";
import type { WholeFile } from "./wholeFile.js";

/** Most bytes of CSV that are kept in memory for a caller who did not name a file. */
export const mostBytesInMemory = 256 * 2 ** 20;

/** Where encoded pieces go: to a file that appears as a whole, or to memory. */
export interface Sink {
  /** Takes a piece, which must not change afterwards, and returns a buffer for the next one. */
  write(piece: Uint8Array): Promise<Uint8Array>;
}

/** A sink that writes a file with two alternating buffers, so that encoding and writing overlap. */
export class FileSink implements Sink {
  readonly #file: WholeFile;
  #spare: Uint8Array | undefined;

  constructor(file: WholeFile) {
    this.#file = file;
  }

  async write(piece: Uint8Array): Promise<Uint8Array> {
    await this.#file.write(piece); // returns once the previous piece has been handed to the system
    const next = this.#spare ?? new Uint8Array(piece.buffer.byteLength);
    this.#spare = new Uint8Array(piece.buffer as ArrayBuffer);
    return next;
  }
}

/** A sink that passes each piece to an output, which is done with the piece when its promise resolves. */
export class DirectSink implements Sink {
  readonly #put: (bytes: Uint8Array) => Promise<void>;

  constructor(put: (bytes: Uint8Array) => Promise<void>) {
    this.#put = put;
  }

  async write(piece: Uint8Array): Promise<Uint8Array> {
    await this.#put(piece);
    return new Uint8Array(piece.buffer as ArrayBuffer);
  }
}

/**
 * Writes to standard output, as fast as its reader reads.
 * @throws Error, in one sentence, if it is connected to a disk that is full or fails
 * @throws an error with code EPIPE if its reader has gone away
 * @throws InterruptedError if it is stopped while the reader does not read
 */
export function toStandardOutput(bytes: Uint8Array | string, signal?: AbortSignal): Promise<void> {
  const { stdout } = process;
  return new Promise((resolve, reject) => {
    const stop = () => {
      stdout.destroy(); // otherwise the process would wait for the reader
      reject(new InterruptedError());
    };
    if (signal?.aborted) return reject(new InterruptedError());
    signal?.addEventListener("abort", stop, { once: true });
    stdout.write(bytes, (error) => {
      signal?.removeEventListener("abort", stop);
      if (!error) resolve();
      else if ((error as NodeJS.ErrnoException).code === "EPIPE") reject(error);
      else reject(new Error(`cannot write standard output: ${reason(error)}`));
    });
  });
}

/** A sink that keeps the bytes. */
export class MemorySink implements Sink {
  readonly #pieces: Uint8Array[] = [];
  #length = 0;

  async write(piece: Uint8Array): Promise<Uint8Array> {
    this.#length += piece.length;
    if (this.#length > mostBytesInMemory) {
      throw new InputError(
        `out: the log's CSV is larger than the ${mostBytesInMemory / 2 ** 20} MiB that are kept in memory; name a file for it`,
      );
    }
    this.#pieces.push(piece.slice());
    return new Uint8Array(piece.buffer as ArrayBuffer);
  }

  /** All the bytes, in one piece. */
  bytes(): Uint8Array {
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }
}

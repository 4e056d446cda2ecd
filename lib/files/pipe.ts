import { constants, openSync } from "node:fs";
import { Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { InterruptedError } from "../errors.js";

/** A named pipe, opened for writing. */
export interface Pipe {
  /**
   * @throws InterruptedError if it is stopped while the reader does not read
   * @throws an error with code EPIPE if the reader has gone away
   */
  write(bytes: Uint8Array, offset: number, length: number): Promise<{ bytesWritten: number }>;
  close(): Promise<void>;
}

/** Milliseconds between two checks whether the pipe has a reader. */
const LOOK = 20;

/**
 * Opens a named pipe (a FIFO) for writing, and waits until somebody reads it.
 * @throws InterruptedError if it is stopped before that
 */
export async function openPipe(path: string, signal: AbortSignal | undefined): Promise<Pipe> {
  for (;;) {
    if (signal?.aborted) throw new InterruptedError();
    try {
      // Opened like a file, the pipe would keep one of Node's threads waiting for the reader, and the process could not
      // end.
      const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
      return pipeOf(new Socket({ fd, readable: false, writable: true }), signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENXIO") throw error;
      await wait(LOOK);
    }
  }
}

function pipeOf(socket: Socket, signal: AbortSignal | undefined): Pipe {
  socket.on("error", () => {}); // the write that fails reports it
  return {
    write: (bytes, offset, length) =>
      new Promise((resolve, reject) => {
        const stop = () => {
          socket.destroy();
          reject(new InterruptedError());
        };
        if (signal?.aborted) return stop();
        signal?.addEventListener("abort", stop, { once: true });
        socket.write(bytes.subarray(offset, offset + length), (error) => {
          signal?.removeEventListener("abort", stop);
          if (error) reject(error);
          else resolve({ bytesWritten: length });
        });
      }),
    close: () =>
      new Promise((resolve) => {
        if (socket.destroyed) return resolve();
        socket.once("close", () => resolve());
        if (signal?.aborted) socket.destroy();
        else socket.end(() => socket.destroy());
      }),
  };
}

import { mkdir, rm, stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { InterruptedError, quoted } from "../../errors.js";
import { reason } from "../../files/fault.js";
import { contentOf } from "../../files/lines.js";
import { checkUnchanged, versionOf } from "../../files/version.js";
import type { Source } from "../../record.js";
import { startThread, type Thread } from "../../thread.js";
import type { Work } from "../../work.js";
import { sourceName, withTableFile } from "../source.js";
import { pieceFile } from "./pieceFile.js";

/** What the threads are given. */
export interface ColumnTask {
  readonly path: string;
  /** Of the log, in bytes. */
  readonly size: number;
  readonly pieceSize: number;
  /** Where the files are written. */
  readonly folder: string;
  /** One number in shared memory: how many pieces have been claimed. */
  readonly claimed: Int32Array;
}

/** A piece is done, with its number of records, or undefined if a line of it is not plain; or the thread is done. */
export type ColumnMessage =
  | { readonly piece: number; readonly records: number | undefined }
  | { readonly isDone: true };

/** In bytes: some 140,000 records, the size of row group that suits DuckDB, of which a thread makes one in 50 ms. */
const defaultPieceSize = 8 * 2 ** 20;
const mostThreads = 8;

/** Bytes of a CSV from which on this is worth its while: the threads take a tenth of a second to start. */
const columnsFrom = 48 * 2 ** 20;

/**
 * Turns a log that is a five-field CSV into Parquet files, if it is large and plain enough.
 * @param folder - gets the files
 * @returns the paths of the files, in the order of the log; undefined if a database has to read the log itself
 * @throws InputError if it is packed and damaged
 * @throws Error if the machine fails, or the log was changed meanwhile
 */
export function columnsOfLog(log: Source, folder: string, work: Work): Promise<string[] | undefined> {
  const content = contentOf(log);
  return withTableFile(log, work, async ({ kind, path }, work) => {
    if (kind !== "csv" || (await stat(path)).size < columnsFrom) return undefined;
    const before = typeof content === "string" ? await versionOf(content) : undefined;
    try {
      const files = await columnsOf(path, folder, work);
      if (files !== undefined && typeof content === "string") await checkUnchanged(content, before);
      return files;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      throw new Error(`cannot load ${quoted(sourceName(log))}: ${reason(error)}`);
    }
  });
}

/**
 * Turns a five-field CSV into Parquet files in several threads: several times faster than a database reads the CSV, with
 * every rule of the record checked on the way.
 * @param folder - gets the files
 * @returns the paths of the files, in the order of the log; undefined if a line is not as this library writes it: it may
 *   be a record or not
 * @throws InterruptedError if it is stopped
 * @throws Error, as of Node, if a file cannot be read or written
 */
export async function columnsOf(
  path: string,
  folder: string,
  { signal, onProgress }: Work,
  pieceSize = defaultPieceSize,
): Promise<string[] | undefined> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { size } = await stat(path);
  const pieces = Math.ceil(size / pieceSize);
  const claimed = new Int32Array(new SharedArrayBuffer(4));
  const task: ColumnTask = { path, size, pieceSize, folder, claimed };
  const threads: Thread[] = [];
  const stop = () => {
    for (const thread of threads) thread.end();
  };
  const filled: number[] = [];
  let isPlain = true;
  let done = 0;
  const take = (piece: number, records: number | undefined) => {
    if (records === undefined) {
      isPlain = false;
      stop();
    } else if (records > 0) filled.push(piece);
    done += Math.min(pieceSize, size - piece * pieceSize);
    onProgress?.({ done, total: size, unit: "bytes" });
  };
  const run = () =>
    new Promise<void>((resolve, reject) => {
      const thread = startThread(new URL("./columnWorker.js", import.meta.url), task);
      threads.push(thread);
      thread.worker.on("message", (message: ColumnMessage) => {
        if ("isDone" in message) resolve();
        else take(message.piece, message.records);
      });
      thread.worker.on("error", (error) => {
        stop();
        reject(error);
      });
    });
  signal?.addEventListener("abort", stop);
  try {
    if (signal?.aborted) throw new InterruptedError();
    const count = Math.min(pieces, mostThreads, availableParallelism());
    // All of them are waited for, so that none writes into a folder that is being removed.
    const ends = await Promise.allSettled(Array.from({ length: count }, run));
    const failed = ends.find((end) => end.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    if (signal?.aborted) throw new InterruptedError();
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
    stop();
  }
  if (isPlain) return filled.sort((a, b) => a - b).map((piece) => join(folder, pieceFile(piece)));
  await rm(folder, { recursive: true, force: true });
  return undefined;
}

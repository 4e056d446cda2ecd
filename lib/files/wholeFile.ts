import { type FileHandle, open, realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { InputError, quoted } from "../errors.js";
import type { Work } from "../work.js";
import { Claim, syncFolder } from "./claim.js";
import { reason } from "./fault.js";
import { openPipe, type Pipe } from "./pipe.js";
import { checkWritable, targetOf } from "./places.js";

/** Number of bytes after which the data are flushed to the disk, so that there is little to wait for at the end. */
const SYNC_EVERY = 128 * 2 ** 20;

/**
 * A file that appears whole or not at all. Bytes go to a hidden neighbour, which takes the final name on `commit`, once
 * all of it is on the disk. Only one run at a time may write a file. Whatever a killed run (kill -9) left behind is
 * removed when the same file is written again.
 *
 * A file that is replaced keeps its mode, and its owner if that is permitted. For a link, the file that it leads to is
 * written, whether it exists or not. Other hard links to a file keep the old content. A device or a pipe (/dev/stdout,
 * /dev/null, a FIFO) is written to directly.
 */
export class WholeFile {
  /** Absolute path of the final file. */
  readonly path: string;
  readonly #claim: Claim | undefined;
  readonly #handle: FileHandle | Pipe;
  #pending: Promise<void> = Promise.resolve();
  #failure: unknown;
  /** Number of bytes written since the last flush to the disk. */
  #unsynced = 0;
  #syncing: Promise<void> = Promise.resolve();

  private constructor(path: string, claim: Claim | undefined, handle: FileHandle | Pipe) {
    this.path = path;
    this.#claim = claim;
    this.#handle = handle;
  }

  /** False for a device or a pipe, which has no hidden neighbour. */
  get isRegular(): boolean {
    return this.#claim !== undefined;
  }

  /**
   * Claims the file and opens its neighbour.
   * @param work its signal ends the wait for a pipe's reader
   * @throws InputError if the folder does not exist or cannot be written to, the path is a folder, or another run is
   * writing the file
   */
  static async create(path: string, argument = "out", work: Work = {}): Promise<WholeFile> {
    await checkWritable(path, argument);
    const target = await realpath(path).catch(() => targetOf(path));
    const existing = await stat(target).catch(() => undefined);
    const fail = (error: unknown) =>
      new InputError(`${argument}: cannot write ${quoted(target)}: ${reason(error)}`);
    if (existing && !existing.isFile()) {
      const handle = existing.isFIFO()
        ? openPipe(target, work.signal)
        : open(target, "w").catch((error) => {
            throw fail(error);
          });
      return new WholeFile(target, undefined, await handle);
    }
    const claim = await Claim.of(target, argument);
    try {
      return new WholeFile(target, claim, await open(claim.partial, "wx", existing && existing.mode & 0o777));
    } catch (error) {
      await claim.release();
      throw fail(error);
    }
  }

  /**
   * Takes bytes. It resolves when the caller may hand over the next ones; at most one write is in progress. The caller
   * must not change `bytes` until the next write has been accepted.
   * @throws Error, in one sentence, if the disk is full or fails
   */
  async write(bytes: Uint8Array): Promise<void> {
    await this.#settle();
    this.#pending = this.#writeAll(bytes).catch((error) => {
      this.#failure ??= error;
    });
  }

  /**
   * Gives files that belong together their final names, replacing the old files. All of them are flushed to the disk
   * first: if it is full at the last file, none of the others must be renamed.
   * @throws Error, in one sentence, if the disk is full or fails, or another run has replaced one of the files
   */
  static async commitAll(files: readonly WholeFile[]): Promise<void> {
    const finished = await Promise.allSettled(files.map((file) => file.#finish()));
    for (const each of finished) if (each.status === "rejected") throw each.reason;
    const claims = files.flatMap((file) => file.#claim ?? []);
    for (const claim of claims) await claim.check();
    const inodes: bigint[] = [];
    for (const claim of claims) {
      inodes.push((await stat(claim.partial, { bigint: true })).ino);
      await claim.rename();
    }
    for (const folder of new Set(claims.map(({ target }) => dirname(target)))) await syncFolder(folder);
    for (const [i, claim] of claims.slice(0, -1).entries()) {
      const found = await stat(claim.target, { bigint: true }).catch(() => undefined);
      if (found?.ino !== inodes[i])
        throw new Error(
          `${quoted(claim.target)} was replaced while the files beside it were written: they may be of different runs, so write them again`,
        );
    }
    for (const claim of claims) await claim.release();
  }

  /** Gives the file its final name, replacing the old file. */
  commit(): Promise<void> {
    return WholeFile.commitAll([this]);
  }

  /** Removes everything that was written. It is safe to call after a failure. */
  async discard(): Promise<void> {
    if (this.#claim === undefined) {
      await this.#handle.close().catch(() => {});
      return;
    }
    await this.#pending;
    await this.#syncing.catch(() => {});
    await this.#handle.close().catch(() => {});
    await this.#claim.discard();
  }

  async #settle(): Promise<void> {
    await this.#pending;
    if (this.#failure === undefined) return;
    if ((this.#failure as NodeJS.ErrnoException).code === "EPIPE") throw this.#failure; // the reader of a pipe has gone away
    throw new Error(`cannot write ${quoted(this.path)}: ${reason(this.#failure)}`);
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    const handle = this.#handle;
    let offset = 0;
    while (offset < bytes.length) {
      offset += (await handle.write(bytes, offset, bytes.length - offset)).bytesWritten;
    }
    this.#unsynced += bytes.length;
    if (this.#unsynced < SYNC_EVERY || !this.isRegular) return;
    this.#unsynced = 0;
    await this.#syncing;
    this.#syncing = this.#sync();
    this.#syncing.catch(() => {}); // whoever waits for it reports an error
  }

  async #sync(): Promise<void> {
    await (this.#handle as FileHandle).sync().catch((error: NodeJS.ErrnoException) => {
      if (!["EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(error.code ?? "")) throw error;
    });
  }

  /** Flushes everything to the disk, with the mode and the owner of the file that is replaced. */
  async #finish(): Promise<void> {
    await this.#settle();
    const handle = this.#handle;
    if (this.isRegular) {
      try {
        await this.#syncing;
        const replaced = await stat(this.path).catch(() => undefined);
        if (replaced) {
          await (handle as FileHandle).chown(replaced.uid, replaced.gid).catch(() => {}); // only root may do this
          await (handle as FileHandle).chmod(replaced.mode & 0o7777);
        }
        await this.#sync();
      } catch (error) {
        throw new Error(`cannot write ${quoted(this.path)}: ${reason(error)}`);
      }
    }
    await handle.close();
  }
}

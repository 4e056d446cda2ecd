import { constants } from "node:fs";
import { access, type FileHandle, open, readdir, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { InputError, quoted } from "../errors.js";

/**
 * A file that appears whole or not at all: bytes go to a hidden neighbour, which takes the final name on
 * `commit`. What a killed run (kill -9) left behind is removed when the same file is written again. A device
 * or a pipe (/dev/stdout, /dev/null, a FIFO) is written to as it is; of a link, the file it points at.
 */
export class WholeFile {
  /** Absolute path of the final file. */
  readonly path: string;
  /** False for a device or a pipe, beside which nothing is written. */
  readonly isRegular: boolean;
  readonly #partial: string;
  readonly #handle: FileHandle;
  #pending: Promise<void> = Promise.resolve();
  #failure: unknown;

  private constructor(path: string, partial: string, handle: FileHandle) {
    this.path = path;
    this.isRegular = partial !== path;
    this.#partial = partial;
    this.#handle = handle;
  }

  /**
   * Opens the neighbour.
   * @throws InputError when the folder does not exist or cannot be written to, or the path is a folder.
   */
  static async create(path: string, argument = "out"): Promise<WholeFile> {
    await checkWritable(path, argument);
    const target = await realpath(path).catch(() => resolve(path));
    const existing = await stat(target).catch(() => undefined);
    if (existing && !existing.isFile()) {
      return new WholeFile(target, target, await open(target, "w"));
    }
    await removeLeftovers(target);
    const partial = join(dirname(target), `.${basename(target)}.${process.pid}-${++opened}.partial`);
    try {
      return new WholeFile(target, partial, await open(partial, "wx"));
    } catch (error) {
      throw new InputError(`${argument}: cannot write ${quoted(target)}: ${reason(error)}`);
    }
  }

  /**
   * Takes bytes; resolves when the caller may hand over the next ones, at most one write being under way.
   * The caller must not change `bytes` until the write after it was accepted.
   * @throws Error in one sentence when the disk is full or fails.
   */
  async write(bytes: Uint8Array): Promise<void> {
    await this.#settle();
    this.#pending = writeAll(this.#handle, bytes).catch((error) => {
      this.#failure = error;
    });
  }

  /**
   * Gives files that belong together their final names, replacing what had them. All are written to their ends
   * first: a disk that is full at the last of them shall leave none of the others renamed.
   */
  static async commitAll(files: readonly WholeFile[]): Promise<void> {
    for (const file of files) {
      await file.#settle();
      await file.#handle.close();
    }
    for (const file of files) if (file.isRegular) await rename(file.#partial, file.path);
  }

  /** Gives the file its final name, replacing what had it. */
  commit(): Promise<void> {
    return WholeFile.commitAll([this]);
  }

  /** Removes all that was written. Safe to call after a failure. */
  async discard(): Promise<void> {
    await this.#pending;
    await this.#handle.close().catch(() => {});
    if (this.isRegular) await rm(this.#partial, { force: true });
  }

  async #settle(): Promise<void> {
    await this.#pending;
    if (this.#failure !== undefined) {
      throw new Error(`cannot write ${quoted(this.path)}: ${reason(this.#failure)}`);
    }
  }
}

let opened = 0; // tells apart the neighbours of one process

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let offset = 0;
  while (offset < bytes.length) {
    offset += (await handle.write(bytes, offset, bytes.length - offset)).bytesWritten;
  }
}

/**
 * Checks that a file of this name could be written, touching nothing.
 * @throws InputError naming `argument`, the path and what is wrong.
 */
export async function checkWritable(path: string, argument = "out"): Promise<void> {
  const target = resolve(path);
  const folder = dirname(target);
  const fail = (why: string) => new InputError(`${argument}: cannot write ${quoted(target)}: ${why}`);
  const folderStat = await stat(folder).catch((error) => {
    throw fail(error.code === "ENOENT" ? `there is no folder ${quoted(folder)}` : reason(error));
  });
  if (!folderStat.isDirectory()) throw fail(`${quoted(folder)} is not a folder`);
  if ((await stat(target).catch(() => undefined))?.isDirectory()) throw fail("it is a folder, give a file");
  await access(folder, constants.W_OK).catch((error) => {
    throw fail(reason(error));
  });
}

/** @throws InputError naming `argument` when the value is no path. */
export function pathOption(argument: string, value: unknown): string {
  if (typeof value !== "string" || value === "" || value.includes("\0")) {
    throw new InputError(`${argument}: must be the path of a file, not ${quoted(value)}`);
  }
  return value;
}

/** What went wrong, in words, for the failures that users meet. */
export function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const words: Record<string, string> = {
    ENOSPC: "the disk is full",
    EDQUOT: "the disk quota is used up",
    EACCES: "no permission to write there",
    EPERM: "no permission to write there",
    EROFS: "the file system is read-only",
    ENOENT: "the folder takes no such file",
    ENOTDIR: "a part of the path is not a folder",
    ENAMETOOLONG: "the name is too long",
    EFBIG: "the file would be larger than the file system or the limit allows",
  };
  return words[code ?? ""] ?? message;
}

async function removeLeftovers(target: string): Promise<void> {
  const pattern = /^\.(.*)\.(\d+)-\d+\.partial$/s;
  for (const name of await readdir(dirname(target)).catch(() => [])) {
    const match = pattern.exec(name);
    if (match && match[1] === basename(target) && !isAlive(Number(match[2]))) {
      await rm(join(dirname(target), name), { force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

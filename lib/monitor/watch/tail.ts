import type { Stats } from "node:fs";
import { type FileHandle, open, readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { LF } from "../../ascii.js";
import { InputError, quoted } from "../../errors.js";

/** The position up to which a followed log was read: the file, the number of bytes, and the last bytes before it. */
export interface TailPlace {
  readonly inode: number;
  readonly offset: number;
  /** Base64. */
  readonly mark: string;
}

/** Lines that were read, each with its line end, except for the last line of a file that is finished. */
export interface TailLines {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

const CHUNK = 1 << 20;
const MARK = 64;
/** Milliseconds for which a rotated file is still read, because its writer may not have changed to the new one yet. */
const GRACE = 300;

/**
 * Follows a log that grows, as `tail -F` does, through rotation. After renaming, it first reads the rest of the old
 * file and any files in between, then the new one. Copying and truncating is detected by the size, or by bytes before
 * the position that have changed; then it first reads the rest of the copy. `next` returns lines, and `take` says how
 * many bytes of them are done.
 */
export class Tail {
  readonly path: string;
  /** How often it went to another file, or to the beginning of a truncated one. */
  changes = 0;
  #file: FileHandle | undefined;
  #stats: Stats | undefined;
  #offset = 0;
  #mark: Uint8Array = new Uint8Array(0);
  #buffer = new Uint8Array(1 << 16);
  #rotatedSince: number | undefined;
  #lines: TailLines | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** The current position; undefined before there was a file. */
  get place(): TailPlace | undefined {
    if (this.#stats === undefined) return undefined;
    const mark = Buffer.from(this.#mark).toString("base64");
    return { inode: this.#stats.ino, offset: this.#offset, mark };
  }

  /**
   * Opens the log at an earlier position or at its beginning. Returns whether the position was found.
   * @throws InputError when the path is a folder or cannot be read
   */
  async begin(place?: TailPlace): Promise<boolean> {
    if (place !== undefined && (await this.#openAt(place))) return true;
    if (place === undefined) await this.#open(this.path);
    return place === undefined;
  }

  /**
   * Opens the file that has the position: the same file under any name, or a copy of it, as rotation makes before it
   * truncates. If there is none, opens the beginning of the same file, or of the path. Returns whether the position was
   * found.
   */
  async #openAt(place: TailPlace): Promise<boolean> {
    const siblings = await this.#siblings();
    siblings.sort((a, b) => Number(b.stats.ino === place.inode) - Number(a.stats.ino === place.inode));
    for (const { path, stats } of siblings) {
      if (stats.size < place.offset || (stats.ino !== place.inode && place.mark === "")) continue;
      await this.#open(path);
      this.#offset = place.offset;
      this.#mark = Buffer.from(place.mark, "base64");
      if (await this.#isWhereItWas()) return true;
    }
    // truncated without a copy: it has what was written since
    const same = siblings.find(({ stats }) => stats.ino === place.inode);
    await this.#open(same?.path ?? this.path);
    return false;
  }

  /** The first bytes of the current file, by which its format is detected. */
  async head(length: number): Promise<Uint8Array> {
    const head = new Uint8Array(length);
    const { bytesRead } = (await this.#file?.read(head, 0, length, 0)) ?? { bytesRead: 0 };
    return head.subarray(0, bytesRead);
  }

  /** The next whole lines; undefined if there are none now. */
  async next(): Promise<TailLines | undefined> {
    if (this.#file === undefined && !(await this.#open(this.path))) return undefined;
    for (;;) {
      const lines = await this.#read();
      if (lines === "truncated") {
        this.changes++;
        // the copy has what was written before and was not read yet
        await this.#openAt(this.place!);
        if (this.#file === undefined) return undefined;
        continue;
      }
      const rotated = lines === undefined || !lines.isWhole ? await this.#hasEnded() : false;
      if (lines?.isWhole || (lines !== undefined && rotated)) {
        this.#lines = lines;
        return lines;
      }
      if (!rotated) return undefined;
      this.changes++;
      if (!(await this.#goOn())) return undefined;
    }
  }

  /** Marks this many bytes of the last lines as done. */
  take(length: number): void {
    const { bytes, start } = this.#lines!;
    this.#offset += length;
    const done = start + length;
    this.#mark = bytes.slice(Math.max(0, done - MARK), done);
    this.#lines = { bytes, start: done, end: this.#lines!.end };
  }

  /** Whether another file has the path, whose lines must wait until this file has certainly ended. */
  get isRotated(): boolean {
    return this.#rotatedSince !== undefined;
  }

  /** Closes the file. */
  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  /** Reads from the position on. `isWhole`: the last line has its line end, or is longer than a line may be. */
  async #read(): Promise<(TailLines & { isWhole: boolean }) | "truncated" | undefined> {
    const mark = this.#mark;
    for (;;) {
      const from = this.#offset - mark.length;
      const { bytesRead } = await this.#file!.read(this.#buffer, 0, this.#buffer.length, from);
      const bytes = this.#buffer;
      if (bytesRead < mark.length || !startsWith(bytes, mark)) return "truncated";
      if (bytesRead === mark.length) return undefined;
      const newline = bytes.lastIndexOf(LF, bytesRead - 1);
      if (newline >= mark.length) return { bytes, start: mark.length, end: newline + 1, isWhole: true };
      if (bytesRead < bytes.length || bytes.length >= CHUNK)
        return { bytes, start: mark.length, end: bytesRead, isWhole: bytesRead >= CHUNK };
      this.#buffer = new Uint8Array(2 * bytes.length);
    }
  }

  async #isWhereItWas(): Promise<boolean> {
    const mark = this.#mark;
    const found = new Uint8Array(mark.length);
    const { bytesRead } = await this.#file!.read(found, 0, mark.length, this.#offset - mark.length);
    return bytesRead === mark.length && startsWith(found, mark);
  }

  /** Whether another file has had the path for a while. */
  async #hasEnded(): Promise<boolean> {
    const now = await stat(this.path).catch(() => undefined);
    if (now === undefined || now.ino === this.#stats!.ino) {
      this.#rotatedSince = undefined;
      return false;
    }
    this.#rotatedSince ??= performance.now();
    return performance.now() - this.#rotatedSince >= GRACE;
  }

  /** Goes to the file after this one: the next that was created, which has the path or had it for a short while. */
  async #goOn(): Promise<boolean> {
    const born = this.#stats!.birthtimeMs;
    const later = (await this.#siblings())
      .filter(({ stats }) => born > 0 && stats.birthtimeMs > born)
      .sort((a, b) => a.stats.birthtimeMs - b.stats.birthtimeMs);
    return this.#open(later[0]?.path ?? this.path);
  }

  async #open(path: string): Promise<boolean> {
    await this.close();
    try {
      this.#file = await open(path, "r");
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" && path === this.path) return false; // it may appear later
      throw new InputError(`path: cannot read ${quoted(path)}: ${code}`);
    }
    this.#stats = await this.#file.stat();
    if (!this.#stats.isFile()) {
      await this.close();
      throw new InputError(`path: ${quoted(path)} is not a file that can be followed; "-" is standard input`);
    }
    this.#offset = 0;
    this.#mark = new Uint8Array(0);
    this.#rotatedSince = undefined;
    return true;
  }

  /** The file of the path, and those beside it that rotation renamed but did not compress, such as `access.log.1`. */
  async #siblings(): Promise<{ path: string; stats: Stats }[]> {
    const folder = dirname(this.path);
    const name = basename(this.path);
    const names = await readdir(folder).catch(() => []);
    const found: { path: string; stats: Stats }[] = [];
    for (const each of names) {
      if (each !== name && !(each.startsWith(name) && /^[.-]\d[\d.T:-]*$/.test(each.slice(name.length))))
        continue;
      const stats = await stat(join(folder, each)).catch(() => undefined);
      if (stats?.isFile()) found.push({ path: join(folder, each), stats });
    }
    return found;
  }
}

function startsWith(bytes: Uint8Array, mark: Uint8Array): boolean {
  for (let i = 0; i < mark.length; i++) if (bytes[i] !== mark[i]) return false;
  return true;
}

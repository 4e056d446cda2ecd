import { createHash } from "node:crypto";
import { lstat, lutimes, open, readdir, readlink, rename, rm, stat, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { InputError, quoted } from "../errors.js";
import { reason } from "./fault.js";
import { isGone, ownerPattern, ownName, processOf } from "./owner.js";

/**
 * The right to write a file. While one run holds it, no other run may write the same file: a hidden link beside the
 * file names the process that holds it. The content goes to a hidden neighbour, `partial`, which takes the file's name
 * at the end. Whatever a killed run (kill -9) left beside the file is removed when the file is next claimed.
 */
export class Claim {
  /** Absolute path of the file. */
  readonly target: string;
  /** Where its content is written first. The file does not exist yet. */
  readonly partial: string;
  readonly #lock: string;
  readonly #owner: string;
  /** Whether the lock exists; a few file systems do not support links. */
  #isLocked = false;

  private constructor(target: string) {
    const { lock, partialOf } = neighboursOf(target);
    this.target = target;
    this.#owner = ownName();
    this.#lock = lock;
    this.partial = partialOf(this.#owner);
  }

  /**
   * @param target absolute path of a regular file, or of one that does not exist
   * @throws InputError that names `argument` if another run is writing the file, or the folder cannot be written to
   */
  static async of(target: string, argument: string): Promise<Claim> {
    const claim = new Claim(target);
    await claim.#acquire(argument);
    try {
      await removeLeftovers(target);
    } catch (error) {
      await claim.release();
      throw error;
    }
    return claim;
  }

  async #acquire(argument: string): Promise<void> {
    const fail = (why: string) => new InputError(`${argument}: cannot write ${quoted(this.target)}: ${why}`);
    for (;;) {
      const failure = await symlink(this.#owner, this.#lock).catch((error: NodeJS.ErrnoException) => error);
      if (failure === undefined) {
        this.#isLocked = true;
        return;
      }
      if (["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(failure.code ?? "")) return;
      if (failure.code !== "EEXIST") throw fail(reason(failure));
      const other = await readlink(this.#lock).catch((error: NodeJS.ErrnoException) => error);
      if (typeof other !== "string") {
        if (other.code === "ENOENT") continue; // it was released just now
        throw fail(`${quoted(this.#lock)} is in the way`);
      }
      if (!(await isDead(other, this.target)))
        throw fail(`another run, process ${processOf(other)}, is writing it`);
      await rm(this.#lock, { force: true });
    }
  }

  /** @throws Error if another run has taken the claim because this one seemed dead */
  async check(): Promise<void> {
    if (!this.#isLocked || (await this.#holds())) return;
    throw new Error(`cannot write ${quoted(this.target)}: another run has begun to write it`);
  }

  /** Gives the new content the file's name, replacing the old file. */
  async rename(): Promise<void> {
    try {
      await rename(this.partial, this.target);
    } catch (error) {
      throw new Error(`cannot write ${quoted(this.target)}: ${reason(error)}`);
    }
  }

  /** Shows runs that cannot see this process that it is still alive. Call it every few hours. */
  async renew(): Promise<void> {
    const now = new Date();
    if (this.#isLocked && (await this.#holds())) await lutimes(this.#lock, now, now).catch(() => {});
  }

  /** Removes content that does not have its final name yet. */
  async discard(): Promise<void> {
    await rm(this.partial, { force: true });
    await this.release();
  }

  /** Lets other runs write the file. */
  async release(): Promise<void> {
    if (this.#isLocked && (await this.#holds())) await rm(this.#lock, { force: true });
    this.#isLocked = false;
  }

  async #holds(): Promise<boolean> {
    return (await readlink(this.#lock).catch(() => undefined)) === this.#owner;
  }
}

/** Makes sure that new names in a folder survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => {}); // some file systems cannot do this, and need not
  await handle?.close();
}

/**
 * Longest part of a name, in bytes, that the hidden neighbours repeat. Their own names must not be too long for a file
 * system.
 */
const LONGEST = 160;

/** The hidden files beside a file while it is written. */
function neighboursOf(target: string): { lock: string; name: string; partialOf(owner: string): string } {
  const folder = dirname(target);
  const own = basename(target);
  const name =
    Buffer.byteLength(own) > LONGEST ? createHash("sha256").update(own).digest("hex").slice(0, 32) : own;
  return {
    name,
    lock: join(folder, `.${name}.writing`),
    partialOf: (owner) => join(folder, `.${name}.${owner}.partial`),
  };
}

/**
 * Whether the run that holds a file has ended. If its process cannot be seen from here, its last write to the file
 * decides.
 */
async function isDead(owner: string, target: string): Promise<boolean> {
  if (!new RegExp(`^${ownerPattern}$`).test(owner)) return false;
  const { lock, partialOf } = neighboursOf(target);
  const [begun, written] = await Promise.all([
    lstat(lock).catch(() => undefined),
    stat(partialOf(owner)).catch(() => undefined),
  ]);
  return isGone(owner, Math.max(begun?.mtimeMs ?? 0, written?.mtimeMs ?? 0));
}

async function removeLeftovers(target: string): Promise<void> {
  const folder = dirname(target);
  const { name } = neighboursOf(target);
  // The partial file of a database has a neighbour of its own, the write-ahead log.
  const pattern = new RegExp(`^(${ownerPattern})\\.partial(\\.wal)?$`);
  for (const entry of await readdir(folder).catch(() => [])) {
    const owner = entry.startsWith(`.${name}.`) && pattern.exec(entry.slice(name.length + 2))?.[1];
    if (!owner) continue;
    const touched = (await stat(join(folder, entry)).catch(() => undefined))?.mtimeMs ?? 0;
    if (isGone(owner, touched)) await rm(join(folder, entry), { force: true });
  }
}

import { lstat, mkdir, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isGone, ownerPattern, ownName, processOf } from "./owner.js";

const prefix = "server-logs-";
const pattern = new RegExp(`^${prefix}(${ownerPattern})$`);

/**
 * Makes a private folder for temporary files. The caller removes it. Folders left by killed processes (kill -9) are
 * removed when the next folder is made.
 */
export async function scratchFolder(): Promise<string> {
  const folder = await scratchName();
  await mkdir(folder, { mode: 0o700 });
  return folder;
}

/** The name of such a folder, for code that makes the folder itself when it needs it. */
export async function scratchName(): Promise<string> {
  swept ??= sweep();
  await swept;
  return join(tmpdir(), `${prefix}${ownName()}`);
}

let swept: Promise<void> | undefined;

/** The folders of those of this user's processes that still run. */
export async function scratchFolders(): Promise<{ folder: string; pid: number }[]> {
  const all = await ownFolders();
  return all
    .filter(({ owner, touched }) => !isGone(owner, touched))
    .map(({ folder, owner }) => ({ folder, pid: Number(processOf(owner)) }));
}

/** Removes the folders of processes that have ended, if they belong to this user. */
async function sweep(): Promise<void> {
  for (const { folder, owner, touched } of await ownFolders()) {
    if (isGone(owner, touched)) await rm(folder, { recursive: true, force: true }).catch(() => {}); // another may be at it, too
  }
}

async function ownFolders(): Promise<{ folder: string; owner: string; touched: number }[]> {
  const found: { folder: string; owner: string; touched: number }[] = [];
  for (const name of await readdir(tmpdir()).catch(() => [])) {
    const owner = pattern.exec(name)?.[1];
    if (owner === undefined) continue;
    const folder = join(tmpdir(), name);
    const stats = await lstat(folder).catch(() => undefined);
    if (!stats?.isDirectory() || stats.uid !== (process.getuid?.() ?? stats.uid)) continue;
    found.push({ folder, owner, touched: await lastWrite(folder, stats.mtimeMs) });
  }
  return found;
}

/** When a folder or a file in it was last written to, milliseconds since 1970. */
async function lastWrite(folder: string, own: number): Promise<number> {
  const times = await Promise.all(
    (await readdir(folder).catch(() => [])).map((name) =>
      lstat(join(folder, name)).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  return Math.max(own, ...times);
}

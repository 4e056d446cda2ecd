import { lstat, mkdir, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isGone, ownerPattern, ownName } from "./owner.js";

const prefix = "server-logs-";
const pattern = new RegExp(`^${prefix}(${ownerPattern})$`);

/**
 * A private folder for files that are needed for a while; whoever asks for it removes it. What a process that was
 * killed left (kill -9) is removed when the next one asks for a folder.
 */
export async function scratchFolder(): Promise<string> {
  const folder = await scratchName();
  await mkdir(folder, { mode: 0o700 });
  return folder;
}

/** The name of such a folder, for what makes it by itself when it needs it. */
export async function scratchName(): Promise<string> {
  swept ??= sweep();
  await swept;
  return join(tmpdir(), `${prefix}${ownName()}`);
}

let swept: Promise<void> | undefined;

/** Removes the folders of processes that run no more: those of this user only. */
async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir()).catch(() => [])) {
    const owner = pattern.exec(name)?.[1];
    if (owner === undefined) continue;
    const folder = join(tmpdir(), name);
    const found = await lstat(folder).catch(() => undefined);
    if (!found?.isDirectory() || found.uid !== (process.getuid?.() ?? found.uid)) continue;
    if (isGone(owner, await lastWrite(folder, found.mtimeMs)))
      await rm(folder, { recursive: true, force: true }).catch(() => {}); // another may be at it, too
  }
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

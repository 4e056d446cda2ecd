import { stat } from "node:fs/promises";
import { grouped } from "../digits.js";
import { quoted } from "../errors.js";

/** What tells a file's content from that after a change: which file it is, its size, and when it was written to. */
export interface FileVersion {
  readonly size: number;
  readonly mark: string;
}

/** The version of a file as it is now; undefined when there is none. */
export async function versionOf(path: string): Promise<FileVersion | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  if (found === undefined) return undefined;
  const { dev, ino, size, mtimeNs } = found;
  return { size: Number(size), mark: [dev, ino, size, mtimeNs].join(" ") };
}

/**
 * Holds a file to what it was before something read it whole.
 * @throws Error when it was changed meanwhile: what was read is then neither the old content nor the new
 */
export async function checkUnchanged(path: string, before: FileVersion | undefined): Promise<void> {
  const now = await versionOf(path);
  if (before?.mark === now?.mark) return;
  const sizes =
    before && now && before.size !== now.size
      ? `, from ${grouped(before.size)} bytes to ${grouped(now.size)}`
      : "";
  throw new Error(
    `${quoted(path)} was changed while it was read${sizes}: nothing of it was taken; take it when nothing writes to it, as after its rotation`,
  );
}

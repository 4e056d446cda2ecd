import { stat } from "node:fs/promises";
import { grouped } from "../digits.js";
import { quoted } from "../errors.js";

/**
 * Identifies the content of a file: which file it is, its size, and when it was last written to. A change changes one
 * of these.
 */
export interface FileVersion {
  readonly size: number;
  readonly mark: string;
}

/** The version of a file at this moment; undefined if there is no file. */
export async function versionOf(path: string): Promise<FileVersion | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  if (found === undefined) return undefined;
  const { dev, ino, size, mtimeNs } = found;
  return { size: Number(size), mark: [dev, ino, size, mtimeNs].join(" ") };
}

/**
 * Checks that a file has not changed since a reader began to read it.
 * @throws Error if it has. What was read is then neither the old content nor the new one.
 */
export async function checkUnchanged(path: string, before: FileVersion | undefined): Promise<void> {
  const now = await versionOf(path);
  if (before?.mark !== now?.mark) throw changed(path, before, now);
}

/**
 * Checks that a file, which may grow, has not become shorter since a reader began to read it.
 * @throws Error if it has, or is gone
 */
export async function checkNotShorter(path: string, before: FileVersion | undefined): Promise<void> {
  const now = await versionOf(path);
  if (before !== undefined && !(now !== undefined && now.size >= before.size))
    throw changed(path, before, now);
}

function changed(path: string, before: FileVersion | undefined, now: FileVersion | undefined): Error {
  const sizes =
    before && now && before.size !== now.size
      ? `, from ${grouped(before.size)} bytes to ${grouped(now.size)}`
      : "";
  return new Error(
    `${quoted(path)} was changed while it was read${sizes}: nothing of it was taken; take it when nothing writes to it, as after its rotation`,
  );
}

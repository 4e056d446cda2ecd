import { constants, fstatSync } from "node:fs";
import { access, readlink, stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { InputError, quoted } from "../errors.js";
import { reason } from "./fault.js";

/** The path of standard input, where a path to read is expected. */
export const standardInput = "-";
/** The path of standard output, where a path to write is expected. */
export const standardOutput = "-";

/** A file that a call names, to read or to write. */
export interface Place {
  /** The argument that names it: "path", "out". */
  readonly argument: string;
  /** The path as it was given; "-" is standard input or standard output. */
  readonly path: string;
  /** What an error calls it: "the log itself", "the file of the CSV". */
  readonly what: string;
}

/**
 * Refuses a call that would write to a file that it reads, or write two outputs to one file, by whatever path: a link,
 * a hard link, or another way to the same folder. Every verb that writes calls it once, before any file is touched,
 * with everything that it reads and writes.
 * @throws InputError if an output is an input or another output, or cannot be written
 */
export async function checkPlaces(inputs: readonly Place[], outputs: readonly Place[]): Promise<void> {
  for (const { argument, path } of outputs) {
    if (path !== standardOutput) await checkWritable(path, argument);
  }
  const taken = new Map<string, { place: Place; isInput: boolean }>();
  for (const place of inputs) {
    const identity = await identityOf(place.path, true);
    if (identity !== undefined) taken.set(identity, { place, isInput: true });
  }
  for (const place of outputs) {
    const identity = await identityOf(place.path, false);
    if (identity === undefined) continue;
    const same = taken.get(identity);
    taken.set(identity, same ?? { place, isInput: false });
    if (same === undefined) continue;
    const { argument, path } = place;
    const otherwise = resolve(same.place.path) === resolve(path) ? "" : `, ${quoted(same.place.path)}`;
    const name = path === standardOutput ? "standard output" : quoted(path);
    throw new InputError(
      `${argument}: ${name} is ${same.isInput ? "" : "also "}${same.place.what}${otherwise}`,
    );
  }
}

/**
 * Identifies a file: by device and inode if it exists, otherwise by those of its folder and its name. Undefined for a
 * pipe or a device, whose content cannot be lost.
 */
async function identityOf(path: string, isInput: boolean): Promise<string | undefined> {
  if (path === (isInput ? standardInput : standardOutput)) return identityOfStandard(isInput ? 0 : 1);
  const target = await targetOf(path);
  const found = await stat(target, { bigint: true }).catch(() => undefined);
  if (found !== undefined) return found.isFile() ? `${found.dev} ${found.ino}` : undefined;
  const folder = await stat(dirname(target), { bigint: true }).catch(() => undefined);
  return folder && `${folder.dev} ${folder.ino} ${basename(target)}`;
}

/** Standard input and output may be connected to a file, too. */
function identityOfStandard(descriptor: number): string | undefined {
  try {
    const found = fstatSync(descriptor, { bigint: true });
    return found.isFile() ? `${found.dev} ${found.ino}` : undefined;
  } catch {
    return undefined; // it is closed
  }
}

/** Longest chain of links that is followed, as on Linux. */
const MOST_LINKS = 40;

/**
 * Where a path finally leads: the target of the last link, even if nothing exists there yet. Links among the folders
 * are not resolved.
 */
export async function targetOf(path: string): Promise<string> {
  let target = resolve(path);
  for (let links = 0; links < MOST_LINKS; links++) {
    const next = await readlink(target).catch(() => undefined);
    if (next === undefined) break;
    target = resolve(dirname(target), next);
  }
  return target;
}

/**
 * Checks that a file of this name could be written, without touching anything.
 * @throws InputError that names `argument`, the path and the problem
 */
export async function checkWritable(path: string, argument = "out"): Promise<void> {
  const target = await targetOf(path);
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

/** @throws InputError that names `argument` if the value is not a path */
export function pathOption(argument: string, value: unknown): string {
  if (typeof value !== "string" || value === "" || value.includes("\0")) {
    throw new InputError(`${argument}: must be the path of a file, not ${quoted(value)}`);
  }
  return value;
}

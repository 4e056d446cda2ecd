import { stat } from "node:fs/promises";
import { isAbsolute, resolve } from "node:path";
import { InputError, quoted } from "../errors.js";
import { type Place, standardInput } from "./places.js";

/** A log to read: its name, its place, and its bytes if it is in memory. */
export interface LogFile {
  /** The name that the caller gave. */
  readonly name: string;
  /** Absolute path, or "-". */
  readonly path: string;
  readonly bytes?: Uint8Array;
  /** Size in bytes; undefined for standard input. */
  readonly size: number | undefined;
  /** Whether it is a regular file and not a pipe or a device; undefined if it has no path. */
  readonly isFile?: boolean | undefined;
}

/** The places of logs, as `checkPlaces` takes them. No output may be one of them. */
export function placesOf(files: readonly LogFile[]): Place[] {
  return files.flatMap(({ path, bytes }) =>
    bytes ? [] : { argument: "path", path, what: "the log itself" },
  );
}

/**
 * The path of a log, several paths, patterns such as "logs/access.log*", "-" for standard input, or the bytes of a log.
 */
export type LogSource = string | readonly string[] | Uint8Array;

/**
 * Finds the logs that were named, in the order given. Those of a pattern come oldest first, by the names that log
 * rotation gives.
 * @throws InputError if there is none, or one is named twice, is a folder or cannot be found
 */
export async function logFiles(source: LogSource): Promise<LogFile[]> {
  if (source instanceof Uint8Array) {
    const bytes = new Uint8Array(source.buffer, source.byteOffset, source.length);
    return [{ name: "memory", path: "memory", bytes, size: bytes.length }];
  }
  const paths: readonly unknown[] = Array.isArray(source) ? source : [source];
  if (paths.length === 0) throw new InputError("path: the list of logs is empty");
  const files: LogFile[] = [];
  for (const path of paths) {
    if (typeof path !== "string" || path === "") {
      throw new InputError(`path: ${quoted(path)} is not the path of a log`);
    }
    files.push(...(await found(path)));
  }
  const twice = files.find(({ path }, i) => files.findIndex((other) => other.path === path) < i);
  if (twice) throw new InputError(`path: ${quoted(twice.name)} is named twice`);
  return files;
}

async function found(path: string): Promise<LogFile[]> {
  if (path === standardInput) return [{ name: "standard input", path, size: undefined }];
  const literal = await stat(path).catch(() => undefined);
  if (literal?.isDirectory()) {
    throw new InputError(
      `path: cannot read ${quoted(resolve(path))}: it is a folder, give files, such as ${quoted(`${path.replace(/\/+$/, "")}/*.log`)}`,
    );
  }
  if (literal || !/[*?[{]/.test(path))
    return [{ name: path, path: resolve(path), size: literal?.size, isFile: literal?.isFile() }];
  const { glob } = await import("tinyglobby");
  const names = await glob(path, { onlyFiles: true, expandDirectories: false, absolute: isAbsolute(path) });
  if (names.length === 0) throw new InputError(`path: no file matches ${quoted(path)}`);
  return Promise.all(
    oldestFirst(names).map(async (name) => ({
      name,
      path: resolve(name),
      size: (await stat(name).catch(() => undefined))?.size,
    })),
  );
}

/**
 * Sorts names of logs, the oldest first, by the rules of logrotate, Apache's rotatelogs and the like. In
 * `access.log.2.gz`, `access.log.1`, `access.log` the higher number is older, and the bare name is the current log. In
 * `access.log-20260101.gz`, `access.log-20260102`, `access.log` a date or a number of seconds since 1970 decides. All
 * other names are in alphabetical order, with numbers in numerical order. A `.gz` or `.zst` at the end is ignored.
 */
export function oldestFirst(names: readonly string[]): string[] {
  const rotated = names.map((name) => ({ name, ...rotation(name) }));
  rotated.sort(
    (a, b) =>
      byName(a.log, b.log) ||
      (a.stamp === undefined ? 1 : 0) - (b.stamp === undefined ? 1 : 0) ||
      byName(a.stamp ?? "", b.stamp ?? "") ||
      b.number - a.number ||
      byName(a.name, b.name),
  );
  return rotated.map(({ name }) => name);
}

const byName = (a: string, b: string) => a.localeCompare(b, "en", { numeric: true });

/** At the end of a name: a date, with or without a time, or seconds since 1970. */
const stamped = /^(.+)[-._](\d{8,14}(?:[-_.T]\d{1,10})?|\d{4}-\d\d-\d\d(?:[-_.T]?\d\d(?:[-_:]?\d\d){0,2})?)$/;

/**
 * Which log a file belongs to, when it was rotated, and how many rotations ago; −1 for the log that is still written.
 */
function rotation(name: string): { log: string; stamp: string | undefined; number: number } {
  const [, rest, number = "-1"] = /^(.+?)(?:\.(0|[1-9]\d{0,6}))?(?:\.(?:gz|zst))?$/is.exec(name) ?? [
    "",
    name,
  ];
  const [, log = rest, stamp] = stamped.exec(rest) ?? [];
  return { log, stamp, number: Number(number) };
}

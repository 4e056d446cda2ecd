import { realpath, stat } from "node:fs/promises";
import { type Place, standardOutput, targetOf } from "../files/places.js";
import { keyPathOf, labelsPathOf } from "../truth/sidecars.js";

/** Where a log and the files beside it are written. */
export interface LogPlaces {
  /** The file of the log, "-" for standard output; undefined for memory. */
  readonly out: string | undefined;
  /** The answer key and the labels, if they are written. "-" writes the key to standard output. */
  readonly key?: string;
  readonly labels?: string;
}

/**
 * Works out the files that a log is written to. Key and labels stand beside the file that a link leads to. A device or
 * a pipe has none beside it.
 * @param wanted whether labels and key are wanted; for the key, it may also be a path
 */
export async function logPlaces(
  out: string | undefined,
  wanted: { key: boolean | string; labels: boolean },
): Promise<LogPlaces> {
  const named = typeof wanted.key === "string" ? { key: wanted.key } : {};
  if (out === undefined || out === standardOutput) return { out, ...named };
  const target = await realpath(out).catch(() => targetOf(out));
  const existing = await stat(target).catch(() => undefined);
  if (existing && !existing.isFile()) return { out, ...named };
  return {
    out,
    ...(wanted.key === true && { key: keyPathOf(target) }),
    ...named,
    ...(wanted.labels && { labels: labelsPathOf(target) }),
  };
}

/** The same places, as `checkPlaces` takes them. */
export function placesOfLog({ out, key, labels }: LogPlaces): Place[] {
  const named = [
    { argument: "out", path: out, what: "the log that is written" },
    { argument: "key", path: key, what: "the answer key that is written" },
    { argument: "labels", path: labels, what: "the labels that are written" },
  ];
  return named.flatMap(({ path, ...rest }) => (path === undefined ? [] : { ...rest, path }));
}

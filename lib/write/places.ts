import { realpath, stat } from "node:fs/promises";
import { type Place, standardOutput, targetOf } from "../files/places.js";
import { keyPathOf, labelsPathOf } from "../truth/sidecars.js";

/** Where a log is written, and what is written beside it. */
export interface LogPlaces {
  /** The file of the log, "-" for standard output; undefined for memory. */
  readonly out: string | undefined;
  /** The answer key and the labels, where they are written; "-" for a key on standard output. */
  readonly key?: string;
  readonly labels?: string;
}

/**
 * The files that a log is written to: key and labels stand beside the file that a link leads to, and not beside a
 * device or a pipe.
 * @param wanted whether they are wanted; of the key also where
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

/** The same as `checkPlaces` takes it. */
export function placesOf({ out, key, labels }: LogPlaces): Place[] {
  const named = [
    { argument: "out", path: out, what: "the log that is written" },
    { argument: "key", path: key, what: "the answer key that is written" },
    { argument: "labels", path: labels, what: "the labels that are written" },
  ];
  return named.flatMap(({ path, ...rest }) => (path === undefined ? [] : { ...rest, path }));
}

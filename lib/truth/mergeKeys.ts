import { isDeepStrictEqual } from "node:util";
import { InputError } from "../errors.js";
import { type AnswerKey, responseTimes } from "./answerKey.js";

/**
 * Merges the answer keys of several parts of one log: shards, or slices by time, in any order.
 * @throws InputError if they are not parts of one log, overlap, or leave a gap
 */
export function mergeKeys(keys: readonly AnswerKey[]): AnswerKey {
  if (keys.length === 0) throw new InputError("key: the list of keys is empty");
  if (keys.length === 1) return keys[0];
  const parts = [...keys].sort(
    (a, b) => Date.parse(a.from) - Date.parse(b.from) || Date.parse(a.to) - Date.parse(b.to),
  );
  const [first] = parts;
  parts.forEach((part, i) => {
    if (i === 0) return;
    const before = parts[i - 1];
    const different = differenceOf(first, part);
    if (different !== undefined) {
      throw new InputError(
        `key: ${nameOf(first)} and ${nameOf(part)} are not parts of one log: their ${different} differ`,
      );
    }
    const gap = Date.parse(part.from) - Date.parse(before.to);
    if (gap === 0) return;
    throw new InputError(
      gap < 0
        ? `key: ${nameOf(before)} and ${nameOf(part)} overlap: one ends at ${before.to}, the other begins at ${part.from}`
        : `key: none of the keys covers ${before.to} to ${part.from}; give those of all parts between, or verify each part by itself`,
    );
  });
  const { file: _, ...rest } = first;
  return {
    ...rest,
    to: parts.at(-1)!.to,
    lines: sums(parts.map(({ lines }) => lines)),
    defects: sums(parts.map(({ defects }) => defects)),
    incidents: first.incidents.map((incident, i) => ({
      ...incident,
      ...sums(parts.map(({ incidents }) => touchedOf(incidents[i]))),
    })),
    response_time_ms: mergedTimes(parts),
    counts: mergedCounts(parts),
  };
}

const nameOf = ({ file, from, to }: AnswerKey) => file?.name ?? `the key of ${from} to ${to}`;
const touchedOf = ({ added, altered, dropped }: AnswerKey["incidents"][number]) => ({
  added,
  altered,
  dropped,
});

/** Why two keys are not of the same log; undefined if they are. */
function differenceOf(a: AnswerKey, b: AnswerKey): string | undefined {
  const plan = ({ incidents }: AnswerKey) =>
    incidents.map(({ added, altered, dropped, ...planned }) => planned);
  const table = ({ counts }: AnswerKey) => [counts.bucket_seconds, counts.first_bucket, counts.endpoints];
  if (a.seed !== b.seed) return "seeds";
  if (!isDeepStrictEqual(a.scenario, b.scenario)) return "scenarios";
  if (!isDeepStrictEqual(plan(a), plan(b))) return "incidents";
  return isDeepStrictEqual(table(a), table(b)) ? undefined : "tables of counts";
}

function sums<Name extends string>(objects: readonly Record<Name, number>[]): Record<Name, number> {
  const sum = { ...objects[0] };
  for (const object of objects.slice(1)) for (const name in sum) sum[name] += object[name];
  return sum;
}

function mergedTimes(parts: readonly AnswerKey[]): AnswerKey["response_time_ms"] {
  const times: number[] = [];
  for (const { response_time_ms: part } of parts) {
    part.bins.forEach((bin, i) => {
      while (times.length <= bin) times.push(0);
      times[bin] += part.counts[i];
    });
  }
  return responseTimes(times, Math.max(...parts.map(({ response_time_ms: { max } }) => max ?? 0)));
}

function mergedCounts(parts: readonly AnswerKey[]): AnswerKey["counts"] {
  const { bucket_seconds, first_bucket, endpoints } = parts[0].counts;
  const perBucket = endpoints.length * 5;
  const cells = new Map<number, number>();
  for (const { counts } of parts) {
    counts.requests.forEach((requests, i) => {
      const cell = counts.bucket[i] * perBucket + counts.endpoint[i] * 5 + counts.status_class[i] - 1;
      cells.set(cell, (cells.get(cell) ?? 0) + requests);
    });
  }
  const sorted = [...cells.keys()].sort((a, b) => a - b);
  return {
    bucket_seconds,
    first_bucket,
    endpoints,
    bucket: sorted.map((cell) => Math.floor(cell / perBucket)),
    endpoint: sorted.map((cell) => Math.floor((cell % perBucket) / 5)),
    status_class: sorted.map((cell) => (cell % 5) + 1),
    requests: sorted.map((cell) => cells.get(cell)!),
  };
}

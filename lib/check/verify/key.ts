import { existsSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { Precision } from "../../encode/formats.js";
import { InputError } from "../../errors.js";
import { type Plan, planOf } from "../../generate/plan.js";
import { LARGEST_SKEW, LATEST_DELIVERY } from "../../scenario/defects.js";
import { type AnswerKey, answerKey } from "../../truth/answerKey.js";
import { mergeKeys } from "../../truth/mergeKeys.js";
import { readKey } from "../../truth/readKey.js";
import { keyPathOf } from "../../truth/sidecars.js";
import { bucketPlan } from "./buckets.js";
import type { Expectation, Expected } from "./expected.js";

/** An answer key, its path, or the keys of several parts of one log. */
export type KeySource = string | AnswerKey | readonly (string | AnswerKey)[];

/**
 * The answer key of a copy, or of several parts together.
 * @throws InputError if there is none beside the copy, or the keys do not belong together
 */
export async function answerKeyOf(
  sources: readonly unknown[],
  key: KeySource | undefined,
): Promise<AnswerKey> {
  return mergeKeys(await keysOf(sources, key));
}

/**
 * The keys that were given, or those beside the parts of a copy, in the order of the parts.
 * @throws InputError if one of them cannot be read, or a part has none beside it
 */
export function keysOf(sources: readonly unknown[], key: KeySource | undefined): Promise<AnswerKey[]> {
  if (key !== undefined) {
    const keys = (Array.isArray(key) ? key : [key]) as readonly (string | AnswerKey)[];
    return Promise.all(keys.map(readKey));
  }
  const beside = sources.map((source) => {
    const { path, key: own } =
      typeof source === "string" ? { path: source } : (source as Partial<{ path: string; key: AnswerKey }>);
    if (own !== undefined) return own;
    if (typeof path !== "string") throw new InputError("key: give the answer key, as the copy is not a file");
    return keyPathOf(path);
  });
  return Promise.all(
    beside.map((key) =>
      readKey(key).catch((error) => {
        if (typeof key !== "string" || existsSync(key)) throw error;
        throw new InputError(`${error.message}; give the log's answer key (--key FILE in a shell)`);
      }),
    ),
  );
}

/**
 * The log that a key describes.
 * @throws InputError if the key contradicts itself
 */
export function expectationOf(
  { scenario, seed, incidents, from, to, lines }: AnswerKey,
  precision: Precision,
): {
  expectation: Expectation;
  plan: Plan;
} {
  const without = incidents.filter(({ happened }) => !happened).map(({ id }) => id);
  const plan = planOf(scenario, seed, without);
  const [begin, end] = [Date.parse(from), Date.parse(to)];
  const [start, stop] = [plan.start * 1000, plan.end * 1000];
  if (begin < start || end > stop) {
    throw new InputError(`key: ${from} to ${to} reaches outside of its scenario's window`);
  }
  if (begin === start && end === stop && lines.base !== plan.rows) {
    throw new InputError(
      `key: it counts ${lines.base} base records, but its scenario makes ${plan.rows}: one of them was changed`,
    );
  }
  const { skewedClock, late, outOfOrder } = scenario.defects;
  const skew = skewedClock > 0 ? LARGEST_SKEW : 0;
  const first = begin - skew - (late + outOfOrder > 0 ? LATEST_DELIVERY : 0);
  const buckets = bucketPlan(
    first,
    Math.max(first + 1, end + skew),
    lines.written,
    precision.wholeSeconds ? 1000 : 1,
  );
  const expectation: Expectation = { scenario, seed, without, from: begin, to: end, buckets, precision };
  return { expectation, plan };
}

/** Compares the key with the one that its own scenario and seed give. @throws InputError if they differ */
export function checkAgreement(
  key: AnswerKey,
  plan: Plan,
  { from, to }: Expectation,
  { tallies }: Expected,
): void {
  const made = answerKey(plan, from, to, tallies);
  for (const part of ["lines", "defects", "incidents", "response_time_ms", "counts"] as const) {
    if (isDeepStrictEqual(key[part], made[part])) continue;
    const [says, makes] = [key.lines.written, made.lines.written];
    const counts = says === makes ? "" : ` (${makes} lines, not ${says})`;
    throw new InputError(
      `key: its scenario and seed give other ${part === "lines" ? "numbers of lines" : part} than it says${counts}: the key was changed, or a changed library made it`,
    );
  }
}

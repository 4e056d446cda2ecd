import { inspect } from "node:util";
import { grouped } from "../../digits.js";
import { checkOptions, InputError, quoted } from "../../errors.js";
import type { Columns } from "../../record.js";
import type { AnswerKey } from "../../truth/answerKey.js";
import { answerKeyOf, type KeySource } from "../verify/key.js";
import { type CountTable, countTable } from "./countTable.js";

/** How a table of counts is compared. */
export interface VerifyCountsOptions {
  /**
   * Length of the table's buckets in seconds. Default: the longest usual length that fits all its times; for a table
   * with a single bucket, the length that its column is named after (minute, hour, day, week).
   */
  bucketSeconds?: number | undefined;
  /** How many differing cells are shown, 0 to 10,000. Default 20. */
  limit?: number | undefined;
}

/** How a table of counts differs from the answer key. */
export interface CountVerification {
  /** Whether every cell holds what was written. */
  readonly valid: boolean;
  /**
   * Number of cells compared: those of the table and those of the key. A cell that one of them does not have counts as
   * 0 there.
   */
  readonly cells: number;
  /** Number of cells that differ. */
  readonly differing: number;
  /** Number of requests written in the part of the log that the key describes. */
  readonly written: number;
  /** Number of requests in the table. */
  readonly found: number;
  /** Length of a bucket in seconds; undefined if the table has no time. */
  readonly bucketSeconds: number | undefined;
  /** The cells that differ most: `bucket`, `endpoint`, `status_class`, `written`, `found`, `difference`. */
  readonly differences: Columns;
  /** What this comparison cannot detect, in sentences. */
  readonly unseen: readonly string[];
  /** The result in a few lines of text. */
  readonly summary: string;
}

/** Lengths of buckets that dashboards use, in seconds, the longest first. */
const USUAL = [604_800, 86_400, 43_200, 21_600, 10_800, 7200, 3600, 1800, 900, 600, 300, 60];

/**
 * Compares a table of counts, such as a dashboard exports, with the answer key, cell by cell. The table has a column of
 * counts and any of these: the beginning of the bucket, the endpoint (a route, or paths, which are summed up by route),
 * and the status class or code. Where the table has no such column, or has longer buckets, the key is summed up to
 * match.
 *
 * @param table columns, or the path of a CSV
 * @param key the answer key, its path, or the keys of several parts of one log
 * @throws InputError if the columns of the table are not recognised, or its buckets are shorter than the key's
 */
export async function verifyCounts(
  table: Columns | string,
  key: KeySource,
  options: VerifyCountsOptions = {},
): Promise<CountVerification> {
  checkOptions(options, ["bucketSeconds", "limit"]);
  const { limit = 20 } = options;
  if (!Number.isInteger(limit) || limit < 0 || limit > 10_000) {
    throw new InputError(`limit: must be a whole number from 0 to 10000, not ${quoted(limit)}`);
  }
  const answer = await answerKeyOf([], key);
  const found = await countTable(table);
  const { counts } = answer;
  const seconds = bucketOf(found, counts, options.bucketSeconds);
  const offset = seconds === undefined || !found.times?.length ? 0 : found.times[0] % seconds;
  const cells = new Map<string, Cell>();
  const add = (
    side: "written" | "found",
    time: number,
    endpoint: string,
    statusClass: number,
    requests: number,
  ) => {
    const bucket = seconds === undefined ? null : Math.floor((time - offset) / seconds) * seconds + offset;
    const route = found.endpoints === undefined ? null : endpoint;
    const status = found.classes === undefined ? null : statusClass;
    const name = `${bucket} ${status} ${route}`;
    let cell = cells.get(name);
    if (cell === undefined) {
      cell = { bucket, route, status, written: 0, found: 0 };
      cells.set(name, cell);
    }
    cell[side] += requests;
  };
  const first = Date.parse(counts.first_bucket) / 1000;
  counts.requests.forEach((requests, i) => {
    const time = first + counts.bucket[i] * counts.bucket_seconds;
    add("written", time, counts.endpoints[counts.endpoint[i]], counts.status_class[i], requests);
  });
  const routeOf = routes(counts.endpoints);
  found.requests.forEach((requests, i) => {
    const endpoint = found.endpoints === undefined ? "" : routeOf(found.endpoints[i]);
    add("found", found.times?.[i] ?? 0, endpoint, found.classes?.[i] ?? 0, requests);
  });
  return outcome([...cells.values()], seconds, found, answer, limit);
}

interface Cell {
  readonly bucket: number | null;
  readonly route: string | null;
  readonly status: number | null;
  written: number;
  found: number;
}

/** Length of the table's buckets, checked against the key's. */
function bucketOf(
  { times, namedSeconds }: CountTable,
  counts: AnswerKey["counts"],
  asked: unknown,
): number | undefined {
  const own = counts.bucket_seconds;
  if (asked !== undefined && !(Number.isInteger(asked) && (asked as number) >= 1)) {
    throw new InputError(`bucketSeconds: must be a whole number, 1 or more, not ${quoted(asked)}`);
  }
  if (times === undefined) return undefined;
  const base = Date.parse(counts.first_bucket) / 1000;
  let fits = 0; // greatest length that divides all differences between times
  for (const time of times) fits = divisor(fits, Math.abs(time - times[0]));
  const seconds =
    (asked as number | undefined) ??
    (fits === 0 ? namedSeconds : (USUAL.find((length) => fits % length === 0) ?? fits)) ??
    (times.length === 0 ? own : undefined);
  if (seconds === undefined) {
    throw new InputError(
      "bucketSeconds: give the length of the table's buckets (--bucket-seconds in a shell): it has a single one, and its column's name does not tell (minute, hour, day, week)",
    );
  }
  const offset = times.length > 0 ? (times[0] - base) % own : 0;
  if (seconds % own !== 0 || offset !== 0 || fits % own !== 0) {
    throw new InputError(
      `table: its buckets of ${seconds} s do not fit the answer key's, which are ${own} s long and begin at ${counts.first_bucket}: export it in buckets of ${own} s or a multiple`,
    );
  }
  if (fits % seconds !== 0) {
    throw new InputError(
      `bucketSeconds: ${seconds} does not fit the table's times, which are ${fits} s apart`,
    );
  }
  return seconds;
}

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

/** The route that a path belongs to. A path that belongs to no route is returned unchanged. */
function routes(known: readonly string[]): (path: string) => string {
  const exact = new Set(known);
  const patterns = known
    .filter((route) => route.includes("{id}"))
    .map((route) => {
      const [before, behind] = route.split("{id}").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
      return { route, pattern: new RegExp(`^${before}\\d+${behind}$`) };
    });
  return (path) =>
    exact.has(path) ? path : (patterns.find(({ pattern }) => pattern.test(path))?.route ?? path);
}

function outcome(
  cells: readonly Cell[],
  seconds: number | undefined,
  table: CountTable,
  key: AnswerKey,
  limit: number,
): CountVerification {
  const off = ({ written, found }: Cell) => Math.abs(found - written);
  const differing = cells.filter((cell) => off(cell) > 0);
  const sum = (side: "written" | "found") => cells.reduce((total, cell) => total + cell[side], 0);
  const [written, found] = [sum("written"), sum("found")];
  const shown = [...differing]
    .sort((a, b) => off(b) - off(a) || (a.bucket ?? 0) - (b.bucket ?? 0))
    .slice(0, limit);
  const valid = differing.length === 0;
  const unseen = [
    `records that were lost and doubled or added in the same cell (${cellOf(seconds, table)}): only their sum is compared`,
    `what is wrong inside a cell: addresses, response times${table.classes ? ", the status within its class" : ", status codes"}${table.endpoints ? ", identifiers in paths" : ", endpoints"}, ${seconds === undefined ? "times" : `times within ${seconds} s`}`,
    "the order of the records",
    ...(table.unused.length > 0 ? [`columns that are not compared: ${quoted(table.unused.join(", "))}`] : []),
  ];
  const less = differing.filter((cell) => cell.found < cell.written).length;
  const summary = [
    valid
      ? `equal: ${grouped(cells.length)} cells with ${grouped(written)} requests`
      : `not equal: ${grouped(differing.length)} of ${grouped(cells.length)} cells differ, ${grouped(less)} hold too few and ${grouped(differing.length - less)} too many; ${grouped(written)} requests written from ${key.from} to ${key.to}, ${grouped(found)} in the table`,
    ...unseen.map((sentence) => `  not seen: ${sentence}`),
  ].join("\n");
  const result: CountVerification = {
    valid,
    cells: cells.length,
    differing: differing.length,
    written,
    found,
    bucketSeconds: seconds,
    differences: {
      bucket: shown.map(({ bucket }) => (bucket === null ? null : new Date(bucket * 1000).toISOString())),
      endpoint: shown.map(({ route }) => route),
      status_class: shown.map(({ status }) => status),
      written: shown.map((cell) => cell.written),
      found: shown.map((cell) => cell.found),
      difference: shown.map((cell) => cell.found - cell.written),
    },
    unseen,
    summary,
  };
  Object.defineProperty(result, inspect.custom, { value: () => summary });
  return result;
}

function cellOf(seconds: number | undefined, { endpoints, classes }: CountTable): string {
  const parts = [
    ...(seconds === undefined ? [] : [`${seconds} s`]),
    ...(endpoints ? ["endpoint"] : []),
    ...(classes ? ["status class"] : []),
  ];
  return parts.join(" × ") || "the whole log";
}

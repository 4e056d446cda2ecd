import { binMiddle } from "../../truth/counts.js";
import type { Series, SeriesColumns } from "../series.js";
import { SKETCH_BINS } from "../sketch.js";

/** A counter: its labels, and its value at the end of each step. */
export interface Counter {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly values: Float64Array;
}

/** The metrics of a series, with the labels that distinguish their counters. */
export const metricNames = {
  http_requests_total: ["code", "handler"],
  http_request_duration_seconds_bucket: ["le", "handler"],
  http_request_duration_seconds_count: ["handler"],
  http_request_duration_seconds_sum: ["handler"],
} as const;

/** Upper bounds of the buckets in seconds: the defaults of Prometheus' client libraries. */
const usualBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/**
 * Statuses that have a counter even if the log does not have them, because a service creates these before the first
 * request.
 */
const usualCodes = [200, 404, 500];

/**
 * The metrics, labels and buckets that rules use. Labels that they do not name are summed before Prometheus sees them.
 */
export interface Wanted {
  readonly metrics: ReadonlySet<string>;
  readonly byHandler: boolean;
  readonly byCode: boolean;
  /** Upper bounds in seconds. */
  readonly bounds: readonly number[];
}

/**
 * Searches the text of rules for what they may use. A label is dropped only if that makes no difference: the rules
 * nowhere contain its name, and every metric is inside `sum(rate(…))`, `sum by (…) (rate(…))` or the same with
 * `increase` or `irate`.
 */
export function wantedBy(rules: string): Wanted {
  const text = rules.replace(/[\s\\]+/g, ""); // a quoted text may contain backslashes
  const names = (word: string) => new RegExp(`\\b${word}\\b`).test(rules);
  const known = Object.keys(metricNames);
  const summed = known.every((name) =>
    [...text.matchAll(new RegExp(`\\b${name}\\b`, "g"))].every(({ index }) =>
      /\bsum(by\([^()]*\))?\((rate|increase|irate)\($/.test(text.slice(Math.max(0, index - 200), index)),
    ),
  );
  const open = !summed || /__name__|without\(/.test(text);
  const literal = [...text.matchAll(/\ble=["']([\d.]+)["']/g)].map(([, bound]) => Number(bound));
  const someBounds =
    !open && literal.length > 0 && !names("histogram_quantile") && !/\ble(=~|!=|!~|[,)])/.test(text);
  return {
    metrics: new Set(known.filter((name) => open || names(name))),
    byHandler: open || names("handler"),
    byCode: open || names("code"),
    bounds: [...new Set([...(someBounds ? [] : usualBounds), ...literal])].sort((a, b) => a - b),
  };
}

/** The counters of a series, as a well-instrumented service would expose them at the end of each step. */
export function* countersOf(series: Series, wanted: Wanted): Generator<Counter> {
  const parts: [Record<string, string>, SeriesColumns][] = wanted.byHandler
    ? [...series.endpoints].map(([handler, columns]) => [{ handler }, columns])
    : [[{}, series]];
  if (wanted.metrics.has("http_requests_total")) {
    for (const [labels, columns] of parts) yield* requestCounters(labels, columns, wanted.byCode);
  }
  for (const name of ["bucket", "count", "sum"] as const) {
    const metric = `http_request_duration_seconds_${name}`;
    if (!wanted.metrics.has(metric)) continue;
    for (const [labels, columns] of parts) {
      if (name === "bucket") yield* buckets(metric, labels, columns, series.latencyObjective, wanted.bounds);
      if (name === "count") yield { name: metric, labels, values: runningTotal(columns.timed) };
      if (name === "sum") yield { name: metric, labels, values: runningTotal(sumOfTimes(columns)) };
    }
  }
}

function* requestCounters(
  labels: Record<string, string>,
  { requests, statuses }: SeriesColumns,
  byCode: boolean,
): Generator<Counter> {
  const name = "http_requests_total";
  if (!byCode) {
    yield { name, labels, values: runningTotal(requests) };
    return;
  }
  const codes = [...new Set([...usualCodes, ...statuses.keys()])].sort((a, b) => a - b);
  for (const code of codes) {
    const counts = statuses.get(code) ?? new Float64Array(requests.length);
    yield { name, labels: { ...labels, code: String(code) }, values: runningTotal(counts) };
  }
}

/** Buckets from the sketch, whose bounds are off by at most 0.4 %. The bucket of the latency objective is exact. */
function* buckets(
  name: string,
  labels: Record<string, string>,
  { timed, slow, latency }: SeriesColumns,
  objective: number,
  bounds: readonly number[],
): Generator<Counter> {
  for (const bound of bounds) {
    const within = new Float64Array(timed.length);
    const exact = Math.abs(bound * 1000 - objective) < 1e-6;
    const histogram = new Uint32Array(exact ? 0 : SKETCH_BINS);
    for (let i = 0; i < timed.length; i++) {
      if (exact) {
        within[i] = timed[i] - slow[i];
        continue;
      }
      histogram.fill(0);
      latency.addTo(histogram, i, i + 1);
      for (let bin = 0; bin < SKETCH_BINS && binMiddle(bin) <= bound * 1000; bin++)
        within[i] += histogram[bin];
    }
    yield { name, labels: { ...labels, le: String(bound) }, values: runningTotal(within) };
  }
  yield { name, labels: { ...labels, le: "+Inf" }, values: runningTotal(timed) };
}

/** The sum of the response times of each step in seconds, to within 0.4 %. */
function sumOfTimes({ timed, latency }: SeriesColumns): Float64Array {
  const sums = new Float64Array(timed.length);
  const histogram = new Uint32Array(SKETCH_BINS);
  for (let i = 0; i < sums.length; i++) {
    histogram.fill(0);
    latency.addTo(histogram, i, i + 1);
    for (let bin = 0; bin < SKETCH_BINS; bin++) {
      if (histogram[bin] > 0) sums[i] += (histogram[bin] * binMiddle(bin)) / 1000;
    }
  }
  return sums;
}

function runningTotal(counts: Float64Array): Float64Array {
  let total = 0;
  return counts.map((count) => {
    total += count;
    return total;
  });
}

import { type Batch, nextDefect } from "../generate/batch.js";
import type { Plan } from "../generate/plan.js";
import { defectKinds, LARGEST_SKEW, LATEST_DELIVERY, UNREADABLE } from "../scenario/defects.js";

/** Possible widths of a bucket in seconds. The narrowest one that keeps the table within bounds is taken. */
const WIDTHS = [60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 604_800, 2_592_000];
/** Largest number of cells in the table of counts: buckets × routes × status classes. */
const MOST_CELLS = 1_000_000;
/** Bins in each octave of the histogram of response times. A bin is at most 1/128 of its value wide. */
const BINS = 128;
/** Status classes: 1xx to 5xx. */
const CLASSES = 5;

/**
 * Counts what a log holds while it is written: lines by printed time stamp, route and status class, and a histogram of
 * response times. Lines that no reader can take for a record are not counted there. It takes constant memory, and the
 * counts of parts add up to those of the whole.
 */
export class Counts {
  /** Width of a bucket in seconds. */
  readonly bucketSeconds: number;
  /** First second of the first bucket, since 1970. */
  readonly origin: number;
  /** The routes, in the order of the table's cells. */
  readonly routes: readonly string[];
  /** Number of the first bucket that the counted part of the log can reach. Buckets before it have no cells. */
  readonly firstBucket: number;
  /** Requests by ((bucket − firstBucket) × routes + route) × 5 + class − 1. */
  readonly cells: Float64Array;
  /** Response times by bin (see `binOf`). */
  readonly times: Float64Array;
  /** Lines by defect; index 0 is for lines without a defect. */
  readonly defects = new Float64Array(defectKinds.length + 1);
  /** All lines. */
  lines = 0;
  /** Longest response time in hundredths of a millisecond. */
  longest = 0;
  readonly #cellOf: Int32Array;

  /**
   * @param from beginning of the part of the log that is counted, milliseconds since 1970
   * @param to end of that part, excluded
   */
  constructor({ scenario, start, end, outcomes }: Plan, from: number, to: number) {
    const routes = [...new Set(scenario.site.endpoints.map(({ route }) => route))];
    const reach = scenario.defects.skewedClock > 0 ? LARGEST_SKEW / 1000 : 0; // how far the buckets reach beyond the window
    const buckets = (width: number) => Math.ceil((end + reach) / width) - Math.floor((start - reach) / width);
    const perBucket = routes.length * CLASSES;
    this.bucketSeconds = WIDTHS.find((width) => buckets(width) * perBucket <= MOST_CELLS) ?? WIDTHS.at(-1)!;
    this.origin = Math.floor((start - reach) / this.bucketSeconds) * this.bucketSeconds;
    this.routes = routes;
    const bucketOf = (second: number) => Math.floor((second - this.origin) / this.bucketSeconds);
    this.firstBucket = Math.max(0, bucketOf((from - LATEST_DELIVERY) / 1000 - reach));
    const lastBucket = bucketOf(Math.min(end, to / 1000) + reach);
    this.cells = new Float64Array(Math.max(0, lastBucket - this.firstBucket + 1) * perBucket);
    this.times = new Float64Array(binOf(0xffffffff) + 1);
    this.#cellOf = Int32Array.from(
      outcomes,
      ({ endpoint, status }) => routes.indexOf(endpoint.route) * CLASSES + Math.floor(status / 100) - 1,
    );
  }

  /** Counts the lines of a batch. */
  add(batch: Batch, hasDefects: boolean): void {
    const { defect, length } = batch;
    this.lines += length;
    this.defects[0] += length;
    let from = 0; // runs of readable lines are counted together
    if (hasDefects) {
      for (let row = nextDefect(batch, 0, length); row < length; row = nextDefect(batch, row + 1, length)) {
        this.defects[defect[row]]++;
        this.defects[0]--;
        if (defect[row] > UNREADABLE) continue;
        this.#count(batch, from, row);
        from = row + 1;
      }
    }
    this.#count(batch, from, length);
  }

  #count({ second, outcome, latency }: Batch, from: number, to: number): void {
    const { cells, times, bucketSeconds, origin, firstBucket } = this;
    const cellOf = this.#cellOf;
    const perBucket = this.routes.length * CLASSES;
    let current = Number.NaN;
    let bucket = 0;
    let longest = this.longest;
    for (let row = from; row < to; row++) {
      if (second[row] !== current) {
        current = second[row];
        bucket = (Math.floor((current - origin) / bucketSeconds) - firstBucket) * perBucket;
      }
      cells[bucket + cellOf[outcome[row]]]++;
      const time = latency[row];
      times[binOf(time)]++;
      if (time > longest) longest = time;
    }
    this.longest = longest;
  }

  /** Adds the counts of another part of the same log. */
  merge(other: Pick<Counts, "cells" | "times" | "defects" | "lines" | "longest">): void {
    for (const column of ["cells", "times", "defects"] as const) {
      const sums = this[column];
      const more = other[column];
      for (let i = 0; i < sums.length; i++) sums[i] += more[i];
    }
    this.lines += other.lines;
    this.longest = Math.max(this.longest, other.longest);
  }
}

/** Bin of a response time in hundredths of a millisecond: exact below 256, then 128 bins to each doubling. */
export function binOf(hundredths: number): number {
  if (hundredths < 2 * BINS) return hundredths;
  const octave = 31 - Math.clz32(hundredths);
  return (octave - 7) * BINS + ((hundredths >>> (octave - 7)) & (BINS - 1)) + BINS;
}

/** Middle of a bin, in milliseconds. It differs from the times in the bin by at most 1/256. */
export function binMiddle(bin: number): number {
  if (bin < 2 * BINS) return bin / 100;
  const octave = Math.floor((bin - BINS) / BINS) + 7;
  const low = (BINS + ((bin - BINS) % BINS)) * (1 << (octave - 7));
  return (low + ((1 << (octave - 7)) - 1) / 2) / 100;
}

/**
 * A quantile of a histogram, in milliseconds: the value at rank ⌈p·n⌉, to within 0.4 %; undefined if the histogram is
 * empty.
 * @param p 0 to 1
 */
export function histogramQuantile(times: ArrayLike<number>, p: number): number | undefined {
  let total = 0;
  for (let bin = 0; bin < times.length; bin++) total += times[bin];
  if (total === 0) return undefined;
  let left = Math.max(1, Math.ceil(p * total));
  for (let bin = 0; bin < times.length; bin++) {
    left -= times[bin];
    if (left <= 0) return Math.round(binMiddle(bin) * 100) / 100;
  }
  return undefined;
}

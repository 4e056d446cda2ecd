import type { Judge } from "./judge.js";

/**
 * Threshold of the modified z-score, and its constant: Iglewicz & Hoaglin 1993, "How to Detect and Handle Outliers".
 */
const CUT = 3.5;
const NORMAL = 0.6745;
/**
 * Threshold while readings are compared with the latest ones, which also vary with the hour. Chosen on the twins of the
 * drill's seeds 1 to 60; other seeds show its false alarms: `drill --first-seed 101`.
 */
const CUT_OF_LATE = 6;
/** Number of readings that are kept for each hour of the week, for each hour of the day, and of the latest. */
const KEPT = 240;
/** Minimum number of readings for a median. */
const ENOUGH = 60;
/** Number of readings after which the median of the latest ones is updated. */
const OFTEN = 15;
const HOUR = 3_600_000;

/**
 * Robust z-score by hour of the week: each reading is compared with the median of the readings at that hour in earlier
 * weeks, in units of their median absolute deviation. Until an hour of the week has enough readings, the same hour of
 * other days is used instead, and before that the latest readings.
 */
export class Seasonal implements Judge {
  readonly #ofWeek = Array.from({ length: 168 }, () => new Kept());
  readonly #ofDay = Array.from({ length: 24 }, () => new Kept());
  readonly #latest = new Kept();
  #hour = Number.NaN;
  #since = 0;
  #median = Number.NaN;
  #deviation = Number.NaN;
  #against = "";
  #value = Number.NaN;
  #thisHour = this.#ofWeek[0];
  #thisDaytime = this.#ofDay[0];
  /** The last three scores, of which the smallest counts. */
  #before = 0;
  #last = 0;
  #score = 0;

  get usual(): number {
    return this.#median;
  }

  next(value: number, _of: number, time: number): number {
    if (Number.isNaN(value)) return 0;
    const hour = Math.floor(time / HOUR);
    if (hour !== this.#hour) {
      this.#hour = hour;
      this.#thisHour = this.#ofWeek[hour % 168]; // 1970 began on a Thursday, but the week may begin on any day
      this.#thisDaytime = this.#ofDay[hour % 24];
      this.#look();
    } else if (this.#against === "of late" && ++this.#since >= OFTEN) this.#look();
    this.#value = value;
    this.#before = this.#last;
    this.#last = this.#score;
    this.#score = Number.isNaN(this.#median) ? 0 : (NORMAL * (value - this.#median)) / this.#deviation;
    this.#thisHour.add(value);
    this.#thisDaytime.add(value);
    this.#latest.add(value);
    // Three in a row past the threshold are an alarm. A single one is noise, which happens now and then in a week of
    // minutes.
    const above = Math.min(this.#before, this.#last, this.#score);
    const below = Math.max(this.#before, this.#last, this.#score);
    return Math.max(0, above, -below) / (this.#against === "of late" ? CUT_OF_LATE : CUT);
  }

  /** Chooses the readings to compare with, and takes their median: for an hour, the readings from before it began. */
  #look(): void {
    this.#since = 0;
    const [kept, against] =
      this.#thisHour.count >= ENOUGH
        ? [this.#thisHour, "at this hour of the week"]
        : this.#thisDaytime.count >= ENOUGH
          ? [this.#thisDaytime, "at this hour of the day"]
          : [this.#latest, "of late"];
    this.#against = against;
    if (kept.count < ENOUGH) return;
    const values = kept.values();
    this.#median = middle(values);
    for (let i = 0; i < values.length; i++) values[i] = Math.abs(values[i] - this.#median);
    const spread = middle(values);
    this.#deviation = Math.max(spread, 1e-6 * Math.abs(this.#median), Number.MIN_VALUE);
  }

  why(say: (value: number) => string): string {
    return `three readings in a row, the last ${say(this.#value)}, are ${this.#score > 0 ? "above" : "below"} the median ${this.#against}, ${say(this.#median)}; the modified z-score is ${this.#score.toFixed(1)}`;
  }
}

/** The latest readings of one hour. */
class Kept {
  #values: Float64Array | undefined;
  count = 0;

  add(value: number): void {
    this.#values ??= new Float64Array(KEPT);
    this.#values[this.count++ % KEPT] = value;
  }

  /** A copy of the readings. */
  values(): Float64Array {
    return this.#values!.slice(0, Math.min(this.count, KEPT));
  }
}

/**
 * The median (the higher of the two middle values, if there are two) by Hoare's selection (1961). It reorders the
 * values.
 */
function middle(values: Float64Array): number {
  const rank = values.length >> 1;
  let from = 0;
  let to = values.length - 1;
  while (from < to) {
    const pivot = values[(from + to) >> 1];
    let left = from;
    let right = to;
    while (left <= right) {
      while (values[left] < pivot) left++;
      while (values[right] > pivot) right--;
      if (left > right) break;
      const value = values[left];
      values[left++] = values[right];
      values[right--] = value;
    }
    if (rank <= right) to = right;
    else if (rank >= left) from = left;
    else break;
  }
  return values[rank];
}

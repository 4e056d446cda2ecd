import type { Judge } from "./judge.js";

/** Cut of the modified z-score, and its constant: Iglewicz & Hoaglin 1993, "How to Detect and Handle Outliers". */
const CUT = 3.5;
const NORMAL = 0.6745;
/** Cut against the latest readings: the hour moves them too. Chosen on the twins of the drill's seeds 1 to 60, so that others show its false alarms: `drill --first-seed 101`. */
const CUT_OF_LATE = 6;
/** Readings kept of each hour of the week and of the day, and of the latest. */
const KEPT = 240;
/** Readings from which a median is taken at least. */
const ENOUGH = 60;
/** Readings after which the latest ones are looked at anew. */
const OFTEN = 15;
const HOUR = 3_600_000;

/**
 * Robust z-score by hour of the week: each reading is held against the median of the readings at that hour in the
 * weeks before, in units of their median absolute deviation. Until an hour of the week has been seen, the same hour of
 * other days stands for it, and before that the latest readings.
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
  /** The last three scores, of which the least counts. */
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
      this.#thisHour = this.#ofWeek[hour % 168]; // 1970 began on a Thursday; any beginning of the week will do
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
    // Three in a row past the cut are an alarm: one is noise, of which a week of minutes has some.
    const above = Math.min(this.#before, this.#last, this.#score);
    const below = Math.max(this.#before, this.#last, this.#score);
    return Math.max(0, above, -below) / (this.#against === "of late" ? CUT_OF_LATE : CUT);
  }

  /** Chooses what readings are held against, and takes their median: of an hour, what it held before it began. */
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

/** The last readings of one hour. */
class Kept {
  #values: Float64Array | undefined;
  count = 0;

  add(value: number): void {
    this.#values ??= new Float64Array(KEPT);
    this.#values[this.count++ % KEPT] = value;
  }

  /** A copy of what is kept. */
  values(): Float64Array {
    return this.#values!.slice(0, Math.min(this.count, KEPT));
  }
}

/** The median, as the value in the middle or the higher of the two there, by Hoare's selection (1961); moves the values. */
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

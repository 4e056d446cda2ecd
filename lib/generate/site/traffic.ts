import { power } from "../../elementary.js";
import { beta, binomial } from "../random/distributions.js";
import { Purpose, Stream, streamKey } from "../random/stream.js";

/** How busy the site is over the week, before chance plays its part: this is `traffic` of the scenario. */
interface Season {
  /** Relative intensity by hour of the day, UTC, at the middle of each hour; 24 values. */
  readonly hours: readonly number[];
  /** Relative intensity by day, Monday first; 7 values. */
  readonly weekdays: readonly number[];
  /** Growth over a week, as a share of the intensity at the start of the window; linear, −0.5 to 10. */
  readonly trend: number;
}

const MINUTES = 7 * 24 * 60;
const WEEK = 7 * 86_400;
/** The intensity of a mean minute, in integer units. Integers keep all sums exact. */
const UNIT = 1 << 20;
/** 1970-01-05, the first Monday, in seconds. */
const MONDAY = 4 * 86_400;

/**
 * Intensity over time, with a mean of 1 over a week: the curve of the hours of the week, as straight lines from the
 * middle of one hour to the middle of the next, times a linear trend.
 */
export class Intensity {
  /** By minute of the week, in UNITs. */
  readonly #minute = new Float64Array(MINUTES);
  /** Sum of all seconds before the minute; one more entry holds the week. */
  readonly #before = new Float64Array(MINUTES + 1);
  /** Sum of (second × intensity) before the minute, for the trend. */
  readonly #moment = new Float64Array(MINUTES + 1);
  readonly #growth: number; // per second
  readonly #origin: number; // second at which the trend's factor is 1
  readonly #epoch: number; // the Monday before it; seconds are counted from there, so that the numbers stay small

  constructor(season: Season, origin: number) {
    const hourly = Float64Array.from(
      { length: 168 },
      (_, h) => season.weekdays[(h / 24) | 0] * season.hours[h % 24],
    );
    const [minute, before, moment] = [this.#minute, this.#before, this.#moment];
    let sum = 0;
    for (let m = 0; m < MINUTES; m++) {
      const x = (m + 0.5 - 30) / 60;
      const left = Math.floor(x);
      const value = hourly[(left + 168) % 168] * (left + 1 - x) + hourly[(left + 1) % 168] * (x - left);
      minute[m] = value;
      sum += value;
    }
    for (let m = 0; m < MINUTES; m++) {
      const value = Math.round((minute[m] / sum) * MINUTES * UNIT);
      minute[m] = value;
      before[m + 1] = before[m] + 60 * value;
      moment[m + 1] = moment[m] + value * (60 * (60 * m) + 1770); // sum of 60m … 60m+59
    }
    this.#growth = season.trend / WEEK;
    this.#origin = origin;
    this.#epoch = origin - modulo(origin - MONDAY, WEEK);
  }

  /** The intensity in a second since 1970. */
  at(second: number): number {
    const inWeek = modulo(second - MONDAY, WEEK);
    return (this.#minute[(inWeek / 60) | 0] / UNIT) * (1 + this.#growth * (second - this.#origin));
  }

  /** Sum over the seconds from `from` (included) to `to` (excluded), in seconds of mean intensity. */
  sum(from: number, to: number): number {
    const plain = this.#prefix(to) - this.#prefix(from);
    if (this.#growth === 0) return plain / UNIT;
    const moment = this.#momentPrefix(to) - this.#momentPrefix(from);
    return (plain + this.#growth * (moment - (this.#origin - this.#epoch) * plain)) / UNIT;
  }

  #prefix(second: number): number {
    const since = second - this.#epoch;
    const inWeek = modulo(since, WEEK);
    const m = (inWeek / 60) | 0;
    const weeks = (since - inWeek) / WEEK;
    return weeks * this.#before[MINUTES] + this.#before[m] + (inWeek - 60 * m) * this.#minute[m];
  }

  /** Sum of (second since the epoch) × intensity. */
  #momentPrefix(second: number): number {
    const since = second - this.#epoch;
    const inWeek = modulo(since, WEEK);
    const m = (inWeek / 60) | 0;
    const weeks = (since - inWeek) / WEEK;
    const k = inWeek - 60 * m;
    const partial = this.#moment[m] + this.#minute[m] * (k * 60 * m + (k * (k - 1)) / 2);
    const inner = this.#before[m] + k * this.#minute[m];
    const whole = weeks * this.#moment[MINUTES] + WEEK * this.#before[MINUTES] * ((weeks * (weeks - 1)) / 2);
    return whole + WEEK * weeks * inner + partial;
  }
}

function modulo(a: number, b: number): number {
  const rest = a % b;
  return rest < 0 ? rest + b : rest;
}

/**
 * Exact counts in any part of a window. The count of the window is split in two, and each half again, down to a second.
 * The left half's share of the intensity is Beta-distributed around its share of the season, and its count is Binomial.
 * This is the b-model of Wang, Madhyastha, Papadimitriou, Faloutsos & Chan ("Data mining meets performance evaluation",
 * 2002) with a random bias. The spread at each level is chosen so that the relative variance of the intensity over τ
 * seconds is burstiness · τ^(2·hurst − 2), which is self-similar traffic with that Hurst exponent.
 *
 * Each node of the tree draws from its own stream, so a slice costs only its own length and the way down to it.
 */
export class Cascade {
  readonly #intensity: Intensity;
  readonly #start: number;
  readonly #seconds: number;
  readonly #rows: number;
  readonly #mean: number;
  readonly #cascadeKey: number;
  readonly #countKey: number;
  readonly #burstiness: number;
  readonly #exponent: number;
  /** Concentration of the Beta distribution by length of the node. On one level, lengths differ by at most one. */
  readonly #concentrations = new Map<number, number>();
  readonly #stream = new Stream(0, 0);

  /**
   * @param start first second of the window, since 1970
   * @param seconds length of the window
   * @param rows records in the window
   */
  constructor(
    intensity: Intensity,
    window: { start: number; seconds: number; rows: number },
    shape: { burstiness: number; hurst: number },
    seed: number,
  ) {
    this.#intensity = intensity;
    this.#start = window.start;
    this.#seconds = window.seconds;
    this.#rows = window.rows;
    this.#mean = intensity.sum(window.start, window.start + window.seconds) / window.seconds;
    this.#cascadeKey = streamKey(seed, Purpose.cascade);
    this.#countKey = streamKey(seed, Purpose.counts);
    this.#burstiness = shape.burstiness;
    this.#exponent = 2 * shape.hurst - 2;
  }

  /**
   * Visits the cells from `from` to `to` (seconds since the window's start, `to` excluded) in order of time. A cell is
   * a second. If `cellSeconds` is above 1, it is a node of the tree that is at most so long.
   * @param visit gets the cell's first second since the window's start, its length, its number of records, and its
   * intensity (1 = the mean over a week)
   */
  visit(
    from: number,
    to: number,
    cellSeconds: number,
    visit: (second: number, length: number, count: number, intensity: number) => void,
  ): void {
    const descend = (a: number, length: number, count: number, intensity: number): void => {
      if (a >= to || a + length <= from) return;
      if (length <= cellSeconds) {
        visit(a, length, count, intensity);
        return;
      }
      if (count === 0) return;
      const leftLength = length >> 1;
      const middle = a + leftLength;
      const absolute = this.#start + a;
      const whole = this.#intensity.sum(absolute, absolute + length);
      const season =
        whole > 0 ? this.#intensity.sum(absolute, absolute + leftLength) / whole : leftLength / length;
      let share = season;
      if (season > 0 && season < 1) {
        const concentration = this.#concentration(length);
        if (concentration < 1e12) {
          const stream = this.#stream.reseed(this.#cascadeKey, a, length);
          share = beta(stream, concentration * season, concentration * (1 - season));
        }
      }
      const left = binomial(this.#stream.reseed(this.#countKey, a, length), count, share);
      descend(a, leftLength, left, (intensity * share * length) / leftLength);
      descend(
        middle,
        length - leftLength,
        count - left,
        (intensity * (1 - share) * length) / (length - leftLength),
      );
    };
    descend(0, this.#seconds, this.#rows, this.#mean);
  }

  #concentration(length: number): number {
    let concentration = this.#concentrations.get(length);
    if (concentration === undefined) {
      const variance = (seconds: number) => this.#burstiness * power(seconds, this.#exponent);
      const r = (1 + variance(length / 2)) / (1 + variance(length));
      concentration = r > 1 + 1e-12 ? 1 / (r - 1) - 1 : Number.POSITIVE_INFINITY;
      this.#concentrations.set(length, concentration);
    }
    return concentration;
  }
}

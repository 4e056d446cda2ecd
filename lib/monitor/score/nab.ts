import { firstIndexWhere } from "../../bisect.js";
import { InputError, quoted } from "../../errors.js";

/** A labelled window of a series, in milliseconds since 1970, both ends included. */
export interface LabelledWindow {
  readonly start: number;
  readonly end: number;
}

/** The weights of a true, a missed and a false detection. */
interface Weights {
  readonly truePositive: number;
  readonly falseNegative: number;
  readonly falsePositive: number;
}

/**
 * The application profiles of the Numenta Anomaly Benchmark (Lavin & Ahmad 2015, "Evaluating Real-time Anomaly
 * Detection Algorithms", table 1; `config/profiles.json` of numenta/NAB).
 */
export const nabProfiles = {
  standard: { truePositive: 1, falseNegative: 1, falsePositive: 0.11 },
  reward_low_FP_rate: { truePositive: 1, falseNegative: 1, falsePositive: 0.22 },
  reward_low_FN_rate: { truePositive: 1, falseNegative: 2, falsePositive: 0.11 },
} as const satisfies Record<string, Weights>;

/** Name of a profile. */
export type NabProfile = keyof typeof nabProfiles;

/** A series with its labels and a detector's score of each point. */
export interface ScoredSeries {
  /** Milliseconds since 1970, in ascending order. */
  readonly times: ArrayLike<number>;
  /** The detector's score of each point, which is a detection if it reaches the threshold. */
  readonly scores: ArrayLike<number>;
  /** In order of time, disjoint. */
  readonly windows: readonly LabelledWindow[];
}

/**
 * The number of points at the beginning of a series of `length` points that do not count (NAB's probation): 15 %, at
 * most 750.
 */
export function nabProbation(length: number): number {
  return Math.ceil(Math.min(Math.floor(0.15 * length), 0.15 * 5000));
}

/** NAB's scaled sigmoid: 1 far before a window's end, 0 at it, −1 far after it. */
function sigmoid(x: number): number {
  return x > 3 ? -1 : 2 / (1 + Math.exp(5 * x)) - 1;
}

/**
 * The score that NAB gives to detections in a corpus at one threshold: 100 if all windows are found at their first
 * point without a false alarm, 0 for a detector that never alarms.
 * @throws InputError when no series has a window, or a series is malformed
 */
export function nabScore(
  corpus: readonly ScoredSeries[],
  threshold: number,
  profile: NabProfile = "standard",
): number {
  const weights = nabProfiles[profile];
  if (weights === undefined)
    throw new InputError(
      `profile: must be one of ${Object.keys(nabProfiles).join(", ")}, not ${quoted(profile)}`,
    );
  const windows = corpus.reduce((sum, series) => sum + series.windows.length, 0);
  if (windows === 0) throw new InputError("windows: there must be at least one labelled window to score by");
  const raw = corpus.reduce((sum, series) => sum + rawScore(series, threshold, weights), 0);
  const nothing = -windows * weights.falseNegative;
  return (100 * (raw - nothing)) / (windows * weights.truePositive - nothing);
}

/** The sum of the detections' scores in one series, before the corpus is normalised. */
function rawScore({ times, scores, windows }: ScoredSeries, threshold: number, weights: Weights): number {
  if (scores.length !== times.length)
    throw new InputError(`scores: there are ${scores.length} for ${times.length} points of the series`);
  const probation = nabProbation(times.length);
  const spans = windows.map(({ start, end }) => {
    const left = firstFrom(times, start);
    return { left, right: firstFrom(times, end + 1) - 1 };
  });
  let sum = 0;
  let at = 0; // the window in which the point lies, or the next one
  let best = 0; // the score of the window's earliest detection; 0 if there is none
  const leave = () => {
    const { left, right } = spans[at];
    // A window that lies entirely in the probation does not count.
    if (right >= probation && left <= right)
      sum += best > 0 ? best * weights.truePositive : -weights.falseNegative;
    best = 0;
    at++;
  };
  for (let i = 0; i < times.length; i++) {
    while (at < spans.length && i > spans[at].right) leave();
    if (i < probation || !(scores[i] >= threshold)) continue;
    if (at < spans.length && i >= spans[at].left) {
      const { left, right } = spans[at];
      const value = sigmoid(-(right - i + 1) / (right - left + 1)) / sigmoid(-1);
      if (value > best) best = value;
    } else {
      const before = spans[at - 1];
      const cost =
        before === undefined ? -1 : sigmoid((i - before.right) / Math.max(1, before.right - before.left));
      sum += cost * weights.falsePositive;
    }
  }
  while (at < spans.length) leave();
  return sum;
}

/** Index of the first point not before a moment. */
function firstFrom(times: ArrayLike<number>, moment: number): number {
  return firstIndexWhere(0, times.length, (i) => times[i] >= moment);
}

import { InputError } from "../../errors.js";

/** An interval from one moment to another, in any unit. The end is later than the start. */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

/** How close alarms and events are to each other, as probabilities. */
export interface Affiliation {
  /** Mean over the events that have an alarm nearest to them, 0 to 1; undefined if there are no alarms. */
  readonly precision: number | undefined;
  /** Mean over all events, 0 to 1. */
  readonly recall: number;
  /** By event; undefined if no alarm is nearer to it than to others. */
  readonly precisions: readonly (number | undefined)[];
  readonly recalls: readonly number[];
}

/**
 * Affiliation precision and recall (Huet, Navarro & Rossi 2022, "Local Evaluation of Time Series Anomaly Detection
 * Algorithms", KDD). Each moment belongs to the event nearest to it. Precision is the probability that a random moment
 * there is no nearer to the event than the alarms are; recall is the probability that it is no nearer to the event's
 * moments than the alarms are. A random alarm gets about 0.5, so 0.5 means no skill and 1 is perfect.
 * @param alarms in order of time, disjoint @param events the truth, in order of time, disjoint; at least one
 * @param range the time watched, which contains all alarms and events
 * @throws InputError when there is no event, or intervals are empty, overlap or leave the range
 */
export function affiliation(
  alarms: readonly Interval[],
  events: readonly Interval[],
  range: Interval,
): Affiliation {
  if (events.length === 0) throw new InputError("events: there must be at least one to score by");
  checkIntervals("alarms", alarms, range);
  checkIntervals("events", events, range);
  const zones = events.map((event, i) => ({
    start: i === 0 ? range.start : (events[i - 1].end + event.start) / 2,
    end: i === events.length - 1 ? range.end : (event.end + events[i + 1].start) / 2,
  }));
  const near = zones.map((zone) => within(alarms, zone));
  const precisions = events.map((event, i) => precisionOf(near[i], event, zones[i]));
  const recalls = events.map((event, i) => recallOf(near[i], event, zones[i]));
  const defined = precisions.filter((value) => value !== undefined);
  return {
    precision: defined.length > 0 ? mean(defined) : undefined,
    recall: mean(recalls),
    precisions,
    recalls,
  };
}

function checkIntervals(argument: string, intervals: readonly Interval[], range: Interval): void {
  intervals.forEach(({ start, end }, i) => {
    const place = `${argument}[${i}]`;
    if (!(start < end)) throw new InputError(`${place}: must end after it starts, not ${start} to ${end}`);
    if (start < range.start || end > range.end)
      throw new InputError(
        `${place}: ${start} to ${end} leaves the range ${range.start} to ${range.end} that was watched`,
      );
    if (i > 0 && start < intervals[i - 1].end)
      throw new InputError(`${place}: begins at ${start}, before the one before it ends`);
  });
}

/**
 * Mean over the alarms' moments: 1 inside the event, else the probability that a moment of the zone is farther from it.
 */
function precisionOf(alarms: readonly Interval[], event: Interval, zone: Interval): number | undefined {
  const length = alarms.reduce((sum, { start, end }) => sum + end - start, 0);
  if (length === 0) return undefined;
  const before = event.start - zone.start;
  const after = zone.end - event.end;
  const farther = (d: number) =>
    1 - (event.end - event.start + Math.min(d, before) + Math.min(d, after)) / (zone.end - zone.start);
  const sum = alarms.reduce((all, alarm) => {
    const inside = Math.max(0, Math.min(alarm.end, event.end) - Math.max(alarm.start, event.start));
    const left = integral(
      farther,
      event.start - Math.min(alarm.end, event.start),
      event.start - alarm.start,
      [before, after],
    );
    const right = integral(farther, Math.max(alarm.start, event.end) - event.end, alarm.end - event.end, [
      before,
      after,
    ]);
    return all + inside + left + right;
  }, 0);
  return sum / length;
}

/**
 * Mean over the event's moments: 1 inside an alarm, else the probability that a moment of the zone is farther from it.
 */
function recallOf(alarms: readonly Interval[], event: Interval, zone: Interval): number {
  if (alarms.length === 0) return 0;
  const width = zone.end - zone.start;
  let sum = 0;
  alarms.forEach((alarm, i) => {
    // the part of the event to which this alarm is the nearest
    const start = i === 0 ? event.start : Math.max(event.start, (alarms[i - 1].end + alarm.start) / 2);
    const end =
      i === alarms.length - 1 ? event.end : Math.min(event.end, (alarm.end + alarms[i + 1].start) / 2);
    if (start >= end) return;
    sum += Math.max(0, Math.min(alarm.end, end) - Math.max(alarm.start, start));
    for (const { from, to, edge } of [
      { from: start, to: Math.min(end, alarm.start), edge: alarm.start },
      { from: Math.max(start, alarm.end), to: end, edge: alarm.end },
    ]) {
      const farther = (y: number) => {
        const d = Math.abs(y - edge);
        return 1 - (Math.min(d, y - zone.start) + Math.min(d, zone.end - y)) / width;
      };
      sum += integral(farther, from, to, [(edge + zone.start) / 2, (edge + zone.end) / 2]);
    }
  });
  return sum / (event.end - event.start);
}

/** Integral of a piecewise linear function, given its breakpoints; 0 over an empty interval. */
function integral(f: (x: number) => number, from: number, to: number, bends: readonly number[]): number {
  if (!(from < to)) return 0;
  const ends = [from, ...bends.filter((x) => x > from && x < to).sort((a, b) => a - b), to];
  let sum = 0;
  for (let i = 1; i < ends.length; i++) sum += ((f(ends[i - 1]) + f(ends[i])) / 2) * (ends[i] - ends[i - 1]);
  return sum;
}

/** The parts of intervals that are in a zone. An interval that only touches its edge has no such part. */
function within(intervals: readonly Interval[], zone: Interval): Interval[] {
  return intervals
    .map(({ start, end }) => ({ start: Math.max(start, zone.start), end: Math.min(end, zone.end) }))
    .filter(({ start, end }) => start < end);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

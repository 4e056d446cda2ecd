import { InputError, quoted } from "../../errors.js";
import type { Work } from "../../work.js";
import type { Alert } from "../alert.js";
import { columnOf, csvLines } from "../csvTable.js";
import { type Affiliation, affiliation, type Interval } from "./affiliation.js";
import { type EpisodeScore, GRACE, scoreEpisodes } from "./episodes.js";
import { momentOfText } from "./moments.js";
import { type NabProfile, nabProfiles, nabScore } from "./nab.js";
import { readTruth } from "./truth.js";

/** How to score alerts. All options may be left out. */
export interface ScoreOptions extends Work {
  /** The name of the series, if windows in NAB's form are of several. */
  series?: string | undefined;
  /** Minutes after an episode's end in which an alert still counts for it, 0 to 1440. Default 15. */
  graceMinutes?: number | undefined;
  /** Score from which on a reading is a detection, for a CSV with anomaly scores. Default 0.5. */
  threshold?: number | undefined;
}

/** The scores of alerts: by episode, by affiliation, and, for scores of a whole series, by NAB. */
export interface AlertScore extends EpisodeScore {
  /** How close alerts and episodes are; undefined if there are no episodes. */
  readonly affiliation: Affiliation | undefined;
  /** NAB's score by profile; undefined for a list of alerts. */
  readonly nab: Readonly<Record<NabProfile, number>> | undefined;
}

/** Alerts as read: when each begins and ends, and the time watched, if it is known. */
interface ReadAlerts {
  readonly alerts: readonly Alert[];
  /** For a CSV with an anomaly score for each point of a series. */
  readonly points?: { readonly times: readonly number[]; readonly scores: readonly number[] };
}

/**
 * Scores a CSV of alerts, or of anomaly scores, against what happened.
 * @param truth path of a log's answer key, or of labelled windows in NAB's form
 * @param alerts path, "-" for standard input, or bytes of a CSV: `start` and, if known, `end` and `name` of each alert;
 * or `timestamp` and `anomaly_score` of each point, which is a detection from the threshold on
 * @throws InputError when either cannot be parsed, or they belong to different logs
 */
export async function scoreAlerts(
  truth: string,
  alerts: string | Uint8Array,
  options: ScoreOptions = {},
): Promise<AlertScore> {
  const { series, graceMinutes = GRACE / 60_000, threshold = 0.5, ...work } = options;
  if (!(typeof graceMinutes === "number" && graceMinutes >= 0 && graceMinutes <= 1440))
    throw new InputError(`graceMinutes: must be a number from 0 to 1440, not ${quoted(graceMinutes)}`);
  if (!(typeof threshold === "number" && Number.isFinite(threshold)))
    throw new InputError(`threshold: must be a number, not ${quoted(threshold)}`);
  const { episodes, range: covered, zoneless } = await readTruth(truth, series);
  const read = await readAlerts(alerts, zoneless, threshold, work);
  const range = covered ?? rangeOf(read, episodes);
  const score = scoreEpisodes(
    read.alerts,
    episodes,
    range,
    covered === undefined ? 0 : graceMinutes * 60_000,
  );
  return {
    ...score,
    affiliation:
      episodes.length === 0
        ? undefined
        : affiliation(merged(read.alerts, range), merged(episodes, range), range),
    nab: read.points && nabOf(read.points, episodes),
  };
}

/** For a series with scores, its own range. A list of alerts does not say what was watched. */
function rangeOf({ points }: ReadAlerts, episodes: readonly Interval[]): { start: number; end: number } {
  if (points === undefined || points.times.length === 0)
    throw new InputError(
      "alerts: windows in NAB's form do not say what was watched; give a CSV with a timestamp and an anomaly_score for each point",
    );
  const range = { start: points.times[0], end: points.times.at(-1)! + 1 };
  const outside = episodes.find(({ start, end }) => start < range.start || end > range.end);
  if (outside !== undefined)
    throw new InputError(
      `truth: a window begins at ${new Date(outside.start).toISOString()}, outside of the series: the windows are another series'`,
    );
  return range;
}

function nabOf(
  { times, scores }: NonNullable<ReadAlerts["points"]>,
  episodes: readonly Interval[],
): AlertScore["nab"] {
  if (episodes.length === 0) return undefined;
  const windows = episodes.map(({ start, end }) => ({ start, end: end - 1 }));
  const scored = scores.map((one) => (one ? 1 : 0));
  return Object.fromEntries(
    Object.keys(nabProfiles).map((profile) => [
      profile,
      nabScore([{ times, scores: scored, windows }], 1, profile as NabProfile),
    ]),
  ) as Record<NabProfile, number>;
}

/** Intervals within a range, in order; those that overlap or touch are merged. */
function merged(intervals: readonly { start: number; end?: number }[], range: Interval): Interval[] {
  const sorted = intervals
    .map(({ start, end = range.end }) => ({
      start: Math.max(start, range.start),
      end: Math.min(Math.max(end, start + 1), range.end),
    }))
    .filter(({ start, end }) => start < end)
    .sort((a, b) => a.start - b.start);
  const all: { start: number; end: number }[] = [];
  for (const one of sorted) {
    const last = all.at(-1);
    if (last !== undefined && one.start <= last.end) last.end = Math.max(last.end, one.end);
    else all.push({ ...one });
  }
  return all;
}

async function readAlerts(
  source: string | Uint8Array,
  zoneless: "utc" | "refuse",
  threshold: number,
  work: Work,
): Promise<ReadAlerts> {
  const lines = csvLines(source, "alerts", work);
  const first = await lines.next();
  if (first.done)
    throw new InputError(
      "alerts: the file is empty; without any alert it has its header alone, such as start,end",
    );
  const header = first.value.cells;
  const has = (name: string) => header.some((cell) => cell.trim().toLowerCase() === name);
  const moment = (text: string, number: number) => momentOfText(text, `alerts: line ${number}`, zoneless);
  if (has("anomaly_score")) {
    const time = columnOf(header, ["timestamp", "time"], "alerts");
    const score = columnOf(header, ["anomaly_score"], "alerts");
    const times: number[] = [];
    const scores: number[] = [];
    for await (const { number, cells } of lines) {
      const value = Number(cells[score]);
      if (!cells[score]?.trim() || Number.isNaN(value))
        throw new InputError(
          `alerts: line ${number} must have a number as anomaly_score, not ${quoted(cells[score])}`,
        );
      times.push(moment(cells[time] ?? "", number));
      scores.push(value >= threshold ? 1 : 0);
    }
    return { alerts: detections(times, scores), points: { times, scores } };
  }
  const start = columnOf(header, ["start", "timestamp", "time"], "alerts");
  const [end, name] = ["end", "name"].map((column) =>
    has(column) ? columnOf(header, [column], "alerts") : -1,
  );
  const alerts: Alert[] = [];
  for await (const { number, cells } of lines) {
    const begins = moment(cells[start] ?? "", number);
    const ends = cells[end]?.trim() ? moment(cells[end], number) : undefined;
    if (ends !== undefined && ends < begins)
      throw new InputError(`alerts: line ${number} ends before it starts`);
    alerts.push({ name: cells[name] ?? "alert", start: begins, ...(ends !== undefined && { end: ends }) });
  }
  return { alerts };
}

/** Runs of detections as alerts, each from its first point to the point after its last. */
function detections(times: readonly number[], scores: readonly number[]): Alert[] {
  const alerts: Alert[] = [];
  for (let i = 0; i < times.length; i++) {
    if (scores[i] === 0) continue;
    const start = times[i];
    while (i < times.length && scores[i] === 1) i++;
    alerts.push({ name: "anomaly_score", start, end: times[i] ?? times[times.length - 1] + 1 });
  }
  return alerts;
}

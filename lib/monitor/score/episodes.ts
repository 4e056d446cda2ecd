import { InputError } from "../../errors.js";
import type { Alert } from "../alert.js";
import { type Estimate, median, ratePer, share } from "./intervals.js";

/** Something that happened and should be noticed; milliseconds since 1970, `end` excluded. */
export interface Episode {
  readonly id: string;
  readonly start: number;
  readonly end: number;
}

/** The result for one episode. */
export interface EpisodeOutcome {
  readonly id: string;
  readonly found: boolean;
  /** From the episode's start to that of the first alert in it; NaN if it was missed. */
  readonly minutes: number;
  /** Name of that alert. */
  readonly by: string | undefined;
}

/** How well alerts detect episodes. */
export interface EpisodeScore {
  readonly episodes: readonly EpisodeOutcome[];
  readonly found: number;
  readonly missed: number;
  /** Share of the episodes that were found, 0 to 1, with Wilson's 95 % interval. */
  readonly share: Estimate;
  /** Median minutes to detection of those that were found; NaN if none was found. */
  readonly minutes: number;
  /** Number of alerts that began outside all episodes. */
  readonly falseAlarms: number;
  /** Hours watched outside all episodes. */
  readonly calmHours: number;
  /** False alarms per calm week, with the exact Poisson 95 % interval. */
  readonly falseAlarmsPerWeek: Estimate;
}

/** Milliseconds after an episode's end in which an alert still counts for it. */
export const GRACE = 15 * 60_000;

const WEEK = 7 * 86_400_000;

/**
 * Scores alerts by episode: one is found when an alert begins in it, or up to `grace` after its end, since windows look
 * back. Further alerts in the same episode do not count. An alert that begins anywhere else is a false alarm, even if
 * it lasts into an episode, because it cannot have been caused by it.
 * @param range the time watched, in milliseconds since 1970, the end excluded
 * @param grace milliseconds
 * @throws InputError when an alert begins outside the time watched
 */
export function scoreEpisodes(
  alerts: readonly Alert[],
  episodes: readonly Episode[],
  range: { readonly start: number; readonly end: number },
  grace = GRACE,
): EpisodeScore {
  const outside = alerts.find(({ start }) => start < range.start || start > range.end + grace);
  if (outside !== undefined) {
    const moment = (time: number) => new Date(time).toISOString();
    throw new InputError(
      `alerts: one begins at ${moment(outside.start)}, outside of the log, which goes from ${moment(range.start)} to ${moment(range.end)}: the key is another log's`,
    );
  }
  const inside = ({ start }: Alert, episode: Episode) =>
    start >= episode.start && start < episode.end + grace;
  const outcomes = episodes.map((episode) => {
    const first = alerts
      .filter((alert) => inside(alert, episode))
      .reduce<Alert | undefined>(
        (best, alert) => (best && best.start <= alert.start ? best : alert),
        undefined,
      );
    return {
      id: episode.id,
      found: first !== undefined,
      minutes: first === undefined ? Number.NaN : (first.start - episode.start) / 60_000,
      by: first?.name,
    };
  });
  const found = outcomes.filter((outcome) => outcome.found);
  const falseAlarms = alerts.filter((alert) => !episodes.some((episode) => inside(alert, episode))).length;
  const calm = calmTime(episodes, range, grace);
  return {
    episodes: outcomes,
    found: found.length,
    missed: outcomes.length - found.length,
    share: share(found.length, outcomes.length),
    minutes: median(found.map(({ minutes }) => minutes)),
    falseAlarms,
    calmHours: calm / 3_600_000,
    falseAlarmsPerWeek:
      calm > 0
        ? ratePer(falseAlarms, calm / WEEK)
        : { value: Number.NaN, low: 0, high: Number.POSITIVE_INFINITY },
  };
}

/** Milliseconds in which no alert can be due to an episode. */
function calmTime(
  episodes: readonly Episode[],
  range: { readonly start: number; readonly end: number },
  grace: number,
): number {
  let calm = 0;
  let at = range.start;
  for (const { start, end } of [...episodes].sort((a, b) => a.start - b.start)) {
    calm += Math.max(0, Math.min(start, range.end) - at);
    at = Math.max(at, end + grace);
  }
  return calm + Math.max(0, range.end - at);
}

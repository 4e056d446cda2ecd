import { defectKinds } from "../../scenario/defects.js";
import type { IncidentKind } from "../../scenario/incidents/kinds.js";
import { momentText } from "../../scenario/moment.js";
import type { ScenarioInput } from "../../scenario/types.js";
import type { Work } from "../../work.js";
import type { GenerateOptions } from "../../write/options.js";
import type { Alert } from "../alert.js";
import { generatedSeries } from "../generated.js";
import { GRACE, scoreEpisodes } from "../score/episodes.js";
import type { Series, Totals } from "../series.js";
import type { SeriesOptions } from "../seriesOptions.js";
import { spliced } from "./splice.js";
import { alertsBy, linesOf, type Watcher } from "./watchers.js";

/** An incident of the drill: a kind and a size. */
export interface DrillCase {
  readonly kind: IncidentKind;
  /** In the unit of the kind. */
  readonly size: number;
}

/** Everything that a seed of the drill needs. */
export interface DrillJob {
  readonly scenario: ScenarioInput;
  readonly rate: number;
  readonly start?: string | undefined;
  readonly end?: string | undefined;
  readonly cases: readonly DrillCase[];
  /** Length of each incident. */
  readonly minutes: number;
  /**
   * Milliseconds at the beginning of each log in which alerts do not count, because detectors still learn what is
   * usual.
   */
  readonly learning: number;
  readonly series: SeriesOptions;
  readonly watchers: readonly Watcher[];
}

/** The result of one seed for one line of the drill's result. */
export interface SeedOutcome {
  readonly line: string;
  /** Number of alerts on the twin, and the weeks in which they count. */
  readonly falseAlarms: number;
  readonly weeks: number;
  /** What is usual: requests of the twin, those that fail by the server, those with a known time, and the slow ones. */
  readonly twin: Totals;
  /** By case: minutes to detection; NaN if it was missed. */
  readonly minutes: readonly number[];
}

/** Milliseconds after an incident that still belong to it: a visitor retries within a minute. */
const AFTERMATH = 60_000;

/** The fractional parts of multiples of the golden ratio spread the seeds' incidents evenly over the day. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * One seed of the drill: the log without incidents, then each case on the same log. Only the period that an incident
 * affects is made again.
 * @param done called after each series
 */
export async function drillSeed(
  job: DrillJob,
  seed: number,
  done: () => void,
  work: Work = {},
): Promise<SeedOutcome[]> {
  const { scenario, rate, start, end, minutes, cases } = job;
  const about: GenerateOptions = {
    scenario,
    rate,
    seed,
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
    randomIncidents: 0,
    // Late lines would be counted in a different slice than that of their time; the drill tests alerts, not readers.
    defects: Object.fromEntries(defectKinds.map((defect) => [defect, 0])),
  };
  const make = (options: GenerateOptions) => generatedSeries({ ...about, ...options }, job.series, work);
  const { series: twin, plan } = await make({ incidents: [] });
  const sum = (column: Float64Array) => column.reduce((all, value) => all + value, 0);
  const usual = {
    requests: sum(twin.requests),
    clientErrors: sum(twin.clientErrors),
    serverErrors: sum(twin.serverErrors),
    timed: sum(twin.timed),
    slow: sum(twin.slow),
  };
  const range = { start: plan.start * 1000 + job.learning, end: plan.end * 1000 };
  const episode = episodeOf(seed, range, minutes, twin.step);
  // Prometheus evaluates all series of a seed at once. The other watchers see one series at a time, and no series is
  // kept.
  const together = job.watchers.filter(({ is }) => is === "rules");
  const kept: Series[] = [];
  const alerts: Map<string, Alert[]>[] = [];
  const watch = async (series: Series) => {
    if (together.length > 0) kept.push(series);
    const of = new Map<string, Alert[]>();
    for (const watcher of job.watchers.filter(({ is }) => is !== "rules")) {
      const [byLine] = await alertsBy(watcher, [series], work);
      for (const [line, all] of byLine) of.set(line, all);
    }
    alerts.push(of);
    done();
  };
  await watch(twin);
  // An alert that begins later is not due to the incident, and a watcher does not know the future.
  const heard = Math.min(range.end, Math.ceil((episode.end + GRACE) / twin.step) * twin.step);
  const moment = (time: number) => new Date(time).toISOString();
  for (const { kind, size } of cases) {
    const incident = {
      id: "drill",
      kind,
      size,
      start: momentText(episode.start / 1000),
      seconds: minutes * 60,
    };
    const touched = Math.min(range.end, Math.ceil((episode.end + AFTERMATH) / twin.step) * twin.step);
    const { series: part } = await make({
      incidents: [incident],
      from: moment(episode.start),
      to: moment(touched),
    });
    await watch(spliced(twin, part, (heard - twin.start) / twin.step));
  }
  for (const watcher of together) {
    (await alertsBy(watcher, kept, work)).forEach((byLine, i) => {
      for (const [line, all] of byLine) alerts[i].set(line, all);
    });
  }
  return job.watchers.flatMap(linesOf).map((line) => {
    const [quiet, ...others] = alerts.map((of) =>
      of.get(line)!.filter(({ start }) => start >= range.start && start <= range.end),
    );
    const { falseAlarms, calmHours } = scoreEpisodes(quiet, [], range);
    return {
      line,
      falseAlarms,
      weeks: calmHours / 168,
      twin: usual,
      minutes: others.map((all) => scoreEpisodes(all, [episode], range).episodes[0].minutes),
    };
  });
}

/** When a seed's incident begins: at a whole step, and not so late that nobody could notice it. */
function episodeOf(seed: number, range: { start: number; end: number }, minutes: number, step: number) {
  const length = minutes * 60_000;
  const room = range.end - range.start - 2 * length;
  const start = Math.floor((range.start + room * ((seed * GOLDEN) % 1)) / step) * step;
  return { id: "drill", start, end: start + length };
}

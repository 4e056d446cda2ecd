import type { CronTimes } from "./cron.js";
import type { Makes } from "./schedule.js";
import type { Zone } from "./zone.js";

/** A run of a job: when it is planned, and which part of the log it makes. Milliseconds since 1970. */
export interface PlannedRun {
  readonly planned: number;
  readonly from: number;
  /** Excluded. */
  readonly to: number;
}

/** What determines the runs of a job. */
export interface RunRule {
  readonly cron: CronTimes;
  readonly zone: Zone;
  readonly makes: Makes;
  /** First moment of the log and its end, excluded. */
  readonly start: number;
  readonly end: number;
}

/**
 * All runs of a job, in order, from the log's beginning to its end. They follow from the rule alone, not from the clock
 * or from which runs were made. A run is left out if its part lies outside the log or is the same as that of the
 * previous run.
 * @param done the last run that was made; undefined: start at the log's beginning
 */
export function* plannedRuns(rule: RunRule, done?: PlannedRun): Generator<PlannedRun, void> {
  const { cron, start, end } = rule;
  let before = done?.planned ?? start;
  let made = done?.to ?? start;
  // The search starts one moment before the log: a run that is planned for its first moment makes nothing of it.
  for (let planned = cron.next(before); planned !== undefined; planned = cron.next(planned)) {
    const [begin, stop] = windowOf(rule, planned, before);
    before = planned;
    const from = Math.max(begin, start);
    const to = Math.min(stop, end);
    if (from >= end) return;
    if (to <= from || to <= made) continue;
    yield { planned, from, to };
    made = to;
    if (to === end) return;
  }
}

/** The period that a run makes, before it is cut to the bounds of the log. @param before the previous planned moment */
function windowOf({ zone, makes }: RunRule, planned: number, before: number): [from: number, to: number] {
  if (makes === "since-last-run") return [before, planned];
  const beginOf = (moment: number) =>
    makes === "yesterday" ? zone.dayBegin(moment) : zone.hourBegin(moment);
  const to = beginOf(planned);
  return [beginOf(to - 1), to];
}

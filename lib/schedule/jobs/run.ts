import { dirname, resolve } from "node:path";
import { counted } from "../../digits.js";
import { checkOptions, InputError, InterruptedError, quoted } from "../../errors.js";
import { jsonFile } from "../../files/jsonFile.js";
import { checkPlaces, pathOption } from "../../files/places.js";
import type { Columns } from "../../record.js";
import { checkWork, type Work } from "../../work.js";
import { type Clock, systemClock } from "../clock.js";
import { make, whereOf } from "./make.js";
import { type CheckedJob, parseSchedule } from "./parseSchedule.js";
import type { Schedule } from "./schedule.js";
import { readState, ScheduleState } from "./state.js";
import { type PlannedRun, plannedRuns } from "./windows.js";

/** How serious a message is. */
export type Level = "error" | "warn" | "info";

/** How to run a schedule. */
export interface RunScheduleOptions {
  /**
   * Makes everything that is due, and ends: for cron and systemd's timers. Default false: it continues until the logs
   * end.
   */
  once?: boolean | undefined;
  /**
   * File that stores the progress of the schedule. Default: beside the schedule, `schedule.state.json` for
   * `schedule.json`. It is required if the schedule is given as an object.
   */
  state?: string | undefined;
  /** Gets a message for each run. */
  tell?: ((level: Level, words: string) => void) | undefined;
  /** A clock to use instead of the machine's. */
  clock?: Clock | undefined;
}

/** The result of running a schedule. */
export interface ScheduleRun {
  /** Number of runs that were made now. */
  readonly runs: number;
  /** Number of records in them. */
  readonly records: number;
  /** Jobs that were failing when it ended, and why. Their runs stay due. */
  readonly failed: readonly { readonly job: string; readonly reason: string }[];
  /** Whether it was stopped. */
  readonly stopped: boolean;
}

/** A job of a running schedule: its next run, and the end of its backoff after a failure. */
interface Running {
  readonly job: CheckedJob;
  readonly runs: Generator<PlannedRun, void>;
  next: PlannedRun | undefined;
  failure?: string | undefined;
  failures: number;
  /** Milliseconds since 1970. */
  retryAt: number;
}

/** Milliseconds before the first retry. Each further failure doubles the wait. */
const RETRY = 30_000;
const LONGEST_RETRY = 15 * 60_000;
/** Longest wait in milliseconds before the clock is read again, because it may have been set meanwhile. */
const LOOK = 1000;

/**
 * Runs the jobs of a schedule: first the runs that are due, from the earliest on, and then each run at its time. What a
 * run makes follows from the moment for which it is planned, so that a missed run can be caught up and a repeated run
 * makes the same. A run that fails is retried, while the other jobs continue.
 *
 * @param schedule path of a JSON file, to whose folder the paths in it are relative, or the schedule itself
 * @throws InputError naming the argument, its value and the rule, before anything is made; also if another runner has
 * the same schedule open
 *
 * @example await runSchedule("schedule.json", { once: true })
 */
export async function runSchedule(
  schedule: string | Schedule,
  options: RunScheduleOptions = {},
  work: Work = {},
): Promise<ScheduleRun> {
  checkOptions(options, ["once", "state", "tell", "clock"]);
  checkWork(work);
  const { once = false, tell = () => {}, clock = systemClock } = options;
  const { jobs, state: path } = await planned(schedule, options.state);
  const state = await ScheduleState.open(path, jobs);
  let made = 0;
  let records = 0;
  const { signal } = work;
  const running = jobs.map((job): Running => {
    const done = state.doneOf(job);
    const runs = plannedRuns(job, done);
    const [missed, after] = done === undefined ? [] : first(plannedRuns(job, done), 2);
    if (after !== undefined && after.planned <= clock.now())
      tell(
        "warn",
        `${job.name}: runs were missed from ${job.zone.text(missed.planned)} on: they are made now`,
      );
    return { job, runs, next: runs.next().value ?? undefined, failures: 0, retryAt: 0 };
  });
  try {
    while (!signal?.aborted) {
      const now = clock.now();
      const left = running.filter(({ next }) => next !== undefined);
      const due = left.filter(({ next, retryAt }) => next!.planned <= now && retryAt <= now);
      if (due.length === 0) {
        if (once || left.length === 0) break;
        await state.idle();
        const wake = Math.min(...left.map(({ next, retryAt }) => Math.max(next!.planned, retryAt)));
        await clock.wait(Math.min(LOOK, Math.max(1, wake - now)), signal);
        continue;
      }
      const earliest = due.reduce((a, b) => (b.next!.planned < a.next!.planned ? b : a));
      const count = await oneRun(earliest, state, work, tell);
      if (count !== undefined) {
        made++;
        records += count;
      } else if (once) earliest.retryAt = Number.POSITIVE_INFINITY;
      else earliest.retryAt = now + Math.min(LONGEST_RETRY, RETRY * 2 ** (earliest.failures - 1));
    }
    await state.write();
  } finally {
    await state.close();
  }
  for (const { job, next } of running) {
    if (next === undefined) tell("warn", `${job.name}: its log has ended, there are no more runs`);
  }
  const failed = running.flatMap(({ job, failure }) =>
    failure === undefined ? [] : [{ job: job.name, reason: failure }],
  );
  return { runs: made, records, failed, stopped: signal?.aborted === true };
}

/** Makes a job's next run. @returns its records, or undefined if it failed or was stopped */
async function oneRun(
  running: Running,
  state: ScheduleState,
  work: Work,
  tell: NonNullable<RunScheduleOptions["tell"]>,
): Promise<number | undefined> {
  const { job } = running;
  const run = running.next!;
  let count: number;
  try {
    const { records, where } = await make(job, run, work);
    tell("info", `${job.name}: ${windowText(run)}: ${counted(records, "record")} in ${where}`);
    count = records;
  } catch (error) {
    if (error instanceof InterruptedError) return undefined;
    running.failures++;
    running.failure = error instanceof Error ? error.message : String(error);
    tell("error", `${job.name}: ${windowText(run)}: ${running.failure}`);
    return undefined;
  }
  running.next = running.runs.next().value ?? undefined;
  running.failure = undefined;
  running.failures = 0;
  await state.done(job, run);
  return count;
}

const moment = (milliseconds: number) => new Date(milliseconds).toISOString().replace(".000", "");

/** The part of the log that a run makes, for people. */
const windowText = ({ from, to }: PlannedRun) => `${moment(from)} to ${moment(to)}`;

/**
 * The next runs of each job, including those that are due: what would be made, and when. Nothing is made.
 * @param schedule as `runSchedule` takes it
 * @param count number of runs of each job, 1 to 10000
 * @returns a row for each run: `job`, `planned` by the job's clock, `from` and `to` of its part, `where` it goes, and
 * `when`: "due" or "later"
 * @throws InputError as `runSchedule` does
 */
export async function nextRuns(
  schedule: string | Schedule,
  options: { count?: number | undefined } & Pick<RunScheduleOptions, "state" | "clock"> = {},
): Promise<Columns> {
  checkOptions(options, ["count", "state", "clock"]);
  const { count = 5, clock = systemClock } = options;
  if (!Number.isInteger(count) || count < 1 || count > 10_000)
    throw new InputError(`count: must be a whole number from 1 to 10000, not ${quoted(count)}`);
  const { jobs, state } = await planned(schedule, options.state);
  const done = await readState(state, jobs);
  const now = clock.now();
  const rows = jobs.flatMap((job) => first(plannedRuns(job, done(job)), count).map((run) => ({ job, run })));
  return {
    job: rows.map(({ job }) => job.name),
    planned: rows.map(({ job, run }) => job.zone.text(run.planned)),
    from: rows.map(({ run }) => moment(run.from)),
    to: rows.map(({ run }) => moment(run.to)),
    where: rows.map(({ job, run }) => whereOf(job, run)),
    when: rows.map(({ run }) => (run.planned <= now ? "due" : "later")),
  };
}

/** The first items of a series. */
function first<T>(series: Iterable<T>, count: number): T[] {
  const items: T[] = [];
  for (const item of series) if (items.push(item) === count) break;
  return items;
}

/** The checked jobs of a schedule, and where its state is kept. */
async function planned(
  schedule: unknown,
  given: string | undefined,
): Promise<{ jobs: CheckedJob[]; state: string }> {
  if (given !== undefined) pathOption("state", given);
  if (typeof schedule === "string") {
    pathOption("schedule", schedule);
    const jobs = parseSchedule(jsonFile(schedule, "schedule"), dirname(resolve(schedule)));
    const state = given ?? `${schedule.replace(/\.json$/i, "")}.state.json`;
    await checkPlaces(
      [{ argument: "schedule", path: schedule, what: "the schedule itself" }],
      [{ argument: "state", path: state, what: "the state" }],
    );
    return { jobs, state };
  }
  if (given === undefined)
    throw new InputError("state: must name a file, where the schedule is given as an object");
  return { jobs: parseSchedule(schedule, process.cwd()), state: given };
}

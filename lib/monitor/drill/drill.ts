import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { checkOptions, didYouMean, InputError, InterruptedError, quoted } from "../../errors.js";
import { type IncidentKind, incidentKinds, kinds as kindsByName } from "../../scenario/incidents/kinds.js";
import type { ScenarioInput } from "../../scenario/types.js";
import { startThread } from "../../thread.js";
import { checkWork, Pace, type Work, workOptions } from "../../work.js";
import { prepare } from "../../write/options.js";
import { BurnRate } from "../burnRate.js";
import { builtInDetector, type DetectorName, detectorNames } from "../detect/detectors.js";
import type { DetectorFunction } from "../detect/own.js";
import { checkRules } from "../prometheus/programs.js";
import { checkedSlos, type Slo } from "../slo.js";
import type { DrillMessage, WorkerJob } from "./drillWorker.js";
import { type DrillResult, drillResult } from "./result.js";
import { type DrillCase, drillSeed, type SeedOutcome } from "./seed.js";
import { checkLines, linesOf, seriesFor, type Watcher } from "./watchers.js";

/** What the drill tests, and on which logs. All options may be left out. */
export interface DrillOptions extends Work {
  /**
   * Detectors: built-in ones by name, or your own functions. Default: all built-in ones, if neither objectives, rules
   * nor a command are given.
   */
  detectors?: readonly (DetectorName | DetectorFunction)[] | undefined;
  /**
   * Objectives whose burn-rate alerts are tested: the pages and the tickets of each. Default, if nothing else is given:
   * 97 % without a server error, and 85 % within 300 ms.
   */
  slos?: readonly Slo[] | undefined;
  /** One or more files of Prometheus rules, each alert of which is tested. The real Prometheus evaluates them. */
  rules?: string | readonly string[] | undefined;
  /** A program that reads a series and writes alerts (see `programAlerts`); a shell runs it for each series. */
  command?: string | undefined;
  /** Seconds that the command may take for a series, above 0, to 3600. Default 60. */
  commandSeconds?: number | undefined;
  /** Kinds of incident. Default all. */
  kinds?: readonly IncidentKind[] | undefined;
  /**
   * Sizes, as multiples of each kind's default size, above 0; of a factor, as multiples of what it adds to 1. Default
   * a sixteenth, an eighth, a quarter, a half, and 1.
   */
  sizes?: readonly number[] | undefined;
  /** Number of seeds, that is of logs with their twins. 1 to 1000. Default 20. */
  seeds?: number | undefined;
  /**
   * The first of the seeds, which are consecutive. 0 to 1,000,000,000. Default 1. Count false alarms on seeds on which
   * no constant was tuned.
   */
  firstSeed?: number | undefined;
  /** The scenario, whose own incidents are left out. Default: the demonstration shop. */
  scenario?: ScenarioInput | undefined;
  /** Requests per second, as a mean over the week. Default 50. */
  rate?: number | undefined;
  /** First moment of each log, and its end. Default: the scenario's, one day. */
  start?: string | undefined;
  end?: string | undefined;
  /** Length of each incident in minutes, 1 to 1440. Default 60. */
  minutes?: number | undefined;
  /** Hours at the beginning of each log without an incident, in which alerts do not count, 0 to 720. Default 6. */
  learningHours?: number | undefined;
  /** Length of a series' steps in seconds, 1 to 3600. Default 60. */
  step?: number | undefined;
  /**
   * Number of threads, 1 to 64. Default: the number of cores. Functions run in the calling thread only. The result does
   * not depend on it.
   */
  workers?: number | undefined;
}

const known = [
  ...workOptions,
  ...Object.keys({
    detectors: true,
    slos: true,
    rules: true,
    command: true,
    commandSeconds: true,
    kinds: true,
    sizes: true,
    seeds: true,
    firstSeed: true,
    scenario: true,
    rate: true,
    start: true,
    end: true,
    minutes: true,
    learningHours: true,
    step: true,
    workers: true,
  } satisfies Record<Exclude<keyof DrillOptions, keyof Work>, true>),
];

/** Objectives that the demonstration shop meets: 1.8 % of its requests fail, 8 % take over 300 ms. */
export const drillSlos: readonly Slo[] = [
  { name: "availability", kind: "availability", objective: 0.97 },
  { name: "latency", kind: "latency", objective: 0.85, milliseconds: 300 },
];

const DEFAULT_SIZES = [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1];

/**
 * The drill: would the alert have fired, how late, and how many alarms would be false? For each seed, each detector
 * watches a log without incidents, and a log with each kind of incident in each size. All logs are made in memory.
 * @throws InputError when an option is wrong, or a command or function fails
 */
export async function drill(options: DrillOptions = {}): Promise<DrillResult> {
  const { job, seeds, firstSeed, workers } = await checked(options);
  const total = seeds * (1 + job.cases.length);
  const pace = new Pace(options);
  let watched = 0;
  const done = () => {
    watched++;
    options.onProgress?.({ done: watched, total, unit: "logs" });
  };
  const alone = workers === 1 || job.watchers.some(({ is }) => is === "function");
  const outcomes: SeedOutcome[][] = [];
  if (alone) {
    for (let i = 0; i < seeds; i++) {
      outcomes.push(await drillSeed(job, firstSeed + i, done, { signal: options.signal }));
      await pace.step(watched, total, "logs");
    }
  } else {
    const todo = { job, seeds, firstSeed };
    await together(todo, Math.min(workers, seeds), outcomes, done, options.signal);
  }
  return drillResult(job, outcomes);
}

/** Runs the seeds in threads, each of which claims the next seed. */
async function together(
  todo: Omit<WorkerJob, "next">,
  workers: number,
  outcomes: SeedOutcome[][],
  done: () => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const next = new Int32Array(new SharedArrayBuffer(4));
  const threads = Array.from({ length: workers }, () =>
    startThread(new URL("./drillWorker.js", import.meta.url), { ...todo, next } satisfies WorkerJob),
  );
  let stop = () => {};
  try {
    await new Promise<void>((resolve, reject) => {
      stop = () => reject(new InterruptedError());
      signal?.addEventListener("abort", stop, { once: true });
      let left = todo.seeds;
      for (const { worker } of threads) {
        worker.on("error", reject);
        worker.on("message", (answer: DrillMessage) => {
          if (answer.is === "series") done();
          else if (answer.is === "refused") reject(new InputError(answer.message));
          else {
            outcomes[answer.seed - todo.firstSeed] = [...answer.outcomes];
            if (--left === 0) resolve();
          }
        });
      }
    });
  } finally {
    signal?.removeEventListener("abort", stop);
    for (const thread of threads) thread.end();
  }
}

/** Checks all options before any work. */
async function checked(options: DrillOptions): Promise<Omit<WorkerJob, "next"> & { workers: number }> {
  checkOptions(options, known);
  const { signal, onProgress } = options;
  checkWork({ signal, onProgress });
  const whole = (name: keyof DrillOptions, least: number, most: number, fallback: number) => {
    const value = options[name] ?? fallback;
    if (!Number.isInteger(value) || (value as number) < least || (value as number) > most)
      throw new InputError(`${name}: must be a whole number from ${least} to ${most}, not ${quoted(value)}`);
    return value as number;
  };
  const { command, commandSeconds = 60, rate = 50, scenario = "demo", start, end } = options;
  const { kinds = incidentKinds, sizes = DEFAULT_SIZES, learningHours = 6 } = options;
  const seeds = whole("seeds", 1, 1000, 20);
  const firstSeed = whole("firstSeed", 0, 1e9, 1);
  const minutes = whole("minutes", 1, 1440, 60);
  const step = whole("step", 1, 3600, 60);
  const workers = whole("workers", 1, 64, availableParallelism());
  if (!(typeof learningHours === "number" && learningHours >= 0 && learningHours <= 720))
    throw new InputError(`learningHours: must be a number from 0 to 720, not ${quoted(learningHours)}`);
  if (command !== undefined && (typeof command !== "string" || command.trim() === ""))
    throw new InputError(`command: must be what a shell runs, not ${quoted(command)}`);
  if (!(typeof commandSeconds === "number" && commandSeconds > 0 && commandSeconds <= 3600))
    throw new InputError(`commandSeconds: must be above 0, up to 3600, not ${quoted(commandSeconds)}`);
  const given = [options.detectors, options.slos, options.rules, command].some(
    (value) => value !== undefined,
  );
  const rules = typeof options.rules === "string" ? [options.rules] : (options.rules ?? []);
  if (!isList(rules) || rules.some((path) => typeof path !== "string"))
    throw new InputError(
      `rules: must be the path of a file of Prometheus rules, or a list of them, not ${quoted(rules)}`,
    );
  const { detectors = given ? [] : detectorNames, slos = given ? [] : drillSlos } = options;
  if (!isList(detectors))
    throw new InputError(`detectors: must be a list of names or functions, not ${quoted(detectors)}`);
  const watchers = detectors.map((detector): Watcher => {
    if (typeof detector === "function")
      return { is: "function", name: detector.name || "own", detect: detector };
    builtInDetector(detector);
    return { is: "detector", name: detector };
  });
  if (!isList(slos) || slos.length > 0)
    watchers.push(...checkedSlos(slos).map((slo): Watcher => ({ is: "slo", slo })));
  for (const { slo } of watchers.filter((watcher) => watcher.is === "slo")) new BurnRate(slo, step * 1000);
  for (const path of rules) watchers.push({ is: "rules", text: await rulesText(path, signal) });
  if (command !== undefined) watchers.push({ is: "command", command, seconds: commandSeconds });
  if (watchers.length === 0) throw new InputError("detectors: there must be at least one");
  checkLines(watchers);
  const learning = learningHours * 3_600_000;
  const { plan } = prepare({
    scenario,
    rate,
    incidents: [],
    out: "-",
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
  });
  if ((plan.end - plan.start) * 1000 - learning < 3 * minutes * 60_000)
    throw new InputError(
      `minutes: must be at most a third of what is left of the log after ${learningHours} h of learning, not ${minutes}`,
    );
  return {
    seeds,
    firstSeed,
    workers,
    job: {
      scenario,
      rate,
      start,
      end,
      cases: casesOf(kinds, sizes),
      minutes,
      learning,
      series: seriesFor(watchers, step),
      watchers,
    },
  };
}

/** The text of a rules file. @throws InputError when it cannot be read, promtool refuses it, or it has no alert */
async function rulesText(path: string, signal: AbortSignal | undefined): Promise<string> {
  const text = await readFile(path, "utf8").catch(() => {
    throw new InputError(`rules: cannot read the file ${quoted(path)}`);
  });
  await checkRules(path, signal);
  if (linesOf({ is: "rules", text }).length === 0)
    throw new InputError(`rules: there is no alert in ${quoted(path)}, only recording rules`);
  return text;
}

/** Each kind in each size, in the unit of the kind and within its bounds. */
function casesOf(names: readonly IncidentKind[], sizes: readonly number[]): DrillCase[] {
  if (!isList(names) || names.length === 0)
    throw new InputError(`kinds: must be a list of kinds of incident, not ${quoted(names)}`);
  if (!isList(sizes) || sizes.length === 0 || !sizes.every((size) => size > 0 && size <= 1000))
    throw new InputError(`sizes: must be a list of numbers above 0, up to 1000, not ${quoted(sizes)}`);
  return names.flatMap((kind) => {
    if (!incidentKinds.includes(kind))
      throw new InputError(
        `kinds: there is no ${quoted(kind)}; there are ${incidentKinds.join(", ")}${didYouMean(kind, incidentKinds)}`,
      );
    const { min, max, default: usual } = kindsByName[kind].size;
    const nothing = min === 1 ? 1 : 0; // a factor of 1 has no effect
    const all = [...sizes]
      .sort((a, b) => a - b)
      .map((multiple) => nothing + multiple * (usual - nothing))
      .map((size) => Number(Math.min(max, Math.max(min, size)).toPrecision(3)));
    return [...new Set(all)].map((size) => ({ kind, size }));
  });
}

/** Whether it is a list, without the loss of its type. */
function isList(value: readonly unknown[]): boolean {
  return Array.isArray(value);
}

import { InputError, quoted } from "../../errors.js";
import type { Columns } from "../../record.js";
import { type IncidentKind, kinds } from "../../scenario/incidents/kinds.js";
import { type Estimate, median, ratePer, share } from "../score/intervals.js";
import type { Totals } from "../series.js";
import { allOf, badOf } from "../slo.js";
import type { DrillJob, SeedOutcome } from "./seed.js";
import { linesOf } from "./watchers.js";

/** How often a detector found incidents of one kind and size. */
export interface Detectability {
  readonly detector: string;
  readonly kind: IncidentKind;
  /** In the unit of the kind, which `sizeMeans` names. */
  readonly size: number;
  readonly sizeMeans: string;
  /** Share of the seeds in which it was found, with Wilson's 95 % interval. */
  readonly found: Estimate;
  /** Number of seeds. */
  readonly of: number;
  /** Median minutes to detection of those that were found; NaN if none was found. */
  readonly minutes: number;
}

/** How often a detector gives a false alarm. */
export interface Nervousness {
  readonly detector: string;
  readonly falseAlarms: number;
  /** Weeks of twins watched. */
  readonly weeks: number;
  /** With the exact Poisson 95 % interval. */
  readonly perWeek: Estimate;
}

/** The smallest incident of a kind that a detector can be relied on to find. */
export interface Smallest {
  readonly detector: string;
  readonly kind: IncidentKind;
  /** The smallest size from which on each size was found nine times in ten; NaN if there is none. */
  readonly size: number;
  readonly sizeMeans: string;
  /** Share found at that size, with its interval; undefined if there is none. */
  readonly found: Estimate | undefined;
  /** Median minutes to detection at that size. */
  readonly minutes: number;
  /** Whether the detector gives at most one false alarm a week; otherwise its finds mean little. */
  readonly isCalm: boolean;
}

/** The result of a drill. */
export interface DrillResult {
  readonly seeds: number;
  /** Length of each incident in minutes. */
  readonly incidentMinutes: number;
  readonly table: readonly Detectability[];
  readonly falseAlarms: readonly Nervousness[];
  readonly smallest: readonly Smallest[];
  /** Objectives that the drilled logs break by themselves, and rules whose false alarms that may explain: a sentence each. */
  readonly hints: readonly string[];
}

/** An incident that is found at least this often counts as found. */
const RELIABLE = 0.9;
/** The number of false alarms a week that people tolerate. */
const BEARABLE = 1;

/** Adds up the results of the seeds. */
export function drillResult(job: DrillJob, seeds: readonly (readonly SeedOutcome[])[]): DrillResult {
  const lines = seeds[0].map(({ line }) => line);
  const table: Detectability[] = [];
  const falseAlarms: Nervousness[] = [];
  lines.forEach((detector, l) => {
    const ofLine = seeds.map((outcomes) => outcomes[l]);
    const sum = (of: (outcome: SeedOutcome) => number) =>
      ofLine.reduce((all, outcome) => all + of(outcome), 0);
    const weeks = sum((outcome) => outcome.weeks);
    const alarms = sum((outcome) => outcome.falseAlarms);
    falseAlarms.push({ detector, falseAlarms: alarms, weeks, perWeek: ratePer(alarms, weeks) });
    job.cases.forEach(({ kind, size }, c) => {
      const found = ofLine.map(({ minutes }) => minutes[c]).filter((minutes) => !Number.isNaN(minutes));
      table.push({
        detector,
        kind,
        size,
        sizeMeans: kinds[kind].size.means,
        found: share(found.length, ofLine.length),
        of: ofLine.length,
        minutes: median(found),
      });
    });
  });
  const smallest = falseAlarms.flatMap(({ detector, perWeek }) =>
    [...new Set(job.cases.map(({ kind }) => kind))].map((kind): Smallest => {
      const sizes = table.filter((row) => row.detector === detector && row.kind === kind);
      const missed = sizes.findLastIndex(({ found }) => found.value < RELIABLE);
      const row = sizes[missed + 1];
      return {
        detector,
        kind,
        size: row?.size ?? Number.NaN,
        sizeMeans: kinds[kind].size.means,
        found: row?.found,
        minutes: row?.minutes ?? Number.NaN,
        isCalm: perWeek.value <= BEARABLE,
      };
    }),
  );
  return {
    seeds: seeds.length,
    incidentMinutes: job.minutes,
    table,
    falseAlarms,
    smallest,
    hints: hintsOf(job, seeds, falseAlarms),
  };
}

/** Objectives that the drilled logs break without any incident, and rules that may have such an objective. */
function hintsOf(
  job: DrillJob,
  seeds: readonly (readonly SeedOutcome[])[],
  falseAlarms: readonly Nervousness[],
): string[] {
  const shareOf = (bad: (twin: Totals) => number, all: (twin: Totals) => number) => {
    const [badOnes, allOnes] = [bad, all].map((of) => seeds.reduce((sum, [one]) => sum + of(one.twin), 0));
    return allOnes === 0 ? 0 : badOnes / allOnes;
  };
  const isNervous = (line: string) =>
    falseAlarms.some(({ detector, perWeek }) => detector === line && perWeek.value > BEARABLE);
  return job.watchers.flatMap((watcher) => {
    if (watcher.is === "rules") {
      const lines = linesOf(watcher).filter(isNervous);
      if (lines.length === 0) return [];
      const failed = shareOf(
        ({ serverErrors }) => serverErrors,
        ({ requests }) => requests,
      );
      const words = `without an incident, ${precisely(failed)} of the requests of these logs end with a server error`;
      return [
        `${lines.join(", ")}: ${words}: an objective above ${precisely(1 - failed)} is broken all the time`,
      ];
    }
    // Its alerts need not be many: one that never ends hides every incident.
    if (watcher.is !== "slo") return [];
    const { slo } = watcher;
    const bad = shareOf(
      (twin) => badOf(slo, twin),
      (twin) => allOf(slo, twin),
    );
    if (1 - slo.objective >= bad) return [];
    return [
      `${slo.name}: the objective allows ${precisely(1 - slo.objective)} of bad requests, but without an incident ${precisely(bad)} of those of these logs are bad`,
    ];
  });
}

const precisely = (share: number) => `${Number((100 * share).toPrecision(3))} %`;

/**
 * A result from the JSON in which it was saved.
 * @throws InputError when it is not the result of a drill
 */
export function readDrill(text: string, path: string): DrillResult {
  try {
    // JSON has no NaN: the size and the minutes are null if nothing was found
    const result: DrillResult = JSON.parse(text, (_, value) => (value === null ? Number.NaN : value));
    const { seeds, incidentMinutes, table, falseAlarms, smallest } = result;
    const isWhole =
      [seeds, incidentMinutes].every(Number.isFinite) &&
      table.every(({ detector, kind, found }) => detector && kinds[kind] && Number.isFinite(found.value)) &&
      falseAlarms.every(({ detector, perWeek }) => detector && Number.isFinite(perWeek.value)) &&
      smallest.every(({ detector, kind }) => detector && kinds[kind]);
    if (isWhole) return result;
  } catch {} // reported below
  throw new InputError(`path: ${quoted(path)} is not what "server-logs drill --json" prints`);
}

const percent = (value: number) => `${Math.round(100 * value)} %`;

/**
 * The smallest incidents that are found nine times in ten with at most one false alarm a week, as a table for people: a
 * row for each kind, a column for each detector.
 */
export function smallestTable({ smallest }: DrillResult): Columns {
  const names = [...new Set(smallest.map(({ kind }) => kind))];
  const detectors = [...new Set(smallest.map(({ detector }) => detector))];
  const cell = (kind: string, detector: string) => {
    const row = smallest.find((each) => each.kind === kind && each.detector === detector)!;
    const { size, found, minutes, isCalm } = row;
    if (!isCalm) return "too many false alarms";
    return found === undefined
      ? "not found"
      : `${size}, ${Math.round(100 * found.low)}–${percent(found.high)}, ${minutes} min`;
  };
  return {
    kind: names,
    "size means": names.map((kind) => kinds[kind].size.means),
    ...Object.fromEntries(detectors.map((detector) => [detector, names.map((kind) => cell(kind, detector))])),
  };
}

/** False alarms as a table for people. */
export function falseAlarmTable({ falseAlarms }: DrillResult): Columns {
  return {
    detector: falseAlarms.map(({ detector }) => detector),
    "false alarms": falseAlarms.map((row) => row.falseAlarms),
    "per week": falseAlarms.map(({ perWeek }) => Number(perWeek.value.toFixed(2))),
    "95 % interval": falseAlarms.map(
      ({ perWeek }) => `${perWeek.low.toFixed(2)} to ${perWeek.high.toFixed(2)}`,
    ),
  };
}

/** All results, as columns: a row for each detector, kind and size. */
export function detectabilityTable({ table }: DrillResult): Columns {
  return {
    detector: table.map(({ detector }) => detector),
    kind: table.map(({ kind }) => kind),
    size: table.map(({ size }) => size),
    found: table.map(({ found }) => Number(found.value.toFixed(3))),
    found_low: table.map(({ found }) => Number(found.low.toFixed(3))),
    found_high: table.map(({ found }) => Number(found.high.toFixed(3))),
    minutes: table.map(({ minutes }) => (Number.isNaN(minutes) ? null : minutes)),
  };
}

import "./errors.js";
import { readFile } from "node:fs/promises";
import type { DataFrame } from "danfojs-node";
import { answerKeyOf } from "../check/verify/key.js";
import type { KeySource } from "../check/verify/verify.js";
import { InputError, quoted } from "../errors.js";
import { contentOf } from "../files/lines.js";
import type { LogSource } from "../files/logFiles.js";
import { type Alert, alertsOf } from "../monitor/alert.js";
import { BurnRate } from "../monitor/burnRate.js";
import { builtInDetector, type DetectorName } from "../monitor/detect/detectors.js";
import { type DetectorFunction, ownDetector } from "../monitor/detect/own.js";
import { type DrillOptions, drill as runDrill } from "../monitor/drill/drill.js";
import { type DrillResult, falseAlarmTable, readDrill, smallestTable } from "../monitor/drill/result.js";
import { type ReadSeriesOptions, readSeries } from "../monitor/readSeries.js";
import { scoreEpisodes } from "../monitor/score/episodes.js";
import { truthOf } from "../monitor/score/truth.js";
import type { Series } from "../monitor/series.js";
import type { Slo } from "../monitor/slo.js";
import { tableSeries } from "../monitor/tableSeries.js";
import type { Columns, Log } from "../record.js";
import { escapeHtml } from "../visible.js";
import { isDatabase } from "../warehouse/place.js";
import type { Work } from "../work.js";
import type { GeneratedLog } from "../write/generate.js";
import { toFrame } from "./frame.js";
import { longWork } from "./longWork.js";
import { counted } from "./numbers.js";
import { showsItself } from "./show.js";
import { columnsTable, htmlTable, type Table, textTable } from "./table.js";

/**
 * Counts a log into regular steps, in one pass: requests, failures, slow requests and response times.
 *
 * @param source a generated or read log, its path, several, a pattern, or bytes: whatever `read` takes; or a database
 *   that `load` filled: a DuckDB file or `postgres://…`
 * @param options step (seconds, default 60), latencyObjective (milliseconds), and how a log is read, as for `read`
 * @throws InputError when an option is wrong, or a log cannot be read or its format is unsure
 * @example (await series(log, { step: 300 })).frame
 */
export async function series(
  source: Log | LogSource,
  options: ReadSeriesOptions = {},
  work: Work = {},
): Promise<LogSeries> {
  const isLog = typeof source === "object" && "records" in source;
  if (source === undefined || (isLog && source.path === undefined && source.csv === undefined))
    throw new InputError(`source: must be a log or the path of one, not ${quoted(source)}`);
  const log = isLog ? contentOf(source) : source;
  const counted = await longWork(
    "Counting",
    async (watched) =>
      typeof log === "string" && (await isDatabase(log))
        ? tableSeries(log, options, watched)
        : (await readSeries(log, options, watched)).series,
    work,
  );
  return new LogSeries(counted);
}

const seriesIn = new WeakMap<LogSeries, Series>();
const moment = (time: number) => new Date(time).toISOString();

/** The series that a verb was given. @throws InputError when the argument is not a series */
function seriesOf(given: LogSeries): Series {
  const found = seriesIn.get(given);
  if (found === undefined)
    throw new InputError(
      `series: must be what series(log) gives, not ${typeof given === "object" ? "another object" : quoted(given)}`,
    );
  return found;
}

/** A log in regular steps. A step without a request is a gap: it has no shares and no response times. */
export class LogSeries {
  /**
   * A row for each step: `time` (its beginning, UTC), `requests`, `client_errors` (4xx), `server_errors` (5xx), `slow`
   * (over the latency objective), `client_error_percent`, `server_error_percent`, and `p50_ms`, `p90_ms`, `p99_ms`
   * (response times, to within 0.4 %).
   */
  readonly frame: DataFrame;

  constructor(all: Series) {
    seriesIn.set(this, all);
    const points = Array.from({ length: all.length }, (_, i) => i);
    const quantile = (p: number) => points.map((i) => all.point(i).quantile(p));
    const share = (part: Float64Array) => points.map((i) => (100 * part[i]) / all.requests[i]);
    this.frame = toFrame({
      time: points.map((i) => moment(all.start + i * all.step)),
      requests: [...all.requests],
      client_errors: [...all.clientErrors],
      server_errors: [...all.serverErrors],
      slow: [...all.slow],
      client_error_percent: share(all.clientErrors),
      server_error_percent: share(all.serverErrors),
      p50_ms: quantile(0.5),
      p90_ms: quantile(0.9),
      p99_ms: quantile(0.99),
    });
  }

  static {
    showsItself(LogSeries.prototype, (one) => {
      const { start, step, length } = seriesOf(one);
      const words = `${counted(length, "step")} of ${step / 1000} s from ${moment(start)} to ${moment(start + length * step)}`;
      return { "text/plain": words };
    });
  }
}

/**
 * Watches an objective by the burn rates of the SRE Workbook, and computes what is left of its error budget.
 *
 * @param slo such as `{ name: "availability", kind: "availability", objective: 0.99 }`
 * @returns `alerts`, pages and tickets as of `detect`; and `budget`, a row for each step: `time` (its end, UTC),
 * `burn_rate_1h` and `burn_rate_6h` (1 spends the budget exactly), `budget_left_percent` (below 0 the objective is
 * broken)
 * @throws InputError when the objective is wrong, or the steps are too long for it
 */
export function burnRate(log: LogSeries, slo: Slo): { alerts: DataFrame; budget: DataFrame } {
  const all = seriesOf(log);
  const rate = new BurnRate(slo, all.step);
  const budget = { time: [] as string[], ...columnsOfRate() };
  const alerts = alertsOf(
    {
      next(point) {
        const changes = rate.next(point);
        budget.time.push(moment(point.time + point.step));
        budget.burn_rate_1h.push(rate.burnRate(3600));
        budget.burn_rate_6h.push(rate.burnRate(21_600));
        budget.budget_left_percent.push(100 * rate.budgetLeft);
        return changes;
      },
    },
    all,
  );
  return { alerts: alertFrame(alerts), budget: toFrame(budget) };
}

const columnsOfRate = () => ({
  burn_rate_1h: [] as number[],
  burn_rate_6h: [] as number[],
  budget_left_percent: [] as number[],
});

/**
 * Lets a detector watch a log, step by step: it never sees a later one.
 *
 * @param detector ewma, cusum, seasonal, jump, shift or novelty; or your own function of a step and a memory
 * @returns a row for each alert, in the order in which they begin: `name`, `severity`, `start` (when it could be known)
 * and `end` (empty while it lasts), in UTC, and `why`
 * @throws InputError when there is no such detector, or a function returns something else than a verdict
 * @example detect(day, (step) => step.serverErrors > 0.1 * step.requests)
 */
export function detect(log: LogSeries, detector: DetectorName | DetectorFunction): DataFrame {
  const all = seriesOf(log);
  return alertFrame(
    alertsOf(typeof detector === "function" ? ownDetector(detector) : builtInDetector(detector), all),
  );
}

function alertFrame(alerts: readonly Alert[]): DataFrame {
  return toFrame({
    name: alerts.map(({ name }) => name),
    severity: alerts.map(({ severity }) => severity ?? ""),
    start: alerts.map(({ start }) => moment(start)),
    end: alerts.map(({ end }) => (end === undefined ? "" : moment(end))),
    why: alerts.map(({ why }) => why ?? ""),
  });
}

/**
 * Scores alerts by what happened: an incident is found when an alert begins in it or at most 15 minutes after its end;
 * an alert that begins at any other time is a false alarm.
 *
 * @param alerts frames with a column `start`, from `detect`, from `burnRate` or your own, by the name of the detector
 * @param truth the generated log, or its answer key or the path of one
 * @returns a row for each name: `detector`, `found` and `missed` (incidents), `false_alarms`, and for each incident, by
 * its id, the minutes to its detection; NaN where it was missed
 * @throws InputError when alerts begin outside of the log, or there is no key
 */
export async function score(
  alerts: Readonly<Record<string, DataFrame>>,
  truth: Pick<GeneratedLog, "key"> | KeySource,
): Promise<DataFrame> {
  const isLog = typeof truth === "object" && truth !== null && "key" in truth;
  const { episodes, range } = truthOf(await answerKeyOf([], isLog ? truth.key : truth));
  const scores = Object.entries(alerts).map(([detector, frame]) => {
    const starts = frame.columns.includes("start") ? (frame.column("start").values as string[]) : undefined;
    if (starts === undefined)
      throw new InputError(`alerts: those of ${quoted(detector)} must have a column "start"`);
    const times = starts.map((start) => ({ name: detector, start: Date.parse(start) }));
    const wrong = times.findIndex((alert) => Number.isNaN(alert.start));
    if (wrong >= 0)
      throw new InputError(`alerts: ${quoted(starts[wrong])} is not a moment such as 2026-01-05T10:00:00Z`);
    return { detector, ...scoreEpisodes(times, episodes, range) };
  });
  return toFrame({
    detector: scores.map(({ detector }) => detector),
    found: scores.map(({ found }) => found),
    missed: scores.map(({ missed }) => missed),
    false_alarms: scores.map(({ falseAlarms }) => falseAlarms),
    ...Object.fromEntries(
      episodes.map(({ id }, i) => [id, scores.map((one) => Number(one.episodes[i].minutes.toFixed(1)))]),
    ),
  });
}

/**
 * The drill: which incidents would be noticed, how late, and how many alarms would be false? For each seed, each
 * detector watches a log without incidents, and a log with each kind of incident in each size. In a cell it is two
 * tables; `chart.drill` draws it.
 *
 * @throws InputError when an option is wrong, or a command, rules or a function fail
 * @example await drill({ kinds: ["outage"], seeds: 5, detectors: ["cusum"] })
 */
export async function drill(options: DrillOptions = {}): Promise<DrillResult> {
  const { signal, onProgress } = options;
  const drilling = longWork("Drilling", (work) => runDrill({ ...options, ...work }), { signal, onProgress });
  return shown(await drilling);
}

/**
 * Reads the result of a drill that was saved, as `server-logs drill --json` prints it, and shows it as `drill` does.
 *
 * @param path of the file
 * @throws InputError when it cannot be read, or holds something else
 * @example chart.drill(await drilled("drill.json"))
 */
export async function drilled(path: string): Promise<DrillResult> {
  const text = await readFile(path, "utf8").catch(({ code }) => {
    throw new InputError(`path: cannot read ${quoted(path)}: ${code}`);
  });
  return shown(readDrill(text, path));
}

/** A result that a cell shows as two tables, with what the sizes mean between them. */
function shown(result: DrillResult): DrillResult {
  showsItself(result, (_, textOnly) => {
    const { kind, "size means": means, ...smallest } = smallestTable(result);
    const words = [...new Set(means)].map(
      (meaning) => `${meaning}: ${kind!.filter((_, i) => means![i] === meaning).join(", ")}`,
    );
    const tables = [columnsTable(falseAlarmTable(result)), byDetector(kind as string[], smallest)];
    const [alarms, sizes] = tables.map(textTable);
    const hints = result.hints ?? []; // a result that an earlier version saved has none
    const text = [alarms, ...hints, `Size means\n${words.join("\n")}`, sizes].join("\n\n");
    if (textOnly) return { "text/plain": text };
    const between = `<p>Size means</p>\n<ul>${words.map((each) => `<li>${escapeHtml(each)}</li>`).join("")}</ul>`;
    const [first, second] = tables.map(htmlTable);
    return {
      "text/html": [first, ...hints.map((hint) => `<p>${escapeHtml(hint)}</p>`), between, second].join("\n"),
      "text/plain": text,
    };
  });
  return result;
}

/** A row for each detector, as there may be many, and a column for each kind, in which share and time stay whole. */
function byDetector(kinds: readonly string[], smallest: Columns): Table {
  const detectors = Object.keys(smallest);
  return {
    columns: kinds,
    rows: detectors.length,
    label: (row) => detectors[row]!,
    cell: (row, column) =>
      String(smallest[detectors[row]!]![column]).replace(" %", "%").replace(" min", "\u00a0min"),
  };
}

import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError, quoted } from "../../errors.js";
import { scratchFolder } from "../../files/scratch.js";
import { Pace, type Work } from "../../work.js";
import type { Alert } from "../alert.js";
import type { Series } from "../series.js";
import { fired } from "./firing.js";
import { countersOf, wantedBy } from "./metrics.js";
import { checkRules, PrometheusServer, promtool } from "./programs.js";
import { layersOf, type Rule, reachOf, refuseUnknown, rulesOf } from "./rules.js";

/** How to evaluate rules. All options may be left out. */
export interface EvaluateOptions {
  /** Seconds from one evaluation to the next, a whole multiple of the series' step. Default: the step. */
  interval?: number | undefined;
  /** Additional labels of each metric, which rules for a real service may select by: `{ job: "shop" }`. */
  labels?: Readonly<Record<string, string>> | undefined;
}

/** A series' own period of the server's time. */
interface Slot {
  readonly series: Series;
  /** Seconds by which its time is shifted. */
  readonly shift: number;
  /** First and last evaluation, in seconds since 1970, shifted. */
  readonly from: number;
  readonly to: number;
}

const WEEK = 604_800;

/**
 * Evaluates a Prometheus rules file on series: by the real Prometheus, never by a PromQL of our own. Each series is
 * written as counters at the end of each step, into its own period of weeks, so that one server can evaluate all of
 * them. Recording rules are evaluated first, as samples at the same moments, so that an alert sees them as in one
 * group. Labels that the rules do not name are summed beforehand (see `wantedBy`).
 *
 * @param rules text of the rules file
 * @returns the alerts of each series: from the evaluation at which it fires to the first at which it does not
 * @throws InputError when promtool refuses the rules, they ask for a metric that a log does not have, or Prometheus is
 * not installed
 */
export async function evaluateRules(
  rules: string,
  serieses: readonly Series[],
  options: EvaluateOptions = {},
  work: Work = {},
): Promise<Alert[][]> {
  if (serieses.length === 0) return [];
  const step = serieses[0].step / 1000;
  const { interval = step, labels = {} } = options;
  if (serieses.some((series) => series.step !== step * 1000))
    throw new InputError("series: must all have one step, to be evaluated together");
  if (!(Number.isInteger(interval / step) && interval >= step))
    throw new InputError(
      `interval: must be a whole multiple of the series' step, ${step} s, not ${quoted(interval)}`,
    );
  const folder = await scratchFolder();
  let server: PrometheusServer | undefined;
  try {
    const path = join(folder, "rules.yml");
    await writeFile(path, rules);
    await checkRules(path, work.signal);
    const slots = slotsOf(serieses, interval, reachOf(rules));
    await writeCounters(folder, slots, rules, labels, work);
    // An instant query takes a sample from the moment of the last evaluation only, as a stale marker would ensure.
    server = await PrometheusServer.start(folder, step, path, work.signal);
    const parsed = await rulesOf(server, work.signal);
    await refuseUnknown(server, parsed, work.signal);
    const pace = new Pace(work);
    const alerting = parsed.filter(({ type }) => type === "alerting");
    const layers = layersOf(parsed.filter(({ type }) => type === "recording"));
    const total = slots.length * parsed.length;
    let done = 0;
    for (const layer of layers) {
      const file = createWriteStream(join(folder, "recorded.om"));
      for (const rule of layer) {
        for (const slot of slots) {
          file.write(recorded(rule, await answer(server, rule.query, slot, interval, work.signal)));
          await pace.step(++done, total, "evaluations");
        }
      }
      file.end("# EOF\n");
      await once(file, "finish");
      await server.end();
      await createBlocks(folder, "recorded.om", work.signal);
      server = await PrometheusServer.start(folder, step, path, work.signal);
    }
    const alerts: Alert[][] = [];
    for (const slot of slots) {
      const ofSlot: Alert[] = [];
      for (const rule of alerting) {
        const lines = withoutNames(await answer(server, rule.query, slot, interval, work.signal));
        for (const { metric, values } of lines) ofSlot.push(...fired(rule, metric, values, slot, interval));
        await pace.step(++done, total, "evaluations");
      }
      alerts.push(ofSlot.sort((a, b) => a.start - b.start));
    }
    return alerts;
  } finally {
    await server?.end();
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Assigns each series its period, shifted by whole weeks to keep the hour and the weekday, far enough after the
 * previous one.
 */
function slotsOf(serieses: readonly Series[], interval: number, reach: number): Slot[] {
  let free = Date.UTC(1980, 0, 7) / 1000;
  return serieses.map((series) => {
    const start = series.start / 1000;
    const shift = Math.ceil((free + reach - start) / WEEK) * WEEK;
    const end = start + shift + (series.length * series.step) / 1000;
    free = end;
    if (end > 4e9) throw new InputError("series: too many or too long to be evaluated together");
    return { series, shift, from: start + shift + interval, to: end };
  });
}

async function writeCounters(
  folder: string,
  slots: readonly Slot[],
  rules: string,
  labels: Readonly<Record<string, string>>,
  work: Work,
): Promise<void> {
  const wanted = wantedBy(rules);
  const file = createWriteStream(join(folder, "counters.om"));
  const pace = new Pace(work);
  for (const [i, { series, shift }] of slots.entries()) {
    const begin = series.start / 1000 + shift;
    const step = series.step / 1000;
    for (const counter of countersOf(series, wanted)) {
      const name = `${counter.name}${labelText({ ...labels, ...counter.labels })}`;
      const lines = [`${name} 0 ${begin}\n`];
      counter.values.forEach((value, at) => {
        lines.push(`${name} ${value} ${begin + (at + 1) * step}\n`);
      });
      if (!file.write(lines.join(""))) await once(file, "drain");
      await pace.step(i, slots.length, "series");
    }
  }
  file.end("# EOF\n");
  await once(file, "finish");
  await createBlocks(folder, "counters.om", work.signal);
}

async function createBlocks(folder: string, name: string, signal?: AbortSignal): Promise<void> {
  // As few blocks as possible, because promtool reads the whole file again for each.
  const { code, output } = await promtool(
    [
      "tsdb",
      "create-blocks-from",
      "openmetrics",
      "-q",
      "--max-block-duration=1000000h",
      join(folder, name),
      join(folder, "data"),
    ],
    signal,
  );
  if (code !== 0) throw new Error(`promtool cannot store the series: ${output.slice(0, 400)}`);
  await rm(join(folder, name));
}

/** One labelled series of a range query's result: moments in seconds, and values as text. */
interface Line {
  readonly metric: Record<string, string>;
  readonly values: [number, string][];
}

/** Maximum number of points in one answer of Prometheus. */
const MOST_POINTS = 11_000;

async function answer(
  server: PrometheusServer,
  query: string,
  { from, to }: Slot,
  interval: number,
  signal?: AbortSignal,
): Promise<Line[]> {
  const lines = new Map<string, Line>();
  for (let begin = from; begin <= to; begin += MOST_POINTS * interval) {
    const end = Math.min(to, begin + (MOST_POINTS - 1) * interval);
    const { result } = (await server.ask(
      "query_range",
      { query, start: begin, end, step: interval },
      signal,
    )) as {
      result: Line[];
    };
    for (const line of result) {
      const key = labelText(line.metric);
      const known = lines.get(key);
      if (known === undefined) lines.set(key, line);
      else for (const value of line.values) known.values.push(value);
    }
  }
  return [...lines.values()];
}

/**
 * The series of an alert. The name of the metric is not a label of an alert, so series that differ only in it are one
 * alert.
 */
function withoutNames(lines: readonly Line[]): Line[] {
  const alerts = new Map<string, Line>();
  for (const { metric, values } of lines) {
    const { __name__, ...labels } = metric;
    const key = labelText(labels);
    const known = alerts.get(key);
    if (known === undefined) alerts.set(key, { metric: labels, values });
    else known.values.push(...values);
  }
  for (const { values } of alerts.values()) values.sort(([a], [b]) => a - b);
  return [...alerts.values()];
}

function recorded(rule: Rule, lines: readonly Line[]): string {
  return lines
    .map(({ metric: { __name__, ...labels }, values }) => {
      const name = `${rule.name}${labelText({ ...labels, ...rule.labels })}`;
      return values.map(([time, value]) => `${name} ${value} ${time}\n`).join("");
    })
    .join("");
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .sort();
  return pairs.length > 0 ? `{${pairs.join(",")}}` : "";
}

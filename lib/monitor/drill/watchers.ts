import { InputError } from "../../errors.js";
import type { Work } from "../../work.js";
import { type Alert, alertsOf, type Detector } from "../alert.js";
import { BurnRate } from "../burnRate.js";
import { builtInDetector } from "../detect/detectors.js";
import { type DetectorFunction, ownDetector } from "../detect/own.js";
import { programAlerts } from "../detect/program.js";
import { evaluateRules } from "../prometheus/evaluate.js";
import { wantedBy } from "../prometheus/metrics.js";
import type { Series } from "../series.js";
import type { SeriesOptions } from "../seriesOptions.js";
import { checkedSlo, latencyObjectiveOf, type Slo } from "../slo.js";

/** What the drill tests, as plain data that can be sent to a thread, except for functions. */
export type Watcher =
  | { readonly is: "detector"; readonly name: string }
  | { readonly is: "command"; readonly command: string; readonly seconds: number }
  | { readonly is: "slo"; readonly slo: Slo }
  | { readonly is: "rules"; readonly text: string }
  | { readonly is: "function"; readonly name: string; readonly detect: DetectorFunction };

/** The names of the result's lines that a watcher makes: one for each detector or program, severity or rule. */
export function linesOf(watcher: Watcher): string[] {
  if (watcher.is === "command") return [watcher.command];
  if (watcher.is === "slo") return [`${watcher.slo.name}:page`, `${watcher.slo.name}:ticket`];
  if (watcher.is === "rules")
    return [...watcher.text.matchAll(/^[\s-]*alert\s*:\s*["']?([\w:]+)/gm)].map(([, name]) => name);
  return [watcher.name];
}

/** The alerts of a watcher on each of some series, by the line of the result to which they belong. */
export async function alertsBy(
  watcher: Watcher,
  serieses: readonly Series[],
  work: Work,
): Promise<Map<string, Alert[]>[]> {
  const lines = linesOf(watcher);
  const all: Alert[][] = [];
  if (watcher.is === "rules") all.push(...(await evaluateRules(watcher.text, serieses, {}, work)));
  else
    for (const series of serieses)
      all.push(
        watcher.is === "command"
          ? await programAlerts(watcher.command, series, watcher.seconds, work)
          : alertsOf(detectorOf(watcher, series.step), series),
      );
  return all.map((alerts) => {
    const by = new Map(lines.map((line) => [line, [] as Alert[]]));
    for (const alert of alerts) by.get(lineOf(watcher, alert, lines))?.push(alert);
    return by;
  });
}

function lineOf(watcher: Watcher, { name, severity }: Alert, [line]: readonly string[]): string {
  return watcher.is === "slo" ? `${name}:${severity}` : watcher.is === "rules" ? name : line;
}

function detectorOf(watcher: Exclude<Watcher, { is: "command" | "rules" }>, step: number): Detector {
  if (watcher.is === "slo") return new BurnRate(watcher.slo, step);
  return watcher.is === "detector"
    ? builtInDetector(watcher.name)
    : ownDetector(watcher.detect, watcher.name);
}

/** The columns of a series that the watchers need. */
export function seriesFor(watchers: readonly Watcher[], step: number): SeriesOptions {
  const wanted = watchers.flatMap((watcher) => (watcher.is === "rules" ? [wantedBy(watcher.text)] : []));
  const objective = latencyObjectiveOf(
    watchers.flatMap((watcher) => (watcher.is === "slo" ? [checkedSlo(watcher.slo)] : [])),
  );
  return {
    step,
    endpoints: wanted.some(({ byHandler }) => byHandler),
    statuses: wanted.some(({ byCode }) => byCode),
    ...(objective !== undefined && { latencyObjective: objective }),
  };
}

/** @throws InputError when two watchers make lines of the same name */
export function checkLines(watchers: readonly Watcher[]): void {
  const lines = watchers.flatMap(linesOf);
  const twice = lines.find((line, i) => lines.indexOf(line) < i);
  if (twice !== undefined)
    throw new InputError(`detectors: there are two of the name ${JSON.stringify(twice)}; give each its own`);
}

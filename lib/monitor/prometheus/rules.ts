import { InputError, quoted } from "../../errors.js";
import { metricNames } from "./metrics.js";
import type { PrometheusServer } from "./programs.js";

/** A rule as Prometheus parsed it. */
export interface Rule {
  readonly type: "alerting" | "recording";
  readonly name: string;
  readonly query: string;
  /** Seconds that the condition must hold before the alert fires. */
  readonly duration?: number;
  /** Seconds for which the alert continues to fire afterwards. */
  readonly keepFiringFor?: number;
  readonly labels?: Record<string, string>;
}

/** How far back rules look, in seconds: the longest of all durations in brackets plus the longest after `offset`. */
export function reachOf(rules: string): number {
  const units = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, y: 365 * 86_400 } as const;
  const seconds = (text: string) =>
    [...text.matchAll(/(\d+)(ms|[smhdwy])/g)].reduce(
      (sum, [, count, unit]) => sum + Number(count) * units[unit as keyof typeof units],
      0,
    );
  const longest = (pattern: RegExp) =>
    [...rules.matchAll(pattern)].reduce((most, [, text]) => Math.max(most, seconds(text)), 0);
  return longest(/\[\s*([\dmshdwy]+)/g) * 2 + longest(/offset\s+([\dmshdwy]+)/g) + 3600;
}

/** The rules as the server parsed them, in order. */
export async function rulesOf(server: PrometheusServer, signal?: AbortSignal): Promise<Rule[]> {
  const { groups } = (await server.ask("rules", {}, signal)) as { groups: { rules: Rule[] }[] };
  const all = groups.flatMap(({ rules }) => rules);
  if (!all.some(({ type }) => type === "alerting"))
    throw new InputError("rules: there is no alert among them");
  return all;
}

/** The names before braces or brackets in a query, as Prometheus formats it: the metrics that it selects. */
const selector = /([a-zA-Z_:][\w:]*)(\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})?(?=\s*(\[|$|[)\s,]|[-+*/%^<>=!]))/g;

/** @throws InputError when a rule selects something that no series has */
export async function refuseUnknown(
  server: PrometheusServer,
  rules: readonly Rule[],
  signal?: AbortSignal,
): Promise<void> {
  const recordedNames = new Set(rules.filter(({ type }) => type === "recording").map(({ name }) => name));
  const asked = new Set<string>();
  for (const { name, query } of rules) {
    const bare = query.replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, "");
    for (const [, metric, matchers] of bare.matchAll(selector)) {
      const keyword = /^(and|or|unless|bool|offset|by|without|inf|nan|atan2|start|end|e\d+|\d.*)$/i.test(
        metric,
      );
      const text = `${metric}${matchers ?? ""}`;
      if (keyword || recordedNames.has(metric) || asked.has(text) || /^[smhdwy]$/.test(metric)) continue;
      asked.add(text);
      const found = (await server.ask(
        "series",
        { "match[]": text, start: 0, end: 5e9 },
        signal,
      )) as unknown[];
      if (found.length > 0) continue;
      const has = Object.entries(metricNames).map(([each, labels]) => `${each}{${labels.join(",")}}`);
      throw new InputError(
        `rules: ${quoted(name)} selects ${text.slice(0, 120)}, which the series do not have; they have ${has.join(", ")}`,
      );
    }
  }
}

/** Recording rules in order of dependency, so that a rule comes after those that it uses. */
export function layersOf(rules: readonly Rule[]): Rule[][] {
  const layers: Rule[][] = [];
  let left = [...rules];
  while (left.length > 0) {
    const uses = (rule: Rule, name: string) => rule.query.split(/[^\w:]+/).includes(name);
    const ready = left.filter((rule) => !left.some((other) => other !== rule && uses(rule, other.name)));
    const layer = ready.length > 0 ? ready : left; // a cycle: each rule sees the samples from before
    layers.push(layer);
    left = left.filter((rule) => !layer.includes(rule));
  }
  return layers;
}

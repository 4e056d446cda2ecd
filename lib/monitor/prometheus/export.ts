import type { Alert } from "../alert.js";
import type { Series } from "../series.js";
import { type BurnRow, type CheckedSlo, checkedSlos, inWords, rowsOf, type Slo } from "../slo.js";
import { countersOf, wantedBy } from "./metrics.js";

/**
 * The burn-rate alerts of objectives as a Prometheus rules file: for each window the ratio of bad requests as a
 * recording rule with Sloth's name, and one alert for each severity. It is written for Prometheus up to 2.x, whose
 * windows include both ends; Prometheus 3 excludes the older end, which makes a window one scrape shorter.
 * @param interval seconds from one evaluation to the next
 */
export function rulesFile(slos: readonly Slo[], interval = 60): string {
  const checked = checkedSlos(slos);
  const groups = checked.map((slo) => {
    const rows = rowsOf(slo, interval);
    const windows = [...new Set(rows.flatMap(({ long, short }) => [short, long]))].sort((a, b) => a - b);
    const longs = [...new Set(rows.map(({ long }) => long))].sort((a, b) => a - b);
    return [
      `  # ${inWords(slo)}`,
      `  - name: slo-${slo.name}`,
      `    interval: ${interval}s`,
      "    rules:",
      ...windows.map((window) =>
        recording(slo, `slo:sli_error:ratio_rate${length(window)}`, ratio(slo, window)),
      ),
      ...longs.map((window) =>
        recording(slo, `slo:sli_error:increase${length(window)}`, bad(slo, "increase", window)),
      ),
      ...(["page", "ticket"] as const).map((severity) =>
        alerting(
          slo,
          severity,
          rows.filter((row) => row.severity === severity),
        ),
      ),
    ].join("\n");
  });
  return `# The SRE Workbook's multi-window, multi-burn-rate alerts, written by server-logs.\ngroups:\n${groups.join("\n")}\n`;
}

function recording(slo: CheckedSlo, name: string, expression: string): string {
  return `      - record: ${name}\n        expr: ${yaml(expression)}\n        labels: {slo: ${yaml(slo.name)}}`;
}

function alerting(slo: CheckedSlo, severity: BurnRow["severity"], rows: readonly BurnRow[]): string {
  const of = (metric: string) => `${metric}{slo="${slo.name}"}`;
  const clauses = rows.map(({ long, short, factor }) => {
    const most = Number((factor * (1 - slo.objective)).toPrecision(12));
    const parts = [long, short].map(
      (window) => `${of(`slo:sli_error:ratio_rate${length(window)}`)} > ${most}`,
    );
    // a count of Prometheus may differ from a whole number in the last digit
    if (slo.minimumBad > 0)
      parts.push(`${of(`slo:sli_error:increase${length(long)}`)} > ${slo.minimumBad - 0.5}`);
    return `(${parts.join(" and ")})`;
  });
  return [
    `      - alert: ${slo.name}`,
    `        expr: ${yaml(clauses.join(" or "))}`,
    `        labels: {severity: ${severity}}`,
    `        annotations: {summary: ${yaml(`The error budget burns too fast: ${inWords(slo)}`)}}`,
  ].join("\n");
}

function ratio(slo: CheckedSlo, window: number): string {
  return `(${bad(slo, "rate", window)}) / (${all(slo, "rate", window)})`;
}

function bad(slo: CheckedSlo, how: "rate" | "increase", window: number): string {
  const range = `[${length(window)}]`;
  if (slo.kind === "availability") return `sum(${how}(http_requests_total{code=~"5.."}${range}))`;
  const le = String(slo.milliseconds / 1000);
  return `${all(slo, how, window)} - sum(${how}(http_request_duration_seconds_bucket{le="${le}"}${range}))`;
}

function all(slo: CheckedSlo, how: "rate" | "increase", window: number): string {
  const metric =
    slo.kind === "availability" ? "http_requests_total" : 'http_request_duration_seconds_bucket{le="+Inf"}';
  return `sum(${how}(${metric}[${length(window)}]))`;
}

/** A duration as Prometheus writes it. */
function length(seconds: number): string {
  const [unit, size] = (
    [
      ["d", 86_400],
      ["h", 3600],
      ["m", 60],
      ["s", 1],
    ] as const
  ).find(([, each]) => seconds % each === 0)!;
  return `${seconds / size}${unit}`;
}

/** A text as a YAML scalar. */
function yaml(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * Tests for `promtool test rules`, made from our own alerts on a series. At each change, and one interval before it,
 * promtool must find exactly the alerts that we found.
 * @param rulesPath path of the rules file, relative to the folder of the tests
 */
export function ruleTests(
  slos: readonly Slo[],
  series: Series,
  alerts: readonly Alert[],
  rulesPath: string,
): string {
  const checked = checkedSlos(slos);
  const step = series.step / 1000;
  const end = series.start + series.length * series.step;
  const moments = alerts.flatMap((alert) => [alert.start, ...(alert.end === undefined ? [] : [alert.end])]);
  const times = [...new Set(moments.flatMap((moment) => [moment - series.step, moment]))]
    .filter((moment) => moment > series.start && moment <= end)
    .sort((a, b) => a - b);
  const counters = [...countersOf(series, wantedBy(rulesFile(slos, step)))];
  const inputs = counters.map(({ name, labels, values }) => {
    const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    return `      - series: '${name}{${pairs.join(",")}}'\n        values: '0 ${[...values].join(" ")}'`;
  });
  const expectations = checked.flatMap((slo) =>
    times.map((time) => {
      const on = alerts.filter(
        (alert) =>
          alert.name === slo.name && alert.start <= time && (alert.end === undefined || time < alert.end),
      );
      const list = on.map(
        ({ severity }) =>
          `          - exp_labels: {severity: ${severity}, slo: ${yaml(slo.name)}}\n            exp_annotations: {summary: ${yaml(`The error budget burns too fast: ${inWords(slo)}`)}}`,
      );
      return `      - eval_time: ${(time - series.start) / 1000}s\n        alertname: ${slo.name}\n        exp_alerts:${list.length > 0 ? `\n${list.join("\n")}` : " []"}`;
    }),
  );
  return [
    `rule_files: [${yaml(rulesPath)}]`,
    `evaluation_interval: ${step}s`,
    "tests:",
    `  - interval: ${step}s`,
    "    input_series:",
    ...inputs,
    "    alert_rule_test:",
    ...expectations,
    "",
  ].join("\n");
}

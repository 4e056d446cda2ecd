import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { alertKey, alertsOf } from "#lib/monitor/alert";
import { BurnRate } from "#lib/monitor/burnRate";
import { generatedSeries } from "#lib/monitor/generated";
import { evaluateRules } from "#lib/monitor/prometheus/evaluate";
import { rulesFile, ruleTests } from "#lib/monitor/prometheus/export";
import { wantedBy } from "#lib/monitor/prometheus/metrics";
import type { Series } from "#lib/monitor/series";
import type { Slo } from "#lib/monitor/slo";
import { madeSeries } from "./madeSeries.js";

const slos: Slo[] = [
  { name: "availability", kind: "availability", objective: 0.978 },
  { name: "latency", kind: "latency", objective: 0.9, milliseconds: 300 },
];
const made = async (seed: number) =>
  (
    await generatedSeries(
      { rate: 2, seed, randomIncidents: 4, end: "2026-01-05T06:00:00Z" },
      { step: 60, statuses: true, endpoints: false },
    )
  ).series;
const burning = (series: Series) =>
  slos.flatMap((slo) => alertsOf(new BurnRate(slo, series.step), series)).sort((a, b) => a.start - b.start);
const outage = () =>
  madeSeries(
    180,
    () => 100,
    (i) => (i >= 60 && i < 70 ? 100 : 0),
  );

const alert = (expr: string, more = "") =>
  `groups:\n  - name: mine\n    rules:\n      - alert: Mine\n        expr: '${expr}'\n${more}`;

describe("Prometheus", { tags: ["promtool"] }, () => {
  it("finds by our exported rules just the alerts that we find, start and end", async () => {
    const serieses = await Promise.all([1, 2, 3, 4].map(made));
    const theirs = await evaluateRules(rulesFile(slos), serieses);
    const ours = serieses.map(burning);
    expect(ours.flat().length).toBeGreaterThan(3);
    const times = (alerts: typeof ours) =>
      alerts.map((list) => list.map((each) => `${alertKey(each)} ${each.end}`).sort());
    expect(times(theirs)).toEqual(times(ours));
  }, 60_000);

  it("accepts the exported rules, and the tests of them that are written from our own alerts", () => {
    const folder = mkdtempSync(join(tmpdir(), "server-logs-promtool-"));
    const series = outage();
    writeFileSync(join(folder, "rules.yml"), rulesFile(slos));
    writeFileSync(join(folder, "tests.yml"), ruleTests(slos, series, burning(series), "rules.yml"));
    const run = (...args: string[]) => execFileSync("promtool", args, { cwd: folder, encoding: "utf8" });
    expect(run("check", "rules", "rules.yml")).toContain("SUCCESS: 26 rules found");
    expect(run("test", "rules", "tests.yml")).toContain("SUCCESS");
    // with the alerts a step later, the same tests must fail
    const shifted = burning(series).map((each) => ({ ...each, start: each.start + series.step }));
    writeFileSync(join(folder, "tests.yml"), ruleTests(slos, series, shifted, "rules.yml"));
    expect(() =>
      execFileSync("promtool", ["test", "rules", "tests.yml"], { cwd: folder, stdio: "ignore" }),
    ).toThrow();
    rmSync(folder, { recursive: true });
  }, 60_000);

  it("waits as long as a rule's `for` says, and keeps firing as long as `keep_firing_for` says", async () => {
    const failing = 'sum(rate(http_requests_total{code=~"5.."}[1m])) > 0';
    const series = outage(); // minutes 60 to 69 fail: the ends of minutes 61 to 70 show it
    const [[plain], [waiting], [kept], none] = [
      await evaluateRules(alert(failing), [series]),
      await evaluateRules(alert(failing, "        for: 3m\n"), [series]),
      await evaluateRules(alert(failing, "        keep_firing_for: 5m\n"), [series]),
      await evaluateRules(alert(failing, "        for: 30m\n"), [series]),
    ].map(([alerts]) =>
      alerts.map(({ start, end }) => [start, end!].map((at) => (at - series.start) / 60_000)),
    );
    expect(plain).toEqual([61, 71]);
    expect(waiting).toEqual([64, 71]);
    expect(kept).toEqual([61, 76]);
    expect(none).toEqual([]);
  }, 60_000);

  it("tells alerts of endpoints apart, and sums only what makes no difference", async () => {
    const { series } = await generatedSeries({ rate: 1, end: "2026-01-05T02:00:00Z" }, { statuses: true });
    const each = 'rate(http_requests_total{code="200"}[1h]) > 0';
    const [alerts] = await evaluateRules(alert(each), [series]);
    const routes = [...series.endpoints]
      .filter(([, { statuses }]) => statuses.has(200))
      .map(([route]) => route);
    expect(alerts.map(({ endpoint }) => endpoint).sort()).toEqual(routes.sort());
    expect(wantedBy(alert(each)).byHandler).toBe(true);
    expect(wantedBy(alert(`sum(${each})`)).byHandler).toBe(false);
    expect(wantedBy(alert("sum by (handler) (rate(http_requests_total[5m])) > 1"))).toMatchObject({
      byHandler: true,
      byCode: false,
    });
  }, 60_000);

  it.each([
    [
      "groups: [{name: x, rules: [{alert: A, expr: 'sum(('}]}]",
      /^rules: promtool refuses them: .*parse error/,
    ],
    ["this is no rules file", /^rules: promtool refuses them: /],
    [
      alert("sum(rate(node_cpu_seconds_total[5m])) > 1"),
      /"Mine" selects node_cpu_seconds_total, which the series do not have/,
    ],
    [alert('sum(rate(http_requests_total{job="api"}[5m])) > 1'), /selects http_requests_total\{job="api"\}/],
    ["groups: [{name: x, rules: [{record: a, expr: '1'}]}]", /^rules: there is no alert among them/],
  ])("refuses %j in one sentence", async (rules, sentence) => {
    const error = await evaluateRules(rules, [outage()]).catch((thrown) => thrown);
    expect(error.name).toBe("InputError");
    expect(error.message).toMatch(sentence);
    expect(error.message).not.toContain("\n");
  });
});

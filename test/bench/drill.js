// The drill of the built-in detectors and objectives, and of three users' rules files through the real Prometheus: ten
// kinds of incident in five sizes on twenty days with their twins. Writes data/drill.json, which the notebook
// monitor_incidents draws, and results.md. `npm run bench:drill`; minutes on two cores. Needs prometheus and promtool.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { alertKey, alertsOf } from "#lib/monitor/alert";
import { BurnRate } from "#lib/monitor/burnRate";
import { drill, drillSlos } from "#lib/monitor/drill/drill";
import { falseAlarmTable, smallestTable } from "#lib/monitor/drill/result";
import { generatedSeries } from "#lib/monitor/generated";
import { evaluateRules } from "#lib/monitor/prometheus/evaluate";
import { rulesFile } from "#lib/monitor/prometheus/export";
import { machine, table, writeSection } from "./results.js";

const about = { seeds: 20, firstSeed: 101 };
const rules = ["slow", "nervous", "balanced"].map((name) =>
  fileURLToPath(new URL(`../monitor/drill/rules/${name}.yml`, import.meta.url)),
);

/** What a call gives, with the seconds that it took. @template T @param {() => Promise<T>} call */
async function measured(call) {
  const [began, before] = [performance.now(), process.cpuUsage()];
  const result = await call();
  const { user, system } = process.cpuUsage(before);
  return { result, wall: (performance.now() - began) / 1000, cpu: (user + system) / 1e6 };
}

/** Progress on one line. @param {string} what */
const progress =
  (what) =>
  (/** @type {{ done: number, total?: number }} */ { done, total }) =>
    process.stderr.write(`\r${what}: ${done} of ${total} logs `);

const own = await measured(() => drill({ ...about, onProgress: progress("our own") }));
const users = await measured(() => drill({ ...about, rules, onProgress: progress("users' rules") }));
process.stderr.write("\n");

const both = {
  ...own.result,
  table: [...own.result.table, ...users.result.table],
  falseAlarms: [...own.result.falseAlarms, ...users.result.falseAlarms],
  smallest: [...own.result.smallest, ...users.result.smallest],
};
// one row per line, so that a diff can be read
const rounded = (/** @type {string} */ _, /** @type {unknown} */ value) =>
  typeof value === "number" ? Number(value.toPrecision(6)) : value;
const parts = Object.entries(both).map(([name, part]) =>
  Array.isArray(part)
    ? `"${name}":[\n${part.map((row) => JSON.stringify(row, rounded)).join(",\n")}\n]`
    : `"${name}":${JSON.stringify(part)}`,
);
writeFileSync(new URL("../../data/drill.json", import.meta.url), `{${parts.join(",\n")}}\n`);

// Do our alerts and Prometheus' evaluation of our exported rules agree, on days with incidents, to the minute?
const slos = [
  { ...drillSlos[0], objective: 0.978 },
  { ...drillSlos[1], objective: 0.9 },
];
const serieses = [];
for (let i = 0; i < about.seeds; i++) {
  const log = { rate: 5, seed: about.firstSeed + i, randomIncidents: 4 };
  serieses.push((await generatedSeries(log, { step: 60, statuses: true, endpoints: false })).series);
}
const theirs = await evaluateRules(rulesFile(slos), serieses);
const times = (/** @type {import("#lib/monitor/alert").Alert[]} */ alerts) =>
  alerts.map((alert) => `${alertKey(alert)} ${alert.end}`);
let agreed = 0;
let different = 0;
serieses.forEach((series, i) => {
  const ours = times(slos.flatMap((slo) => alertsOf(new BurnRate(slo, series.step), series)));
  const others = times(theirs[i]);
  agreed += ours.filter((alert) => others.includes(alert)).length;
  different +=
    ours.filter((alert) => !others.includes(alert)).length +
    others.filter((alert) => !ours.includes(alert)).length;
});

const rowsOf = (/** @type {Record<string, ArrayLike<unknown>>} */ columns) =>
  Array.from(Object.values(columns)[0], (_, i) => Object.values(columns).map((column) => column[i]));
const seconds = (/** @type {{ wall: number, cpu: number }} */ { wall, cpu }) =>
  `${cpu.toFixed(0)} s of CPU, ${wall.toFixed(0)} s by the clock`;
const smallest = smallestTable(both);
writeSection("The drill", [
  `By \`npm run bench:drill\` on ${machine()}. Ten kinds of incident in five sizes on ${about.seeds} days of 50 requests/s (seeds from ${about.firstSeed}, on which nobody chose a constant), each with its twin. Detectors and objectives: ${seconds(own)}. The rules files of \`test/monitor/drill/rules\`, through the real Prometheus: ${seconds(users)} beside Prometheus' own.`,
  "",
  ...table(Object.keys(falseAlarmTable(both)), rowsOf(falseAlarmTable(both))),
  "",
  `The smallest incident of ${both.incidentMinutes} minutes found nine times in ten at no more than one false alarm a week, with the 95 % interval of the share found at that size, and the median minutes to its detection. "not found": in none of the five sizes.`,
  "",
  ...table(Object.keys(smallest), rowsOf(smallest)),
  "",
  `On ${about.seeds} days of 5 requests/s with four incidents each, ${agreed} of our burn-rate alerts are Prometheus' of our exported rules, start and end to the minute; ${different} are not.`,
]);

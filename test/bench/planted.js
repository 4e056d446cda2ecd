// What incidents, defects, the answer key and labels cost: the same log with and without them, one after the
// other in one run, each in a process of its own, one worker; the median of five rounds.
//
//     npm run bench:planted -- [rows]
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { incidentKinds } from "server-logs/scenario/incident";
import { generate } from "server-logs/write/generate";

const folder = new URL("../../.cache/bench/", import.meta.url).pathname;
const rows = Number(process.argv[2] ?? 5_000_000);
const defects = { malformed: 0.001, missing: 0.001, wrongType: 0.001, badEncoding: 0.001 };
const allDefects = { ...defects, duplicated: 0.001, late: 0.001, outOfOrder: 0.001, skewedClock: 0.001 };
const usual = ["error_burst", "dependency_failure", "outage", "slow_leak"];

const trials = {
  "healthy, no key": { key: false },
  "healthy, key": {},
  "four incidents": { incidents: usual },
  "every defect": { defects: allDefects },
  "four incidents and every defect": { incidents: usual, defects: allDefects },
  "all ten incidents and every defect": { incidents: [...incidentKinds], defects: allDefects },
  "four incidents, every defect and labels": { incidents: usual, defects: allDefects, labels: true },
};

if (process.argv[3] !== undefined) {
  await generate({ rows: 50_000, workers: 1, ...trials[process.argv[3]], out: `${folder}planted.csv` });
  const began = process.cpuUsage();
  const { records } = await generate({
    rows,
    workers: 1,
    ...trials[process.argv[3]],
    out: `${folder}planted.csv`,
  });
  const { user, system } = process.cpuUsage(began); // others may be using the machine
  const seconds = (user + system) / 1e6;
  console.log(
    JSON.stringify({ records, seconds, megabytes: Math.round(process.resourceUsage().maxRSS / 1024) }),
  );
} else {
  mkdirSync(folder, { recursive: true });
  const rounds = Object.fromEntries(Object.keys(trials).map((name) => [name, []]));
  for (let round = 0; round < 5; round++)
    for (const name of Object.keys(trials))
      rounds[name].push(
        JSON.parse(
          execFileSync(process.execPath, [process.argv[1], String(rows), name], { encoding: "utf8" }),
        ),
      );
  rmSync(`${folder}planted.csv`, { force: true });
  rmSync(`${folder}planted.truth.json`, { force: true });
  rmSync(`${folder}planted.labels.csv`, { force: true });
  const median = (name) => rounds[name].map(({ seconds }) => seconds).sort((a, b) => a - b)[2];
  const [healthy] = Object.keys(trials);
  console.log(
    "| log | lines | CPU seconds | times the healthy one without key | a line | MB |\n|---|---|---|---|---|---|",
  );
  for (const [name, [{ records, megabytes }]] of Object.entries(rounds)) {
    const times = median(name) / median(healthy);
    const each = (times * rounds[healthy][0].records) / records;
    console.log(
      `| ${name} | ${records} | ${median(name).toFixed(2)} | ${times.toFixed(2)} | ${each.toFixed(2)} | ${megabytes} |`,
    );
  }
}

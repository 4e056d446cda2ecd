// What incidents, defects, the answer key and labels cost: the same log with and without them in turn, each in its own
// process with one worker; the best and the median of five rounds.
//
//     npm run bench:planted -- [rows]
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { incidentKinds } from "#lib/scenario/incidents/kinds";

const ROUNDS = 5;
const rows = process.argv[2] ?? "10000000";
const cli = fileURLToPath(new URL("../../lib/bin/server-logs.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "server-logs-planted-"));
process.once("exit", () => rmSync(folder, { recursive: true }));
const usual = ["--incidents", "error_burst", "dependency_failure", "outage", "slow_leak"];
const unreadable = ["malformed", "missing", "wrongType", "badEncoding"];
const every = [...unreadable, "duplicated", "late", "outOfOrder", "skewedClock"];
const defects = ["--defects", ...every.map((kind) => `${kind}=0.001`)];

const trials = {
  "healthy, no key": ["--no-key"],
  "healthy, key": [],
  "four incidents": usual,
  "every defect": defects,
  "four incidents and every defect": [...usual, ...defects],
  "all ten incidents and every defect": ["--incidents", ...incidentKinds, ...defects],
  "four incidents, every defect and labels": [...usual, ...defects, "--labels"],
};

const seconds = Object.fromEntries(Object.keys(trials).map((name) => [name, []]));
const lines = {};
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, options] of Object.entries(trials)) {
    for (const beside of [".csv", ".truth.json", ".labels.csv"])
      rmSync(join(folder, `planted${beside}`), { force: true }); // replacing a file takes longer
    const out = join(folder, "planted.csv");
    const began = process.hrtime.bigint();
    const done = spawnSync(
      process.execPath,
      [cli, "generate", "--rows", rows, "--workers", "1", "--json", "--out", out, ...options],
      { encoding: "utf8" },
    );
    seconds[name].push(Number(process.hrtime.bigint() - began) / 1e9);
    if (done.status !== 0) throw new Error(`${name}: ${done.stderr}`);
    lines[name] = JSON.parse(done.stdout).records;
  }
}

const best = (name) => Math.min(...seconds[name]);
const median = (name) => [...seconds[name]].sort((a, b) => a - b)[(ROUNDS - 1) / 2];
const [healthy] = Object.keys(trials);
console.log(
  "| log | lines | seconds, best | median | times the healthy one without key, by best | by median |",
);
console.log("|---|---|---|---|---|---|");
for (const name of Object.keys(trials)) {
  const cells = [name, lines[name].toLocaleString("en"), best(name).toFixed(2), median(name).toFixed(2)];
  const times = [best(name) / best(healthy), median(name) / median(healthy)].map((ratio) => ratio.toFixed(2));
  console.log(`| ${[...cells, ...times].join(" | ")} |`);
}

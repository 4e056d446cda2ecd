// How late the records of a stream come, and whether its memory grows.
//
//     npm run bench:lateness -- [--rate 5000] [--minutes 10]
//
// A stream to a pipe, which another process reads: for each record the moment at which it was read minus that at which
// it was due; and the stream's memory (RSS) each second, as the means of the first and the second half.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const cli = new URL("../../lib/bin/server-logs.js", import.meta.url).pathname;
const { values } = parseArgs({
  options: { rate: { type: "string", default: "5000" }, minutes: { type: "string", default: "10" } },
});
const seconds = Math.round(Number(values.minutes) * 60);
// The same rate at all hours, and only random bursts.
const scenario = { traffic: { hours: Array(24).fill(1), weekdays: Array(7).fill(1), burstiness: 0.01 } };
const options = [
  "--rate",
  values.rate,
  "--start",
  "now+2s",
  "--end",
  `now+${seconds + 2}s`,
  "--format",
  "ndjson",
];
const folder = mkdtempSync(join(tmpdir(), "lateness-"));
writeFileSync(join(folder, "even.json"), JSON.stringify(scenario));
const stream = spawn(process.execPath, [cli, "stream", ...options, "--scenario", join(folder, "even.json")], {
  stdio: ["ignore", "pipe", "inherit"],
});
const late = new Uint32Array(120_000); // records by whole milliseconds
let records = 0;
let most = 0;
const memory = [];
const watch = setInterval(() => {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${stream.pid}/status`, "utf8")) ?? [];
  if (kilobytes !== undefined) memory.push(Number(kilobytes) / 1024);
}, 1000);
let rest = "";
stream.stdout.setEncoding("latin1");
for await (const piece of stream.stdout) {
  const now = Date.now();
  const lines = (rest + piece).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) {
    const lateness = now - Date.parse(line.slice(14, 38));
    if (lateness < 0) throw new Error(`ahead of its time by ${-lateness} ms: ${line}`);
    late[Math.min(late.length - 1, lateness)]++;
    most = Math.max(most, lateness);
    records++;
  }
}
clearInterval(watch);
rmSync(folder, { recursive: true });
const quantile = (share) => {
  let left = Math.ceil(share * records);
  return late.findIndex((count) => {
    left -= count;
    return left <= 0;
  });
};
const mean = (list) => Math.round(list.reduce((sum, each) => sum + each, 0) / list.length);
const half = Math.floor(memory.length / 2);
console.log(
  `${records} records in ${seconds} s (${Math.round(records / seconds)}/s), load ${loadavg()[0].toFixed(1)} on ${availableParallelism()} cores`,
);
console.log(`late by p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms, at most ${most} ms`);
console.log(
  `memory ${mean(memory.slice(5, half))} MB in the first half, ${mean(memory.slice(half))} MB in the second, at most ${Math.round(Math.max(...memory))} MB`,
);

// How soon `watch` tells, and what it costs, into results.md: a log that grows at 5,000 lines/s and is rotated twice while
// it is watched; a log from file to alerts, and its series, with the peak of memory at one million records and at ten;
// a series of a million points through each detector. `npm run bench:watch`; five minutes.
import { spawn, spawnSync } from "node:child_process";
import { appendFileSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { builtInDetector, detectorNames } from "#lib/monitor/detect/detectors";
import { csvHeader } from "#lib/record";
import { generate } from "#lib/write/generate";
import { machine, table, writeSection } from "./results.js";

const folder = mkdtempSync(join(tmpdir(), "server-logs-watch-"));
process.once("exit", () => rmSync(folder, { recursive: true }));
const cli = fileURLToPath(new URL("../../lib/bin/server-logs.js", import.meta.url));

/** Lines a second, seconds in all, and milliseconds between two pieces of the log. */
const RATE = 5000;
const SECONDS = 60;
const PIECE = 20;

// Objectives of a day, whose windows are a thirtieth: many alerts in two minutes, each at a moment of its own.
const few = Array.from({ length: 8 }, (_, i) => ({
  name: `o${i}`,
  kind: "availability",
  objective: 0.6 + 0.05 * i,
  days: 1,
}));
/** As many as a site of twenty endpoints may have, of the usual 30 days. */
const many = Array.from({ length: 40 }, (_, i) => ({
  name: `o${i}`,
  kind: i % 2 === 0 ? "availability" : "latency",
  objective: 0.9 + 0.0024 * i,
  days: 30,
}));

/** Share of the requests that fail in a second of the log: three waves, to 100, 50 and 25 %. */
const failing = (/** @type {number} */ second) =>
  Math.max(0.01, (1 / 2 ** Math.floor(second / 20)) * Math.max(0, Math.sin((second % 20) / 3.2)));

async function delays(/** @type {readonly { days: number }[]} */ slos, /** @type {number} */ step) {
  const log = join(folder, "access.csv");
  const state = join(folder, "state");
  for (const old of [`${log}.1`, `${log}.2`, state]) rmSync(old, { force: true });
  writeFileSync(log, `${csvHeader}\n`);
  writeFileSync(join(folder, "slos.json"), JSON.stringify(slos));
  const watching = ["--slo", join(folder, "slos.json"), "--step", String(step)];
  const watcher = spawn(process.execPath, [cli, "watch", log, ...watching, "--state", state], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  /** @type {{ line: string, at: number }[]} */
  const told = [];
  let rest = "";
  watcher.stdout.setEncoding("utf8").on("data", (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) told.push({ line, at: performance.now() });
  });
  await sleep(2000); // it has started
  const begin = Math.ceil(Date.now() / 1000) * 1000;
  await sleep(begin - Date.now());
  const began = performance.now();
  /** When the first line of each second was written. @type {Map<number, number>} */
  const written = new Map();
  const whole = [csvHeader];
  let late = 0;
  for (let piece = 0; piece < (SECONDS * 1000) / PIECE; piece++) {
    const due = began + piece * PIECE;
    if (due > performance.now()) await sleep(due - performance.now());
    late = Math.max(late, performance.now() - due);
    if (piece === 1000 || piece === 2000) {
      if (piece === 2000) renameSync(`${log}.1`, `${log}.2`);
      renameSync(log, `${log}.1`);
    }
    const lines = Array.from({ length: (RATE * PIECE) / 1000 }, (_, i) => {
      const time = begin + piece * PIECE + Math.floor((i * 1000) / RATE);
      const bad = (i * 37) % 100 < 100 * failing((time - begin) / 1000);
      return `${new Date(time).toISOString()},203.0.113.9,/,${bad ? 503 : 200},12.5`;
    });
    const second = begin + Math.floor((piece * PIECE) / 1000) * 1000;
    if (!written.has(second)) written.set(second, performance.now());
    appendFileSync(log, `${lines.join("\n")}\n`);
    whole.push(...lines);
  }
  await sleep(1500);
  watcher.kill("SIGINT");
  await new Promise((resolve) => watcher.on("close", resolve));
  writeFileSync(join(folder, "whole.csv"), `${whole.join("\n")}\n`);
  const once = spawnSync(process.execPath, [cli, "watch", "--once", join(folder, "whole.csv"), ...watching], {
    encoding: "utf8",
  });
  // the last second of the log has no line behind it: the clock ends it for one, and the end of the file for the other
  const moment = (/** @type {string} */ line) => Date.parse(JSON.parse(line).end ?? JSON.parse(line).start);
  const closed = (/** @type {string} */ line) => written.has(moment(line));
  const expected = once.stdout.trimEnd().split("\n").filter(closed);
  const got = told.filter(({ line }) => closed(line));
  const waits = got
    .map(({ line, at }) => at - /** @type {number} */ (written.get(moment(line))))
    .sort((a, b) => a - b);
  return {
    objectives: slos.length,
    days: slos[0].days,
    step,
    state: statSync(state).size / 1e6,
    expected: expected.length,
    missing: expected.filter((line) => !got.some((one) => one.line === line)).length,
    others: got.length - new Set(got.map(({ line }) => line).filter((line) => expected.includes(line))).size,
    p50: waits[waits.length >> 1],
    most: waits[waits.length - 1],
    late,
  };
}

/** A piece of work in a process of its own on one core: seconds of the processor, and megabytes at the most. */
function alone(/** @type {string} */ work, /** @type {string} */ log) {
  const source = `const records = await (async () => { ${work} })(); const { user, system } = process.cpuUsage();
process.stderr.write(JSON.stringify({ records, seconds: (user + system) / 1e6, megabytes: process.resourceUsage().maxRSS / 1024 }));`;
  const runs = Array.from({ length: 3 }, () => {
    const args = ["-c", "0", process.execPath, "--input-type=module", "-e", source, log];
    const { status, stderr } = spawnSync("taskset", args, { encoding: "utf8", cwd: import.meta.dirname });
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stderr);
  });
  return runs.reduce((best, run) => (run.seconds < best.seconds ? run : best));
}

const works = {
  "watch --once: file to alerts": `const { watch } = await import("#lib/monitor/watch/watch");
return (await watch([process.argv[1]], { once: true, slos: [{ name: "a", kind: "availability", objective: 0.97 }, { name: "b", kind: "latency", objective: 0.85 }] })).records;`,
  "watch --once with 40 objectives at a step of 1 s": `const { watch } = await import("#lib/monitor/watch/watch");
return (await watch([process.argv[1]], { once: true, step: 1, slos: ${JSON.stringify(many)} })).records;`,
  "series by endpoint with quantiles": `const { readSeries } = await import("#lib/monitor/readSeries");
return (await readSeries(process.argv[1])).records;`,
};

const delay = [await delays(few, 1), await delays(many, 10), await delays(many, 1)];
const costs = [];
for (const rows of [1_000_000, 10_000_000]) {
  const out = join(folder, `${rows}.csv`);
  await generate({ rows, out, key: false, seed: 42 });
  for (const [name, work] of Object.entries(works)) {
    const { records, seconds, megabytes } = alone(work, out);
    costs.push([
      name,
      rows.toLocaleString("en"),
      seconds.toFixed(2),
      Math.round(records / seconds).toLocaleString("en"),
      Math.round(megabytes),
    ]);
  }
  rmSync(out);
}

const POINTS = 1_000_000;
const detectors = detectorNames.map((name) => {
  const detector = builtInDetector(name);
  // the four signals of a log at once, each with its daily wave
  const at = { index: 0, wave: 0 };
  const point = {
    step: 60_000,
    get time() {
      return at.index * 60_000;
    },
    get requests() {
      return 1000 + Math.round(500 * at.wave) + ((at.index * 7919) % 97);
    },
    get clientErrors() {
      return 30 + ((at.index * 104_729) % 13);
    },
    get serverErrors() {
      return 15 + ((at.index * 1_299_709) % 11);
    },
    timed: 1000,
    slow: 80,
    quantile: () => 200 + 20 * at.wave + ((at.index * 15_485_863) % 17),
  };
  const began = process.cpuUsage().user;
  for (at.index = 0; at.index < POINTS; at.index++) {
    at.wave = Math.sin(at.index / 229);
    detector.next(point);
  }
  return [name, ((process.cpuUsage().user - began) / 1e6).toFixed(2)];
});

writeSection("Watching, measured", [
  `By \`npm run bench:watch\` on ${machine()}.`,
  "",
  `A log that grows at ${RATE} lines/s for ${SECONDS} s, in a piece each ${PIECE} ms, and is renamed twice, watched with \`--state\`: the beginnings and ends of alerts, those of \`watch --once\` of the whole that are missing, and those that are doubled or others. Milliseconds from the writing of the line that ends a step to the alert; the pieces were late themselves by what the last column says.`,
  "",
  ...table(
    [
      "objectives",
      "days",
      "step, s",
      "state, MB",
      "told",
      "missing",
      "others",
      "median, ms",
      "most, ms",
      "late pieces, ms",
    ],
    delay.map(({ objectives, days, step, state, expected, missing, others, p50, most, late }) => [
      objectives,
      days,
      step,
      state.toFixed(1),
      expected,
      missing,
      others,
      p50.toFixed(0),
      most.toFixed(0),
      late.toFixed(0),
    ]),
  ),
  "",
  "CSV on one core, the best of three runs, in seconds of the processor from the start of the process to its end:",
  "",
  ...table(["what", "records", "seconds", "records/s", "peak memory, MB"], costs),
  "",
  "A million steps of a log in seconds of the processor; each step has two readings for ewma and cusum (the shares), and four for the others (traffic and response times, too):",
  "",
  ...table(["detector", "seconds"], detectors),
]);

// From a CSV file to the answers of five questions, against pandas, each in a process of its own, in one run over
// one file: 10,000,000 records by this project's own generator. The answers are compared.
//
//     npm run bench:warehouse -- [records]
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { ask } from "#lib/warehouse/ask";

const root = new URL("../../", import.meta.url).pathname;
const folder = `${root}.cache/bench`;
const records = Number(process.argv[2] ?? 10_000_000);
const csv = `${folder}/records-${records}.csv`;

/** The last of the pandas that keep text as Python's objects, and the newest, with pyarrow for its text. */
const pandas = {
  "pandas 2.3.3": ["pandas==2.3.3"],
  "pandas 3.1.1 and pyarrow": ["pandas==3.1.1", "pyarrow==21.0.0"],
};
const environment = (name) => `${folder}/${name.replaceAll(" ", "-")}`;

/** The answers, in the few numbers that tell whether both tools mean the same. */
async function answers() {
  const began = performance.now();
  const overview = await ask("overview", csv);
  const codes = await ask("status_codes", csv);
  const times = await ask("response_times_by_endpoint", csv);
  const failing = await ask("failing_endpoints", csv);
  const traffic = await ask("traffic_over_time", csv, { bucket_minutes: 5 });
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const byName = times.endpoint.map((endpoint, i) => [endpoint, times.p99_ms[i]]).sort();
  return {
    seconds: (performance.now() - began) / 1000,
    processor: (userCPUTime + systemCPUTime) / 1e6,
    megabytes: Math.round(maxRSS / 1024),
    numbers: [
      overview.requests[0],
      overview.clients[0],
      overview.failed_percent[0],
      overview.p50_ms[0],
      overview.p95_ms[0],
    ].concat(
      codes.requests,
      byName.map(([, p99]) => p99),
      failing.failed,
      traffic.bucket.length,
    ),
  };
}

const inPandas = (name) => {
  const python = `${environment(name)}/bin/python`;
  const text = execFileSync(python, [`${root}test/bench/warehouse.py`, csv], { encoding: "utf8" });
  const { overview: o, status_codes, p99, failed, buckets, ...measured } = JSON.parse(text);
  return {
    ...measured,
    numbers: [o.requests, o.clients, o.failed_percent, o.p50_ms, o.p95_ms].concat(
      status_codes,
      p99,
      failed,
      buckets,
    ),
  };
};

if (process.argv[3] === "ask") {
  console.log(JSON.stringify(await answers()));
} else {
  mkdirSync(folder, { recursive: true });
  if (!existsSync(csv)) {
    const made = ["generate", "--rows", records, "--seed", "42", "--no-key", "--out", csv];
    execFileSync(process.execPath, [`${root}lib/bin/server-logs.js`, ...made], { stdio: "inherit" });
  }
  for (const [name, packages] of Object.entries(pandas)) {
    if (existsSync(environment(name))) continue;
    execFileSync("python3", ["-m", "venv", environment(name)], { stdio: "inherit" });
    const pip = ["-m", "pip", "install", "--quiet", ...packages];
    execFileSync(`${environment(name)}/bin/python`, pip, { stdio: "inherit" });
  }
  const self = () =>
    JSON.parse(
      execFileSync(process.execPath, [import.meta.filename, String(records), "ask"], { encoding: "utf8" }),
    );
  const trials = { "server-logs ask": self };
  for (const name of Object.keys(pandas)) trials[name] = () => inPandas(name);
  console.log(
    `${records.toLocaleString("en")} records, ${statSync(csv).size.toLocaleString("en")} bytes, ${availableParallelism()} cores: file to five answers, best of three`,
  );
  // Taken in turns, so that what else runs on the machine meets all of them alike.
  const runs = [1, 2, 3].map(() => Object.values(trials).map((trial) => trial()));
  const best = Object.keys(trials).map((_, i) =>
    runs.map((run) => run[i]).reduce((a, b) => (b.seconds < a.seconds ? b : a)),
  );
  Object.keys(trials).forEach((name, i) => {
    const { seconds, processor, megabytes } = best[i];
    const times = i === 0 ? "" : `, ${(seconds / best[0].seconds).toFixed(1)} times as long`;
    console.log(
      `${name.padEnd(26)} ${seconds.toFixed(2).padStart(6)} s, ${processor.toFixed(2).padStart(6)} s of processor, ${megabytes} MB${times}`,
    );
  });
  const [ours, ...theirs] = best.map(({ numbers }) => numbers);
  const same = theirs.every(
    (numbers) => numbers.length === ours.length && numbers.every((n, i) => Math.abs(n - ours[i]) < 0.011),
  );
  console.log(same ? `${ours.length} numbers of the answers are the same` : "the answers differ");
  if (!same) process.exitCode = 1;
}

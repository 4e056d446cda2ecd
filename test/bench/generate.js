// `npm run bench`: how fast and how large generating is, beside its peers in the same run. Writes results.md.
//
// Every figure is of a whole process, from start to exit: wall time, and peak memory as Linux counts it. The
// machine is shared and noisy, so each command runs three times and the best is told; peers run in turn with us.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const cli = fileURLToPath(new URL("../../lib/bin/server-logs.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "server-logs-bench-"));
const million = 1_000_000;
const quick = process.argv.includes("--quick"); // no 100 million
const python = process.env.BENCH_PYTHON ?? "python3"; // with faker, pandas and numpy, for the peers

/** Best of `runs`: seconds, peak memory in MB, size of the file in MB. */
function measure(command, args, { out, runs = 3, cores = "0" }) {
  let best = { seconds: Number.POSITIVE_INFINITY, memory: 0, size: 0 };
  for (let run = 0; run < runs; run++) {
    const began = process.hrtime.bigint();
    const timed = ["-c", cores, "/usr/bin/time", "-f", "%M", command, ...args];
    const done = spawnSync("taskset", timed, { encoding: "utf8", stdio: ["ignore", "ignore", "pipe"] });
    const seconds = Number(process.hrtime.bigint() - began) / 1e9;
    if (done.status !== 0) throw new Error(`${command} ${args.join(" ")}: ${done.stderr}`);
    const memory = Number(done.stderr.trim().split("\n").at(-1)) / 1024;
    if (seconds < best.seconds) best = { seconds, memory, size: statSync(out).size / 1e6 };
    rmSync(out, { force: true });
  }
  return best;
}

const rows = [];
function tell(what, records, cores, { seconds, memory, size }) {
  const row = [
    what,
    records.toLocaleString("en"),
    cores,
    seconds.toFixed(2),
    Math.round(records / seconds).toLocaleString("en"),
    Math.round(size / seconds),
    Math.round(memory),
  ];
  rows.push(row);
  console.error(row.join(" | "));
  return records / seconds;
}

function ours(records, { ending = "csv", workers = 1, cores = "0", runs = 3, more = [] } = {}) {
  const out = join(folder, `log.${ending}`);
  const args = [
    cli,
    "generate",
    "--rows",
    String(records),
    "--workers",
    String(workers),
    "--out",
    out,
    ...more,
  ];
  return measure(process.execPath, args, { out, cores, runs });
}

const both = "0,1";
const own = tell("server-logs, CSV", 10 * million, 1, ours(10 * million));
tell("server-logs, CSV, no answer key", 10 * million, 1, ours(10 * million, { more: ["--no-key"] }));
const pair = tell(
  "server-logs, CSV, two workers",
  10 * million,
  2,
  ours(10 * million, { workers: 2, cores: both }),
);
tell("server-logs, CSV", million, 1, ours(million));
if (!quick) tell("server-logs, CSV", 100 * million, 1, ours(100 * million, { runs: 1 }));
for (const ending of ["ndjson", "log", "parquet", "csv.gz", "csv.zst"]) {
  tell(`server-logs, ${ending}`, 10 * million, 1, ours(10 * million, { ending, runs: 2 }));
}

// The limit: constant lines of the same length, written in the same pieces.
const bare = join(folder, "bare.csv");
const write = `const fs = require("fs"); const line = "2026-01-05T00:00:00.000Z,203.0.113.99,/products,200,71.25\\n";
const piece = Buffer.from(line.repeat(Math.floor(1048576 / line.length))); const file = fs.openSync(process.argv[1], "w");
for (let left = ${10 * million} * line.length; left > 0; left -= piece.length) fs.writeSync(file, piece, 0, Math.min(left, piece.length)); fs.closeSync(file);`;
const limit = tell(
  "bare writer of constant lines",
  10 * million,
  1,
  measure(process.execPath, ["-e", write, bare], { out: bare }),
);

const peers = [];
const duck = join(folder, "duck.csv");
const duckdb = `import { DuckDBInstance } from "@duckdb/node-api";
const connection = await (await DuckDBInstance.create(":memory:", { threads: "2" })).connect();
await connection.run(\`COPY (SELECT strftime(TIMESTAMP '2026-01-05' + to_milliseconds(CAST(i * 8.64 AS BIGINT)), '%Y-%m-%dT%H:%M:%S.%gZ') AS timestamp,
  CAST(1 + floor(random() * 223) AS INT) || '.' || CAST(floor(random() * 256) AS INT) || '.' || CAST(floor(random() * 256) AS INT) || '.' || CAST(1 + floor(random() * 254) AS INT) AS ip_address,
  ['/', '/products', '/cart', '/search'][1 + CAST(floor(random() * 4) AS INT)] AS endpoint,
  [200, 200, 200, 304, 404, 500][1 + CAST(floor(random() * 6) AS INT)] AS status_code,
  round(-ln(random() + 1e-12) * 80, 2) AS response_time_ms FROM range(${10 * million}) r(i)) TO '\${process.argv[1]}' (HEADER)\`);`;
const script = join(here, "../../node_modules/.cache-bench-duckdb.mjs");
writeFileSync(script, duckdb.replace("process.argv[1]", "process.argv[2]"));
const duckRate = tell(
  "DuckDB, range() and random()",
  10 * million,
  2,
  measure(process.execPath, [script, duck], { out: duck, cores: both, runs: 2 }),
);
rmSync(script);
peers.push(["DuckDB's generator, both cores (ours on both)", pair / duckRate]);

const hasPeers = spawnSync(python, ["-c", "import faker, pandas, numpy"]).status === 0;
if (hasPeers) {
  const file = join(folder, "peer.csv");
  const peer = (name, records, what) => {
    const rate = tell(
      name,
      records,
      1,
      measure(python, [join(here, "peers.py"), what, String(records), file], { out: file, runs: 2 }),
    );
    peers.push([name, own / rate]);
  };
  peer("Python, Faker and csv", 100_000, "faker");
  peer("pandas and NumPy, to_csv", 2 * million, "pandas");
} else {
  console.error(`${python} has no faker, pandas and numpy: their lines did not run (set BENCH_PYTHON)`);
}

const machine = `${cpus()[0].model.trim()}, ${cpus().length} cores, Node ${process.versions.node}, ${execFileSync("uname", ["-sr"]).toString().trim()}`;
const table = [
  "# Generating, measured",
  "",
  `By \`npm run bench\` on ${machine}; a shared machine, so that ratios say more than seconds. Whole processes, best of up to three runs; one core means \`taskset -c 0\`. Ours with SHA-256 and answer key in the same pass.`,
  "",
  "| what | records | cores | seconds | records/s | MB/s | peak memory, MB |",
  "|---|---|---|---|---|---|---|",
  ...rows.map((row) => `| ${row.join(" | ")} |`),
  "",
  "| ratio | |",
  "|---|---|",
  `| bare writer of constant lines ÷ ours, one core | ${(limit / own).toFixed(2)} |`,
  `| two workers ÷ one | ${(pair / own).toFixed(2)} |`,
  ...peers.map(([name, ratio]) => `| ours ÷ ${name} | ${ratio.toFixed(1)} |`),
  "",
];
writeFileSync(join(here, "results.md"), table.join("\n"));
rmSync(folder, { recursive: true, force: true });
if (existsSync(join(here, "results.md"))) console.log(readFileSync(join(here, "results.md"), "utf8"));

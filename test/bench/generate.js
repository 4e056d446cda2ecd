// `npm run bench`: how fast and how large generating is, beside its peers in the same run. Writes results.md.
//
// Every figure is of a whole process, from start to exit: wall time, and peak memory as Linux counts it. The machine is
// shared and noisy, so each command runs several times and the best is reported.
//
//     npm run bench -- [--quick]    --quick: nothing with 100 million records
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { machine, python, table, writeSection } from "./results.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const cli = fileURLToPath(new URL("../../lib/bin/server-logs.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "server-logs-bench-"));
const million = 1_000_000;
const quick = process.argv.includes("--quick");
const NOWHERE = "/dev/null";

/** Best of `runs`: seconds, peak memory in MB, size of the file in MB. */
function measure(command, args, { out, runs = 3, cores = 1 }) {
  let best = { seconds: Number.POSITIVE_INFINITY, memory: 0, size: 0 };
  for (let run = 0; run < runs; run++) {
    const began = process.hrtime.bigint();
    const timed = ["-c", cores === 1 ? "0" : "0,1", "/usr/bin/time", "-f", "%M", command, ...args];
    const done = spawnSync("taskset", timed, { encoding: "utf8", stdio: ["ignore", "ignore", "pipe"] });
    const seconds = Number(process.hrtime.bigint() - began) / 1e9;
    if (done.status !== 0) throw new Error(`${command} ${args.join(" ")}: ${done.stderr}`);
    const memory = Number(done.stderr.trim().split("\n").at(-1)) / 1024;
    if (seconds < best.seconds) best = { seconds, memory, size: statSync(out).size / 1e6 };
    if (out !== NOWHERE) rmSync(out, { force: true });
  }
  return best;
}

const rows = [];
/** Adds a line to the table, and returns the records per second. */
function tell(what, records, cores, { seconds, memory, size }) {
  const row = [
    what,
    records.toLocaleString("en"),
    cores,
    seconds.toFixed(2),
    Math.round(records / seconds).toLocaleString("en"),
    size > 0 ? Math.round(size / seconds) : "",
    Math.round(memory),
  ];
  rows.push(row);
  console.error(row.join(" | "));
  return records / seconds;
}

/** How our command is started, and its name in the table. */
function ours(records, name, workers, { out = join(folder, `log.${name}`), more = [] } = {}) {
  const options = ["--rows", String(records), "--workers", String(workers), "--out", out, ...more];
  const where = out === NOWHERE ? `${name} to /dev/null` : name;
  return {
    run: (runs) => measure(process.execPath, [cli, "generate", ...options], { out, runs, cores: workers }),
    tell: (best) => tell(["server-logs,", where, ...more].join(" "), records, workers, best),
  };
}

function alone(records, name, { runs = 3, ...how } = {}) {
  const one = ours(records, name, 1, how);
  return one.tell(one.run(runs));
}

/**
 * One worker on one core and two on two cores in turn, because the machine's speed varies. Returns the records per
 * second.
 */
function both(records, name, { rounds = 3, ...how } = {}) {
  const each = [1, 2].map((workers) => ({ ...ours(records, name, workers, how), best: undefined }));
  for (let round = 0; round < rounds; round++) {
    for (const one of each) {
      const now = one.run(1);
      if (one.best === undefined || now.seconds < one.best.seconds) one.best = now;
    }
  }
  const [one, two] = each.map(({ tell, best }) => tell(best));
  const where = how.out === NOWHERE ? ", to /dev/null" : "";
  ratios.push([`two workers ÷ one, ${name}, ${records / million} million${where}`, two / one]);
  return { one, two };
}

const ratios = [];
const { one: csv, two: pair } = both(10 * million, "csv", { rounds: 5 });
alone(10 * million, "csv", { more: ["--no-key"] });
const csvMillion = alone(million, "csv");
for (const format of ["ndjson", "log"]) {
  both(10 * million, format);
  alone(million, format);
}
const planted = ["--incidents", "checkout_outage", "traffic_surge", "--defects", "late=0.01"];
both(10 * million, "csv", { rounds: 2, more: planted });
for (const workers of [4, 8]) {
  const many = ours(10 * million, "csv", workers);
  many.tell(many.run(1));
}
for (const format of ["parquet", "csv.gz", "csv.zst"]) alone(10 * million, format, { runs: 2 });
alone(million, "parquet");
if (!quick) {
  // Without a disk: the part of a record's cost that grows with the number of records, and the gain from a second
  // worker.
  both(100 * million, "csv", { out: NOWHERE });
  both(100 * million, "ndjson", { rounds: 2, out: NOWHERE, more: ["--format", "ndjson"] });
  both(100 * million, "log", { rounds: 2, out: NOWHERE, more: ["--format", "combined"] });
  both(100 * million, "csv");
  alone(100 * million, "parquet", { runs: 1 });
}

// The limits: constant lines of the same length. First in whole pieces and nothing else; then line by line with
// SHA-256, which all our logs have too, copying each line at once or byte by byte.
const bare = join(folder, "bare.csv");
const lineWriter = (put) => `const fs = require("fs"); const hash = require("crypto").createHash("sha256");
const line = Buffer.from("2026-01-05T00:00:00.000Z,203.0.113.99,/products,200,71.25\\n");
const piece = Buffer.alloc(1048576); const file = fs.openSync(process.argv[1], "w"); let at = 0;
const flush = () => { const full = piece.subarray(0, at); hash.update(full); fs.writeSync(file, full); at = 0; };
for (let left = Number(process.argv[2]); left > 0; left--) { if (at + line.length > piece.length) flush(); ${put} }
flush(); hash.digest(); fs.closeSync(file);`;
const limits = {
  "bare writer of constant pieces": `const fs = require("fs"); const line = "2026-01-05T00:00:00.000Z,203.0.113.99,/products,200,71.25\\n";
const piece = Buffer.from(line.repeat(Math.floor(1048576 / line.length))); const file = fs.openSync(process.argv[1], "w");
for (let left = Number(process.argv[2]) * line.length; left > 0; left -= piece.length) fs.writeSync(file, piece, 0, Math.min(left, piece.length)); fs.closeSync(file);`,
  "writer of constant lines with SHA-256, a copy each": lineWriter("piece.set(line, at); at += line.length;"),
  "writer of constant lines with SHA-256, byte by byte": lineWriter(
    "for (let i = 0; i < line.length; i++) piece[at++] = line[i];",
  ),
};
const limit = (what, records) =>
  tell(
    what,
    records,
    1,
    measure(process.execPath, ["-e", limits[what], bare, String(records)], { out: bare }),
  );
for (const what of Object.keys(limits)) {
  ratios.push([`${what} ÷ ours, CSV, one core`, limit(what, 10 * million) / csv]);
}
if (!quick) limit("bare writer of constant pieces", 100 * million);

// One minute of a year, beside Node's own start.
const slice = join(folder, "slice.csv");
const year =
  "--rate 100 --start 2026-01-01 --end 2027-01-01 --from 2026-06-05T12:00:00Z --to 2026-06-05T12:01:00Z";
const starting = { out: NOWHERE, runs: 30, cores: 2 };
const node = measure(process.execPath, ["-e", "0"], starting).seconds;
const minute = measure(process.execPath, [cli, "generate", ...year.split(" "), "--out", slice], {
  ...starting,
  out: slice,
});
ratios.push([
  "seconds for one minute of a year at 100 requests/s, beside Node's own start",
  minute.seconds - node,
]);

const duck = join(folder, "duck.csv");
const duckdb = `import { DuckDBInstance } from "@duckdb/node-api";
const connection = await (await DuckDBInstance.create(":memory:", { threads: "2" })).connect();
await connection.run(\`COPY (SELECT strftime(TIMESTAMP '2026-01-05' + to_milliseconds(CAST(i * 8.64 AS BIGINT)), '%Y-%m-%dT%H:%M:%S.%gZ') AS timestamp,
  CAST(1 + floor(random() * 223) AS INT) || '.' || CAST(floor(random() * 256) AS INT) || '.' || CAST(floor(random() * 256) AS INT) || '.' || CAST(1 + floor(random() * 254) AS INT) AS ip_address,
  ['/', '/products', '/cart', '/search'][1 + CAST(floor(random() * 4) AS INT)] AS endpoint,
  [200, 200, 200, 304, 404, 500][1 + CAST(floor(random() * 6) AS INT)] AS status_code,
  round(-ln(random() + 1e-12) * 80, 2) AS response_time_ms FROM range(${10 * million}) r(i)) TO '\${process.argv[2]}' (HEADER)\`);`;
const script = join(here, "../../node_modules/.cache-bench-duckdb.mjs");
writeFileSync(script, duckdb);
const byDuck = measure(process.execPath, [script, duck], { out: duck, cores: 2, runs: 2 });
rmSync(script);
ratios.push([
  "ours ÷ DuckDB's generator, both on both cores",
  pair / tell("DuckDB, range() and random()", 10 * million, 2, byDuck),
]);

// The peers at their best, each with as many records as our run beside it.
const peers = python("peers", ["faker==37.12.0", "pandas==3.1.1", "pyarrow==21.0.0"]);
const file = join(folder, "peer.csv");
const peer = (name, what, records, own) => {
  const best = measure(peers, [join(here, "peers.py"), what, String(records), file], { out: file, runs: 2 });
  ratios.push([
    `ours ÷ ${name}, ${records / million} million, one core each`,
    own / tell(name, records, 1, best),
  ]);
};
peer("Python, Faker for all fields, csv", "faker-all", million, csvMillion);
peer("Python, Faker for addresses, csv", "faker", million, csvMillion);
peer("pandas 3 and pyarrow, to_csv", "pandas", 10 * million, csv);
peer("pyarrow, its CSV writer", "arrow", 10 * million, csv);

const lost = [
  "What the peers leave out: none has sessions, bursts, load, incidents, a same-bytes promise, an answer key or a",
  "SHA-256. Faker draws each field alone; pandas, pyarrow and DuckDB draw columns of even noise. A constant writer",
  "draws nothing.",
];
writeSection("Generating, measured", [
  `By \`npm run bench\` on ${machine()}; a shared machine, so that ratios say more than seconds. Whole processes, the best of several runs; one worker means one core, by \`taskset\`, and takes turns with two on two. Ours with SHA-256 and, for files, the answer key in the same pass.`,
  "",
  ...table(["what", "records", "cores", "seconds", "records/s", "MB/s", "peak memory, MB"], rows),
  "",
  ...table(
    ["ratio", ""],
    ratios.map(([name, ratio]) => [name, ratio.toFixed(ratio < 1 ? 3 : 2)]),
  ),
  "",
  ...lost,
]);
rmSync(folder, { recursive: true, force: true });

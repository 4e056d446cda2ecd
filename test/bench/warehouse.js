// From a CSV file to the answers of five questions, against pandas, each in a process of its own, in one run over
// one file: 10,000,000 records by this project's own generator. The answers are compared.
//
//     npm run bench:warehouse -- [records]
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { DuckDBInstance } from "@duckdb/node-api";
import { ask } from "#lib/warehouse/ask";
import { question } from "#lib/warehouse/questions";
import { machine, python, table, writeSection } from "./results.js";

const root = new URL("../../", import.meta.url).pathname;
const folder = `${root}.cache/bench`;
const records = Number(process.argv[2] ?? 10_000_000);
const csv = `${folder}/records-${records}.csv`;

/** The last of the pandas that keep text as Python's objects, and the newest, with pyarrow for its text. */
const pandas = {
  "pandas 2.3.3": ["pandas==2.3.3"],
  "pandas 3.1.1 and pyarrow": ["pandas==3.1.1", "pyarrow==21.0.0"],
};
const interpreter = (name) => python(name.replaceAll(" ", "-"), pandas[name]);

/** What `ask` runs, on DuckDB alone: the file into a table by its own CSV reader, without our checks, then the SQL. */
async function bare() {
  const began = performance.now();
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  await connection.run(
    `CREATE TABLE requests AS SELECT * FROM read_csv($1, header = true, auto_detect = false, columns = {timestamp: 'TIMESTAMP',
      ip_address: 'VARCHAR', endpoint: 'VARCHAR', status_code: 'INTEGER', response_time_ms: 'DOUBLE'})`,
    [csv],
  );
  const run = async (name, params) => {
    await connection.run(`CREATE OR REPLACE TABLE params AS SELECT ${params}`);
    return (await connection.runAndReadAll(question(name).sql)).getColumnsObjectJS();
  };
  const overview = await run("overview", "1 AS one");
  const codes = await run("status_codes", "1 AS one");
  const times = await run("response_times_by_endpoint", "NULL::BIGINT AS top");
  const failing = await run("failing_endpoints", "10 AS top");
  const traffic = await run("traffic_over_time", "5 AS bucket_minutes");
  return measured(began, overview, codes, times, failing, traffic);
}

/** The answers, in the few numbers that tell whether both tools mean the same. */
async function answers() {
  const began = performance.now();
  const overview = await ask("overview", csv);
  const codes = await ask("status_codes", csv);
  const times = await ask("response_times_by_endpoint", csv);
  const failing = await ask("failing_endpoints", csv);
  const traffic = await ask("traffic_over_time", csv, { bucket_minutes: 5 });
  return measured(began, overview, codes, times, failing, traffic);
}

function measured(began, overview, codes, times, failing, traffic) {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const numbers = (column) => column.map(Number); // DuckDB gives bigints
  const byName = times.endpoint.map((endpoint, i) => [endpoint, Number(times.p99_ms[i])]).sort();
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
    ]
      .map(Number)
      .concat(
        numbers(codes.requests),
        byName.map(([, p99]) => p99),
        numbers(failing.failed),
        traffic.bucket.length,
      ),
  };
}

const inPandas = (name) => {
  const text = execFileSync(interpreter(name), [`${root}test/bench/warehouse.py`, csv], { encoding: "utf8" });
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

if (process.argv[3] !== undefined) {
  console.log(JSON.stringify(await (process.argv[3] === "ask" ? answers() : bare())));
} else {
  mkdirSync(folder, { recursive: true });
  if (!existsSync(csv)) {
    const made = ["generate", "--rows", records, "--seed", "42", "--no-key", "--out", csv];
    execFileSync(process.execPath, [`${root}lib/bin/server-logs.js`, ...made], { stdio: "inherit" });
  }
  const self = (what) =>
    JSON.parse(
      execFileSync(process.execPath, [import.meta.filename, String(records), what], { encoding: "utf8" }),
    );
  const trials = { "server-logs ask": () => self("ask"), "DuckDB alone, unchecked": () => self("bare") };
  for (const name of Object.keys(pandas)) trials[name] = () => inPandas(name);
  console.log(
    `${records.toLocaleString("en")} records, ${statSync(csv).size.toLocaleString("en")} bytes, ${availableParallelism()} cores: file to five answers, best of three`,
  );
  // Taken in turns, so that what else runs on the machine meets all of them alike.
  const runs = [1, 2, 3].map(() => Object.values(trials).map((trial) => trial()));
  const best = Object.keys(trials).map((_, i) =>
    runs.map((run) => run[i]).reduce((a, b) => (b.seconds < a.seconds ? b : a)),
  );
  writeSection("Questions, measured", [
    `By \`npm run bench:warehouse\` on ${machine()}: ${records.toLocaleString("en")} records in a CSV of ${statSync(csv).size.toLocaleString("en")} bytes, from the file to the answers of five questions, whole processes, the best of three.`,
    "",
    ...table(
      ["what", "seconds", "seconds of processor", "peak memory, MB", "÷ ours"],
      Object.keys(trials).map((name, i) => {
        const { seconds, processor, megabytes } = best[i];
        const ratio = (seconds / best[0].seconds).toFixed(2);
        return [name, seconds.toFixed(2), processor.toFixed(2), megabytes, ratio];
      }),
    ),
    "",
    "What the peers leave out: neither pandas nor DuckDB alone checks that a value keeps the rules of its field.",
  ]);
  const [ours, ...theirs] = best.map(({ numbers }) => numbers);
  const same = theirs.every(
    (numbers) => numbers.length === ours.length && numbers.every((n, i) => Math.abs(n - ours[i]) < 0.011),
  );
  console.log(same ? `${ours.length} numbers of the answers are the same` : "the answers differ");
  if (!same) process.exitCode = 1;
}

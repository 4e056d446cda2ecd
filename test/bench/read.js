// How fast a log of combined lines is read, compared with the tools that people use, each on one core, in one run, on
// one file: 5,000,000 lines by this project's own generator, 0.1 % of them corrupted. Rates are per second of processor
// time, so that other work on the machine does not matter.
//
//     npm run bench:read -- [lines]
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";
import { read } from "#lib/read/read";
import { machine, table, writeSection } from "./results.js";

const root = new URL("../../", import.meta.url).pathname;
const folder = `${root}.cache/bench`;
const lines = Number(process.argv[2] ?? 5_000_000);
const log = `${folder}/combined-${lines}.log`;
const csv = `${folder}/combined-${lines}.csv`;

/** Five typed columns from each line, and the number of lines that do not match: what `read` does, as SQL. */
const regularExpression = String.raw`^(\S+) \S+ .*?\[([^\]]+)\] "\S+ ([^ "?]+)[^"]*" (\d{3}) \S+ "(?:[^"\\]|\\.)*" "(?:[^"\\]|\\.)*" (\d+\.\d+)$`;
const bySql = `
  CREATE TABLE requests AS
  SELECT strptime(f.time, '%d/%b/%Y:%H:%M:%S %z') AS timestamp, f.ip AS ip_address, f.path AS endpoint,
    f.status::INTEGER AS status_code, f.seconds::DOUBLE * 1000 AS response_time_ms
  FROM (SELECT regexp_extract(line, '${regularExpression}', ['ip', 'time', 'path', 'status', 'seconds']) AS f
    FROM read_csv($1, columns = {line: 'VARCHAR'}, auto_detect = false, header = false, delim = chr(1), quote = '',
      escape = '', encoding = 'latin-1'))
  WHERE f.ip <> ''`;
/** The same by DuckDB's CSV reader, which takes a log for columns separated by spaces: its fastest way. */
const bySpaces = `
  CREATE TABLE requests AS
  SELECT strptime(day || zone, '[%d/%b/%Y:%H:%M:%S%z]') AS timestamp, ip AS ip_address,
    split_part(split_part(request, ' ', 2), '?', 1) AS endpoint, status AS status_code, seconds * 1000 AS response_time_ms
  FROM read_csv($1, auto_detect = false, header = false, delim = ' ', quote = '"', escape = '\\', ignore_errors = true, strict_mode = false,
    encoding = 'latin-1', columns = {ip: 'VARCHAR', ident: 'VARCHAR', account: 'VARCHAR', day: 'VARCHAR', zone: 'VARCHAR',
    request: 'VARCHAR', status: 'INTEGER', bytes: 'VARCHAR', referrer: 'VARCHAR', agent: 'VARCHAR', seconds: 'DOUBLE'})`;
const byCsv = `
  CREATE TABLE requests AS SELECT * FROM read_csv($1, auto_detect = false, header = true, delim = ',', quote = '"',
    escape = '"', columns = {timestamp: 'TIMESTAMP', ip_address: 'VARCHAR', endpoint: 'VARCHAR', status_code: 'INTEGER',
    response_time_ms: 'DOUBLE'})`;

async function sql(text, path) {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  await connection.run(text, [path]);
  const rows = (await connection.runAndReadAll("SELECT count(*) FROM requests")).getRows();
  instance.closeSync();
  return Number(rows[0][0]);
}

/** The programs to measure, each in its own process, which prints how many records it found. */
const trials = {
  "read, to CSV": async () => (await read(log, { out: csv })).records,
  "read and load, into DuckDB": async () => {
    await read(log, { out: csv });
    return sql(byCsv, csv);
  },
  "DuckDB, regular expression": () => sql(bySql, log),
  "DuckDB, text between spaces": () => sql(bySpaces, log),
};

if (process.argv[3] !== undefined) {
  const before = process.cpuUsage();
  const records = await trials[process.argv[3]]();
  const { user, system } = process.cpuUsage(before);
  const seconds = (user + system) / 1e6;
  console.log(
    JSON.stringify({ records, seconds, megabytes: Math.round(process.resourceUsage().maxRSS / 1024) }),
  );
} else {
  mkdirSync(folder, { recursive: true });
  if (!existsSync(log)) {
    const spoilt = ["--defects", "malformed=0.0007", "badEncoding=0.0003"];
    const made = [
      "generate",
      "--rows",
      lines,
      "--seed",
      "42",
      "--format",
      "combined-timed",
      "--no-key",
      ...spoilt,
    ];
    execFileSync(process.execPath, [`${root}lib/bin/server-logs.js`, ...made, "--out", log], {
      stdio: "inherit",
    });
  }
  const pinned = (command, args) => spawnSync("taskset", ["-c", "0", command, ...args], { encoding: "utf8" });
  console.log(
    `${lines.toLocaleString("en")} combined lines with response time, ${statSync(log).size.toLocaleString("en")} bytes, one core`,
  );
  const rates = {};
  const rows = [];
  const report = (name, { records, seconds, megabytes }) => {
    rates[name] = lines / seconds;
    rows.push([
      name,
      Math.round(lines / seconds).toLocaleString("en"),
      seconds.toFixed(2),
      megabytes ?? "",
      records.toLocaleString("en"),
    ]);
    console.log(
      `${name.padEnd(30)} ${Math.round(lines / seconds)
        .toLocaleString("en")
        .padStart(
          10,
        )} lines/s  ${seconds.toFixed(2).padStart(7)} s  ${megabytes === undefined ? "" : `${megabytes} MB  `}${records.toLocaleString("en")} records`,
    );
  };
  for (const name of Object.keys(trials)) {
    const runs = [1, 2, 3].map(() => {
      const { stdout, stderr, status } = pinned(process.execPath, [
        import.meta.filename,
        String(lines),
        name,
      ]);
      if (status !== 0) throw new Error(stderr);
      return JSON.parse(stdout);
    });
    report(
      name,
      runs.reduce((best, run) => (run.seconds < best.seconds ? run : best)),
    );
  }
  const report0 = `${folder}/goaccess.json`;
  const format = [
    '--log-format=%h %^[%d:%t %^] "%r" %s %b "%R" "%u" %T',
    "--date-format=%d/%b/%Y",
    "--time-format=%T",
  ];
  // bash reports the processor time of the command
  const timed = 'TIMEFORMAT="%U %S"; time "$@" >/dev/null 2>&1';
  const goaccess = ["goaccess", log, "--no-global-config", "--no-progress", ...format, "-o", report0];
  const { status, stderr } = pinned("bash", ["-c", timed, "bash", ...goaccess]);
  if (status === 0) {
    const { readFileSync } = await import("node:fs");
    const records = JSON.parse(readFileSync(report0, "utf8")).general.valid_requests;
    const [user, system] = stderr.trim().split(" ").map(Number);
    report("GoAccess", { records, seconds: user + system });
  } else console.log(`GoAccess did not run: exit code ${status}`);
  const ratio = (ours, peer) => [`${ours} ÷ ${peer}`, (rates[ours] / rates[peer]).toFixed(2)];
  writeSection("Reading, measured", [
    `By \`npm run bench:read\` on ${machine()}: ${lines.toLocaleString("en")} combined lines with response time, ${statSync(log).size.toLocaleString("en")} bytes, one core, seconds of processor time, the best of three.`,
    "",
    ...table(["what", "lines/s", "seconds", "peak memory, MB", "records"], rows),
    "",
    ...table(
      ["ratio", ""],
      [
        ...(rates.GoAccess === undefined ? [] : [ratio("read, to CSV", "GoAccess")]),
        ratio("read, to CSV", "DuckDB, text between spaces"),
        ratio("read and load, into DuckDB", "DuckDB, regular expression"),
        ratio("read and load, into DuckDB", "DuckDB, text between spaces"),
      ],
    ),
    "",
    "What the peers leave out: DuckDB's ways drop a line that does not fit without a word, check no address and no path,",
    "and take the format as given; GoAccess makes a report, and no records.",
  ]);
  rmSync(csv, { force: true });
}

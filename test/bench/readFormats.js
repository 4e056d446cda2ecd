// How fast each format is read to CSV, on one core: 300,000 lines as this project writes them, where it does, and else
// the lines of the tests, as the manuals show them, again and again with other addresses and later times. Rates are per second of processor time, the best of
// three (of one for the peers), each in a process of its own, after a first read of some ten thousand lines. Beside it GoAccess, where it knows the format by name, and DuckDB's read_json.
//
//     npm run bench:formats -- [all name …]
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";
import ts from "typescript";
import { read } from "#lib/read/read";
import { machine, table, writeSection } from "./results.js";

const root = new URL("../../", import.meta.url).pathname;
const folder = `${root}.cache/bench`;
const count = 300_000;

/** What a module of the tests exports. */
async function exported(name) {
  const url = new URL(`../read/${name}`, import.meta.url);
  const { outputText } = ts.transpileModule(readFileSync(url, "utf8"), {
    compilerOptions: { module: "esnext", target: "es2022" },
  });
  const text = outputText.replaceAll("import.meta.url", JSON.stringify(url.href));
  return import(`data:text/javascript;base64,${Buffer.from(text).toString("base64")}`);
}

async function logs() {
  const [{ documented }, { samples }] = await Promise.all([exported("documented.ts"), exported("lines.ts")]);
  return {
    ...Object.fromEntries(
      Object.entries(written).map(([name, format]) => [`${name}, written`, { name, format }]),
    ),
    ...Object.fromEntries(Object.entries(samples).map(([name, lines]) => [name, { format: name, lines }])),
    ...documented,
  };
}

/** The formats that this project writes, and how each is read. */
const written = {
  "nginx-json": "json",
  caddy: "caddy",
  "envoy-json": "envoy-json",
  ecs: "ecs",
  alb: "alb",
  w3c: "w3c",
  cloudfront: "w3c",
  "ingress-nginx": "ingress-nginx",
  "vhost-combined": "combined",
};

/** The options that answer what the lines leave open. */
const answers = {
  timed: { format: "combined", timeUnit: "s", timeField: "rt" },
  combined: { timeUnit: "none" },
  common: { timeUnit: "none" },
  "nginx-json": { timeUnit: "s" },
  "gunicorn and Tomcat": { timeUnit: "none" },
};

/** The line as another client sent it, `i` seconds later. */
function varied(line, i) {
  const two = (value) => String(value % 60).padStart(2, "0");
  return line
    .replace(/\b(\d+\.\d+\.\d+)\.\d+\b/g, `$1.${1 + (i % 250)}`)
    .replace(
      /\b(\d\d):\d\d:\d\d\b/g,
      (_, hour) => `${hour}:${two(Math.floor(i / 600))}:${two(Math.floor(i / 10))}`,
    );
}

function write(name, lines) {
  const headers = lines.filter((line, i) => line.startsWith("#") || (name === "csv" && i === 0));
  const others = lines.filter((line) => !headers.includes(line) && line.length > 40 && line.length < 2000);
  const path = `${folder}/format-${name.replace(/\W+/g, "-")}.log`;
  const text = [...headers];
  // One line after the other, so that the days do not alternate as in no log.
  for (let i = 0; i < count; i++) text.push(varied(others[Math.floor((i * others.length) / count)], i));
  writeFileSync(path, `${text.join("\n")}\n`);
  return path;
}

/** A log as this project writes it, whose hours are long enough that times do not repeat. */
function generated(name) {
  const path = `${folder}/written-${name}.log`;
  const made = ["generate", "--rows", count, "--seed", "42", "--format", name, "--no-key", "--out", path];
  rmSync(path, { force: true });
  execFileSync(process.execPath, [`${root}lib/bin/server-logs.js`, ...made], { stdio: "ignore" });
  return path;
}

const isJson = (path) => readFileSync(path).subarray(0, 1).toString() === "{";

const goaccessNames = {
  "alb, written": "AWSALB",
  "caddy, written": "CADDY",
  "w3c, written": "W3C",
  "cloudfront, written": "CLOUDFRONT",

  combined: "COMBINED",
  common: "COMMON",
  alb: "AWSALB",
  elb: "AWSELB",
  s3: "AWSS3",
  squid: "SQUID",
  caddy: "CADDY",
};

const [what, ...rest] = process.argv.slice(2);
if (what === "ours" || what === "duckdb") {
  const [path, options] = rest;
  if (what === "ours") await read(Buffer.from(readFileSync(path).subarray(0, 1 << 25)), JSON.parse(options));
  const before = process.cpuUsage();
  let records;
  if (what === "ours") records = (await read(path, { ...JSON.parse(options), out: "/dev/null" })).records;
  else {
    const connection = await (await DuckDBInstance.create(":memory:", { threads: "1" })).connect();
    await connection.run(
      "CREATE TABLE t AS SELECT * FROM read_json($1, format = 'newline_delimited', ignore_errors = true)",
      [path],
    );
    records = Number((await connection.runAndReadAll("SELECT count(*) FROM t")).getRows()[0][0]);
  }
  const { user, system } = process.cpuUsage(before);
  console.log(JSON.stringify({ records, seconds: (user + system) / 1e6 }));
} else {
  mkdirSync(folder, { recursive: true });
  const pinned = (command, args) => spawnSync("taskset", ["-c", "0", command, ...args], { encoding: "utf8" });
  const best = (run) => [1, 2, 3].map(run).reduce((a, b) => (b.seconds < a.seconds ? b : a));
  const inNode = (...args) => {
    const { stdout, stderr, status } = pinned(process.execPath, [import.meta.filename, ...args]);
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  };
  const inGoaccess = (path, format) => {
    const timed = 'TIMEFORMAT="%U %S"; time "$@" >/dev/null 2>&1';
    const args = [
      "goaccess",
      path,
      "--no-global-config",
      "--no-progress",
      `--log-format=${format}`,
      "-o",
      `${folder}/goaccess.json`,
    ];
    const { status, stderr } = pinned("bash", ["-c", timed, "bash", ...args]);
    if (status !== 0) return { seconds: Number.POSITIVE_INFINITY };
    const [user, system] = stderr.trim().split(" ").map(Number);
    return { seconds: user + system };
  };
  const rate = (seconds) =>
    Number.isFinite(seconds) ? Math.round(count / seconds).toLocaleString("en") : "";
  const rows = [];
  const alone = process.env.PEERS === "none";
  for (const [name, { name: own, format, lines }] of Object.entries(await logs())) {
    if (rest.length > 0 && !rest.includes(name)) continue;
    const path = lines === undefined ? generated(own) : write(name, lines);
    const options = JSON.stringify({ format, ...answers[name] });
    const ours = best(() => inNode("ours", path, options));
    const goaccess =
      goaccessNames[name] === undefined || alone ? undefined : inGoaccess(path, goaccessNames[name]);
    const duckdb = isJson(path) && !alone ? inNode("duckdb", path) : undefined;
    const row = [
      name,
      format,
      rate(ours.seconds),
      ours.records.toLocaleString("en"),
      goaccess === undefined ? "" : rate(goaccess.seconds),
      duckdb === undefined ? "" : rate(duckdb.seconds),
    ];
    console.log(row.join("\t"));
    rows.push(row);
  }
  if (rest.length === 0)
    writeSection("Reading, each format", [
      `By \`npm run bench:formats\` on ${machine()}: 300,000 lines of each format, one core, lines/s of processor time, after a first read of some ten thousand lines, the best of three, of one for the peers.`,
      "",
      ...table(["lines", "format", "read, to CSV", "records", "GoAccess", "DuckDB, read_json"], rows),
    ]);
}

/** What is printed for Spark, and what is refused, without a cluster: its commands run in a shell here. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { ask } from "#lib/warehouse/ask";
import { sparkAddress, sparkMaster } from "#lib/warehouse/spark/address";
import { Complaints } from "#lib/warehouse/spark/complaints";
import { sparkGenerateSql } from "#lib/warehouse/spark/generate";
import { generate } from "#lib/write/generate";

const cli = fileURLToPath(new URL("../../lib/bin/server-logs.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "spark it's a test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// A scenario whose name needs every kind of quoting.
const scenario = { preset: "demo", name: `it's "the" \\ $shop`, traffic: { rows: 3000 } } as const;
const command = `'${process.execPath}' '${cli}'`;
const log = { scenario, seed: 9, incidents: ["checkout_outage"] };
const options = { ...log, command };

/** The commands that a script hands to Spark, as Spark reads its literals. */
const commandsOf = (sql: string) =>
  [...sql.matchAll(/USING '((?:[^'\\]|\\.)*)'/g)].map(([, literal]) => literal.replace(/\\(.)/gs, "$1"));
const inShell = (text: string, input: string) =>
  execFileSync("/bin/bash", ["-c", text], { input, encoding: "utf8", maxBuffer: 1e8 });

describe("the script that hands lines to Spark", () => {
  it("has a command that makes a shard's lines, and one that makes its key", async () => {
    const [records, keys] = commandsOf(sparkGenerateSql({ ...options, lake: "/lake", shards: 4 }));
    const shard = await generate({ ...log, shard: "2/4" });
    expect(inShell(records, "2\n")).toBe(Buffer.from(shard.csv!).toString());
    const key = JSON.parse(inShell(keys, "2\n"));
    expect(key).toEqual({ ...shard.key, file: { ...key.file, sha256: shard.sha256 } });
  });

  it("is printed by the command line, which runs nothing where no cluster is named", () => {
    const args = ["spark", "generate", "--rows", "3000", "--seed", "9", "--lake", "/lake", "--shards", "4"];
    const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: "utf8" });
    const sql = sparkGenerateSql({ rows: 3000, seed: 9, lake: "/lake", shards: 4 });
    expect([status, stdout.trimEnd(), stderr]).toEqual([0, sql.trimEnd(), ""]);
  });

  it("writes to the folder that is named, whatever is in its name", () => {
    const sql = sparkGenerateSql({ rows: 5_000_000, lake: "s3a://logs/it's/2026/" });
    expect(sql).toContain("LOCATION 's3a://logs/it\\'s/2026/requests'");
    expect(sql).toContain("FROM range(0, 3, 1, 3)");
  });
});

it("the script whose executors write files has a command that makes a part's file, and prints its key", async () => {
  const lake = join(folder, "lake");
  const [part] = commandsOf(sparkGenerateSql({ ...options, lake, files: true }));
  const out = inShell(part, "2026-01-05T13:00:00Z 2026-01-05T14:00:00Z 2026-01-05 13 part-130000.parquet\n");
  const hour = {
    from: "2026-01-05T13:00:00Z",
    to: "2026-01-05T14:00:00Z",
    out: join(folder, "part-130000.parquet"),
  };
  const { key } = await generate({ ...log, ...hour });
  expect(JSON.parse(out)).toEqual(key);
  const made = readFileSync(join(lake, "requests", "date=2026-01-05", "hour=13", "part-130000.parquet"));
  expect(made.equals(readFileSync(hour.out))).toBe(true);
});

it.each([
  [10_000, "24", "3600"],
  // 20.8 million records in half an hour are too many for a file
  [1e9, "72", "1200"],
  [1e10, "720", "120"],
])("%d records of a day are %s files of %s seconds", (rows, files, seconds) => {
  const sql = sparkGenerateSql({ rows, lake: "/lake", files: true });
  expect(sql).toContain(`id * ${seconds} AS piece FROM range(0, ${files}, 1, ${files})`);
});

it.each([
  [{ lake: "lake" }, /^lake: must be an absolute path .* not "lake"/],
  [{ lake: "/logs/*" }, /^lake: must be .* without wildcards/],
  [
    { lake: "s3a://logs", files: true },
    /^lake: executors that write files themselves need a folder that all/,
  ],
  [{ lake: "/l", shards: 0 }, /^shards: must be a whole number from 1 to 100000, not 0/],
  [
    { lake: "/l", shards: 2, files: true },
    /^shards: executors that write files themselves make a piece of an hour/,
  ],
  [{ lake: "/l", command: "" }, /^command: must be a command line/],
  [{ lake: "/l", out: "x.csv" }, /^out: is for a log in one file/],
  [{ lake: "/l", rows: -1 }, /^rows: must be a whole number/],
  [{ lake: "/l", defects: { malformed: 0.1 } }, /^defects.malformed: must be 0 for parquet/],
])("refuses %j in one sentence", (wrong, message) => {
  expect(() => sparkGenerateSql(wrong)).toThrow(message);
});

it.each([
  ["spark://host:7077?lake=/lake/", { master: "spark://host:7077", data: { lake: "/lake" } }],
  ["spark://local[4]?parquet=s3a://b/x", { master: "local[4]", data: { parquet: "s3a://b/x" } }],
  ["spark://a:1,b:2?lake=/l", { master: "spark://a:1,b:2", data: { lake: "/l" } }],
])("understands the address %s", (text, address) => {
  expect(sparkAddress(text)).toEqual(address);
});

it.each([
  ["spark://host:7077", /does not say which data: write spark:\/\/HOST:PORT\?lake=FOLDER/],
  ["spark://host?lake=/l", /is not the address of a Spark cluster/],
  ["spark://user:secret@host:1?lake=/l", /^source: "spark:\/\/…@host:1\?lake=\/l" is not the address/],
  ["spark://host:7077?lake=/l&parquet=/p", /does not say which data/],
])("refuses the address %s", async (address, message) => {
  await expect(ask("error_rate", address)).rejects.toThrow(message);
});

it("refuses data in the address of a cluster alone", () => {
  expect(() => sparkMaster("spark://host:7077?lake=/l")).toThrow(
    /^on: ".*" names data too: write the cluster alone/,
  );
});

it.each([
  ["sh: 1: ./ship/node: not found", "./ship/node"],
  ["/bin/bash: line 1: server-logs: command not found", "server-logs"],
  ["xargs: ./ship/node: No such file or directory", "./ship/node"],
  ["/usr/bin/env: ‘node’: No such file or directory", "node"],
  ["/usr/bin/env: 'node': No such file or directory", "node"],
])("an executor that says %j lacks %s", (line, program) => {
  const complaints = new Complaints();
  complaints.add("java.io.IOException: Broken pipe");
  complaints.add(line);
  expect(complaints.failure().message).toBe(
    `Spark failed: an executor lacks the program "${program}": install it there, or ship it with archives`,
  );
});

it("a lake whose folders are empty is told as such", () => {
  const complaints = new Complaints();
  complaints.add(
    "[UNABLE_TO_INFER_SCHEMA] Unable to infer schema for Parquet. It must be specified manually. SQLSTATE: 42KD9",
  );
  expect(complaints.failure().message).toBe("lake: there are no records: no Parquet file is in its folders");
});

describe("what is not installed is said in one sentence", () => {
  const run = (env: Record<string, string>, address = "spark://127.0.0.1:1?lake=/l") => {
    const args = [cli, "ask", "error_rate", "--on", address];
    return spawnSync(process.execPath, args, { encoding: "utf8", env: { PATH: "/nowhere", ...env } });
  };
  it("Spark", () => {
    const { status, stderr } = run({});
    expect([status, stderr]).toEqual([2, expect.stringMatching(/^server-logs: Spark is not installed here/)]);
  });
  it("Java, and a cluster that is not there", () => {
    const home = join(folder, "spark home");
    execFileSync("mkdir", ["-p", join(home, "bin")]);
    execFileSync("cp", ["/bin/true", join(home, "bin", "spark-sql")]);
    expect(run({ SPARK_HOME: home }).stderr).toMatch(/^server-logs: Java is not installed here: .*\n$/);
    execFileSync("cp", ["/bin/true", join(home, "bin", "java")]);
    execFileSync("sh", ["-c", 'cp /bin/true "$0"', join(home, "bin", "java")]);
    expect(run({ SPARK_HOME: home, JAVA_HOME: home }).stderr).toMatch(
      /^server-logs: no Spark master listens at 127.0.0.1:1: .*\n$/,
    );
  });
});

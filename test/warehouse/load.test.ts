/** Loading into a DuckDB file: whole or not at all, each content once, and the questions asked of it. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { csvHeader } from "server-logs/record";
import { ask } from "server-logs/warehouse/ask";
import { load } from "server-logs/warehouse/load";
import { generate } from "server-logs/write/generate";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const cli = here("../../lib/bin/server-logs.js");
let folder: string;
let day: string; // a log of 3,000 records
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "load-test-"));
  day = join(folder, "day.csv");
  await generate({ rows: 3000, seed: 1, out: day });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let to: string;
let made = 0;
beforeEach(() => {
  to = join(folder, `${++made}.duckdb`);
});

const file = (name: string, text: string | Uint8Array) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const csv = (...lines: string[]) => `${[csvHeader, ...lines].join("\n")}\n`;
const line = "2026-01-05T00:00:00.000Z,192.0.2.1,/,200,1.00";
const count = async (database: string) => (await ask("error_rate", database)).requests[0];

/** What DuckDB itself finds in a file, by a connection of the test's own. */
async function rows(database: string, sql: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(database, { access_mode: "READ_ONLY" });
  const connection = await instance.connect();
  const found = (await connection.runAndReadAll(sql)).getRowsJson();
  connection.closeSync();
  instance.closeSync();
  return found;
}

describe("a DuckDB file", () => {
  it("is made, kept, and answers as the log itself does", async () => {
    const loaded = await load(day, { to });
    expect(loaded).toMatchObject({ to, records: 3000, total: 3000, logs: { outcome: ["loaded"] } });
    for (const name of ["overview", "response_times_by_endpoint", "sessions"]) {
      expect(await ask(name, to)).toEqual(await ask(name, day));
    }
    expect(
      await rows(
        to,
        "SELECT column_name, data_type, is_nullable FROM duckdb_columns() WHERE table_name = 'requests'",
      ),
    ).toEqual([
      ["timestamp", "TIMESTAMP", false],
      ["ip_address", "VARCHAR", false],
      ["endpoint", "VARCHAR", false],
      ["status_code", "INTEGER", false],
      ["response_time_ms", "DOUBLE", true],
    ]);
  });

  it("holds the records in the log's order, cell for cell", async () => {
    await load(day, { to });
    const text = await rows(
      to,
      "SELECT strftime(timestamp, '%Y-%m-%dT%H:%M:%S.%gZ') || ',' || ip_address || ',' || endpoint || ',' || status_code || ',' || printf('%.2f', response_time_ms) FROM requests",
    );
    expect(text.map(([cell]) => cell)).toEqual(readFileSync(day, "utf8").trimEnd().split("\n").slice(1));
  });

  it("takes more logs, and each content once, under whatever name", async () => {
    const copy = join(folder, "day.csv.1");
    copyFileSync(day, copy);
    await load(day, { to });
    expect(await load([copy, file("more.csv", csv(line))], { to })).toMatchObject({
      records: 1,
      total: 3001,
      logs: { records: [3000, 1], outcome: ["already there", "loaded"] },
    });
    expect((await load(day, { to })).summary).toContain("already there");
    expect(await count(to)).toBe(3001);
    const sha256 = execFileSync("sha256sum", [day], { encoding: "utf8" }).slice(0, 64);
    expect(await rows(to, "SELECT sha256, records FROM loads WHERE bytes > 1000")).toEqual([
      [sha256, "3000"],
    ]);
  });

  it("takes gzip, zstd, Parquet, a log in memory and a server's own log, all the same", async () => {
    const packed = [file("day.csv.gz", gzipSync(readFileSync(day)))];
    const { to: _, ...made } = { to, rows: 3000, seed: 1 };
    for (const name of ["day.csv.zst", "day.parquet"]) {
      packed.push(join(folder, name));
      await generate({ ...made, out: packed.at(-1)! });
    }
    const expected = await ask("overview", day);
    for (const path of packed) {
      expect(await ask("overview", path)).toEqual(expected);
      expect((await load(path, { to })).records).toBe(3000);
    }
    expect((await load(await generate(made), { to })).records).toBe(3000);
    expect(await count(to)).toBe(12_000);
    const own = await load(here("../../data/haproxy_excerpt.log"), { to });
    expect(own).toMatchObject({ records: 200, total: 12_200 });
    expect(own.summary).toContain("200 lines = 200 records + 0 in quarantine + 0 skipped");
    expect((await load(here("../../data/haproxy_excerpt.log"), { to })).records).toBe(0);
  });

  it("is asked by many at once, and can be loaded into afterwards", async () => {
    await load(day, { to });
    const answers = await Promise.all(Array.from({ length: 5 }, () => count(to)));
    expect(answers).toEqual([3000, 3000, 3000, 3000, 3000]);
    expect((await load(file("after.csv", csv(line)), { to })).total).toBe(3001);
    expect(await count(to)).toBe(3001);
  });

  it("is not changed by a question, whatever its SQL says", async () => {
    await load(day, { to });
    for (const sql of [
      "DELETE FROM requests",
      "DROP TABLE requests",
      `ATTACH '${day}' AS x`,
      `SELECT * FROM read_text('${day}')`,
      "SET access_mode = 'READ_WRITE'",
    ]) {
      await expect(ask(file("change.sql", sql), to)).rejects.toThrow(/^question: /);
    }
    expect(await count(to)).toBe(3000);
  });
});

describe("a load that fails leaves nothing", () => {
  const bad = () => file("bad.csv", csv(line, "2026-01-05T00:00:00.000Z,192.0.2.1,/,two,1.00"));
  const without = () => file("without.csv", csv(line, "2026-01-05T00:00:00.000Z,192.0.2.1,/,,1.00"));

  it.each([
    ["a status that is no number", bad, /is not a sound CSV; validate lists what is wrong: .*two/s],
    [
      "a status that is missing",
      without,
      /is not a sound CSV; .*line 3: status_code: "" breaks the rule "100 to 599"/,
    ],
    [
      "a truncated gzip",
      () => file("cut.csv.gz", gzipSync(readFileSync(day)).subarray(0, -50)),
      /not a sound CSV/,
    ],
    ["Parquet of something else", () => file("x.parquet", "PAR1PAR1"), /not a sound Parquet file/],
    ["no such file", () => join(folder, "none.csv"), /there is no such file/],
    ["a folder", () => folder, /it is a folder/],
    ["what no reader knows", () => file("noise.log", "one\ntwo\nthree\n"), /format/],
  ])("for %s: no new file", async (_, source, message) => {
    await expect(load([day, source()], { to })).rejects.toThrow(
      expect.objectContaining({ name: "InputError", message: expect.stringMatching(message) }),
    );
    expect(readdirSync(folder).filter((name) => name.startsWith(`${made}.duckdb`))).toEqual([]);
  });

  it("in a file that is there already: what was in it is still in it, and the same load mended succeeds", async () => {
    await load(day, { to });
    const more = file("more2.csv", csv(line, line));
    await expect(load([more, bad()], { to })).rejects.toThrow("not a sound CSV");
    expect(await count(to)).toBe(3000);
    expect((await load(more, { to })).total).toBe(3002);
  });

  it("when it is interrupted", async () => {
    await load(day, { to });
    const large = join(folder, "large.csv");
    const { bytes } = await generate({ rows: 5_000_000, seed: 2, out: large, key: false });
    const stop = new AbortController();
    const progress: number[] = [];
    const onProgress = ({ done, total, unit }: { done: number; total: number | undefined; unit: string }) => {
      progress.push(done);
      expect([total, unit]).toEqual([bytes, "bytes"]);
      if (done > 0) stop.abort();
    };
    await expect(load(large, { to }, { signal: stop.signal, onProgress })).rejects.toThrow("interrupted");
    expect(progress.at(-1)).toBeGreaterThan(0);
    expect(await count(to)).toBe(3000);
    await expect(load(day, { to: `${to}.new` }, { signal: AbortSignal.abort() })).rejects.toThrow(
      "interrupted",
    );
    expect(existsSync(`${to}.new`)).toBe(false);
    rmSync(large);
  });

  it("when its process is killed: the file is as before", async () => {
    await load(day, { to });
    const large = join(folder, "large2.csv");
    await generate({ rows: 3_000_000, seed: 3, out: large, key: false });
    const child = spawn(process.execPath, [cli, "load", large, "--to", to], { stdio: "ignore" });
    await new Promise((resolve) => setTimeout(resolve, 700));
    child.kill("SIGKILL");
    await new Promise((resolve) => child.on("exit", resolve));
    expect(await count(to)).toBe(3000);
    rmSync(large);
  });
});

describe("a database is refused in a sentence", () => {
  it.each([
    ["that is a text file", () => file("text.duckdb", "not a database"), /it is not a DuckDB database/],
    ["in a folder that is not there", () => join(folder, "none", "x.duckdb"), /there is no folder/],
    ["that is a folder", () => folder, /it is a folder/],
    ["without a name", () => "", /to: "" is neither a DuckDB file nor postgres/],
  ])("%s", async (_, target, message) => {
    await expect(load(day, { to: target() })).rejects.toThrow(
      expect.objectContaining({ name: "InputError", message: expect.stringMatching(message) }),
    );
  });

  it("with a table requests of other columns, which stays as it is", async () => {
    const instance = await DuckDBInstance.create(to);
    const connection = await instance.connect();
    await connection.run("CREATE TABLE requests AS SELECT 1 AS mine");
    connection.closeSync();
    instance.closeSync();
    await expect(load(day, { to })).rejects.toThrow(
      /the table "requests" of .* has the columns mine INTEGER, not the five/,
    );
    await expect(ask("overview", to)).rejects.toThrow(/has the columns mine INTEGER/);
    expect(await rows(to, "SELECT * FROM requests")).toEqual([[1]]);
  });

  it("without a table requests", async () => {
    (await DuckDBInstance.create(to)).closeSync();
    await expect(ask("overview", to)).rejects.toThrow(/has no table "requests"; load a log into it first/);
  });

  it("while another process writes to it", async () => {
    await load(day, { to });
    const holder = spawn(
      process.execPath,
      [
        "--input-type=module",
        "-e",
        `import duckdb from "@duckdb/node-api";
       const instance = await duckdb.DuckDBInstance.create(${JSON.stringify(to)});
       console.log("open"); setInterval(() => instance, 1000);`,
      ],
      { cwd: here("../../lib"), stdio: ["ignore", "pipe", "inherit"] },
    );
    await new Promise((resolve) => holder.stdout.once("data", resolve));
    await expect(ask("overview", to)).rejects.toThrow(/another process is writing to it/);
    await expect(load(day, { to })).rejects.toThrow(/another process is writing to it/);
    holder.kill();
    await new Promise((resolve) => holder.on("exit", resolve));
    expect(await count(to)).toBe(3000);
  });
});

it("several logs are asked as one", async () => {
  const log = file("two.csv", csv(line, line));
  expect(await count(log)).toBe(2);
  expect((await ask("error_rate", [day, log])).requests).toEqual([3002]);
  await expect(ask("error_rate", [])).rejects.toThrow("source: the list of logs is empty");
  await load(day, { to });
  await expect(ask("error_rate", [to, log])).rejects.toThrow("give one database, or logs");
});

it("the command line loads, says what it did, and asks", () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [cli, ...args], { cwd: folder, encoding: "utf8" });
  expect(run("load", "day.csv", "--to", "cli.duckdb")).toMatchObject({
    status: 0,
    stdout: "",
    stderr: expect.stringMatching(/^3,000 records loaded into ".*cli\.duckdb", which holds 3,000 now\n/),
  });
  expect(JSON.parse(run("load", "day.csv", "--to", "cli.duckdb", "--json").stdout)).toMatchObject({
    records: 0,
    logs: [{ log: "day.csv", records: 3000, outcome: "already there" }],
  });
  expect(JSON.parse(run("ask", "error_rate", "--on", "cli.duckdb", "--json").stdout)[0].requests).toBe(3000);
  expect(run("load", "day.csv")).toMatchObject({ status: 2, stderr: expect.stringContaining("--to") });
  expect(run("load", "none.csv", "--to", "x.duckdb")).toMatchObject({ status: 2, stdout: "" });
  expect(existsSync(join(folder, "x.duckdb"))).toBe(false);
});

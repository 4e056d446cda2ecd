/** Loading into a DuckDB file: whole or not at all, each content once, and the questions asked of it. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { csvHeader } from "#lib/record";
import { ask } from "#lib/warehouse/ask";
import { load } from "#lib/warehouse/load";
import { generate } from "#lib/write/generate";
import { shell } from "../cli/shell.js";

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

/** A signal that counts how often a query stops to listen to it, and is aborted right after the given time. */
function watched(abortAfter?: number) {
  const controller = new AbortController();
  const { signal } = controller;
  let released = 0;
  const remove = signal.removeEventListener.bind(signal);
  signal.removeEventListener = (...event: Parameters<typeof remove>) => {
    remove(...event);
    if (++released === abortAfter) controller.abort();
  };
  return { controller, signal, released: () => released };
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
      await generate({ ...made, key: false, out: packed.at(-1)! });
    }
    const expected = await ask("overview", day);
    // Three hold the very same CSV: where one of them is loaded, the others are there.
    for (const path of packed) {
      expect(await ask("overview", path)).toEqual(expected);
      expect((await load(path, { to: `${to}.of-its-own` })).records).toBe(path.endsWith("zst") ? 0 : 3000);
    }
    expect((await load(await generate(made), { to })).records).toBe(3000);
    expect((await load(packed, { to })).logs.records).toEqual([3000, 3000, 3000]);
    expect(await count(to)).toBe(6000);
    const own = await load(here("../../data/haproxy_excerpt.log"), { to });
    expect(own).toMatchObject({ records: 200, total: 6200 });
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

/** A Parquet file that DuckDB itself writes. */
async function parquet(name: string, select: string): Promise<string> {
  const path = join(folder, name);
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  await connection.run(`COPY (${select}) TO '${path}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
  return path;
}
const row = (time: string, ms: string) =>
  `SELECT ${time} AS timestamp, '192.0.2.1' AS ip_address, '/' AS endpoint, 200 AS status_code, ${ms} AS response_time_ms`;

describe("a five-field log is loaded as it is only when read would find the same in it", () => {
  it.each([
    [
      "a zone",
      line.replace("00:00.000Z", "00:00+02:00"),
      /line 3: timestamp: "2026-01-05T00:00:00\+02:00" breaks/,
    ],
    ["a time without a zone", line.replace(".000Z", ""), /line 3: timestamp: /],
    ["four decimals of a second", line.replace(".000Z", ".1239Z"), /line 3: timestamp: /],
    ["a date that is not", line.replace("01-05", "02-30"), /line 3: timestamp: "2026-02-30/],
    ["an endless time", line.replace(/^[^,]*/, "infinity"), /line 3: timestamp: "infinity"/],
    ["a time before 1970", line.replace("2026", "1969"), /line 3: timestamp: /],
    [
      "no address",
      line.replace("192.0.2.1", "notip"),
      /line 3: ip_address: "notip" breaks the rule "a valid/,
    ],
    [
      "no path",
      line.replace(",/,", ",nopath,"),
      /line 3: endpoint: "nopath" breaks the rule "starts with \//,
    ],
    [
      "a status above 599",
      line.replace("200", "999"),
      /line 3: status_code: "999" breaks the rule "100 to 599"/,
    ],
    ["a negative response time", line.replace("1.00", "-5.00"), /line 3: response_time_ms: "-5.0" breaks/],
    ["a response time that is no number", line.replace("1.00", "NaN"), /line 3: response_time_ms: "nan"/],
  ])("%s is refused, by its line", async (_, bad, message) => {
    const log = file("rule.csv", csv(line, bad));
    for (const attempt of [() => load(log, { to }), () => ask("overview", log)]) {
      await expect(attempt()).rejects.toThrow(
        expect.objectContaining({ name: "InputError", message: expect.stringMatching(message) }),
      );
    }
    expect(existsSync(to)).toBe(false);
  });

  it("every address that Node takes for one is taken", async () => {
    const addresses = [
      "::",
      "::1",
      "1::",
      "2001:DB8::a:1",
      "1:2:3:4:5:6:7:8",
      "::ffff:192.0.2.1",
      "255.255.255.0",
    ];
    const log = file("addresses.csv", csv(...addresses.map((each) => line.replace("192.0.2.1", each))));
    expect((await load(log, { to })).records).toBe(addresses.length);
    for (const wrong of ["1::2::3", "256.0.0.1", "01.2.3.4", "fe80::1%eth0", "1:2:3:4:5:6:7", ":1"]) {
      const bad = file("address.csv", csv(line.replace("192.0.2.1", wrong)));
      await expect(load(bad, { to })).rejects.toThrow(`ip_address: "${wrong}"`);
    }
  });

  it("with an option for reading it is read: its zone counts, and bad lines go into quarantine", async () => {
    const log = file(
      "zoned.csv",
      csv("2026-01-05 00:00:00+02:00,10.0.0.1,/tz,200,1.00", line.replace("200", "999")),
    );
    const quarantine = join(folder, "zoned.ndjson");
    expect((await load(log, { to, quarantine })).records).toBe(1);
    expect((await ask("overview", to)).first_request).toEqual(["2026-01-04T22:00:00Z"]);
    expect(JSON.parse(readFileSync(quarantine, "utf8"))).toMatchObject({ file: log, line: 3 });
    const folded = file("folded.csv", csv(line.replace(",/,", ",/users/123,")));
    await load(folded, { to: `${to}2`, identifiers: "fold" });
    expect((await ask("busiest_clients", `${to}2`)).requests).toEqual([1]);
    expect(await rows(`${to}2`, "SELECT endpoint FROM requests")).toEqual([["/users/{id}"]]);
  });

  it("Parquet is taken in any number type, its times cut to milliseconds and with their zone", async () => {
    const log = await parquet(
      "fits.parquet",
      row("TIMESTAMPTZ '2026-01-05 02:00:00.1239+02'", "CAST(1.1 AS FLOAT)"),
    );
    await load(log, { to });
    expect(await rows(to, "SELECT CAST(timestamp AS VARCHAR), response_time_ms FROM requests")).toEqual([
      ["2026-01-05 00:00:00.123", 1.1],
    ]);
    const bad = await parquet("bad.parquet", row("TIMESTAMP '2026-01-05'", "'nan'::DOUBLE"));
    await expect(load(bad, { to })).rejects.toThrow('row 1: response_time_ms: "nan" breaks the rule');
  });

  it("Parquet of other columns or types is read, as its names say", async () => {
    const texts = await parquet("texts.parquet", row("'2026-01-05 02:00:00+02:00'", "1.5"));
    const named = await parquet(
      "named.parquet",
      "SELECT TIMESTAMP '2026-01-05' AS time, '192.0.2.1' AS client_ip, '/' AS path, 200 AS status",
    );
    expect(await load([texts, named], { to })).toMatchObject({
      records: 2,
      read: [{ records: 1 }, { records: 1 }],
    });
    expect((await ask("overview", to)).last_request).toEqual(["2026-01-05T00:00:00Z"]);
    expect((await ask("overview", named)).last_request).toEqual(["2026-01-05T00:00:00Z"]);
  });
});

describe("servers' own logs", () => {
  const own = (path: string) =>
    `192.0.2.1 - - [05/Jan/2026:00:00:00 +0000] "GET ${path} HTTP/1.1" 200 5 "-" "-"\n`;

  it("have one quarantine for all, which stays when nothing is read anew", async () => {
    const quarantine = join(folder, "all.ndjson");
    const logs = ["a.log", "b.log"].map((name) =>
      file(name, `${own(`/${name}`).repeat(3)}noise in ${name}\n`),
    );
    expect((await load(logs, { to, quarantine })).records).toBe(6);
    const entries = () =>
      readFileSync(quarantine, "utf8")
        .trimEnd()
        .split("\n")
        .map((text) => JSON.parse(text));
    expect(entries().map((entry) => [entry.file, entry.line, entry.text])).toEqual([
      [logs[0], 4, "noise in a.log"],
      [logs[1], 4, "noise in b.log"],
    ]);
    expect((await load(logs, { to, quarantine })).records).toBe(0);
    expect(entries()).toHaveLength(2);
  });

  it("leave no quarantine when the load fails", async () => {
    const quarantine = join(folder, "failed.ndjson");
    const logs = [file("c.log", `${own("/").repeat(3)}noise\n`), file("noise.log", "one\ntwo\nthree\n")];
    await expect(load(logs, { to, quarantine })).rejects.toThrow(/format/);
    expect(readdirSync(folder).filter((name) => name.includes("failed.ndjson"))).toEqual([]);
  });

  it("are refused when they are damaged, so that the whole log can be loaded later", async () => {
    const whole = gzipSync(own("/").repeat(9999));
    const cut = file("cut.log.gz", whole.subarray(0, -50));
    await expect(load(cut, { to })).rejects.toThrow(/^source: ".*cut\.log\.gz" is damaged: /);
    expect(existsSync(to)).toBe(false);
    expect((await load(file("cut.log.gz", whole), { to })).total).toBe(9999);
  });
});

describe("an option that is wrong is refused before anything is opened", () => {
  const memory = { csv: Buffer.from(csv(line)), records: 1 };
  it.each([
    ["a zone that is not", { timeZone: "Mars/X" }, /^timeZone: "Mars\/X"/],
    ["a query that is not", { query: "zz" }, /^query: "zz"/],
    ["a misspelt name", { foldids: "fold", identifer: "fold" }, /^options: there is no option "foldids"/],
    ["a name that is near", { timezone: "UTC" }, /did you mean "timeZone"\?/],
    [
      "a quarantine in no folder",
      { quarantine: "/nodir/x" },
      /^quarantine: cannot write .* there is no folder/,
    ],
    ["a database in memory", { to: ":memory:" }, /^to: ":memory:" would be gone at once/],
  ])("%s", async (_, options, message) => {
    for (const source of [memory, day]) {
      await expect(load(source, { to, ...options } as never)).rejects.toThrow(
        expect.objectContaining({ name: "InputError", message: expect.stringMatching(message) }),
      );
    }
    expect(existsSync(to)).toBe(false);
  });

  it.each([
    ["the log itself", () => ({ quarantine: day }), /is the log itself/],
    ["the database", () => ({ quarantine: to }), /is also the database/],
  ])("a quarantine that is %s", async (_, options, message) => {
    await expect(load(day, { to, ...options() })).rejects.toThrow(message);
  });

  it.each([
    ["null", null, /^source: null: give a log/],
    ["bytes", new Uint8Array(1e6), /^source: bytes: give a log/],
    ["no options", undefined, /^options: must be an object, not null/],
  ])("%s", async (_, source, message) => {
    const options = source === undefined ? null : { to };
    await expect(load((source === undefined ? day : source) as never, options as never)).rejects.toThrow(
      expect.objectContaining({ name: "InputError", message: expect.stringMatching(message) }),
    );
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

  /** A log that takes a while: the records of the day a thousand times. */
  let large: string;
  beforeAll(() => {
    const [header, ...lines] = readFileSync(day, "utf8").trimEnd().split("\n");
    large = file("large.csv", `${header}\n${`${lines.join("\n")}\n`.repeat(1000)}`);
  });

  it("when it is interrupted", async () => {
    await load(day, { to });
    const bytes = statSync(large).size;
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
  });

  it("when it is interrupted at the last moment, after all records are in", async () => {
    const { controller, signal, released } = watched();
    await load(day, { to: `${to}.first` }, { signal });
    const last = released();
    expect(last).toBeGreaterThan(0);
    const second = watched(last);
    await expect(load(day, { to }, { signal: second.signal })).rejects.toThrow("interrupted");
    expect([controller.signal.aborted, second.controller.signal.aborted]).toEqual([false, true]);
    expect(existsSync(to)).toBe(false);
  });

  it("when its process is killed: the file is as before", async () => {
    await load(day, { to });
    const child = spawn(process.execPath, [cli, "load", large, "--to", to], { stdio: "ignore" });
    await new Promise((resolve) => setTimeout(resolve, 700));
    child.kill("SIGKILL");
    await new Promise((resolve) => child.on("exit", resolve));
    expect(await count(to)).toBe(3000);
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
  await expect(ask("error_rate", [log, log])).rejects.toThrow(/two\.csv" is named twice/);
  await expect(ask("error_rate", [])).rejects.toThrow("source: the list of logs is empty");
  await load(day, { to });
  await expect(ask("error_rate", [to, log])).rejects.toThrow("give one database, or logs");
});

it("the command line loads, says what it did, and asks", async () => {
  const run = (...args: string[]) => shell(args, folder);
  expect(
    spawnSync(process.execPath, [cli, "load", "day.csv", "--to", "cli.duckdb"], {
      cwd: folder,
      encoding: "utf8",
    }),
  ).toMatchObject({
    status: 0,
    stdout: "",
    stderr: expect.stringMatching(/^3,000 records loaded into ".*cli\.duckdb", which holds 3,000 now\n/),
  });
  expect(JSON.parse((await run("load", "day.csv", "--to", "cli.duckdb", "--json")).stdout)).toMatchObject({
    records: 0,
    logs: [{ log: "day.csv", records: 3000, outcome: "already there" }],
  });
  expect(
    JSON.parse((await run("ask", "error_rate", "--on", "cli.duckdb", "--json")).stdout)[0].requests,
  ).toBe(3000);
  const noisy = file("noisy.csv", csv(line, "noise"));
  expect((await run("load", noisy, "--to", "cli.duckdb", "--quarantine", "noisy.ndjson")).status).toBe(0);
  expect(JSON.parse(readFileSync(join(folder, "noisy.ndjson"), "utf8")).text).toBe("noise");
  expect(await run("load", "day.csv")).toMatchObject({ status: 2, stderr: expect.stringContaining("--to") });
  expect(await run("load", "none.csv", "--to", "x.duckdb")).toMatchObject({ status: 2, stdout: "" });
  expect(existsSync(join(folder, "x.duckdb"))).toBe(false);
});

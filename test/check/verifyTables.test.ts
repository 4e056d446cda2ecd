/** The table of a database held to what was written: `verify` names exactly what was done to it, and changes nothing. */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { verify as verifyInNotebook } from "server-logs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Verification, verify } from "#lib/check/verify/verify";
import { mapFields } from "#lib/read/fields/mapFields";
import type { TableRow } from "#lib/read/formats/tableRow";
import type { Columns } from "#lib/record";
import { openDuckdbTable } from "#lib/warehouse/duckdb/duckdbTable";
import { load } from "#lib/warehouse/load";
import { openPostgresTable } from "#lib/warehouse/postgres/postgresTable";
import { type GeneratedLog, generate } from "#lib/write/generate";
import { shell } from "../cli/shell.js";
import { runInDuckdb } from "../warehouse/duckdb.js";
import { canServe, password, type Server, startServer } from "../warehouse/server.js";
import { recordsOf, type Texts } from "./verifyCopies.js";

const cli = fileURLToPath(new URL("../../lib/bin/server-logs.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "verify-table-"));
let day: GeneratedLog; // 3,000 records, some written twice
let written: Texts[];
let server: Server;
let made = 0;
beforeAll(async () => {
  const defects = { duplicated: 0.01, late: 0.01, skewedClock: 0.01 };
  day = await generate({ rows: 3000, incidents: ["scraper"], defects, out: join(folder, "day.csv") });
  written = recordsOf(day.path!);
  if (canServe) server = startServer();
});
afterAll(() => {
  server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const duckdb = (path: string, sql: string) => runInDuckdb(path, sql, "UTC");

/** The two kinds of databases: how one is made, written to, and told from what it was. */
const databases = [
  {
    name: "a DuckDB file",
    tags: [],
    make: () => join(folder, `${++made}.duckdb`),
    run: duckdb,
    state: async (path: string) => [
      createHash("sha256").update(readFileSync(path)).digest("hex"),
      existsSync(`${path}.wal`),
    ],
    zoned: "timestamp::TIMESTAMPTZ",
    inet: "ip_address",
  },
  {
    name: "PostgreSQL",
    tags: ["postgres"],
    make: () => server.database(),
    run: async (at: string, sql: string) => void server.psql(at, sql),
    state: async (at: string) =>
      server.psql(at, "SELECT md5(string_agg(t::text || xmin || ctid, ',' ORDER BY ctid)) FROM requests t"),
    zoned: "timestamp AT TIME ZONE 'UTC'",
    inet: "ip_address::inet",
  },
];

const rowsOf = (columns: Columns) => {
  const names = Object.keys(columns);
  return columns[names[0]].map((_, i) => Object.fromEntries(names.map((name) => [name, columns[name][i]])));
};
const named = ({ differences }: Verification, kind: string, ...more: string[]) =>
  rowsOf(differences)
    .filter(({ difference }) => difference === kind)
    .map((row) => {
      const took = Number(row.response_time_ms).toFixed(2);
      return [...fields.slice(0, 4).map((name) => row[name]), took, ...more.map((name) => row[name])].join(
        " ",
      );
    })
    .sort();
const fields = ["timestamp", "ip_address", "endpoint", "status_code", "response_time_ms"];
const later = (time: string) => new Date(Date.parse(time) + 3_600_000).toISOString();
const where = ([time, address, endpoint, status, took]: Texts) =>
  `timestamp = '${time.slice(0, -1)}' AND ip_address = '${address}' AND endpoint = '${endpoint}' AND status_code = ${status} AND response_time_ms = ${took}`;

let large: GeneratedLog | undefined; // takes a while to read

describe.each(databases)("$name", ({ tags, make, run, state, zoned, inet }) => {
  let to: string;
  beforeEach(() => {
    if (tags.length === 0 || canServe) to = make();
  });

  it("is equal to the log that was loaded into it, and stays as it is", { tags }, async () => {
    await load(day, { to });
    const before = await state(to);
    const result = await verify(to, day.keyPath);
    expect(result.summary).toMatch(/^equal: /);
    expect(result).toMatchObject({ valid: true, exact: true, records: day.records, unreadable: 0 });
    expect((await verifyInNotebook(to, day.key)).valid).toBe(true);
    expect(await state(to)).toEqual(before);
  });

  it("has each row named that SQL dropped, doubled, altered or added", { tags }, async () => {
    await load(day, { to });
    const times = new Map<string, number>();
    for (const record of written) times.set(record.join(" "), (times.get(record.join(" ")) ?? 0) + 1);
    const single = written.filter((record) => times.get(record.join(" ")) === 1);
    const pick = (from: number) => single.filter((_, i) => i % 300 === from);
    const altered: [column: string, sql: string, found: (record: Texts) => string][] = [
      ["timestamp", "timestamp + INTERVAL '1' HOUR", ([time]) => later(time)],
      ["ip_address", "'2001:db8::1'", () => "2001:db8::1"],
      ["endpoint", "endpoint || '/, \"ü'';'", ([, , endpoint]) => `${endpoint}/, "ü';`],
      ["status_code", "418", () => "418"],
      ["response_time_ms", "NULL", () => ""],
    ];
    const harm = [
      ...pick(1).map((record) => `DELETE FROM requests WHERE ${where(record)}`),
      ...pick(2).map((record) => `INSERT INTO requests SELECT * FROM requests WHERE ${where(record)}`),
    ];
    const changed: string[] = [];
    for (const [i, record] of pick(3).entries()) {
      const [column, sql, found] = altered[i % altered.length];
      harm.push(`UPDATE requests SET ${column} = ${sql} WHERE ${where(record)}`);
      changed.push([...record, column, record[fields.indexOf(column)], found(record)].join(" "));
    }
    harm.push(`INSERT INTO requests VALUES ('2026-01-05 01:02:03.004', '::1', '/new,"x"', 299, 0.5)`);
    await run(to, harm.join(";\n"));
    const result = await verify(to, day.keyPath, { limit: 100 });
    const texts = (records: Texts[]) => records.map((record) => record.join(" ")).sort();
    expect(named(result, "missing")).toEqual(texts(pick(1)));
    expect(named(result, "doubled")).toEqual(texts(pick(2)));
    expect(named(result, "changed", "field", "written", "found")).toEqual(changed.sort());
    expect(named(result, "unexpected")).toEqual([`2026-01-05T01:02:03.004Z ::1 /new,"x" 299 0.50`]);
    expect(result).toMatchObject({ valid: false, exact: true, unreadable: 0 });
  });

  it("may have other types, more columns and another order; NULL is no record", { tags }, async () => {
    await load(day, { to });
    await run(to, "ALTER TABLE requests RENAME TO loaded");
    await run(
      to,
      `CREATE TABLE requests AS SELECT 7 AS "select", response_time_ms::DECIMAL(12, 2) AS response_time_ms, ${inet} AS ip_address,
        status_code::SMALLINT AS status_code, endpoint::VARCHAR AS endpoint, ${zoned} AS timestamp FROM loaded`,
    );
    expect((await verify(to, day.keyPath)).summary).toMatch(/^equal: /);
    await run(to, `UPDATE requests SET endpoint = NULL WHERE status_code = 404`);
    await run(to, `UPDATE requests SET endpoint = '/a\nb' WHERE status_code = 500`);
    const lost = (status: string) => written.filter((record) => record[3] === status).length;
    const result = await verify(to, day.keyPath);
    expect([result.valid, result.unreadable, result.missing]).toEqual([
      false,
      lost("404") + lost("500"),
      lost("404") + lost("500"),
    ]);
    expect(new Set(result.unreadableLines.reason)).toEqual(
      new Set(["there is no path", "the endpoint holds a control character"]),
    );
  });

  it("makes up a log together with a file", { tags }, async () => {
    const part = (k: number) => generate({ rows: 2000, shard: `${k}/2`, out: join(folder, `part${k}.csv`) });
    const [one, two] = [await part(1), await part(2)];
    await load(one, { to });
    const result = await verify([to, two.path!], [one.keyPath!, two.keyPath!]);
    expect(result).toMatchObject({ valid: true, records: 2000 });
    const copied = join(folder, "part2-again.csv");
    copyFileSync(two.path!, copied);
    const again = await verify([to, two.path!, copied], [one.keyPath!, two.keyPath!]);
    expect(again.doubled).toBe(two.records);
    expect(JSON.stringify(again)).not.toContain(password);
  });

  it("is left in peace when the work is stopped", { tags }, async () => {
    large ??= await generate({ rows: 200_000, out: join(folder, "large.csv") });
    await load(large, { to });
    for (const workers of [1, 2]) {
      const stop = new AbortController();
      const seen: string[] = [];
      const onProgress = ({ done, unit }: { done: number; unit: string }) => {
        seen.push(unit);
        if (done > 205_000) stop.abort();
      };
      await expect(
        verify(to, large.keyPath, { workers }, { signal: stop.signal, onProgress }),
      ).rejects.toThrow("interrupted");
      expect(new Set(seen)).toEqual(new Set(["records"]));
    }
    await expect(verify(to, large.keyPath, {}, { signal: AbortSignal.abort() })).rejects.toThrow(
      "interrupted",
    );
    expect((await load(day, { to })).total).toBe(200_000 + day.records); // nobody holds it
  });

  it("is verified by the command line", { tags }, async () => {
    await load(day, { to });
    const args = ["verify", to, "--key", day.keyPath!];
    const equal = spawnSync(process.execPath, [cli, ...args], { encoding: "utf8" });
    expect(equal).toMatchObject({ status: 0, stdout: "", stderr: expect.stringMatching(/^equal: /) });
    await run(to, "DELETE FROM requests WHERE status_code = 500");
    const less = await shell([...args, "--json"]);
    expect([less.status, JSON.parse(less.stdout).missing]).toEqual([
      1,
      written.filter((record) => record[3] === "500").length,
    ]);
    expect(await shell(["verify", to])).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringMatching(/key: give the answer key \(--key FILE in a shell\)/),
    });
  });

  it("is refused in a sentence without the table, or without its columns", { tags }, async () => {
    const key = day.keyPath;
    await run(to, "CREATE TABLE other AS SELECT 1 AS a");
    await expect(verify(to, key)).rejects.toThrow(/^copy: .* has no table "requests"; load a log into it/);
    await run(to, "CREATE TABLE requests AS SELECT 1 AS mine");
    await expect(verify(to, key)).rejects.toThrow(
      /^copy: no timestamp among the columns of the table "requests" of .*: "mine"/,
    );
    const error = await verify(to, key).catch((thrown: Error) => thrown);
    expect(JSON.stringify([String(error), error])).not.toContain(password);
  });
});

describe("a copy that is no database is refused in a sentence", () => {
  const file = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const at = (change: (address: string) => string) => change(server.database());
  it.each<[string, () => string, RegExp]>([
    ["a text", () => file("text.duckdb", "no database"), /no Parquet and no DuckDB database/],
    [
      "a damaged one",
      () => file("bad.duckdb", `${"\0".repeat(8)}DUCK${"x".repeat(20_000)}`),
      /^copy: cannot open ".*bad\.duckdb": /,
    ],
    ["no file", () => join(folder, "none.duckdb"), /there is no such file/],
    ["a folder", () => folder, /it is a folder|is a directory|not a file/i],
    ["another scheme", () => "mysql://me:s3cret@h/d", /^copy: "mysql:\/\/…" is not the address/],
    ["no server", () => "postgres://me@127.0.0.1:1/x", /^copy: cannot connect .* no server listens there/],
    ["no host", () => "postgres://me@no-such-host.invalid/x", /no such host|cannot be resolved/],
    ["no address", () => "postgres://me@host:99999999/x", /^copy: the address cannot be read/],
  ])("%s", async (_, copy, message) => {
    await expect(verify(copy(), day.keyPath)).rejects.toThrow(
      expect.objectContaining({ name: "InputError", message: expect.stringMatching(message) }),
    );
  });

  it.each<[string, () => string, RegExp]>([
    ["a wrong password", () => at((a) => a.replace(password, "x")), /password authentication failed/],
    ["no such database", () => at((a) => a.replace(/\/db\d+/, "/none")), /database "none" does not/],
  ])("%s", { tags: ["postgres"] }, async (_, copy, message) => {
    await expect(verify(copy(), day.keyPath)).rejects.toThrow(
      expect.objectContaining({ name: "InputError", message: expect.stringMatching(message) }),
    );
  });
});

it("a DuckDB file is not read while another process writes to it, nor written to while it is read", async () => {
  const to = join(folder, "held.duckdb");
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
    { cwd: fileURLToPath(new URL("../../lib", import.meta.url)), stdio: ["ignore", "pipe", "inherit"] },
  );
  await new Promise((resolve) => holder.stdout.once("data", resolve));
  await expect(verify(to, day.keyPath)).rejects.toThrow(/another process is writing to it/);
  holder.kill();
  await new Promise((resolve) => holder.on("exit", resolve));
  const table = await openDuckdbTable(to, "copy");
  const asked = spawnSync(process.execPath, [cli, "ask", "error_rate", "--on", to], { encoding: "utf8" });
  expect(asked.status).toBe(0); // others may read
  const loaded = spawnSync(process.execPath, [cli, "load", day.path!, "--to", to], { encoding: "utf8" });
  expect(loaded).toMatchObject({ status: 2, stdout: "" });
  await table.close();
  expect((await verify(to, day.keyPath)).valid).toBe(true);
});

describe("PostgreSQL", { tags: ["postgres"] }, () => {
  it("gives the same at each reading, whatever others write meanwhile", async () => {
    const to = server.database();
    await load(day, { to });
    const table = await openPostgresTable(to, "copy", {});
    const mapped = mapFields(table.columns, {}, {}, "the table");
    const read = async () => {
      const found: string[][] = [];
      const take = (row: TableRow) => {
        const path = row.bytes.subarray(row.pathStart, row.pathEnd);
        found.push([new Date(row.time).toISOString(), new TextDecoder().decode(path)]);
      };
      await table.each(mapped, take, {});
      return found;
    };
    const first = await read();
    server.psql(to, "DELETE FROM requests WHERE status_code = 200; UPDATE requests SET endpoint = '/x'");
    expect(await read()).toEqual(first);
    expect(first[0]).toEqual([written[0][0], written[0][2]]);
    await table.close();
    expect((await verify(to, day.keyPath)).missing).toBeGreaterThan(0);
  });

  it("is not waited for when the work is stopped while somebody has locked the table", async () => {
    const to = server.database();
    await load(day, { to });
    const other = new pg.Client({ connectionString: to });
    await other.connect();
    await other.query("BEGIN; LOCK TABLE requests IN ACCESS EXCLUSIVE MODE");
    const stop = new AbortController();
    const waiting = verify(to, day.keyPath, {}, { signal: stop.signal });
    const locked =
      "SELECT count(*) FROM pg_locks JOIN pg_database d ON database = d.oid WHERE NOT granted AND datname = current_database()";
    while (server.psql(to, locked) !== "1") await new Promise((resolve) => setTimeout(resolve, 20));
    stop.abort();
    await expect(waiting).rejects.toThrow("interrupted");
    await other.end();
    expect((await verify(to, day.keyPath)).valid).toBe(true);
  });
});

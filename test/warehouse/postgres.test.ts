/** Loading into and asking PostgreSQL: one transaction, each content once, and no password in any message. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { csvHeader } from "#lib/record";
import { ask } from "#lib/warehouse/ask";
import { load } from "#lib/warehouse/load";
import { valueReaders } from "#lib/warehouse/postgres/postgresValues";
import { generate } from "#lib/write/generate";
import { shell } from "../cli/shell.js";
import { canServe, password, type Server, startServer } from "./server.js";

const cli = fileURLToPath(new URL("../../lib/bin/server-logs.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "postgres-test-"));
const day = join(folder, "day.csv"); // a log of 3,000 records
let server: Server;
let to: string;
beforeAll(async () => {
  await generate({ rows: 3000, seed: 1, out: day });
  if (canServe) server = startServer();
});
beforeEach(() => {
  if (canServe) to = server.database();
});
afterAll(() => {
  server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const file = (name: string, text: string | Uint8Array) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const csv = (...lines: string[]) => `${[csvHeader, ...lines].join("\n")}\n`;
const line = "2026-01-05T00:00:00.000Z,192.0.2.1,/,200,1.00";
const psql = (sql: string) => server.psql(to, sql);

describe("loading into PostgreSQL", { tags: ["postgres"] }, () => {
  it("makes the table of the schema and fills it, cell for cell", async () => {
    expect(await load(day, { to })).toMatchObject({ records: 3000, total: 3000 });
    const columns =
      "SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_name = 'requests' ORDER BY ordinal_position";
    expect(psql(columns).split("\n")).toEqual([
      "timestamp|timestamp without time zone|NO",
      "ip_address|text|NO",
      "endpoint|text|NO",
      "status_code|integer|NO",
      "response_time_ms|double precision|YES",
    ]);
    const cells = psql(
      "SELECT to_char(timestamp, 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') || ',' || ip_address || ',' || endpoint || ',' || status_code || ',' || to_char(response_time_ms, 'FM99999990.00') FROM requests",
    );
    expect(cells.split("\n").sort()).toEqual(readFileSync(day, "utf8").trimEnd().split("\n").slice(1).sort());
  });

  it("says what is wrong with the server, not with the log, when it cannot take the records", async () => {
    await load(file("first.csv", csv(line)), { to });
    const fails = (code: string) =>
      psql(`CREATE OR REPLACE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '${code}'; END $$`);
    fails("53100");
    psql("CREATE TRIGGER fails BEFORE INSERT ON requests FOR EACH ROW EXECUTE FUNCTION fails()");
    await expect(load(day, { to })).rejects.toThrow(
      /^cannot load ".*day.csv": the disk of the database is full$/,
    );
    fails("22003"); // a number out of range
    await expect(load(day, { to })).rejects.toThrow(/^source: ".*day.csv" is not a sound CSV; /);
    expect(psql("SELECT count(*) FROM requests")).toBe("1");
  });

  it("takes each content once, packed or not, from memory, Parquet and a server's own log", async () => {
    await load(day, { to });
    const again = file("again.csv", readFileSync(day));
    expect(await load([again, file("x.csv.gz", gzipSync(csv(line, line)))], { to })).toMatchObject({
      records: 2,
      total: 3002,
      logs: { outcome: ["already there", "loaded"] },
    });
    const parquet = join(folder, "day.parquet");
    await generate({ rows: 3000, seed: 1, key: false, out: parquet });
    expect((await load(parquet, { to })).total).toBe(6002);
    expect(
      psql(
        "SELECT count(*) FROM (SELECT * FROM requests GROUP BY 1, 2, 3, 4, 5 HAVING count(*) % 2 = 1) AS odd",
      ),
    ).toBe("0");
    const memory = { csv: Buffer.from(csv(line.replace("192.0.2.1", "192.0.2.7"))), records: 1 };
    expect((await load(memory, { to })).total).toBe(6003);
    expect((await load(memory, { to })).records).toBe(0);
    const own = fileURLToPath(new URL("../../data/haproxy_excerpt.log", import.meta.url));
    expect((await load(own, { to })).total).toBe(6203);
    expect(psql("SELECT count(*), sum(records) FROM loads")).toBe("5|6203");
  });

  it("keeps nothing when it is interrupted at the last moment, after all records are in", async () => {
    await load(day, { to });
    psql(`CREATE FUNCTION rest() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_sleep(1); RETURN NEW; END';
      CREATE TRIGGER noted BEFORE INSERT ON loads FOR EACH ROW EXECUTE FUNCTION rest()`);
    const stop = new AbortController();
    const look = setInterval(() => {
      if (
        psql(
          "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()",
        ) === "1"
      )
        stop.abort();
    }, 200);
    const more = file("more.csv", csv(line, line));
    await expect(load(more, { to }, { signal: stop.signal })).rejects.toThrow("interrupted");
    clearInterval(look);
    expect(psql("SELECT count(*) FROM requests")).toBe("3000");
  });

  it("brings hostile text in and back as it is", async () => {
    const paths = [
      `/'; DROP TABLE requests; --`,
      "/a,b",
      '/"quoted"',
      "/<img src=x onerror=alert(1)>",
      "/\\N",
      "/ünï😀",
      "/\\.",
      "/$1",
    ];
    const lines = paths.map(
      (path) => `2026-01-05T00:00:00.000Z,192.0.2.1,"${path.replaceAll('"', '""')}",500,`,
    );
    await load(file("hostile.csv", csv(...lines)), { to });
    expect((await ask("failing_endpoints", to)).endpoint).toEqual(
      [...paths].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
  });

  it.each([
    [
      "a status that is no number",
      csv(line, line.replace("200", "2x0")),
      /validate lists what is wrong: line 3: .*status_code.*2x0/,
    ],
    [
      "a missing field",
      csv("2026-01-05T00:00:00.000Z,192.0.2.1,/"),
      /line 2: Expected Number of Columns: 5 Found: 3/,
    ],
    ["a missing status", csv(line.replace("200", "")), /line 2: status_code: "" breaks the rule/],
    [
      "a NUL",
      csv(line.replace(",/,", ",/\0,")),
      /line 2: endpoint: .* breaks the rule "no control characters"/,
    ],
    [
      "bytes that are no UTF-8",
      Buffer.from(csv(line.replace(",/,", ",/\xff,")), "latin1"),
      /line 2: Invalid unicode/,
    ],
    [
      "a line that PostgreSQL takes for the end",
      csv(line.replace("/", '"/\n\\.\n"'), line),
      /line 2: endpoint: .* breaks the rule "no control characters"/,
    ],
    ["a truncated gzip", gzipSync(csv(...Array(3000).fill(line))).subarray(0, -50), /cut short/],
    ["a line of 2 MB", csv(line.replace("/", `/${"a".repeat(2e6)}`)), /line 2: Maximum line size/],
  ])("leaves nothing after %s, not even of a sound log before it", async (_, content, message) => {
    const bad = file("bad.csv", content);
    await expect(load([day, bad], { to })).rejects.toThrow(
      expect.objectContaining({ name: "InputError", message: expect.stringMatching(message) }),
    );
    expect(psql("SELECT to_regclass('requests'), to_regclass('loads')")).toBe("|");
    expect((await load(day, { to })).total).toBe(3000);
  });

  it("leaves nothing when it is interrupted", async () => {
    const large = join(folder, "large.csv");
    await generate({ rows: 500_000, seed: 2, out: large, key: false });
    const stop = new AbortController();
    const units = new Set<string>();
    const onProgress = ({ done, unit }: { done: number; unit: string }) => {
      units.add(unit);
      if (done > 1e6) stop.abort();
    };
    await expect(load([day, large], { to }, { signal: stop.signal, onProgress })).rejects.toThrow(
      "interrupted",
    );
    expect([...units]).toEqual(["bytes"]);
    expect(psql("SELECT to_regclass('requests')")).toBe("");
    rmSync(large);
  });

  it("twice at once loads once", async () => {
    const both = await Promise.all([load(day, { to }), load(day, { to })]);
    expect(both.map(({ records }) => records).sort()).toEqual([0, 3000]);
    expect(psql("SELECT count(*) FROM requests")).toBe("3000");
  });

  it("does not touch a table requests of other columns", async () => {
    psql("CREATE TABLE requests (id integer)");
    await expect(load(day, { to })).rejects.toThrow(
      /the table "requests" of .* has the columns id integer, not the five/,
    );
    expect(psql("SELECT count(*) FROM requests; SELECT to_regclass('loads') IS NULL")).toBe("0\nt");
  });
});

describe("asking PostgreSQL", { tags: ["postgres"] }, () => {
  it("a question of the user's own, with parameters and every type", async () => {
    await load(day, { to });
    const own = file(
      "own.sql",
      `-- own: What types are there?
-- parameter code (integer, 100 to 599, default 200): which status
-- parameter since (moment, default 2026-01-05): from when
/* a comment */ SELECT count(*) AS n, 1.50 AS d, true AS yes, 'x' AS t, NULL AS nothing, 2 AS n, TIMESTAMP '2026-01-05 10:00:00.5' AS at,
  TIMESTAMPTZ '2026-01-05 10:00:00+02' AS zoned, DATE '2026-01-05' AS day
FROM requests, params WHERE status_code = code AND timestamp >= since;`,
    );
    const n = Number(psql("SELECT count(*) FROM requests WHERE status_code = 404"));
    expect(await ask(own, to, { code: 404 })).toEqual({
      n: [n],
      d: [1.5],
      yes: ["true"],
      t: ["x"],
      nothing: [null],
      n_1: [2],
      at: ["2026-01-05T10:00:00.500Z"],
      zoned: ["2026-01-05T08:00:00Z"],
      day: ["2026-01-05"],
    });
    expect((await ask(own, to, { since: "2027-01-01" })).n).toEqual([0]);
  });

  it.each([
    ["DELETE FROM requests", /is not a single SELECT/],
    ["DROP TABLE requests", /is not a single SELECT/],
    ["COPY requests TO PROGRAM 'cat > /tmp/stolen'", /is not a single SELECT/],
    ["-- SELECT\nTRUNCATE requests", /is not a single SELECT/],
    ["SELECT 1; DROP TABLE requests", /cannot insert multiple commands/],
    ["WITH gone AS (DELETE FROM requests RETURNING 1) SELECT count(*) FROM gone", /read-only transaction/],
    ["SELECT 1 AS x INTO copied", /read-only transaction|SELECT/],
    ["SELECT no_such FROM requests", /column "no_such" does not exist/],
    ["SELEC 1", /is not a single SELECT/],
  ])("%s is refused and changes nothing", async (sql, message) => {
    await load(day, { to });
    await expect(ask(file("q.sql", sql), to)).rejects.toThrow(
      expect.objectContaining({ name: "InputError", message: expect.stringMatching(message) }),
    );
    expect(psql("SELECT count(*) FROM requests")).toBe("3000");
  });

  it("stops on the server, too, when it is interrupted", async () => {
    const stop = new AbortController();
    const slow = ask(file("slow.sql", "SELECT pg_sleep(1000)"), to, {}, { signal: stop.signal });
    const running =
      "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(1000)' AND state = 'active' AND datname = current_database()";
    while (psql(running) !== "1") await new Promise((resolve) => setTimeout(resolve, 20));
    stop.abort();
    await expect(slow).rejects.toThrow("interrupted");
    expect(psql(running)).toBe("0");
  });
});

describe("a question of the user's own has the same answer on DuckDB and PostgreSQL", {
  tags: ["postgres"],
}, () => {
  it.each([
    ["a date", "DATE '2026-01-05'", "2026-01-05"],
    ["a date without end", "CAST('infinity' AS DATE)", "infinity"],
    ["a time of day", "TIME '00:00:00.001'", "00:00:00.001"],
    ["an interval", "INTERVAL '1' DAY + INTERVAL '2' HOUR + INTERVAL '0.5' SECOND", "P1DT2H0.5S"],
    ["a mixed interval", "INTERVAL '14' MONTH - INTERVAL '90' SECOND", "P1Y2MT-1M-30S"],
    ["an interval of tens", "INTERVAL '10' SECOND", "PT10S"],
    ["no interval", "INTERVAL '0' SECOND", "PT0S"],
    ["a whole number past 2^53", "CAST(9007199254740993 AS BIGINT)", "9007199254740993"],
    ["a decimal past 2^53", "CAST('-12345678901234567890' AS DECIMAL(38, 0))", "-12345678901234567890"],
    ["a decimal", "CAST('1.50' AS DECIMAL(4, 2))", 1.5],
    ["a number of 32 bits", "CAST(1.1 AS REAL)", 1.1],
    ["true", "1 = 1", "true"],
    ["a moment", "TIMESTAMP '2026-01-05 00:00:00.5'", "2026-01-05T00:00:00.500Z"],
    ["a moment of the year 10000", "TIMESTAMP '10000-01-01 00:00:00'", "10000-01-01T00:00:00Z"],
    ["a moment without end", "CAST('infinity' AS TIMESTAMP)", "infinity"],
    ["nothing", "NULL", null],
    ["a list of numbers", "array_agg(status_code)", "[200]"],
    ["a list of dates", "array_agg(CAST(timestamp AS DATE))", '["2026-01-05"]'],
  ])("%s", async (_, expression, value) => {
    const log = file("one.csv", csv(line));
    await load(log, { to });
    const question = file("value.sql", `SELECT ${expression} AS value FROM requests`);
    expect(await ask(question, log)).toEqual({ value: [value] });
    expect(await ask(question, to)).toEqual({ value: [value] });
  });

  it("names that are taken, without losing a column", async () => {
    const question = file("names.sql", "SELECT 1 AS a, 2 AS a, 3 AS a_1, 4 AS a");
    await load(day, { to });
    for (const source of [day, to]) {
      expect(await ask(question, source)).toEqual({ a: [1], a_2: [2], a_1: [3], a_3: [4] });
    }
  });

  it("a list of any type: its values are what one value of the type is", async () => {
    const readers = await valueReaders();
    const values = {
      bool: ["true", "false"],
      int2: ["'-32768'", "7"],
      int4: ["'-2147483648'", "7"],
      int8: ["9007199254740993", "7"],
      float4: ["0.5", "-1e30"],
      float8: ["0.1", "-1e300"],
      numeric: ["12345678901234567890.5", "0.25"],
      text: ["'a,\"b'", "'NULL'"],
      varchar: ["'{}'", "''"],
      date: ["'2026-01-05'", "'0001-01-01'"],
      time: ["'12:00:00.5'", "'00:00'"],
      timestamp: ["'2026-01-05 00:00:00.5'", "'12026-01-05'"],
      timestamptz: ["'2026-01-05 00:00:00+00'", "'1969-12-31 23:59:59+00'"],
      interval: ["'1 day 02:00'", "'-3 months'"],
    };
    const catalogue = Object.entries(values).map(([type, [one, other]]) => {
      const typed = `${one}::${type}, ${other}::${type}`;
      return `SELECT '${type}', oid, typarray, ${typed}, ARRAY[${typed}, NULL] FROM pg_type WHERE oid = '${type}'::regtype;`;
    });
    const rows = psql(`SET TimeZone = 'UTC'; ${catalogue.join(" ")}`)
      .split("\n")
      .slice(-catalogue.length);
    expect(rows).toHaveLength(14);
    for (const [type, oid, list, a, b, both] of rows.map((row) => row.split("|"))) {
      const read = readers.getTypeParser(Number(oid));
      expect([type, readers.getTypeParser(Number(list))(both)]).toEqual([type, [read(a), read(b), null]]);
    }
  });

  it("the last millisecond that a log can have", async () => {
    const log = file("last.csv", csv(line, line.replace(/^[^,]*/, "9999-12-31T23:59:59.999Z")));
    await load(log, { to });
    const answer = await ask("before_and_after", log);
    expect(answer.to_time[1]).toBe("10000-01-01T00:00:00Z");
    expect(await ask("before_and_after", to)).toEqual(answer);
  });
});

describe("no message shows the password", { tags: ["postgres"] }, () => {
  const wrong = (change: (address: string) => string) => change(to);
  it.each([
    [
      "a wrong password",
      (at: string) => at.replace(password, `${password}!`),
      /password authentication failed/,
    ],
    ["no such database", (at: string) => at.replace(/\/db\d+/, "/none"), /database "none" does not exist/],
    ["no such socket", (at: string) => at.replace("host=", "host=%2Fnone"), /no such socket/],
    ["no server", (at: string) => at.replace(/@.*/, "@127.0.0.1:1/x"), /no server listens there/],
    [
      "no such host",
      (at: string) => at.replace(/@.*/, "@no-such-host.invalid/x"),
      /no such host|cannot be resolved/,
    ],
    [
      "an address that cannot be read",
      (at: string) => at.replace(/@.*/, "@host:99999999/x"),
      /the address cannot be read/,
    ],
    [
      "another scheme",
      (at: string) => at.replace("postgres:", "mysql:"),
      /"mysql:\/\/…" is not the address of a database/,
    ],
    ["a misspelt scheme", (at: string) => at.replace("postgres:", "postgre:"), /"postgre:\/\/…" is not/],
  ])("%s", async (_, change, message) => {
    const address = wrong(change);
    for (const attempt of [() => load(day, { to: address }), () => ask("overview", address)]) {
      const error = await attempt().then(
        () => undefined,
        (thrown: Error) => thrown,
      );
      expect(error).toMatchObject({ name: "InputError", message: expect.stringMatching(message) });
      expect(JSON.stringify([error!.message, error!.stack, error])).not.toContain(password);
    }
  });

  it("nor does the command line, when all goes well and when not", async () => {
    const run = (...args: string[]) => shell(args);
    const done = spawnSync(process.execPath, [cli, "load", day, "--to", to], { encoding: "utf8" });
    expect(done).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(/^3,000 records loaded into "postgres:\/\/…@/),
    });
    const asked = await run("ask", "error_rate", "--on", to, "--json");
    expect(JSON.parse(asked.stdout)[0].requests).toBe(3000);
    const refused = await run("load", day, "--to", to.replace(/@.*/, "@127.0.0.1:1/x"));
    expect(refused.status).toBe(2);
    const misspelt = await run("load", day, "--too", to);
    expect(misspelt.status).toBe(2);
    for (const { stdout, stderr } of [done, asked, refused, misspelt])
      expect(stdout + stderr).not.toContain(password);
  });
});

/**
 * What `verify` takes the rows of tables and Parquet files for. Most rows come as numbers and the odd ones as texts:
 * whichever way a row comes, it is what a CSV of the same texts would be.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Copy, openCopy } from "#lib/check/verify/copy";
import { openTableCopy } from "#lib/check/verify/tableCopy";
import { exact } from "#lib/encode/formats";
import { runInDuckdb } from "./duckdb.js";
import { canServe, type Server, startServer } from "./server.js";

const folder = mkdtempSync(join(tmpdir(), "odd-rows-"));
let server: Server;
let made = 0;
beforeAll(() => {
  if (canServe) server = startServer();
});
afterAll(() => {
  server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const duckdb = (path: string, sql: string) => runInDuckdb(path, sql, "America/New_York");

/** Row by row: the record's five values, or why it is none. */
async function outcomes(copy: Copy): Promise<string[]> {
  const found: string[] = [];
  const text = (bytes: Uint8Array) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  await copy.read(
    {
      precision: exact,
      record({ time, bytes, addressStart, addressEnd, pathStart, pathEnd, status, hundredths }, line) {
        const address = text(bytes.subarray(addressStart, addressEnd));
        const took = hundredths < 0 ? "none" : (hundredths / 100).toFixed(2);
        const path = text(bytes.subarray(pathStart, pathEnd));
        found[line - 1] = [new Date(time).toISOString(), address, path, status, took].join(" ");
      },
      unreadable(line, reason) {
        found[line - 1] = reason;
      },
    },
    {},
  );
  await copy.close();
  return found;
}

const usual = {
  timestamp: "TIMESTAMP '2026-01-05 01:02:03.004'",
  ip_address: "CAST('10.0.0.1' AS VARCHAR)",
  endpoint: "CAST('/a' AS VARCHAR)",
  status_code: "200",
  response_time_ms: "CAST(1.5 AS DOUBLE PRECISION)",
};
const usualTexts = ["2026-01-05T01:02:03.004Z", "10.0.0.1", "/a", "200", "1.50"];
type Field = keyof typeof usual;

/** A query of one row for each value of a field, in their order; the other fields are usual. */
const rowsOf = (field: Field, values: readonly string[], name: string = field) =>
  values
    .map((value, i) => {
      const columns = Object.entries({ ...usual, [field]: value }).map(
        ([column, sql]) => `${sql} AS ${column === field ? name : column}`,
      );
      return `SELECT ${columns.join(", ")}, ${i} AS place`;
    })
    .join(" UNION ALL ");

/** What must come of it: a value is put in the usual record, a reason stands for itself. */
const expected = (field: Field, values: readonly string[]) =>
  values.map((value) =>
    value.startsWith("the")
      ? value
      : usualTexts.map((text, i) => (Object.keys(usual)[i] === field ? value : text)).join(" "),
  );

const noMoment = "the timestamp is not a date and time that can be read";
const noStatus = "the status is not a number of three digits";
const noNumber = "the response time is not a number";
const tooLong = "the response time is out of range";
const as = (type: string) => (value: string) => `CAST(${value} AS ${type})`;
const x = (count: number) => "x".repeat(count);

/** Values of a field, as SQL, and what becomes of them. */
type Case = [name: string, field: Field, sql: (value: string) => string, outcomes: [string, string][]];

/** What both databases take for the same. */
const cases: Case[] = [
  ["days", "timestamp", as("DATE"), [["'2026-01-05'", "2026-01-05T00:00:00.000Z"]]],
  [
    "times",
    "timestamp",
    as("TIMESTAMP"),
    [
      ["'2026-01-05 00:00:00'", "2026-01-05T00:00:00.000Z"],
      ["'2024-02-29 23:59:59.120'", "2024-02-29T23:59:59.120Z"],
      ["'2026-01-05 01:02:03.004999'", "2026-01-05T01:02:03.004Z"],
      ["'2026-01-05 01:02:03.000001'", "2026-01-05T01:02:03.000Z"],
      ["'2026-01-05 01:02:03.999999'", "2026-01-05T01:02:03.999Z"],
      ["'1970-01-01 00:00:00'", "1970-01-01T00:00:00.000Z"],
      ["'1969-12-31 23:59:59.999'", noMoment],
      ["'1969-12-31 23:59:59.9999'", noMoment],
      ["'2199-12-31 23:59:59.9995'", "2199-12-31T23:59:59.999Z"],
      ["'2200-01-01 00:00:00.001'", "2200-01-01T00:00:00.001Z"],
      ["'9999-12-31 23:59:59.999999'", "9999-12-31T23:59:59.999Z"],
      ["'0044-03-15 12:00:00'", noMoment],
      ["'infinity'", noMoment],
      ["'-infinity'", noMoment],
      ["NULL", "there is no timestamp"],
    ],
  ],
  [
    "times with a zone",
    "timestamp",
    as("TIMESTAMP WITH TIME ZONE"),
    [
      ["'2026-01-05 10:00:00.123+02'", "2026-01-05T08:00:00.123Z"],
      ["'2026-07-05 10:00:00-05:30'", "2026-07-05T15:30:00.000Z"],
      ["'1970-01-01 00:30:00+01'", noMoment],
      ["NULL", "there is no timestamp"],
    ],
  ],
  [
    "times as texts",
    "timestamp",
    as("VARCHAR"),
    [
      ["'05/Jan/2026:00:00:00 +0100'", "2026-01-04T23:00:00.000Z"],
      ["'1767571200'", "2026-01-05T00:00:00.000Z"],
      ["'soon'", noMoment],
    ],
  ],
  [
    "addresses",
    "ip_address",
    as("VARCHAR"),
    [
      ["'255.255.255.255'", "255.255.255.255"],
      ["'1.2.3.4:8080'", "1.2.3.4"],
      ["'[2001:db8::1]:443'", "2001:db8::1"],
      ["'::ffff:255.255.255.255'", "::ffff:255.255.255.255"],
      ["'2001:0db8:0000:0000:0000:ff00:0042:8329'", "2001:0db8:0000:0000:0000:ff00:0042:8329"],
      ["'256.1.1.1'", "the client is not an IP address"],
      ["'01.2.3.4'", "the client is not an IP address"],
      ["'fe80::1%eth0'", "fe80::1"],
      ["'ü'", "the client is not an IP address"],
      ["''", "there is no client address"],
      ["NULL", "there is no client address"],
    ],
  ],
  [
    "paths",
    "endpoint",
    as("VARCHAR"),
    [
      ["'/a?b=c'", "/a?b=c"],
      ["'/ü€😀'", "/ü€😀"],
      ["'http://host/p?q'", "/p?q"],
      ["'https://host'", "/"],
      ["'GET /x HTTP/1.1'", "/x"],
      ["'a'", "the request's target is not a path"],
      ["'/a\tb'", "the endpoint holds a control character"],
      ["''", "there is no path"],
      ["NULL", "there is no path"],
      ...Array.from({ length: 50 }, (_, i): [string, string] => [`'/${x(i)}'`, `/${x(i)}`]),
      ["'/' || repeat('é', 30)", `/${"é".repeat(30)}`],
      ["'/' || repeat('x', 65000)", `/${x(65_000)}`],
      ["'/' || repeat('x', 65536)", `/${x(65_536)}`],
      ["'/' || repeat('x', 262000)", `/${x(262_000)}`],
      ["'/' || repeat('x', 262144)", "the row is longer than 256 KiB"],
    ],
  ],
  ...["SMALLINT", "INTEGER", "BIGINT", "VARCHAR"].map(
    (type): Case => [
      `statuses of type ${type}`,
      "status_code",
      as(type),
      [
        ["100", "100"],
        ["599", "599"],
        ["99", noStatus],
        ["1000", noStatus],
        ["-20", noStatus],
        ["600", "the status is not between 100 and 599"],
        ["999", "the status is not between 100 and 599"],
        ["NULL", noStatus],
      ],
    ],
  ),
  [
    "statuses with decimals",
    "status_code",
    as("DOUBLE PRECISION"),
    [
      ["200", "200"],
      ["200.5", noStatus],
    ],
  ],
  [
    "response times",
    "response_time_ms",
    as("DOUBLE PRECISION"),
    [
      ["'0'", "0.00"],
      ["'-0'", "none"],
      ["'12'", "12.00"],
      ["'0.01'", "0.01"],
      ["'0.29'", "0.29"],
      ["'33.33'", "33.33"],
      ["'123456.78'", "123456.78"],
      ["'0.004'", "0.00"],
      ["'0.005'", "0.01"], // half up, as it is written, though the nearest double may lie below
      ["'1.005'", "1.01"],
      ["'8.165'", "8.17"],
      ["'2.9999999999999996'", "3.00"],
      ["'1e-5'", "0.00"],
      ["'5e-324'", "0.00"],
      ["'999999999.99'", "999999999.99"],
      ["'1000000000.01'", "1000000000.01"],
      ["'999999999999.99'", "999999999999.99"],
      ["'1e12'", tooLong],
      ["'1e300'", tooLong],
      ["'-1.25'", "none"],
      ["'-1e300'", tooLong],
      ["'Infinity'", noNumber],
      ["'-Infinity'", noNumber],
      ["'NaN'", noNumber],
      ["NULL", "none"],
    ],
  ],
  [
    "response times of single precision",
    "response_time_ms",
    as("REAL"),
    [
      ["0.1", "0.10"],
      ["33.33", "33.33"],
    ],
  ],
  [
    "response times as decimals",
    "response_time_ms",
    as("DECIMAL(12, 3)"),
    [
      ["1.5", "1.50"],
      ["1.005", "1.01"],
    ],
  ],
  [
    "response times as texts",
    "response_time_ms",
    as("VARCHAR"),
    [
      ["'1.2 s'", "1200.00"],
      ["'-'", "none"],
      ["'fast'", noNumber],
    ],
  ],
];

/** What DuckDB alone has, or takes otherwise than PostgreSQL does. */
const ofDuckdb: Case[] = [
  [
    "times of whole nanoseconds",
    "timestamp",
    as("TIMESTAMP_NS"),
    [["'2026-01-05 01:02:03.999999999'", "2026-01-05T01:02:03.999Z"]],
  ],
  [
    "paths with a byte-order mark, which is lost at the beginning",
    "endpoint",
    (value) => value,
    [
      ["chr(65279) || '/a'", "/a"],
      ["'/a' || chr(65279)", "/a\ufeff"],
      ["'/a' || chr(0)", "the endpoint holds a control character"],
    ],
  ],
  [
    "statuses of type UTINYINT",
    "status_code",
    as("UTINYINT"),
    [
      ["100", "100"],
      ["99", noStatus],
    ],
  ],
];

/** The same for PostgreSQL. */
const ofPostgres: Case[] = [
  [
    "times of milliseconds",
    "timestamp",
    as("timestamp(3)"),
    [["'2026-01-05 01:02:03.9996'", "2026-01-05T01:02:04.000Z"]],
  ],
  [
    "addresses of type inet",
    "ip_address",
    as("inet"),
    [
      ["'1.2.3.4'", "1.2.3.4"],
      ["'2001:DB8::1'", "2001:db8::1"],
      ["'10.0.0.0/8'", "the client is not an IP address"],
      ["NULL", "there is no client address"],
    ],
  ],
  ["padded paths", "endpoint", as("char(4)"), [["'/a'", "/a  "]]],
];

/** The kinds of copies. `make` makes one of what a query selects. */
const sources = [
  {
    name: "a Parquet file",
    tags: [],
    own: ofDuckdb,
    make: async (query: string) => {
      const path = join(folder, `${++made}.parquet`);
      await duckdb(":memory:", `COPY (${query}) TO '${path}' (FORMAT parquet)`);
      return openCopy(path, {});
    },
  },
  {
    name: "a DuckDB table",
    tags: [],
    own: ofDuckdb,
    make: async (query: string) => {
      const path = join(folder, `${++made}.duckdb`);
      await duckdb(path, `CREATE TABLE requests AS ${query}`);
      return openTableCopy(path, {});
    },
  },
  {
    name: "a PostgreSQL table",
    tags: ["postgres"],
    own: ofPostgres,
    make: async (query: string) => {
      const address = server.database();
      server.psql(address, `CREATE TABLE requests AS ${query}`);
      return openTableCopy(address, {});
    },
  },
];

describe.each(sources)("$name", ({ tags, own, make }) => {
  it.each([...cases, ...own])("has %s", { tags }, async (_, field, sql, values) => {
    const query = rowsOf(
      field,
      values.map(([value]) => sql(value)),
    );
    const copy = await make(`SELECT * FROM (${query}) AS t ORDER BY place`);
    expect(await outcomes(copy)).toEqual(
      expected(
        field,
        values.map(([, outcome]) => outcome),
      ),
    );
  });

  it("has response times in the unit that its column names, or none at all", { tags }, async () => {
    const seconds = await make(rowsOf("response_time_ms", [as("DOUBLE PRECISION")("1.25")], "latency_s"));
    expect(await outcomes(seconds)).toEqual(expected("response_time_ms", ["1250.00"]));
    const { response_time_ms, ...others } = usual;
    const columns = Object.entries(others).map(([name, sql]) => `${sql} AS ${name}`);
    expect(await outcomes(await make(`SELECT ${columns.join(", ")}`))).toEqual(
      expected("response_time_ms", ["none"]),
    );
  });

  it("has usual and odd rows side by side, and columns of any name", { tags }, async () => {
    // enough for several chunks and messages
    const query = `SELECT 1 AS usual, i AS c0, TIMESTAMP '2026-01-05 00:00:00' + i * INTERVAL '1' SECOND AS "ti ""me",
      '10.0.0.1' AS ip, CASE WHEN i % 7 = 0 THEN NULL ELSE '/' || repeat('x', CAST(i % 60 AS INTEGER)) END AS path,
      200 + CAST(i % 500 AS INTEGER) AS status, i / CAST(8 AS DOUBLE PRECISION) AS took_ms FROM generate_series(0, 9999) AS g(i)`;
    const found = await outcomes(await make(query));
    const written = Array.from({ length: 10_000 }, (_, i) => {
      if (i % 7 === 0) return "there is no path";
      if (i % 500 >= 400) return "the status is not between 100 and 599";
      const thousandths = i * 125; // of a millisecond
      const hundredths = Math.floor((thousandths + 5) / 10); // half up
      const took = `${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, "0")}`;
      const time = new Date(Date.UTC(2026, 0, 5) + i * 1000).toISOString();
      return `${time} 10.0.0.1 /${x(i % 60)} ${200 + (i % 500)} ${took}`;
    });
    expect(found).toEqual(written);
  });
});

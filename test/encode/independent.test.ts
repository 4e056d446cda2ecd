/** Other programs find in what is written what its CSV says: GoAccess, lnav and DuckDB. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, it } from "vitest";
import type { FormatName } from "#lib/encode/formats";
import { generate } from "#lib/write/generate";
import { pathOf } from "../requirements.js";
import { folder } from "./logs.js";

const path = folder();
const rows = 5_000;

/** A log in a format, and how many records its CSV has of each status. */
async function log(format: FormatName): Promise<{ file: string; statuses: Record<string, number> }> {
  const csv = await generate({ rows, seed: 11, key: false, out: join(path, "log.csv") });
  const made = await generate({ rows, seed: 11, key: false, format, out: join(path, `${format}.log`) });
  const statuses: Record<string, number> = {};
  for (const line of readFileSync(csv.path!, "utf8").trimEnd().split("\n").slice(1)) {
    const status = line.split(",")[3];
    statuses[status] = (statuses[status] ?? 0) + 1;
  }
  return { file: made.path!, statuses };
}

describe("GoAccess counts every line, and the statuses", { tags: ["goaccess"] }, () => {
  it.each([
    ["vhost-combined", ["--log-format=VCOMBINED"]],
    ["w3c", ["--log-format=W3C"]],
    ["cloudfront", ["--log-format=CLOUDFRONT"]],
    ["alb", ["--log-format=AWSALB"]],
    ["caddy", ["--log-format=CADDY"]],
    // ingress-nginx has no name in GoAccess; this is the format that its users give.
    [
      "ingress-nginx",
      [
        '--log-format=%h - %e [%d:%t %^] "%r" %s %b "%R" "%u" %^ %T %^',
        "--date-format=%d/%b/%Y",
        "--time-format=%T",
      ],
    ],
  ] as [FormatName, string[]][])("%s", async (format, options) => {
    const { file, statuses } = await log(format);
    const report = `${file}.json`;
    execFileSync(pathOf("goaccess"), [file, ...options, "--no-global-config", "-o", report], {
      stdio: "ignore",
      env: { ...process.env, TERM: "dumb" },
    });
    const found = JSON.parse(readFileSync(report, "utf8"));
    expect(found.general).toMatchObject({ valid_requests: rows, failed_requests: 0 });
    const byStatus = found.status_codes.data.flatMap(
      ({ items }: { items: { data: string; hits: { count: number } }[] }) =>
        items.map(({ data, hits }) => [data.slice(0, 3), hits.count]),
    );
    expect(Object.fromEntries(byStatus)).toEqual(statuses);
  });
});

describe("lnav finds the format by itself, and counts the statuses", { tags: ["lnav"] }, () => {
  it.each([
    ["combined", "access_log", "sc_status"],
    ["vhost-combined", "access_log", "sc_status"],
    ["alb", "alb_log", "elb_status_code"],
  ] as [FormatName, string, string][])("%s", async (format, table, column) => {
    const { file, statuses } = await log(format);
    const home = mkdtempSync(join(tmpdir(), "lnav-test-"));
    try {
      const query = `;SELECT ${column} AS status, count(*) AS n FROM ${table} GROUP BY 1`;
      const text = execFileSync(pathOf("lnav"), ["-n", "-c", query, "-c", ":write-json-to -", file], {
        encoding: "utf8",
        env: { ...process.env, HOME: home, TERM: "dumb" },
        maxBuffer: 1 << 26,
      });
      const found: { status: number; n: number }[] = JSON.parse(text.slice(text.indexOf("[")));
      expect(Object.fromEntries(found.map(({ status, n }) => [String(status), n]))).toEqual(statuses);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });
});

describe("DuckDB reads the objects, and finds the record's fields", () => {
  it.each([
    ["nginx-json", "CAST(status AS INTEGER)", "CAST(request_time AS DOUBLE) * 1000", "time_iso8601"],
    ["caddy", "status", "duration * 1000", "make_timestamp(CAST(ts * 1000000 AS BIGINT))"],
    ["envoy-json", "response_code", "duration", "start_time"],
    ["ecs", "http.response.status_code", "event.duration / 1e6", '"@timestamp"'],
  ] as [FormatName, string, string, string][])("%s", async (format, status, milliseconds, time) => {
    const { file, statuses } = await log(format);
    const duckdb = await (await DuckDBInstance.create()).connect();
    await duckdb.run("SET TimeZone = 'UTC'");
    const objects = `read_json('${file}', format = 'newline_delimited')`;
    const byStatus = await duckdb.runAndReadAll(
      `SELECT CAST(${status} AS VARCHAR), count(*) FROM ${objects} GROUP BY 1`,
    );
    expect(Object.fromEntries(byStatus.getRows().map(([code, n]) => [String(code), Number(n)]))).toEqual(
      statuses,
    );
    const sums = async (from: string, took: string, at: string) => {
      const answer = await duckdb.runAndReadAll(
        `SELECT sum(CAST(${took} AS DOUBLE)), sum(date_part('epoch', CAST(${at} AS TIMESTAMP))) FROM ${from}`,
      );
      return answer.getRows()[0].map(Number);
    };
    const [took, at] = await sums(objects, milliseconds, time);
    const csv = `read_csv('${join(path, "log.csv")}')`;
    const [tookThere, atThere] = await sums(csv, "response_time_ms", "timestamp");
    // Whole milliseconds and seconds are cut off: at most one of each a record is lost, on the mean a half.
    expect(tookThere - took).toBeGreaterThan(-1);
    expect((tookThere - took) / rows).toBeLessThan(0.51);
    expect(atThere - at).toBeGreaterThan(-1);
    expect((atThere - at) / rows).toBeLessThan(0.51);
    duckdb.closeSync();
  });
});

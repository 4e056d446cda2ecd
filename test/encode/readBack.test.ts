import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { GenerateOptions } from "#lib/write/generate";
import { pathOf } from "../requirements.js";
import { folder, hostile, write } from "./logs.js";

const script = fileURLToPath(new URL("./read_back.py", import.meta.url));

const logs: [log: string, GenerateOptions, records: number][] = [
  ["the demonstration shop", { rows: 6000, seed: 7 }, 6000],
  ["hostile routes", { scenario: hostile, rows: 6000, seed: 7 }, 6000],
  ["late and out-of-order lines", { rows: 6000, seed: 7, defects: { late: 0.01, outOfOrder: 0.01 } }, 6000],
  [
    "fifty records in fifty years",
    { rows: 50, start: "1990-01-01T00:00:00Z", end: "2039-12-31T00:00:00Z", seed: 7 },
    50,
  ],
  ["no records", { rows: 0 }, 0],
];

/** Writes all logs in several forms. @returns their paths, as read_back.py takes them */
async function inForms(...names: string[]): Promise<string[]> {
  const paths = [];
  for (const [, options] of logs) paths.push("--", ...(await write(folder(), options, ...names)));
  return paths.slice(1);
}

/** What read_back.py prints where each form of each log has all records. */
const equal = (...names: string[]) =>
  logs.flatMap(([, , records]) => names.map((name) => `${name} ${records}\n`)).join("");

test("every log is the same to Python's csv, json and gzip", async () => {
  const others = ["b.csv.gz", "a.ndjson", "b.jsonl.gz", "a.log", "timed.log.gz"];
  const paths = await inForms("a.csv", ...others);
  expect(execFileSync("python3", [script, ...paths]).toString()).toBe(equal(...others));
});

test("every log is the same to pandas and pyarrow, with the right types", { tags: ["pandas"] }, async () => {
  const paths = await inForms("a.csv", "a.parquet");
  expect(execFileSync(pathOf("pandas"), [script, ...paths]).toString()).toBe(equal("a.parquet"));
});

let duckdb: DuckDBConnection;
beforeAll(async () => {
  duckdb = await (await DuckDBInstance.create()).connect();
  await duckdb.run("SET TimeZone = 'UTC'");
});
afterAll(() => duckdb.closeSync());

test.each(logs)("a log of %s is the same to DuckDB, compressed or not", async (_, options) => {
  const forms = ["c.csv.zst", "c.csv.gz", "c.ndjson", "c.ndjson.zst", "c.parquet"];
  const [csv, ...others] = await write(folder(), options, "a.csv", ...forms);
  const columns = `{timestamp: 'TIMESTAMPTZ', ip_address: 'VARCHAR', endpoint: 'VARCHAR', status_code: 'SMALLINT', response_time_ms: 'DOUBLE'}`;
  const table = (file: string) =>
    file.endsWith(".parquet")
      ? `read_parquet('${file}')`
      : file.includes("json")
        ? `read_json('${file}', columns = ${columns}, format = 'newline_delimited')`
        : `read_csv('${file}', columns = ${columns}, header = true)`;
  for (const file of others) {
    const answer = await duckdb.runAndReadAll(
      `SELECT (SELECT count(*) FROM ${table(file)}) = (SELECT count(*) FROM ${table(csv)}) AS all_there,
              (SELECT count(*) FROM (FROM ${table(file)} EXCEPT ALL FROM ${table(csv)})) AS strange`,
    );
    expect([file, ...answer.getRows()[0]]).toEqual([file, true, 0n]);
  }
});

describe("Parquet", () => {
  test("has row groups of bounded size, and says between which moments each lies", async () => {
    const [file] = await write(folder(), { rows: 530_000, seed: 3 }, "a.parquet");
    const groups = await duckdb.runAndReadAll(
      `SELECT row_group_num_rows, stats_min_value, stats_max_value, compression
       FROM parquet_metadata('${file}') WHERE path_in_schema = 'timestamp' ORDER BY row_group_id`,
    );
    const rows = groups.getRows();
    expect(rows.map(([count]) => Number(count))).toEqual([524_288, 5712]);
    for (const [, min, max, compression] of rows) {
      expect(compression).toBe("ZSTD");
      expect(String(min) < String(max)).toBe(true);
    }
    for (let i = 1; i < rows.length; i++) expect(String(rows[i - 1][2]) <= String(rows[i][1])).toBe(true);
  });

  test("is refused where it cannot be: in memory, compressed twice, with spoiled lines", async () => {
    const { generate } = await import("#lib/write/generate");
    await expect(generate({ format: "parquet" })).rejects.toThrow(/^out: must name a file for parquet/);
    await expect(generate({ out: "x.parquet.gz" })).rejects.toThrow(/^out: must not end in \.gz for Parquet/);
    await expect(generate({ out: "x.parquet", defects: { malformed: 0.1 } })).rejects.toThrow(
      /^defects\.malformed: must be 0 for parquet/,
    );
  });
});

describe("combined", () => {
  test("has the counts by status and by path that GoAccess finds", { tags: ["goaccess"] }, async () => {
    const [csv, combined] = await write(folder(), { rows: 30_000, seed: 11 }, "a.csv", "a.log");
    const report = `${combined}.json`;
    execFileSync(
      pathOf("goaccess"),
      [combined, "--log-format=COMBINED", "--no-global-config", "-o", report],
      {
        stdio: "ignore",
        env: { ...process.env, TERM: "dumb" },
      },
    );
    const found = JSON.parse(readFileSync(report, "utf8"));
    expect(found.general).toMatchObject({
      total_requests: 30_000,
      valid_requests: 30_000,
      failed_requests: 0,
    });

    const count = (field: number) => {
      const counts: Record<string, number> = {};
      for (const line of readFileSync(csv, "utf8").trimEnd().split("\n").slice(1)) {
        const value = line.split(",")[field];
        counts[value] = (counts[value] ?? 0) + 1;
      }
      return counts;
    };
    const byStatus: [string, number][] = found.status_codes.data.flatMap(
      ({ items }: { items: { data: string; hits: { count: number } }[] }) =>
        items.map(({ data, hits }): [string, number] => [data.slice(0, 3), hits.count]),
    );
    expect(Object.fromEntries(byStatus)).toEqual(count(3));

    // GoAccess tells requests, static files and failures to find anything (404) apart.
    const byPath: Record<string, number> = {};
    for (const panel of [found.requests, found.static_requests, found.not_found]) {
      for (const { data, hits } of panel?.data ?? []) byPath[data] = (byPath[data] ?? 0) + hits.count;
    }
    expect(byPath).toEqual(count(2));
  });
});

/** Every answer is the same wherever the machine stands: the clock on its wall plays no part. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { generate } from "#lib/write/generate";
import { runInDuckdb } from "./warehouse/duckdb.js";
import { canServe, type Server, startServer } from "./warehouse/server.js";

const folder = mkdtempSync(join(tmpdir(), "zones-test-"));
let server: Server | undefined;
let expected: Record<string, unknown>;

/** The answers of a process that takes the zone for its own, with and without a PostgreSQL. */
function answers(zone: string): Record<string, unknown> {
  const env = { ...process.env, TZ: zone, POSTGRES: server?.database() };
  const script = join(import.meta.dirname, "zones.js");
  const text = execFileSync(process.execPath, [script, folder], {
    encoding: "utf8",
    env,
    maxBuffer: 1 << 26,
  });
  return JSON.parse(text);
}

beforeAll(async () => {
  if (canServe) server = startServer();
  const csv = join(folder, "made.csv");
  await generate({ rows: 3_000, seed: 42, out: csv, incidents: ["checkout_outage"] });
  // moments with a zone, as other tools write them
  await runInDuckdb(
    ":memory:",
    `COPY (SELECT timestamp::TIMESTAMPTZ AS timestamp, ip_address, endpoint, status_code, response_time_ms
       FROM read_csv('${csv}')) TO '${join(folder, "requests.parquet")}'`,
    "UTC",
  );
  expected = answers("UTC");
});
afterAll(() => {
  server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

// half an hour off the full one, and behind UTC with summer time
test.each(["Asia/Kolkata", "America/New_York"])("in %s", (zone) => {
  const here = answers(zone);
  expect(Object.keys(here).length).toBeGreaterThan(20);
  const differing = Object.keys(here).filter((name) => !isDeepStrictEqual(here[name], expected[name]));
  expect(differing).toEqual([]);
  expect(here["parquet verified"]).toMatch(/^equal: 3,\d\d\d records written/);
});

test("on PostgreSQL too", { tags: ["postgres"] }, () => {
  expect(expected["overview of postgres"]).toBe(expected["overview of file"]);
});

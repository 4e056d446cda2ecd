import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generatedSeries } from "#lib/monitor/generated";
import { readSeries } from "#lib/monitor/readSeries";
import type { Series } from "#lib/monitor/series";
import { gaps } from "#lib/monitor/series";
import { tableSeries } from "#lib/monitor/tableSeries";
import { ask } from "#lib/warehouse/ask";
import { load } from "#lib/warehouse/load";
import { generate } from "#lib/write/generate";
import { canServe, type Server, startServer } from "../warehouse/server.js";

const folder = mkdtempSync(join(tmpdir(), "server-logs-series-"));
const file = (name: string) => join(folder, name);
const log = { rate: 0.3, incidents: ["checkout_outage"] };
const options = { step: 300, statuses: true };
const csv = file("log.csv");
let generated: Series;
let server: Server | undefined;
beforeAll(async () => {
  await generate({ ...log, out: csv });
  generated = (await generatedSeries(log, options)).series;
  if (canServe) server = startServer();
}, 60_000);
afterAll(() => {
  server?.stop();
  rmSync(folder, { recursive: true });
});

const from = (...lines: string[]) =>
  new TextEncoder().encode(
    `${["timestamp,ip_address,endpoint,status_code,response_time_ms", ...lines].join("\n")}\n`,
  );

/** Everything that a series says, as plain values; endpoints and statuses by name. */
function plain(series: Series) {
  const columns = (
    part: Series | (typeof series.endpoints extends ReadonlyMap<string, infer C> ? C : never),
  ) => ({
    counts: [part.requests, part.clientErrors, part.serverErrors, part.timed, part.slow].map((column) => [
      ...column,
    ]),
    statuses: [...part.statuses].map(([status, column]) => [status, ...column]),
    p99: Array.from(part.requests, (_, i) => part.latency.quantile(i, 0.99)),
  });
  const endpoints = [...series.endpoints].sort(([a], [b]) => (a < b ? -1 : 1));
  const { start, step, late } = series;
  return {
    start,
    step,
    late,
    all: columns(series),
    endpoints: endpoints.map(([name, part]) => [name, columns(part)]),
  };
}

describe("a series", () => {
  it("is the same straight from the generator, from the CSV and from other formats", async () => {
    expect(plain((await readSeries(csv, options)).series)).toEqual(plain(generated));
    for (const name of ["log.ndjson", "log.csv.gz", "log.parquet"]) {
      await generate({ ...log, out: file(name), key: false });
      expect([name, plain((await readSeries(file(name), options)).series)]).toEqual([name, plain(generated)]);
    }
  }, 60_000);

  it("is the same by SQL, from a DuckDB file and from PostgreSQL", async () => {
    const places = [file("requests.duckdb"), ...(server ? [server.database()] : [])];
    for (const place of places) {
      await load(csv, { to: place });
      expect(plain(await tableSeries(place, options))).toEqual(plain(generated));
    }
  }, 60_000);

  it("agrees with a question in SQL", async () => {
    const answer = await ask("error_rate_over_time", csv, { bucket_minutes: 5 });
    expect(answer.requests.map(Number)).toEqual([...generated.requests]);
  });

  it("counts a line by its own time, and apart when it comes later than the allowance", async () => {
    const lines = from(
      "2026-01-05T00:00:30.000Z,10.0.0.1,/a,200,1.5",
      "2026-01-05T00:05:00.000Z,10.0.0.1,/a,503,900",
      "2026-01-05T00:01:00.000Z,10.0.0.1,/b,404,", // four minutes late
      "2026-01-04T23:59:59.000Z,10.0.0.1,/a,500,400", // five minutes and a second
    );
    const { series, records } = await readSeries(lines, { allowance: 300 });
    expect(records).toBe(4);
    expect([...series.requests]).toEqual([1, 1, 0, 0, 0, 1]);
    expect(series.late).toEqual({ requests: 1, clientErrors: 0, serverErrors: 1, timed: 1, slow: 1 });
    expect([...series.timed]).toEqual([1, 0, 0, 0, 0, 1]); // the 404 has no response time
    const { start } = series;
    expect(gaps(series)).toEqual([{ start: start + 120_000, end: start + 300_000 }]);
  });

  it("has endpoints as read makes them, folds identifiers, and counts the rest together past 199", async () => {
    const at = "2026-01-05T00:00:30.000Z,2001:db8::1";
    const many = Array.from({ length: 500 }, (_, i) => `${at},/page-${i},200,1`);
    const odd = [
      `${at},"/a,b",200,1`,
      `${at},/users/123?x=1,200,1`,
      `${at},/users/7,200,1`,
      `${at},/caf\u00e9,200,1`,
    ];
    const { series } = await readSeries(from(...odd, ...many));
    const names = [...series.endpoints.keys()];
    expect(names.slice(0, 4)).toEqual(["/a,b", "/users/{id}", "/caf\u00e9", "/page-0"]);
    expect(names).toHaveLength(200);
    expect(series.endpoints.get("(other)")!.requests[0]).toBe(504 - 1 - 199);
    expect(series.endpoints.get("/users/{id}")!.requests[0]).toBe(2);
  });

  it("loses no line: each is a record, in quarantine, blank or a header", async () => {
    const lines = from(
      "",
      "junk",
      "2026-02-30T00:00:00.000Z,10.0.0.1,/a,200,1",
      "2026-01-05T00:00:00.000Z,10.0.0.1,/a,200,1",
    );
    const { series, firstReason, damage, ...counts } = await readSeries(lines, { format: "csv" });
    expect(counts).toEqual({ lines: 5, records: 1, quarantined: 2, blank: 1, headers: 1 });
    expect(firstReason).toMatch(/^line 3: /);
    expect(series.length).toBe(1);
  });

  it("refuses a step, an allowance and a time that make no series, in a sentence", async () => {
    await expect(readSeries(csv, { step: 0.5 })).rejects.toThrow(
      "step: must be a whole number of seconds from 1 to 3600, not 0.5",
    );
    await expect(readSeries(csv, { allowance: -1 })).rejects.toThrow(
      "allowance: must be a number of seconds from 0 to 3600, not -1",
    );
    const ages = from(
      "1971-01-05T00:00:00.000Z,10.0.0.1,/a,200,1",
      "2026-01-05T00:00:00.000Z,10.0.0.1,/a,200,1",
    );
    await expect(readSeries(ages, { step: 1 })).rejects.toThrow(/^step: there would be \d+ steps of 1 s/);
  });
});

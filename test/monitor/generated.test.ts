import { describe, expect, it } from "vitest";
import { generatedSeries } from "#lib/monitor/generated";
import type { SeriesColumns } from "#lib/monitor/series";
import { generate } from "#lib/write/generate";

/** A log with everything that makes counting hard: incidents, and lines late, doubled, misdated and spoilt. */
const log = {
  rate: 0.5,
  incidents: ["checkout_outage"],
  defects: { malformed: 0.01, duplicated: 0.01, late: 0.02, outOfOrder: 0.02, skewedClock: 0.01 },
};
const sum = (column: Float64Array) => column.reduce((total, count) => total + count, 0);

describe("the series of a generated log", () => {
  it("agrees with the answer key of the written log, minute by minute and route by route", async () => {
    const { key } = await generate(log);
    const { series, records } = await generatedSeries(log, { step: 60 });
    expect(records).toBe(key.lines.written);
    const { bucket, endpoint, status_class, requests, endpoints, first_bucket, bucket_seconds } = key.counts;
    expect(bucket_seconds).toBe(60);
    const offset = (Date.parse(first_bucket) - series.start) / 60_000;
    const expected = new Map<string, number>();
    const actual = new Map<string, number>();
    const put = (to: Map<string, number>, key: string, count: number) => {
      if (count > 0) to.set(key, (to.get(key) ?? 0) + count);
    };
    bucket.forEach((minute, i) => {
      const place = `${minute + offset} ${endpoints[endpoint[i]]}`;
      put(expected, `${place} all`, requests[i]);
      if (status_class[i] === 4) put(expected, `${place} 4xx`, requests[i]);
      if (status_class[i] === 5) put(expected, `${place} 5xx`, requests[i]);
    });
    for (const [route, columns] of series.endpoints) {
      for (let i = 0; i < series.length; i++) {
        put(actual, `${i} ${route} all`, columns.requests[i]);
        put(actual, `${i} ${route} 4xx`, columns.clientErrors[i]);
        put(actual, `${i} ${route} 5xx`, columns.serverErrors[i]);
      }
    }
    expect(series.late.requests).toBe(0);
    expect([...actual].sort()).toEqual([...expected].sort());
    // the histogram of response times is the key's own
    const histogram = new Float64Array(4096);
    series.latency.addTo(histogram, 0, series.length);
    const bins = key.response_time_ms.bins.map((bin, i) => [bin, key.response_time_ms.counts[i]]);
    expect([...histogram.entries()].filter(([, count]) => count > 0)).toEqual(bins);
  });

  it("adds up: endpoints, statuses and slow requests to the whole", async () => {
    const { series } = await generatedSeries(log, { step: 300, statuses: true, latencyObjective: 100 });
    for (const name of ["requests", "clientErrors", "serverErrors", "timed", "slow"] as const) {
      const parts = [...series.endpoints.values()].map((columns: SeriesColumns) => sum(columns[name]));
      expect([name, parts.reduce((a, b) => a + b)]).toEqual([name, sum(series[name])]);
    }
    const statuses = [...series.statuses.values()].map(sum);
    expect(statuses.reduce((a, b) => a + b)).toBe(sum(series.requests));
  });

  it("counts a line apart that comes later than the allowance, and loses none", async () => {
    const all = await generatedSeries(log, { step: 60 });
    const strict = await generatedSeries(log, { step: 60, allowance: 1 });
    expect(strict.series.late.requests).toBeGreaterThan(0);
    for (const name of ["requests", "clientErrors", "serverErrors", "timed", "slow"] as const)
      expect(sum(strict.series[name]) + strict.series.late[name]).toBe(sum(all.series[name]));
  });

  it("has every step of the window, and a gap where nothing was logged", async () => {
    const { series } = await generatedSeries({ rows: 10 }, { step: 60 });
    expect(series.length).toBe(1440);
    expect(series.start).toBe(Date.UTC(2026, 0, 5));
    expect(sum(series.requests)).toBe(10);
    const empty = series.requests.indexOf(0);
    expect(series.point(empty).quantile(0.5)).toBeNaN();
  });
});

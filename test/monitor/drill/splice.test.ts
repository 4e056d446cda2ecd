import { describe, expect, it } from "vitest";
import { spliced } from "#lib/monitor/drill/splice";
import { generatedSeries } from "#lib/monitor/generated";
import { countNames, type Series } from "#lib/monitor/series";
import { incidentKinds } from "#lib/scenario/incidents/kinds";

/** All that a series holds, as plain data. */
function content(series: Series) {
  const columns = (one: Pick<Series, (typeof countNames)[number] | "statuses">) => ({
    ...Object.fromEntries(countNames.map((name) => [name, [...one[name]]])),
    statuses: [...one.statuses]
      .map(([status, counts]) => [status, [...counts]])
      .filter(([, counts]) => (counts as number[]).some((count) => count > 0)),
  });
  const all = columns(series);
  const quantiles = Array.from({ length: series.length }, (_, i) =>
    [0.5, 0.9, 1].map((p) => series.point(i).quantile(p)),
  );
  const endpoints = [...series.endpoints]
    .map(([name, one]) => [name, columns(one)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return { start: series.start, length: series.length, all, quantiles, endpoints };
}

describe("a log's series with the stretch that an incident touched put into its twin's", () => {
  const log = { rate: 5, seed: 5, start: "2026-01-05T00:00:00Z", end: "2026-01-05T01:00:00Z" };
  const asked = { statuses: true };

  it.each(incidentKinds)("is the whole log's, of %s", async (kind) => {
    const incidents = [{ id: "one", kind, start: "2026-01-05T00:20:00Z", seconds: 1200 }];
    const whole = await generatedSeries({ ...log, incidents }, asked);
    const twin = await generatedSeries({ ...log, incidents, withoutIncidents: true }, asked);
    const part = await generatedSeries(
      { ...log, incidents, from: "2026-01-05T00:20:00Z", to: "2026-01-05T00:41:00Z" },
      asked,
    );
    expect(content(spliced(twin.series, part.series))).toEqual(content(whole.series));
    expect(content(whole.series)).not.toEqual(content(twin.series));
    const until = await generatedSeries({ ...log, incidents, to: "2026-01-05T00:50:00Z" }, asked);
    expect(content(spliced(twin.series, part.series, 50))).toEqual(content(until.series));
  });
});

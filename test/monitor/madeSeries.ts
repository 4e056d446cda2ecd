import { GrowingColumns, type Series, seriesOf } from "#lib/monitor/series";

/** A series of minutes from two functions of the minute: its requests, and how many of them are server errors. */
export function madeSeries(
  length: number,
  requests: (i: number) => number,
  bad: (i: number) => number,
): Series {
  const columns = new GrowingColumns();
  for (let i = 0; i < length; i++) {
    columns.add("requests", requests(i));
    columns.add("timed", requests(i));
    columns.add("serverErrors", bad(i));
    columns.addStatus(200, requests(i) - bad(i));
    columns.addStatus(500, bad(i));
    columns.endStep();
  }
  const late = { requests: 0, clientErrors: 0, serverErrors: 0, timed: 0, slow: 0 };
  return seriesOf(columns.columns(), {
    start: Date.UTC(2026, 0, 5),
    step: 60_000,
    latencyObjective: 300,
    late,
  });
}

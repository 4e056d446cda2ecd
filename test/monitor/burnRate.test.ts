import { describe, expect, it } from "vitest";
import { alertsOf } from "#lib/monitor/alert";
import { BurnRate } from "#lib/monitor/burnRate";
import { rowsOf, type Slo } from "#lib/monitor/slo";
import { madeSeries } from "./madeSeries.js";

const minute = 60_000;
const availability: Slo = { name: "availability", kind: "availability", objective: 0.999 };

describe("burn-rate alerts", () => {
  it("have the four rows of the SRE Workbook, whose burn rates spend 2, 5, 10 and 10 % of 30 days' budget", () => {
    const rows = rowsOf({ ...availability, days: 30, milliseconds: 300, minimumBad: 10 }, 60);
    const spent = rows.map(({ factor, long }) => Math.round((factor * long * 100) / (30 * 86_400)));
    expect(spent).toEqual([2, 5, 10, 10]);
    for (const { long, short } of rows) expect(long / short).toBe(12);
    expect(rows.map(({ factor }) => factor)).toEqual([14.4, 6, 3, 1]);
  });

  it("are refused steps that are longer than the shortest window of the objective, which its days scale", () => {
    const of = (days: number, step: number) => () => new BurnRate({ ...availability, days }, step * 1000);
    for (const [days, shortest] of [
      [30, 300],
      [90, 900],
      [3, 30],
    ]) {
      expect(of(days, shortest)).not.toThrow();
      expect(of(days, shortest + 1)).toThrow(`step: must be at most ${shortest} s, the shortest window of`);
    }
  });

  it("say how much of the window has been seen, as long as the log is younger", () => {
    const why = (from: number) => {
      const series = madeSeries(
        60 + from,
        () => 100,
        (i) => (i >= from ? 50 : 0),
      );
      return alertsOf(new BurnRate(availability, minute), series).find((a) => a.severity === "page")!.why;
    };
    expect(why(0)).toMatch(/^50 of 100 requests in the last 1 h, of which 60 s have been seen, were bad: /);
    expect(why(9)).toMatch(
      /^50 of 1000 requests in the last 1 h, of which 10 min have been seen, were bad: /,
    );
    expect(why(400)).toMatch(/ requests in the last 1 h were bad: /);
  });

  it("page when a total outage has failed 1.44 % of an hour, and end when 5 minutes are clean again", () => {
    // 100 requests a minute for two hours, then all fail for 10 minutes: 14.4 × 0.1 % of the 6,000 in an hour are 86.4,
    // which the first minute of 100 exceeds; the short window is clean once 5 minutes are
    const bad = (i: number) => (i >= 120 && i < 130 ? 100 : 0);
    const series = madeSeries(400, () => 100, bad);
    const pages = alertsOf(new BurnRate(availability, minute), series).filter((a) => a.severity === "page");
    expect(pages[0].start - series.start).toBe(121 * minute);
    // the first row ends 5 clean minutes after the last bad one; the second, of 6 h and 30 min, goes on for 30
    expect(pages[0].end! - series.start).toBe(160 * minute);
    expect(pages).toHaveLength(1);
  });

  it("stay silent at low traffic until the minimum of bad requests is there", () => {
    // one request a minute: a single failure is 1 of 60, above 1.44 %
    const once = madeSeries(
      300,
      () => 1,
      (i) => (i === 200 ? 1 : 0),
    );
    expect(alertsOf(new BurnRate({ ...availability, minimumBad: 0 }, minute), once)).not.toEqual([]);
    expect(alertsOf(new BurnRate(availability, minute), once)).toEqual([]);
    const outage = madeSeries(
      300,
      () => 1,
      (i) => (i >= 200 && i < 230 ? 1 : 0),
    );
    const [page] = alertsOf(new BurnRate(availability, minute), outage);
    expect(page.start - outage.start).toBe(210 * minute); // its tenth failure
  });

  it("reckon the budget that is left: a burn rate of 1 spends it in the objective's days", () => {
    const monitor = new BurnRate({ ...availability, objective: 0.99 }, minute);
    const series = madeSeries(
      1000,
      () => 100,
      (i) => (i < 500 ? 1 : 0),
    );
    for (let i = 0; i < 500; i++) monitor.next(series.point(i));
    expect(monitor.budgetLeft).toBeCloseTo(0, 12);
    expect(monitor.burnRate(3600)).toBeCloseTo(1, 12);
    for (let i = 500; i < 1000; i++) monitor.next(series.point(i));
    expect(monitor.budgetLeft).toBeCloseTo(0.5, 12);
    expect(monitor.burnRate(3600)).toBe(0);
  });

  it("forget what is older than a window, however long the series", () => {
    const monitor = new BurnRate(availability, minute);
    const days = 33;
    const series = madeSeries(
      days * 1440,
      () => 100,
      (i) => (i < 1440 ? 100 : 0),
    );
    for (let i = 0; i < series.length; i++) monitor.next(series.point(i));
    for (const { long, short } of rowsOf(monitor.slo, 60)) {
      expect(monitor.burnRate(long)).toBe(0);
      expect(monitor.burnRate(short)).toBe(0);
    }
    expect(monitor.budgetLeft).toBe(1); // the bad day is 32 days ago
  });

  it.each([
    [
      { ...availability, objective: 1 },
      "slo.objective: must be a share above 0 and below 1, such as 0.999, not 1",
    ],
    [{ ...availability, kind: "speed" }, 'slo.kind: must be "availability" or "latency", not "speed"'],
    [{ ...availability, minimum: 3 }, 'slo: there is no option "minimum"'],
    [{ ...availability, minimumBad: -1 }, "slo.minimumBad: must be a whole number, 0 or more, not -1"],
  ])("refuse %j in a sentence", (slo, sentence) => {
    expect(() => new BurnRate(slo as Slo, minute)).toThrow(sentence);
  });
});

import { describe, expect, it } from "vitest";
import { hurst, lag1, relativeVariance } from "../measures/arrivals.js";
import { MeasuredLog } from "../measures/log.js";
import { measureDay, measureDoubling, measureWeek } from "../measures/measures.js";
import { doubledIntensity, week, withLog } from "./made.js";
import { type Target, targets } from "./targets.js";

/**
 * The realism lines on fewer records than `npm run realism` takes: 10 requests/s, seed 42. Bursts are
 * measured where a Poisson process would not drown them, at 100 requests/s.
 */
const DAY = 864_000;
const bursts = ["relative variance at 1 s", "Hurst exponent", "lag-1 autocorrelation"];

function expectInside(measured: Record<string, number>, aims: Record<string, Target>): void {
  const outside = Object.entries(aims)
    .map(([line, { low, high, words }]) => ({ line, words, measured: measured[line] ?? 0, low, high }))
    .filter(({ measured, low, high }) => !(measured >= low && measured <= high));
  expect(outside).toEqual([]);
}

describe.each(Object.entries(targets))("%s", (preset, { day, week: weekly, doubled }) => {
  it("has the clients, sessions, statuses, popularity and latency of a real site", async () => {
    const aims = Object.fromEntries(Object.entries(day).filter(([line]) => !bursts.includes(line)));
    expectInside(await withLog({ scenario: preset, rows: DAY }, measureDay), aims);
  });

  it("slows down as a queue does when its intensity doubles", async () => {
    const measured = await withLog(doubledIntensity(preset, 400_000), measureDoubling);
    expectInside(measured, { "median latency, intensity doubled": doubled });
  });

  if (Object.keys(weekly).length === 0) return; // no target was measured
  it("has the rhythm of day and week", async () => {
    expectInside(await withLog(week(preset, 700_000), measureWeek), weekly);
  });
});

describe("bursts", () => {
  it("of the shop at 100 requests/s are as wide and as long as a real shop's", async () => {
    const counts = await withLog(
      { scenario: "shop", rows: 8_640_000 },
      (log) => log.counts(1),
      MeasuredLog.openMoments,
    );
    const measured = {
      "relative variance at 1 s": relativeVariance(counts),
      "Hurst exponent": hurst(counts),
      "lag-1 autocorrelation": lag1(counts),
    };
    const aims: Record<string, Target> = targets.shop.day;
    expectInside(measured, Object.fromEntries(bursts.map((line) => [line, aims[line]])));
  });
});

describe("the measures", () => {
  // A Poisson process has no bursts, a Hurst exponent of 1/2 and no memory, whatever its rate over the day.
  const steady = new Float64Array(86_400);
  let state = 1;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 4294967296;
  };
  for (let second = 0; second < steady.length; second++) {
    const rate = 60 + 30 * Math.sin((2 * Math.PI * second) / 86_400);
    let time = -Math.log(uniform()) / rate;
    for (; time < 1; steady[second]++) time -= Math.log(uniform()) / rate;
  }

  it("find none of it in a Poisson process", () => {
    expect(Math.abs(relativeVariance(steady))).toBeLessThan(0.002);
    expect(hurst(steady)).toBeGreaterThan(0.45);
    expect(hurst(steady)).toBeLessThan(0.55);
    expect(Math.abs(lag1(steady))).toBeLessThan(0.02);
  });

  it("find the variance and the memory that were put in", () => {
    // Each second's intensity is the mean of two neighbouring coin throws, 0.5 or 1.5: variance 1/8, lag 1: 1/2.
    const throws = Array.from({ length: 86_401 }, () => (uniform() < 0.5 ? 0.5 : 1.5));
    const counts = steady.map((_, i) => Math.round(400 * ((throws[i] + throws[i + 1]) / 2)));
    expect(relativeVariance(counts) + 1 / 400).toBeCloseTo(1 / 8, 2); // no Poisson variance is in these counts
    expect(lag1(counts)).toBeCloseTo(1 / 2, 1);
  });
});

describe.each(["demo", ...Object.keys(targets)])("a thousand records of %s", (preset) => {
  it("are visits: several requests from one address, close together, and no clump", async () => {
    const measured = await withLog({ scenario: preset, rows: 1000 }, async (log) => ({
      ...(await measureDay(log)),
      ...(await log.row(
        "SELECT max(n) AS busiest FROM (SELECT count(*) AS n FROM request GROUP BY t // 1000)",
      )),
      ...(await log.row(
        `SELECT count(*) FILTER (WHERE n >= 3) AS visits FROM (SELECT count(*) AS n
           FROM (SELECT client, sum(CASE WHEN gap > 1800000 THEN 1 ELSE 0 END) OVER (PARTITION BY client ORDER BY t) AS visit
             FROM (SELECT client, t, coalesce(t - lag(t) OVER (PARTITION BY client ORDER BY t), 0) AS gap FROM request))
           GROUP BY client, visit)`,
      )),
    }));
    expect(measured.visits).toBeGreaterThan(20); // a thousand strangers would make none
    expect(measured["requests per session, mean"]).toBeGreaterThan(2);
    expect(measured["gap p50, s"]).toBeLessThan(300);
    expect(measured.busiest).toBeLessThanOrEqual(6);
    expect(measured["clients, number"]).toBeGreaterThan(20);
  });
});

import { describe, expect, it } from "vitest";
import { type Alert, alertsOf } from "#lib/monitor/alert";
import { builtInDetector, detectorNames, readingDetector } from "#lib/monitor/detect/detectors";
import { nabScore } from "#lib/monitor/score/nab";
import type { Point, Series } from "#lib/monitor/series";
import { nabCorpus } from "../score/nab.js";

const MINUTE = 60_000;
const WEEK = 7 * 1440;

/** A seeded generator of numbers from 0 to 1 (mulberry32), and binomial counts by inversion of Poisson's sums. */
function random(seed: number) {
  const uniform = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const binomial = (n: number, p: number) => {
    let successes = 0;
    // gaps between successes are geometric (Devroye 1986, X.4.3)
    for (let at = -1; ; successes++) {
      at += 1 + Math.floor(Math.log(1 - uniform()) / Math.log(1 - p));
      if (at >= n) return successes;
    }
  };
  return { uniform, binomial };
}

/** A log's series at minutes, from what each minute holds. */
function minutes(length: number, of: (i: number) => Partial<Point>): Series {
  const point = (i: number): Point => ({
    time: i * MINUTE,
    step: MINUTE,
    requests: 1000,
    clientErrors: 0,
    serverErrors: 0,
    timed: 1000,
    slow: 0,
    quantile: () => 100,
    ...of(i),
  });
  return { length, point } as Series;
}

const began = (alerts: readonly Alert[]) => alerts.map(({ start }) => start / MINUTE);

describe.each(detectorNames)("%s", (name) => {
  const { uniform, binomial } = random(7);
  // two days with every kind of trouble: failures, gaps, slowness, a surge, a silence
  const points = Array.from({ length: 2880 }, (_, i): Partial<Point> => {
    const bad = i >= 1500 && i < 1560;
    const jitter = uniform() / 10;
    const requests = i % 700 < 3 ? 0 : Math.round((bad ? 3000 : 1000) * (0.9 + 0.2 * uniform()));
    return {
      requests,
      timed: requests,
      serverErrors: binomial(requests, bad ? 0.3 : 0.01),
      clientErrors: binomial(requests, 0.03),
      slow: binomial(requests, bad ? 0.5 : 0.02),
      quantile: (scale) => (requests === 0 ? Number.NaN : (bad ? 900 : 100) * (1 + scale) + jitter),
    };
  });
  const all = alertsOf(
    builtInDetector(name),
    minutes(points.length, (i) => points[i]),
  );

  it("notices an incident within ten minutes, says when it ended, and why in words", () => {
    const first = all.find(({ start }) => start > 1500 * MINUTE)!;
    expect(first.start / MINUTE).toBeLessThanOrEqual(1510);
    expect(first.end! / MINUTE).toBeGreaterThan(first.start / MINUTE);
    expect(first.name).toMatch(new RegExp(`^${name}:(errors|refusals|traffic|latency)$`));
    expect(first.value).toBeGreaterThanOrEqual(1);
    expect(first.why).toMatch(/^[a-z].*: .*(usual|median|before)/);
    expect(first.why).not.toMatch(/NaN|Infinity|undefined/);
  });

  it("is causal: what comes later changes no alarm's beginning", () => {
    const some = alertsOf(
      builtInDetector(name),
      minutes(1530, (i) => points[i]),
    );
    expect(began(some)).toEqual(began(all).filter((start) => start <= 1530));
  });

  it("says nothing of a log without a single failure, nor of one without a single request", () => {
    expect(
      alertsOf(
        builtInDetector(name),
        minutes(WEEK, () => ({})),
      ),
    ).toEqual([]);
    const nothing = { requests: 0, timed: 0, quantile: () => Number.NaN };
    expect(
      alertsOf(
        builtInDetector(name),
        minutes(WEEK, () => nothing),
      ),
    ).toEqual([]);
  });
});

describe.each(["ewma", "cusum"])("%s", (name) => {
  it.each([
    [3000, 0.01],
    [300, 0.01],
    [100_000, 0.0001],
  ])(
    "gives less than a false alarm in four weeks of binomial noise: %i requests a minute, %f fail",
    (n, p) => {
      const { binomial } = random(n);
      const alerts = alertsOf(
        builtInDetector(name),
        minutes(8 * WEEK, () => ({ requests: n, serverErrors: binomial(n, p), timed: 0 })),
      );
      // Five or fewer of a Poisson number with mean 5 come with a chance of 62 %; ten or fewer with 99 %.
      expect(alerts.length).toBeLessThanOrEqual(10);
    },
  );

  it("notices that a share has doubled within half an hour", () => {
    const { binomial } = random(1);
    const alerts = alertsOf(
      builtInDetector(name),
      minutes(1500, (i) => ({ serverErrors: binomial(1000, i < 1440 ? 0.01 : 0.02), timed: 0 })),
    );
    expect(began(alerts)[0]).toBeGreaterThan(1440);
    expect(began(alerts)[0]).toBeLessThan(1470);
  });
});

describe("seasonal", () => {
  it("knows the hour of the week: what is usual on Monday at nine is an alarm on Sunday at nine", () => {
    const { uniform } = random(3);
    const { point } = minutes(1, () => ({}));
    const detector = builtInDetector("seasonal");
    const alerts: Alert[] = [];
    const four = 4 * WEEK;
    for (let i = 0; i < four + 1440; i++) {
      const hour = Math.floor(i / 60) % 168;
      // the busy hour of the week is its 9th, and on the day after four weeks the 33rd too
      const busy = hour === 9 || (i >= four && hour === 20);
      const requests = (busy ? 2000 : 1000) * (0.95 + 0.1 * uniform());
      alerts.push(...detector.next({ ...point(0), time: i * MINUTE, requests }));
    }
    const late = alerts.filter(({ start, end }) => start > four * MINUTE && end === undefined);
    expect(late.map(({ start }) => Math.floor((start - four * MINUTE) / 3_600_000))).toEqual([20]);
    expect(late[0].why).toContain("at this hour of the week");
  });
});

describe("of a plain series", () => {
  it("a reading's score is 0.5 or more just where an alarm begins", () => {
    const next = readingDetector("shift");
    const { uniform } = random(5);
    const readings = Array.from({ length: 1000 }, (_, i) => next(i * MINUTE, uniform() + (i > 800 ? 3 : 0)));
    const begins = readings.map(({ alert }) => alert !== undefined && alert.end === undefined);
    expect(readings.map(({ score }) => score >= 0.5)).toEqual(begins);
    expect(begins.indexOf(true, 801)).toBeLessThan(815);
    expect(begins.indexOf(true, 801)).toBeGreaterThan(0);
  });

  it.each([
    ["cusum", /^detector: cusum judges shares of requests, .*take seasonal or jump or shift or novelty$/],
    ["noveltey", /^detector: there is no "noveltey"; there are .*did you mean "novelty"\?$/],
    ["constructor", /^detector: there is no "constructor"/],
  ])("%s is refused", (name, message) => {
    expect(() => readingDetector(name)).toThrow(message);
  });

  it("novelty scores at least 62 on NAB by its standard profile", { tags: ["realLogs"] }, () => {
    const scored = nabCorpus().map((series) => {
      const next = readingDetector("novelty");
      return { ...series, scores: series.values.map((value, i) => next(series.times[i], value).score) };
    });
    expect(nabScore(scored, 0.5)).toBeGreaterThanOrEqual(62);
  });
});

import { describe, expect, it } from "vitest";
import { Cascade, Intensity } from "#lib/generate/site/traffic";

const MONDAY = Date.UTC(2026, 0, 5) / 1000;
const WEEK = 7 * 86_400;
const flat = { hours: new Array(24).fill(1), weekdays: new Array(7).fill(1), trend: 0 };
const season = {
  hours: Array.from({ length: 24 }, (_, h) => 1 + (h >= 9 && h < 18 ? 1.5 : 0)),
  weekdays: [1, 1, 1, 1.2, 1.4, 0.7, 0.6],
  trend: 0,
};

describe("Intensity", () => {
  it("has a mean of 1 over any week", () => {
    const intensity = new Intensity(season, MONDAY);
    for (const start of [MONDAY, MONDAY + 12_345, 0, -5 * WEEK + 17]) {
      expect(intensity.sum(start, start + WEEK) / WEEK).toBeCloseTo(1, 6);
    }
  });

  it("sums to what its single seconds add up to, with a trend too", () => {
    for (const trend of [0, 0.3, -0.1]) {
      const intensity = new Intensity({ ...season, trend }, MONDAY);
      for (const [from, to] of [
        [MONDAY, MONDAY + 1],
        [MONDAY + 59, MONDAY + 61],
        [MONDAY + 3 * 86_400 + 7, MONDAY + 4 * 86_400 - 13],
        [MONDAY + WEEK - 100, MONDAY + WEEK + 4000],
      ]) {
        let sum = 0;
        for (let second = from; second < to; second++) sum += intensity.at(second);
        expect(intensity.sum(from, to) / sum).toBeCloseTo(1, 6);
      }
    }
  });

  it("follows the hours and weekdays that it was given", () => {
    const intensity = new Intensity(season, MONDAY);
    const noon = MONDAY + 12.5 * 3600;
    expect(intensity.at(noon) / intensity.at(MONDAY + 3.5 * 3600)).toBeCloseTo(2.5, 2);
    expect(intensity.at(noon + 5 * 86_400) / intensity.at(noon)).toBeCloseTo(0.7, 2);
  });

  it("grows by its trend in a week", () => {
    const intensity = new Intensity({ ...flat, trend: 0.25 }, MONDAY);
    expect(intensity.at(MONDAY + WEEK) / intensity.at(MONDAY)).toBeCloseTo(1.25, 9);
  });
});

function countsOf(
  rows: number,
  seconds: number,
  shape: { burstiness: number; hurst: number },
  seed = 42,
  curve = flat,
) {
  const window = { start: MONDAY, seconds, rows };
  const cascade = new Cascade(new Intensity(curve, MONDAY), window, shape, seed);
  const counts = new Float64Array(seconds);
  cascade.visit(0, seconds, 1, (second, _, count) => {
    counts[second] = count;
  });
  return { cascade, counts };
}
const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
const variance = (values: ArrayLike<number>) => {
  const n = values.length;
  const mean = Array.from(values).reduce((a, b) => a + b, 0) / n;
  return Array.from(values).reduce((a, b) => a + (b - mean) ** 2, 0) / n;
};

describe("Cascade", () => {
  it.each([
    [0, 86_400],
    [1, 86_400],
    [1000, 86_400],
    [3_000_000, 86_399],
    [12_345, 1],
    [999, 7],
  ])("puts exactly %i records into %i seconds", (rows, seconds) => {
    expect(sum(countsOf(rows, seconds, { burstiness: 0.07, hurst: 0.79 }).counts)).toBe(rows);
  });

  it("gives any slice as the whole does", () => {
    const { cascade, counts } = countsOf(500_000, 50_001, { burstiness: 0.07, hurst: 0.79 });
    for (const [from, to] of [
      [0, 1],
      [25_000, 25_001],
      [12_345, 17_000],
      [50_000, 50_001],
    ]) {
      const slice = new Float64Array(to - from);
      cascade.visit(from, to, 1, (second, _, count) => {
        slice[second - from] = count;
      });
      expect(slice).toEqual(counts.slice(from, to));
    }
  });

  it("is a Poisson process given its total where burstiness is 0: index of dispersion 1", () => {
    const { counts } = countsOf(864_000, 86_400, { burstiness: 0, hurst: 0.79 });
    // the index of n Poisson counts has standard deviation √(2/n)
    expect(Math.abs(variance(counts) / 10 - 1)).toBeLessThan(4 * Math.sqrt(2 / 86_400));
  });

  it("has an index of dispersion of 1 + rate × burstiness, whatever the rate", () => {
    for (const rate of [10, 100, 400]) {
      const { counts } = countsOf(rate * 65_536, 65_536, { burstiness: 0.07, hurst: 0.79 });
      const index = variance(counts) / rate;
      expect(index / (1 + rate * 0.07)).toBeGreaterThan(0.85);
      expect(index / (1 + rate * 0.07)).toBeLessThan(1.15);
    }
  });

  it.each([0.6, 0.7, 0.79, 0.9])(
    "has the Hurst exponent %f: the aggregated variance falls as τ^(2H−2)",
    (hurst) => {
      // Slope of log variance over log τ from 2 to 256 s, the Poisson part taken off; mean of three seeds.
      const slopes = [1, 2, 3].map((seed) => {
        const { counts } = countsOf(200 * 65_536, 65_536, { burstiness: 0.07, hurst }, seed);
        const points = [2, 4, 8, 16, 32, 64, 128, 256].map((tau) => {
          const means = Array.from(
            { length: 65_536 / tau },
            (_, i) => sum(counts.subarray(i * tau, (i + 1) * tau)) / tau,
          );
          return [Math.log(tau), Math.log(variance(means) - 200 / tau)];
        });
        const mx = points.reduce((a, [x]) => a + x, 0) / points.length;
        const my = points.reduce((a, [, y]) => a + y, 0) / points.length;
        return (
          points.reduce((a, [x, y]) => a + (x - mx) * (y - my), 0) /
          points.reduce((a, [x]) => a + (x - mx) ** 2, 0)
        );
      });
      const measured = 1 + (slopes[0] + slopes[1] + slopes[2]) / 6;
      expect(Math.abs(measured - hurst)).toBeLessThan(0.06);
    },
  );

  it("keeps the season: hourly counts are in proportion to the intensity", () => {
    const { counts } = countsOf(8_640_000, 86_400, { burstiness: 0.01, hurst: 0.6 }, 42, season);
    const intensity = new Intensity(season, MONDAY);
    const day = intensity.sum(MONDAY, MONDAY + 86_400);
    for (let hour = 0; hour < 24; hour++) {
      const expected = intensity.sum(MONDAY + hour * 3600, MONDAY + (hour + 1) * 3600) / day;
      expect(sum(counts.subarray(hour * 3600, (hour + 1) * 3600)) / 8_640_000 / expected).toBeCloseTo(1, 1);
    }
  });

  it("has the same busy moments for a thousand records as for a hundred million", () => {
    const shape = { burstiness: 0.07, hurst: 0.79 };
    const intensities = [1000, 100_000_000].map((rows) => {
      const seen = new Map<number, number>();
      const window = { start: MONDAY, seconds: 86_400, rows };
      new Cascade(new Intensity(season, MONDAY), window, shape, 42).visit(
        36_000,
        50_000,
        1,
        (second, _, count, intensity) => {
          if (count > 0) seen.set(second, intensity);
        },
      );
      return seen;
    });
    const [few, many] = intensities;
    expect(few.size).toBeGreaterThan(100);
    expect(many.size).toBe(14_000); // a second without a record would not be in it
    for (const [second, intensity] of few) expect(many.get(second)).toBe(intensity);
  });
});

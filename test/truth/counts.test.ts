import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { binMiddle, binOf, histogramQuantile } from "#lib/truth/counts";

const hundredths = fc.integer({ min: 0, max: 0xffffffff });

describe("the histogram of response times", () => {
  test("has a bin for each time, in the order of times, whose middle is within 1/256 of it", () => {
    fc.assert(
      fc.property(fc.oneof(hundredths, fc.integer({ min: 0, max: 5000 })), (time) => {
        expect(Math.abs(100 * binMiddle(binOf(time)) - time)).toBeLessThanOrEqual(time / 256);
        if (time > 0) expect(binOf(time) - binOf(time - 1)).toBeOneOf([0, 1]);
      }),
      { numRuns: 5000 },
    );
  });

  test("gives the quantile of the times themselves, exactly below 2.56 ms and to within 1/256 above", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 200_000 }), { minLength: 1, maxLength: 50 }),
        fc.constantFrom(0, 0.25, 0.5, 0.95, 1),
        (times, p) => {
          const bins = new Float64Array(binOf(200_000) + 1);
          for (const time of times) bins[binOf(time)]++;
          const sorted = [...times].sort((a, b) => a - b);
          const expected = sorted[Math.max(1, Math.ceil(p * times.length)) - 1] / 100;
          const tolerance = expected < 2.56 ? 1e-9 : expected / 256 + 0.005; // it is rounded to hundredths
          expect(Math.abs(histogramQuantile(bins, p)! - expected)).toBeLessThanOrEqual(tolerance);
        },
      ),
      { numRuns: 500 },
    );
  });

  test("has no quantile without a time", () => {
    expect(histogramQuantile(new Float64Array(10), 0.5)).toBeUndefined();
  });
});

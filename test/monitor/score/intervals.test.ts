import { expect, it } from "vitest";
import { median, ratePer, share } from "#lib/monitor/score/intervals";

// Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3 (score).
it.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])("share: of %i in %i lies between %f and %f", (found, of, low, high) => {
  const estimate = share(found, of);
  expect(estimate.value).toBe(found / of);
  expect(estimate.low).toBeCloseTo(low, 4);
  expect(estimate.high).toBeCloseTo(high, 4);
});

it("share: of nothing may be anything", () => {
  expect(share(0, 0)).toEqual({ value: Number.NaN, low: 0, high: 1 });
});

// Exact limits of a Poisson mean: R's poisson.test(n)$conf.int; Garwood 1936.
it.each([
  [0, 0, 3.688879],
  [1, 0.02531781, 5.571643],
  [5, 1.623486, 11.66833],
  [10, 4.795389, 18.39036],
  [100, 81.36395, 121.6268],
])("ratePer: %i events mean from %f to %f", (count, low, high) => {
  const estimate = ratePer(count, 2);
  expect(estimate.value).toBe(count / 2);
  expect(estimate.low).toBeCloseTo(low / 2, 4);
  expect(estimate.high).toBeCloseTo(high / 2, 4);
});

it("median: is the middle, the mean of two, or NaN", () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([])]).toEqual([2, 2.5, Number.NaN]);
});

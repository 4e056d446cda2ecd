/**
 * The targets of the presets: figures measured on public logs, or published. A range means any value in it. If no site
 * gave a figure, the comment of the preset says what it assumes.
 */

/** @typedef {{ low: number, high: number, words: string }} Target */

/** @param {number} low @param {number} high @returns {Target} */
const between = (low, high) => ({ low, high, words: `${low} to ${high}` });

/** @param {number} value @param {number} percent @param {number} [least] tolerance at least @returns {Target} */
const near = (value, percent, least = 0) => {
  const tolerance = Math.max((value * percent) / 100, least);
  return { low: value - tolerance, high: value + tolerance, words: `${value} ± ${digits(tolerance)}` };
};

/** @param {number} value @param {number} tolerance @returns {Target} */
const within = (value, tolerance) => near(value, 0, tolerance);

/** @param {number} value */
export const digits = (value) => String(Number(value.toPrecision(3)));

/** The slowdown at a doubled intensity for a single queue at the utilisation of the preset. @param {number} rho */
const doubling = (rho) => near(Number(((1 - rho) / (1 - 2 * rho)).toFixed(2)), 10);

/** The tail is heavy everywhere. */
const everywhere = { "tail index (Hill, top 5 %)": between(1.7, 2.6) };

/** @param {Record<string, number>} mix @returns {Record<string, Target>} */
const statusMix = (mix) =>
  Object.fromEntries(
    Object.entries(mix).map(([status, share]) => [`status ${status}, %`, near(share, 20, 0.05)]),
  );

/** @param {number[]} quantiles p50, p90, p99, p99.9 @returns {Record<string, Target>} */
const latency = ([p50, p90, p99, p999]) => ({
  "latency p50, ms": near(p50, 15),
  "latency p90, ms": near(p90, 15),
  "latency p99, ms": near(p99, 15),
  "latency p99.9, ms": near(p999, 30),
  "variance of ln latency explained by endpoint": between(0.78, 0.86),
});

/** Lines by preset: those of a day, those of a week, that of a doubled intensity. */
export const targets = {
  shop: {
    day: {
      "relative variance at 1 s": near(0.07, 20),
      "Hurst exponent": within(0.79, 0.05),
      "lag-1 autocorrelation": between(0.37, 0.67),
      "Zipf slope of endpoints": within(1.15, 0.1),
      "top 10 % of endpoints, %": between(71, 76),
      "top 10 % of clients, %": between(31, 55),
      "requests per session, mean": near(10, 15),
      "requests per session, p50": between(6, 7),
      "requests per session, p90": between(21, 24),
      "requests per session, p99": between(50, 59),
      "gap p50, s": between(6, 9),
      "gap p90, s": between(93, 116),
      ...statusMix({ 200: 83.8, 302: 6.8, 304: 6.7, 301: 1.1, "4xx": 1.6, "5xx": 0.07 }),
      ...latency([5.7, 66, 402, 1900]),
      ...everywhere,
    },
    week: { "hourly peak / trough": near(2.2, 10), "weekend / weekday": within(0.72, 0.05) },
    doubled: doubling(0.3),
  },
  "mobile-api": {
    day: {
      "relative variance at 1 s": near(0.05, 20),
      "Hurst exponent": within(0.79, 0.05),
      "lag-1 autocorrelation": between(0.37, 0.67),
      "top 10 % of clients, %": between(31, 55),
      ...latency([113, 368, 1279, 3416]),
      ...everywhere,
    },
    week: {},
    doubled: doubling(0.3),
  },
  website: {
    day: {
      "relative variance at 1 s": near(0.05, 20),
      "Hurst exponent": within(0.79, 0.05),
      // The measured site's endpoints are its paths as they stand, not templates.
      "Zipf slope of paths": within(1, 0.1),
      "top 10 % of paths, %": between(71, 76),
      "top 10 % of clients, %": between(31, 55),
      "clients seen once, %": within(33, 5),
      "requests per session, mean": near(3.2, 15),
      "requests per session, p50": near(2, 15),
      "requests per session, p99": near(43, 15),
      "gap p50, s": between(6, 9),
      "gap p90, s": between(93, 116),
      ...statusMix({ 200: 91.3, 304: 4.5, 404: 2.1, 301: 1.6, 500: 0.03 }),
      ...everywhere,
    },
    week: { "hourly peak / trough": near(4.9, 10) },
    doubled: doubling(0.2),
  },
  "internal-api": {
    day: {
      "relative variance at 1 s": near(0.03, 20),
      "Hurst exponent": within(0.79, 0.05),
      "top 10 % of clients, %": between(83, 87),
      ...latency([2.9, 9.9, 19, 58]),
      ...everywhere,
    },
    week: {},
    doubled: doubling(0.25),
  },
};

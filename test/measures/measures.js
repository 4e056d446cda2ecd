import { hurst, lag1, mean, relativeVariance, slope } from "./arrivals.js";

/** @typedef {import("./log.js").MeasuredLog} MeasuredLog */

/**
 * The measures of a day of a log, by name.
 * @param {MeasuredLog} log
 * @returns {Promise<Record<string, number>>}
 */
export async function measureDay(log) {
  const counts = await log.counts(1);
  return {
    "relative variance at 1 s": relativeVariance(counts),
    "Hurst exponent": hurst(counts),
    "lag-1 autocorrelation": lag1(counts),
    ...(await popularity(log)),
    ...(await clients(log)),
    ...(await sessions(log)),
    ...(await statuses(log)),
    ...(await latencies(log)),
  };
}

/** Endpoints, as templates and as the paths that stand in the log. @param {MeasuredLog} log */
async function popularity(log) {
  /** @type {Record<string, number>} */
  const measured = {};
  for (const [column, name] of [
    ["template", "endpoints"],
    ["path", "paths"],
  ]) {
    const rows = await log.rows(
      `SELECT count(*) AS requests FROM request GROUP BY ${column} ORDER BY requests DESC`,
    );
    const requests = rows.map((row) => row.requests);
    const top = requests.slice(0, Math.round(requests.length / 10));
    measured[`${name}, number`] = requests.length;
    // Zipf: ln requests against ln rank, all ranks alike
    measured[`Zipf slope of ${name}`] = -slope(
      requests.map((count, rank) => [Math.log(rank + 1), Math.log(count)]),
    );
    measured[`top 10 % of ${name}, %`] = (100 * sum(top)) / sum(requests);
  }
  return measured;
}

/** @param {MeasuredLog} log */
async function clients(log) {
  return log.row(
    `WITH client AS (SELECT count(*) AS requests FROM request GROUP BY client),
      ranked AS (SELECT requests, row_number() OVER (ORDER BY requests DESC) AS rank, count(*) OVER () AS clients FROM client)
     SELECT max(clients) AS "clients, number",
       100 * sum(requests) FILTER (WHERE rank <= clients / 10) / sum(requests) AS "top 10 % of clients, %",
       100 * count(*) FILTER (WHERE requests = 1) / count(*) AS "clients seen once, %"
     FROM ranked`,
  );
}

/** A session ends where an address is silent for 30 minutes. @param {MeasuredLog} log */
async function sessions(log) {
  await log.run(
    `CREATE TEMP TABLE step AS SELECT row_number() OVER () AS position,
       CASE WHEN client = lag(client) OVER () THEN t - lag(t) OVER () END AS gap
     FROM (SELECT client, t FROM request ORDER BY client, t)`,
  );
  const gaps = await log.row(
    `SELECT q[1] AS "gap p50, s", q[2] AS "gap p90, s"
     FROM (SELECT quantile_cont(gap / 1000, [0.5, 0.9]) AS q FROM step WHERE gap <= 1800000)`,
  );
  const sizes = await log.row(
    `WITH visit AS (
       SELECT lead(position, 1, (SELECT count(*) + 1 FROM step)) OVER (ORDER BY position) - position AS requests
       FROM step WHERE gap IS NULL OR gap > 1800000)
     SELECT count(*) AS "sessions, number", avg(requests) AS "requests per session, mean",
       quantile_disc(requests, 0.5) AS "requests per session, p50", quantile_disc(requests, 0.9) AS "requests per session, p90",
       quantile_disc(requests, 0.99) AS "requests per session, p99"
     FROM visit`,
  );
  await log.run("DROP TABLE step");
  return { ...sizes, ...gaps };
}

/** Share of each status in percent, 4xx and 5xx together too. @param {MeasuredLog} log */
async function statuses(log) {
  const rows = await log.rows(
    `SELECT status, 100 * count(*) / sum(count(*)) OVER () AS share FROM request GROUP BY status ORDER BY status`,
  );
  /** @type {Record<string, number>} */
  const measured = { "status 4xx, %": 0, "status 5xx, %": 0 };
  for (const { status, share } of rows) {
    measured[`status ${status}, %`] = share;
    if (status >= 400) measured[`status ${Math.floor(status / 100)}xx, %`] += share;
  }
  return measured;
}

/** @param {MeasuredLog} log */
async function latencies(log) {
  const quantiles = await log.row(
    `SELECT q[1] AS "latency p50, ms", q[2] AS "latency p90, ms", q[3] AS "latency p95, ms", q[4] AS "latency p99, ms",
       q[5] AS "latency p99.9, ms"
     FROM (SELECT quantile_cont(ms, [0.5, 0.9, 0.95, 0.99, 0.999]) AS q FROM request)`,
  );
  // A time of 0.00 ms is one below 0.005 ms: half of that keeps its logarithm.
  const explained = await log.row(
    `WITH times AS (SELECT template, ln(greatest(ms, 0.0025)) AS y FROM request),
       groups AS (SELECT template, count(*) AS n, avg(y) AS mean FROM times GROUP BY template),
       total AS (SELECT avg(y) AS mean, var_pop(y) AS variance, count(*) AS n FROM times)
     SELECT sum(groups.n * (groups.mean - total.mean) ^ 2) / any_value(total.n * total.variance)
       AS "variance of ln latency explained by endpoint", any_value(sqrt(total.variance)) AS "standard deviation of ln latency"
     FROM groups, total`,
  );
  // Hill (1975) on the largest 5 %
  const hill = await log.row(
    `SELECT 1 / avg(ln(ms / ${quantiles["latency p95, ms"]})) AS "tail index (Hill, top 5 %)"
     FROM request WHERE ms > ${quantiles["latency p95, ms"]}`,
  );
  return { ...quantiles, ...explained, ...hill };
}

/**
 * The measures of the rhythm of a week from a Monday.
 * @param {MeasuredLog} log
 */
export async function measureWeek(log) {
  const hours = await log.counts(3600);
  const profile = Array.from({ length: 24 }, (_, hour) => mean(hours.filter((_, i) => i % 24 === hour)));
  const days = Array.from({ length: 7 }, (_, day) => sum(hours.subarray(24 * day, 24 * day + 24)));
  return {
    "hourly peak / trough": Math.max(...profile) / Math.min(...profile),
    "weekend / weekday": mean(days.slice(5)) / mean(days.slice(0, 5)),
  };
}

/**
 * How many times slower the median answer is when the intensity doubles: a log whose intensity is 1 from
 * 02:00 to 10:00 and 2 from 15:00 to 17:00.
 * @param {MeasuredLog} log
 */
export async function measureDoubling(log) {
  const { before, after } = await log.row(
    `SELECT quantile_cont(ms, 0.5) FILTER (WHERE t // 3600000 % 24 BETWEEN 2 AND 9) AS before,
       quantile_cont(ms, 0.5) FILTER (WHERE t // 3600000 % 24 BETWEEN 15 AND 16) AS after FROM request`,
  );
  return { "median latency, intensity doubled": after / before };
}

/** @param {ArrayLike<number>} values */
function sum(values) {
  return mean(values) * values.length;
}

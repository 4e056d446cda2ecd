-- before_and_after: What changed at a moment: traffic, errors, response times?
-- parameter moment (moment, default NULL): the first instant of "after"; NULL for the middle of the log, on a full minute
-- parameter minutes (integer, 1 to 525600, default NULL): how much to compare on each side; NULL for all there is
-- chart: bars x=period y=client_error_percent,server_error_percent
WITH span AS (
  SELECT
    min(timestamp) AS first_time,
    max(timestamp) AS last_time,
    coalesce(
      max(params.moment),
      date_trunc('minute', min(timestamp) + (max(timestamp) - min(timestamp)) / 2)
    ) AS moment,
    max(params.minutes) AS minutes
  FROM requests
  CROSS JOIN params
),
periods AS (
  SELECT
    1 AS place,
    'before' AS period,
    coalesce(moment - minutes * INTERVAL '1' MINUTE, first_time) AS from_time,
    moment AS to_time
  FROM span
  UNION ALL
  SELECT
    2 AS place,
    'after' AS period,
    moment AS from_time,
    coalesce(moment + minutes * INTERVAL '1' MINUTE, last_time + INTERVAL '0.001' SECOND) AS to_time
  FROM span
)
SELECT
  period,
  from_time,
  to_time,
  count(status_code) AS requests,
  round(CAST(60.0 * count(status_code) / nullif(greatest(0,
    extract(DAY FROM to_time - from_time) * 86400 + extract(HOUR FROM to_time - from_time) * 3600
      + extract(MINUTE FROM to_time - from_time) * 60 + floor(extract(SECOND FROM to_time - from_time))), 0
  ) AS DECIMAL(18, 4)), 2) AS requests_per_minute,
  round(CAST(100.0 * count(*) FILTER (WHERE status_code BETWEEN 400 AND 499) / nullif(count(status_code), 0) AS DECIMAL(18, 4)), 2) AS client_error_percent,
  round(CAST(100.0 * count(*) FILTER (WHERE status_code >= 500) / nullif(count(status_code), 0) AS DECIMAL(18, 4)), 2) AS server_error_percent,
  round(CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY response_time_ms) AS DECIMAL(18, 4)), 2) AS p50_ms,
  round(CAST(percentile_cont(0.95) WITHIN GROUP (ORDER BY response_time_ms) AS DECIMAL(18, 4)), 2) AS p95_ms
FROM periods
LEFT JOIN requests ON timestamp >= from_time AND timestamp < to_time
GROUP BY place, period, from_time, to_time
ORDER BY place

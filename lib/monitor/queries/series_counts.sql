-- series_counts: How many requests had each endpoint and status, step by step?
-- parameter step_seconds (integer, 1 to 3600, default 60): length of a step
-- parameter slow_ms (number, 0 to 10000000, default 300): response time over which a request is slow
SELECT
  CAST(floor(extract(epoch FROM timestamp) / params.step_seconds) AS DOUBLE PRECISION) AS step,
  endpoint,
  status_code,
  count(*) AS requests,
  count(response_time_ms) AS timed,
  count(*) FILTER (WHERE response_time_ms > params.slow_ms) AS slow
FROM requests
CROSS JOIN params
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3

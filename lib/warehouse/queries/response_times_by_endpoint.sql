-- response_times_by_endpoint: How long does each endpoint take: half, 95 and 99 of 100 requests?
-- parameter top (integer, 1 to 1000000, default NULL): how many endpoints, the most requested first; NULL for all
-- chart: points x=p50_ms,p95_ms,p99_ms y=endpoint log=true
--
-- A percentile of two-decimal values has at most four decimals: rounded there first, it is exact on every engine.
WITH endpoints AS (
  SELECT
    endpoint,
    count(*) AS requests,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY response_time_ms) AS p50,
    percentile_cont(0.95) WITHIN GROUP (ORDER BY response_time_ms) AS p95,
    percentile_cont(0.99) WITHIN GROUP (ORDER BY response_time_ms) AS p99
  FROM requests
  GROUP BY endpoint
),
ranked AS (
  SELECT endpoints.*, row_number() OVER (ORDER BY requests DESC, endpoint) AS place
  FROM endpoints
)
SELECT
  endpoint,
  requests,
  round(CAST(p50 AS DECIMAL(18, 4)), 2) AS p50_ms,
  round(CAST(p95 AS DECIMAL(18, 4)), 2) AS p95_ms,
  round(CAST(p99 AS DECIMAL(18, 4)), 2) AS p99_ms
FROM ranked
CROSS JOIN params
WHERE place <= coalesce(params.top, place)
ORDER BY place

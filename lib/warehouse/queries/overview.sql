-- overview: What is in the log: how much, from when to when, how many clients, how well served?
-- chart: totals x=first_request,last_request,requests,clients,endpoints,failed_percent,p50_ms,p95_ms
--
-- Percentiles interpolate as percentile_cont does. Counting the requests of each response time first makes them
-- several times faster: there are far fewer values than requests, and only the values have to be sorted.
WITH times AS (
  SELECT response_time_ms, count(*) AS requests
  FROM requests
  WHERE response_time_ms IS NOT NULL
  GROUP BY response_time_ms
),
sorted AS (
  SELECT
    response_time_ms,
    CAST(sum(requests) OVER (ORDER BY response_time_ms) AS BIGINT) AS up_to,
    CAST(sum(requests) OVER () AS BIGINT) - 1 AS last
  FROM times
),
placed AS (
  SELECT
    0.50 * max(last) - floor(0.50 * max(last)) AS part_50,
    min(response_time_ms) FILTER (WHERE up_to > floor(0.50 * last)) AS low_50,
    min(response_time_ms) FILTER (WHERE up_to > ceil(0.50 * last)) AS high_50,
    0.95 * max(last) - floor(0.95 * max(last)) AS part_95,
    min(response_time_ms) FILTER (WHERE up_to > floor(0.95 * last)) AS low_95,
    min(response_time_ms) FILTER (WHERE up_to > ceil(0.95 * last)) AS high_95
  FROM sorted
),
percentiles AS (
  SELECT
    round(CAST(low_50 + (high_50 - low_50) * part_50 AS DECIMAL(18, 4)), 2) AS p50_ms,
    round(CAST(low_95 + (high_95 - low_95) * part_95 AS DECIMAL(18, 4)), 2) AS p95_ms
  FROM placed
),
counted AS (
  SELECT
    count(*) AS requests,
    min(timestamp) AS first_request,
    max(timestamp) AS last_request,
    count(DISTINCT ip_address) AS clients,
    count(DISTINCT endpoint) AS endpoints,
    round(CAST(100.0 * count(*) FILTER (WHERE status_code >= 400) / nullif(count(*), 0) AS DECIMAL(18, 4)), 2) AS failed_percent
  FROM requests
)
SELECT counted.*, percentiles.p50_ms, percentiles.p95_ms
FROM counted
CROSS JOIN percentiles

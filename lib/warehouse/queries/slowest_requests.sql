-- slowest_requests: Which requests took longest?
-- parameter top (integer, 1 to 1000000, default 10): how many requests, the slowest first
-- chart: points x=timestamp y=response_time_ms
--
-- Counting the requests of each response time first tells from where on to look, so that few have to be sorted.
WITH times AS (
  SELECT response_time_ms, count(*) AS requests
  FROM requests
  WHERE response_time_ms IS NOT NULL
  GROUP BY response_time_ms
),
sorted AS (
  SELECT response_time_ms, sum(requests) OVER (ORDER BY response_time_ms DESC) AS so_far
  FROM times
),
slow AS (
  SELECT coalesce(max(response_time_ms) FILTER (WHERE so_far >= params.top), min(response_time_ms)) AS from_ms
  FROM sorted
  CROSS JOIN params
),
ranked AS (
  SELECT
    requests.*,
    row_number() OVER (ORDER BY response_time_ms DESC, timestamp, ip_address, endpoint, status_code) AS place
  FROM requests
  CROSS JOIN slow
  WHERE response_time_ms >= slow.from_ms
)
SELECT timestamp, ip_address, endpoint, status_code, response_time_ms
FROM ranked
CROSS JOIN params
WHERE place <= params.top
ORDER BY place

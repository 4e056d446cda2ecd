-- top_growth: Which endpoints grew most in traffic from one window to another?
-- parameter first_from (moment, default NULL): where the first window begins; NULL for the first request
-- parameter first_to (moment, default NULL): where it ends, excluded; NULL for the middle of the log, on a full minute
-- parameter second_from (moment, default NULL): where the second window begins; NULL for the end of the first
-- parameter second_to (moment, default NULL): where it ends, excluded; NULL for just after the last request
-- parameter top (integer, 1 to 1000000, default 10): how many endpoints, those that grew most in requests per minute first
-- chart: bars x=endpoint y=first_per_minute,second_per_minute
--
-- A window that does not end after it begins holds nothing: the rate in it, and all growth, is NULL.
WITH span AS (
  SELECT
    min(timestamp) AS first_time,
    max(timestamp) + INTERVAL '0.001' SECOND AS end_time,
    date_trunc('minute', min(timestamp) + (max(timestamp) - min(timestamp)) / 2) AS middle
  FROM requests
),
edges AS (
  SELECT
    coalesce(params.first_from, first_time) AS first_from,
    coalesce(params.first_to, middle) AS first_to,
    coalesce(params.second_from, params.first_to, middle) AS second_from,
    coalesce(params.second_to, end_time) AS second_to
  FROM span
  CROSS JOIN params
),
lengths AS (
  SELECT edges.*, first_to - first_from AS first_length, second_to - second_from AS second_length
  FROM edges
),
windows AS (
  SELECT
    lengths.*,
    extract(DAY FROM first_length) * 86400 + extract(HOUR FROM first_length) * 3600
      + extract(MINUTE FROM first_length) * 60 + floor(extract(SECOND FROM first_length)) AS first_seconds,
    extract(DAY FROM second_length) * 86400 + extract(HOUR FROM second_length) * 3600
      + extract(MINUTE FROM second_length) * 60 + floor(extract(SECOND FROM second_length)) AS second_seconds
  FROM lengths
),
counted AS (
  SELECT
    endpoint,
    count(*) FILTER (WHERE timestamp >= first_from AND timestamp < first_to) AS first_requests,
    count(*) FILTER (WHERE timestamp >= second_from AND timestamp < second_to) AS second_requests
  FROM requests
  CROSS JOIN windows
  GROUP BY endpoint
),
rates AS (
  SELECT
    endpoint,
    first_requests,
    second_requests,
    round(CAST(60.0 * first_requests / nullif(greatest(first_seconds, 0), 0) AS DECIMAL(18, 4)), 2) AS first_per_minute,
    round(CAST(60.0 * second_requests / nullif(greatest(second_seconds, 0), 0) AS DECIMAL(18, 4)), 2) AS second_per_minute
  FROM counted
  CROSS JOIN windows
  WHERE first_requests + second_requests > 0
),
grown AS (
  SELECT rates.*, second_per_minute - first_per_minute AS grown_per_minute
  FROM rates
),
ranked AS (
  SELECT
    grown.*,
    row_number() OVER (ORDER BY coalesce(grown_per_minute, 0) DESC, second_requests DESC, endpoint) AS place
  FROM grown
)
SELECT
  endpoint,
  first_requests,
  second_requests,
  first_per_minute,
  second_per_minute,
  grown_per_minute,
  round(CAST(100.0 * grown_per_minute / nullif(first_per_minute, 0) AS DECIMAL(18, 4)), 2) AS grown_percent
FROM ranked
CROSS JOIN params
WHERE place <= params.top
ORDER BY place

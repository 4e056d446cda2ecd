-- error_rate_over_time: How does the share of failed requests change over time?
-- parameter bucket_minutes (integer, one of 1 5 10 15 30 60 120 180 240 360 720 1440, default NULL): width of a bucket; NULL chooses one: 300 buckets at most, 30 requests in each on average, where the log is long enough
-- chart: lines x=bucket y=client_error_percent,server_error_percent
--
-- Buckets without a request are listed too (in the first 10,000 buckets): their share is unknown, not zero.
WITH counted_minutes AS (
  SELECT
    date_trunc('minute', timestamp) AS minute,
    min(timestamp) AS first_time,
    max(timestamp) AS last_time,
    count(*) AS requests,
    count(*) FILTER (WHERE status_code BETWEEN 400 AND 499) AS client_errors,
    count(*) FILTER (WHERE status_code >= 500) AS server_errors
  FROM requests
  GROUP BY 1
),
span AS (
  SELECT
    max(last_time) AS last_time,
    max(last_time) - min(first_time) AS length,
    sum(requests) AS requests
  FROM counted_minutes
),
covered AS (
  SELECT
    last_time,
    requests,
    extract(DAY FROM length) * 1440 + extract(HOUR FROM length) * 60 + extract(MINUTE FROM length) + 1 AS minutes
  FROM span
),
chosen AS (
  SELECT
    last_time,
    coalesce(
      params.bucket_minutes,
      CASE
        WHEN minutes <= 30 OR (minutes <= 300 AND requests >= minutes * 30) THEN 1
        WHEN minutes <= 150 OR (minutes <= 1500 AND requests >= minutes * 6) THEN 5
        WHEN minutes <= 450 OR (minutes <= 4500 AND requests >= minutes * 2) THEN 15
        WHEN minutes <= 18000 THEN 60
        ELSE 1440
      END
    ) AS minutes
  FROM covered
  CROSS JOIN params
),
counted AS (
  SELECT
    date_trunc('day', minute)
      + floor((extract(HOUR FROM minute) * 60 + extract(MINUTE FROM minute)) / minutes) * minutes * INTERVAL '1' MINUTE AS bucket,
    CAST(sum(requests) AS BIGINT) AS requests,
    CAST(sum(client_errors) AS BIGINT) AS client_errors,
    CAST(sum(server_errors) AS BIGINT) AS server_errors
  FROM counted_minutes
  CROSS JOIN chosen
  GROUP BY 1
),
digits (digit) AS (
  VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)
),
numbers AS (
  SELECT a.digit + 10 * b.digit + 100 * c.digit + 1000 * d.digit AS number
  FROM digits a
  CROSS JOIN digits b
  CROSS JOIN digits c
  CROSS JOIN digits d
),
first_bucket AS (
  SELECT min(bucket) AS bucket FROM counted
),
buckets AS (
  SELECT first_bucket.bucket + number * minutes * INTERVAL '1' MINUTE AS bucket
  FROM numbers
  CROSS JOIN chosen
  CROSS JOIN first_bucket
  WHERE first_bucket.bucket + number * minutes * INTERVAL '1' MINUTE <= last_time
  UNION
  SELECT bucket FROM counted
)
SELECT
  buckets.bucket,
  coalesce(requests, 0) AS requests,
  coalesce(client_errors + server_errors, 0) AS failed,
  round(CAST(100.0 * client_errors / requests AS DECIMAL(18, 4)), 2) AS client_error_percent,
  round(CAST(100.0 * server_errors / requests AS DECIMAL(18, 4)), 2) AS server_error_percent,
  round(CAST(100.0 * (client_errors + server_errors) / requests AS DECIMAL(18, 4)), 2) AS failed_percent
FROM buckets
LEFT JOIN counted ON counted.bucket = buckets.bucket
ORDER BY buckets.bucket

-- response_times_over_time: How do response times change over time: the typical one and the slow ones?
-- parameter bucket_minutes (integer, one of 1 5 10 15 30 60 120 180 240 360 720 1440, default NULL): width of a bucket; NULL chooses one: 300 buckets at most, 30 requests in each on average, where the log is long enough
-- chart: lines x=bucket y=p50_ms,p95_ms,p99_ms
--
-- Buckets without a request are listed too (in the first 10,000 buckets): nothing is known of their times.
WITH span AS (
  SELECT
    max(timestamp) AS last_time,
    max(timestamp) - min(timestamp) AS length,
    count(*) AS requests
  FROM requests
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
    date_trunc('day', timestamp)
      + floor((extract(HOUR FROM timestamp) * 60 + extract(MINUTE FROM timestamp)) / minutes) * minutes * INTERVAL '1' MINUTE AS bucket,
    count(*) AS requests,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY response_time_ms) AS p50_ms,
    percentile_cont(0.95) WITHIN GROUP (ORDER BY response_time_ms) AS p95_ms,
    percentile_cont(0.99) WITHIN GROUP (ORDER BY response_time_ms) AS p99_ms
  FROM requests
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
  round(CAST(p50_ms AS DECIMAL(18, 4)), 2) AS p50_ms,
  round(CAST(p95_ms AS DECIMAL(18, 4)), 2) AS p95_ms,
  round(CAST(p99_ms AS DECIMAL(18, 4)), 2) AS p99_ms
FROM buckets
LEFT JOIN counted ON counted.bucket = buckets.bucket
ORDER BY buckets.bucket

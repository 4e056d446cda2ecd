-- response_time_histogram: How are the response times distributed?
-- parameter bin_ms (number, 0.01 to 1000000, default NULL): width of a bin in milliseconds; NULL for 20 to 50 bins up to the 99th percentile
-- chart: lines x=from_ms y=requests
--
-- The slowest hundredth of the requests shares the last bin, whose to_ms is NULL, so that the body can be seen.
WITH span AS (
  SELECT percentile_cont(0.99) WITHIN GROUP (ORDER BY response_time_ms) AS p99
  FROM requests
),
bins AS (
  SELECT
    p99,
    coalesce(
      params.bin_ms,
      CASE
        WHEN p99 <= 1 THEN 0.02 WHEN p99 <= 2 THEN 0.05 WHEN p99 <= 5 THEN 0.1
        WHEN p99 <= 10 THEN 0.25 WHEN p99 <= 20 THEN 0.5 WHEN p99 <= 50 THEN 1
        WHEN p99 <= 100 THEN 2.5 WHEN p99 <= 200 THEN 5 WHEN p99 <= 500 THEN 10
        WHEN p99 <= 1000 THEN 25 WHEN p99 <= 2000 THEN 50 WHEN p99 <= 5000 THEN 100
        WHEN p99 <= 10000 THEN 250 WHEN p99 <= 20000 THEN 500 WHEN p99 <= 50000 THEN 1000
        ELSE 2500
      END
    ) AS width
  FROM span
  CROSS JOIN params
),
placed AS (
  -- The small addition keeps a value such as 0.3 in the bin from 0.3, where 0.3 / 0.1 falls short of 3.
  SELECT
    floor(least(response_time_ms, p99) / width + 0.000001) AS bin,
    floor(p99 / width + 0.000001) AS last_bin,
    width
  FROM requests
  CROSS JOIN bins
  WHERE response_time_ms IS NOT NULL
)
SELECT
  round(CAST(bin * width AS DECIMAL(18, 4)), 2) AS from_ms,
  CASE WHEN bin < last_bin THEN round(CAST((bin + 1) * width AS DECIMAL(18, 4)), 2) END AS to_ms,
  count(*) AS requests
FROM placed
GROUP BY bin, last_bin, width
ORDER BY bin

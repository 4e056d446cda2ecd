-- series_times: How were the response times distributed, step by step?
-- parameter step_seconds (integer, 1 to 3600, default 60): length of a step
--
-- The bins are those of the answer key (binOf): hundredths of a millisecond below 256, then 128 to each doubling. At
-- a power of two the formula has one value from both sides, so that a last digit of the logarithm does not matter.
WITH times AS (
  SELECT
    CAST(floor(extract(epoch FROM timestamp) / params.step_seconds) AS DOUBLE PRECISION) AS step,
    endpoint,
    least(CAST(round(response_time_ms * 100) AS DOUBLE PRECISION), 4294967295) AS hundredths
  FROM requests
  CROSS JOIN params
  WHERE response_time_ms IS NOT NULL
),
octaves AS (
  SELECT
    step,
    endpoint,
    hundredths,
    CASE WHEN hundredths < 256 THEN 7 ELSE floor(ln(hundredths) / ln(CAST(2 AS DOUBLE PRECISION))) END AS octave
  FROM times
)
SELECT
  step,
  CAST((octave - 7) * 128 + floor(hundredths / power(CAST(2 AS DOUBLE PRECISION), octave - 7)) AS INTEGER) AS bin,
  endpoint,
  count(*) AS requests
FROM octaves
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3

-- How a lake differs from the answer keys of its parts, put together: every cell of bucket × route × status class, and
-- every bin of the histogram of response times, with the requests expected and those found; the longest response time;
-- the number of lines. No row: the lake is what was made.
--
-- A bin is that of `binOf` in truth/counts.ts: exact below 256 hundredths of a millisecond, then 128 bins to each
-- doubling.
WITH layout AS (
  SELECT DISTINCT counts.bucket_seconds, counts.first_bucket, counts.endpoints FROM part_keys
),
expected_cells AS (
  SELECT
    timestamp_seconds(unix_seconds(counts.first_bucket) + cell.bucket * counts.bucket_seconds) AS bucket,
    counts.endpoints[cell.endpoint] AS route,
    cell.status_class,
    sum(cell.requests) AS requests
  FROM part_keys
  LATERAL VIEW explode(arrays_zip(counts.bucket, counts.endpoint, counts.status_class, counts.requests)) AS cell
  GROUP BY ALL
),
routes AS (
  SELECT
    route,
    concat('^\\Q', replace(route, '{id}', '\\E[0-9]+\\Q'), '\\E$') AS form,
    contains(route, '{id}') AS varies
  FROM layout
  LATERAL VIEW explode(endpoints) AS route
),
-- An endpoint belongs to the route that it equals, else to the one whose form it has; else to none.
endpoint_routes AS (
  SELECT
    endpoint,
    coalesce(
      min(route) FILTER (WHERE route = endpoint),
      min(route) FILTER (WHERE varies AND endpoint RLIKE form),
      endpoint
    ) AS route
  FROM (SELECT DISTINCT endpoint FROM requests)
  CROSS JOIN routes
  GROUP BY endpoint
),
found_cells AS (
  SELECT
    timestamp_seconds(unix_seconds(first_bucket)
      + CAST(floor((unix_seconds(timestamp) - unix_seconds(first_bucket)) / bucket_seconds) AS BIGINT) * bucket_seconds) AS bucket,
    route,
    status_code DIV 100 AS status_class,
    count(*) AS requests
  FROM requests
  LEFT JOIN endpoint_routes USING (endpoint)
  CROSS JOIN layout
  GROUP BY ALL
),
expected_bins AS (
  SELECT bin.bins AS bin, sum(bin.counts) AS requests
  FROM part_keys
  LATERAL VIEW explode(arrays_zip(response_time_ms.bins, response_time_ms.counts)) AS bin
  GROUP BY ALL
),
found_hundredths AS (
  SELECT CAST(round(response_time_ms * 100) AS BIGINT) AS hundredths, count(*) AS requests
  FROM requests
  GROUP BY ALL
),
found_octaves AS (
  SELECT hundredths, requests, length(bin(hundredths)) - 8 AS octave FROM found_hundredths
),
found_bins AS (
  SELECT
    CASE
      WHEN hundredths < 256 THEN hundredths
      ELSE octave * 128 + (shiftright(hundredths, octave) & 127) + 128
    END AS bin,
    sum(requests) AS requests
  FROM found_octaves
  GROUP BY ALL
)
SELECT
  'requests' AS what,
  bucket,
  route,
  status_class,
  CAST(NULL AS BIGINT) AS bin,
  CAST(coalesce(expected_cells.requests, 0) AS DOUBLE) AS expected,
  CAST(coalesce(found_cells.requests, 0) AS DOUBLE) AS found
FROM expected_cells
FULL JOIN found_cells USING (bucket, route, status_class)
WHERE expected_cells.requests IS DISTINCT FROM found_cells.requests
UNION ALL
SELECT
  'response times', NULL, NULL, NULL, bin,
  CAST(coalesce(expected_bins.requests, 0) AS DOUBLE),
  CAST(coalesce(found_bins.requests, 0) AS DOUBLE)
FROM expected_bins
FULL JOIN found_bins USING (bin)
WHERE expected_bins.requests IS DISTINCT FROM found_bins.requests
UNION ALL
SELECT 'longest response time', NULL, NULL, NULL, NULL, expected, found
FROM (SELECT max(response_time_ms.max) AS expected FROM part_keys)
CROSS JOIN (SELECT max(response_time_ms) AS found FROM requests)
WHERE expected IS DISTINCT FROM found
UNION ALL
SELECT 'lines', NULL, NULL, NULL, NULL, CAST(expected AS DOUBLE), CAST(found AS DOUBLE)
FROM (SELECT sum(lines.written) AS expected FROM part_keys)
CROSS JOIN (SELECT count(*) AS found FROM requests)
WHERE expected IS DISTINCT FROM found
ORDER BY what, bucket, route, status_class, bin

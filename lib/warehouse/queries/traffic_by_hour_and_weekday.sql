-- traffic_by_hour_and_weekday: At which hours of which weekdays do requests come, and fail, in UTC?
-- chart: heatMap x=hour y=weekday value=requests
--
-- All 24 hours of each weekday that the log has, from Monday. The percents of an hour without a request are NULL.
WITH placed AS (
  SELECT
    extract(DAY FROM date_trunc('day', timestamp) - date_trunc('week', timestamp)) AS day,
    extract(HOUR FROM timestamp) AS hour,
    status_code,
    response_time_ms
  FROM requests
),
weekdays (day, weekday) AS (
  VALUES (0, 'Mon'), (1, 'Tue'), (2, 'Wed'), (3, 'Thu'), (4, 'Fri'), (5, 'Sat'), (6, 'Sun')
),
hours (hour) AS (
  VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11),
    (12), (13), (14), (15), (16), (17), (18), (19), (20), (21), (22), (23)
),
pairs AS (
  SELECT weekdays.day, weekday, hour
  FROM weekdays
  CROSS JOIN hours
  WHERE weekdays.day IN (SELECT day FROM placed)
)
SELECT
  weekday,
  pairs.hour,
  count(status_code) AS requests,
  round(CAST(100.0 * count(*) FILTER (WHERE status_code BETWEEN 400 AND 499) / nullif(count(status_code), 0) AS DECIMAL(18, 4)), 2) AS client_error_percent,
  round(CAST(100.0 * count(*) FILTER (WHERE status_code >= 500) / nullif(count(status_code), 0) AS DECIMAL(18, 4)), 2) AS server_error_percent,
  round(CAST(percentile_cont(0.95) WITHIN GROUP (ORDER BY response_time_ms) AS DECIMAL(18, 4)), 2) AS p95_ms
FROM pairs
LEFT JOIN placed ON placed.day = pairs.day AND placed.hour = pairs.hour
GROUP BY pairs.day, weekday, pairs.hour
ORDER BY pairs.day, pairs.hour

-- sessions: How many requests does a visit have, and how long does it last?
-- parameter gap_minutes (integer, 1 to 1440, default 30): a client that is silent for longer starts a new visit
-- chart: bars x=requests_per_session y=sessions
--
-- A client is an address: people behind one address share a visit, and one that changes address has several.
WITH ordered AS (
  SELECT
    ip_address,
    timestamp,
    lag(timestamp) OVER (PARTITION BY ip_address ORDER BY timestamp) AS previous
  FROM requests
),
numbered AS (
  SELECT
    ip_address,
    timestamp,
    sum(CASE WHEN timestamp - previous <= params.gap_minutes * INTERVAL '1' MINUTE THEN 0 ELSE 1 END)
      OVER (PARTITION BY ip_address ORDER BY timestamp ROWS UNBOUNDED PRECEDING) AS visit
  FROM ordered
  CROSS JOIN params
),
sessions AS (
  SELECT count(*) AS requests, max(timestamp) - min(timestamp) AS length
  FROM numbered
  GROUP BY ip_address, visit
),
measured AS (
  SELECT
    requests,
    extract(DAY FROM length) * 86400 + extract(HOUR FROM length) * 3600 + extract(MINUTE FROM length) * 60
      + floor(extract(SECOND FROM length)) AS seconds
  FROM sessions
),
sizes (place, requests_per_session, least, most) AS (
  VALUES
    (1, '1', 1, 1), (2, '2', 2, 2), (3, '3-4', 3, 4), (4, '5-9', 5, 9), (5, '10-19', 10, 19),
    (6, '20-49', 20, 49), (7, '50-99', 50, 99), (8, '100 or more', 100, 2147483647)
)
SELECT
  requests_per_session,
  count(measured.requests) AS sessions,
  round(CAST(100.0 * count(measured.requests) / nullif(sum(count(measured.requests)) OVER (), 0) AS DECIMAL(18, 4)), 2) AS session_percent,
  CAST(coalesce(sum(measured.requests), 0) AS BIGINT) AS requests,
  round(CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS DECIMAL(18, 4)), 1) AS p50_seconds
FROM sizes
LEFT JOIN measured ON measured.requests BETWEEN least AND most
GROUP BY place, requests_per_session
ORDER BY place

-- failing_endpoints: Which endpoints have the most failed requests?
-- parameter top (integer, 1 to 1000000, default 10): how many endpoints, the most failed requests first
-- chart: bars x=endpoint y=client_errors,server_errors stack=true
WITH endpoints AS (
  SELECT
    endpoint,
    count(*) AS requests,
    count(*) FILTER (WHERE status_code >= 400) AS failed,
    count(*) FILTER (WHERE status_code BETWEEN 400 AND 499) AS client_errors,
    count(*) FILTER (WHERE status_code >= 500) AS server_errors
  FROM requests
  GROUP BY endpoint
),
ranked AS (
  SELECT endpoints.*, row_number() OVER (ORDER BY failed DESC, endpoint) AS place
  FROM endpoints
  WHERE failed > 0
)
SELECT
  endpoint,
  requests,
  failed,
  client_errors,
  server_errors,
  round(CAST(100.0 * failed / requests AS DECIMAL(18, 4)), 2) AS failed_percent
FROM ranked
CROSS JOIN params
WHERE place <= params.top
ORDER BY place

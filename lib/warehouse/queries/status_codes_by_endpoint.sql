-- status_codes_by_endpoint: How do the requests of each endpoint end?
-- parameter top (integer, 1 to 1000000, default 20): how many endpoints, the busiest first
-- chart: heatMap x=status_code y=endpoint value=requests log=true
WITH endpoints AS (
  SELECT endpoint, count(*) AS all_requests
  FROM requests
  GROUP BY endpoint
),
ranked AS (
  SELECT endpoints.*, row_number() OVER (ORDER BY all_requests DESC, endpoint) AS place
  FROM endpoints
)
SELECT
  ranked.endpoint,
  status_code,
  count(*) AS requests,
  round(CAST(100.0 * count(*) / all_requests AS DECIMAL(18, 4)), 2) AS percent
FROM ranked
CROSS JOIN params
JOIN requests ON requests.endpoint = ranked.endpoint
WHERE place <= params.top
GROUP BY place, ranked.endpoint, all_requests, status_code
ORDER BY place, status_code

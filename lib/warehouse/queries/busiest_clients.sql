-- busiest_clients: Which clients send the most requests, and how do they fare?
-- parameter top (integer, 1 to 1000000, default 10): how many clients, the busiest first
-- chart: bars x=ip_address y=requests
WITH clients AS (
  SELECT ip_address, count(*) AS requests
  FROM requests
  GROUP BY ip_address
),
ranked AS (
  SELECT
    clients.*,
    sum(requests) OVER () AS all_requests,
    row_number() OVER (ORDER BY requests DESC, ip_address) AS place
  FROM clients
),
busiest AS (
  SELECT ranked.*
  FROM ranked
  CROSS JOIN params
  WHERE place <= params.top
)
SELECT
  busiest.ip_address,
  busiest.requests,
  round(CAST(100.0 * busiest.requests / busiest.all_requests AS DECIMAL(18, 4)), 2) AS percent,
  count(DISTINCT endpoint) AS endpoints,
  round(CAST(100.0 * count(*) FILTER (WHERE status_code >= 400) / count(*) AS DECIMAL(18, 4)), 2) AS failed_percent,
  min(timestamp) AS first_request,
  max(timestamp) AS last_request
FROM busiest
JOIN requests ON requests.ip_address = busiest.ip_address
GROUP BY busiest.place, busiest.ip_address, busiest.requests, busiest.all_requests
ORDER BY busiest.place

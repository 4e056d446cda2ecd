-- rare_status_codes: Which status codes are rare, when did they come, and where from most?
-- parameter percent (number, 0 to 100, default 1): a code is rare when at most this share of the requests ended with it
-- chart: bars x=status_code y=requests
WITH codes AS (
  SELECT status_code, count(*) AS requests, sum(count(*)) OVER () AS all_requests
  FROM requests
  GROUP BY status_code
),
rare AS (
  SELECT codes.*
  FROM codes
  CROSS JOIN params
  WHERE 100.0 * requests <= params.percent * all_requests
),
endpoints AS (
  SELECT
    requests.status_code,
    endpoint,
    count(*) AS requests,
    min(timestamp) AS first_request,
    max(timestamp) AS last_request
  FROM requests
  JOIN rare ON rare.status_code = requests.status_code
  GROUP BY requests.status_code, endpoint
),
ranked AS (
  SELECT endpoints.*, row_number() OVER (PARTITION BY status_code ORDER BY requests DESC, endpoint) AS place
  FROM endpoints
)
SELECT
  rare.status_code,
  rare.requests,
  round(CAST(100.0 * rare.requests / rare.all_requests AS DECIMAL(18, 4)), 4) AS percent,
  count(*) AS endpoints,
  max(endpoint) FILTER (WHERE place = 1) AS top_endpoint,
  max(ranked.requests) AS top_endpoint_requests,
  min(first_request) AS first_request,
  max(last_request) AS last_request
FROM rare
JOIN ranked ON ranked.status_code = rare.status_code
GROUP BY rare.status_code, rare.requests, rare.all_requests
ORDER BY rare.requests, rare.status_code

-- apdex: How satisfied are the users of each endpoint, as a score from 0 to 1?
-- parameter threshold_ms (number, 1 to 3600000, default 500): up to here a user is satisfied, up to four times of it tolerating
-- parameter top (integer, 1 to 1000000, default NULL): how many endpoints, the worst first; NULL for all
-- chart: bars x=endpoint y=apdex
--
-- The score of the Apdex Alliance: satisfied plus half of tolerating, as a share of all. A request that the server
-- failed (5xx) frustrates, however quick; one without a response time is left out.
WITH judged AS (
  SELECT
    endpoint,
    count(*) AS requests,
    count(*) FILTER (WHERE status_code < 500 AND response_time_ms <= threshold_ms) AS satisfied,
    count(*) FILTER (WHERE status_code < 500 AND response_time_ms > threshold_ms AND response_time_ms <= 4 * threshold_ms) AS tolerating
  FROM requests
  CROSS JOIN params
  WHERE response_time_ms IS NOT NULL
  GROUP BY endpoint
),
scored AS (
  SELECT
    judged.*,
    requests - satisfied - tolerating AS frustrated,
    round(CAST((satisfied + 0.5 * tolerating) / requests AS DECIMAL(18, 6)), 4) AS apdex
  FROM judged
),
ranked AS (
  SELECT scored.*, row_number() OVER (ORDER BY apdex, requests DESC, endpoint) AS place
  FROM scored
)
SELECT endpoint, requests, satisfied, tolerating, frustrated, apdex
FROM ranked
CROSS JOIN params
WHERE place <= coalesce(params.top, place)
ORDER BY place

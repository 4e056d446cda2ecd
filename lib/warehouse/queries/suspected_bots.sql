-- suspected_bots: Which clients behave as a machine does, and by which signs?
-- parameter top (integer, 1 to 1000000, default 20): how many clients, those with the most signs first
-- parameter min_requests (integer, 2 to 1000000, default 20): clients with fewer requests are judged by the paths they ask for alone
-- parameter burst (integer, 1 to 1000000, default 60): requests in one minute that are more than a person makes
-- parameter even_gaps (number, 0 to 10, default 0.3): gaps are even when their standard deviation is at most this share of their mean
-- parameter error_percent (number, 0 to 100, default 50): share of client errors (4xx) that is more than a person meets
-- chart: bars x=ip_address y=requests
--
-- These are signs, not proof: a company behind one address bursts as well, and a patient bot shows none of them.
WITH clients AS (
  SELECT
    ip_address,
    count(*) AS requests,
    count(*) FILTER (WHERE status_code BETWEEN 400 AND 499) AS client_errors,
    count(*) FILTER (
      WHERE endpoint = '/robots.txt' OR endpoint LIKE '/.%' OR endpoint LIKE '%/wp-%' OR endpoint LIKE '%phpmyadmin%'
        OR endpoint LIKE '%.php' OR endpoint LIKE '%/../%' OR endpoint LIKE '%/cgi-bin/%'
    ) AS probes
  FROM requests
  GROUP BY ip_address
),
active AS (
  SELECT clients.ip_address
  FROM clients
  CROSS JOIN params
  WHERE requests >= params.min_requests
),
minutes AS (
  SELECT requests.ip_address, date_trunc('minute', timestamp) AS minute, count(*) AS requests
  FROM requests
  JOIN active ON active.ip_address = requests.ip_address
  GROUP BY requests.ip_address, date_trunc('minute', timestamp)
),
bursts AS (
  SELECT ip_address, max(requests) AS busiest_minute
  FROM minutes
  GROUP BY ip_address
),
ordered AS (
  SELECT
    requests.ip_address,
    timestamp - lag(timestamp) OVER (PARTITION BY requests.ip_address ORDER BY timestamp) AS gap
  FROM requests
  JOIN active ON active.ip_address = requests.ip_address
),
measured AS (
  -- In whole seconds, which mean the same on every engine.
  SELECT
    ip_address,
    extract(DAY FROM gap) * 86400 + extract(HOUR FROM gap) * 3600 + extract(MINUTE FROM gap) * 60
      + floor(extract(SECOND FROM gap)) AS seconds
  FROM ordered
  WHERE gap IS NOT NULL
),
gaps AS (
  SELECT ip_address, avg(seconds) AS mean_gap, stddev_samp(seconds) AS gap_spread
  FROM measured
  GROUP BY ip_address
),
judged AS (
  SELECT
    clients.ip_address,
    clients.requests,
    busiest_minute,
    round(CAST(mean_gap AS DECIMAL(18, 4)), 1) AS mean_gap_s,
    round(CAST(100.0 * client_errors / clients.requests AS DECIMAL(18, 4)), 2) AS client_error_percent,
    probes,
    CASE WHEN busiest_minute >= params.burst THEN 1 ELSE 0 END AS bursts,
    CASE WHEN mean_gap >= 1 AND gap_spread <= params.even_gaps * mean_gap THEN 1 ELSE 0 END AS is_even,
    CASE
      WHEN clients.requests >= params.min_requests AND 100.0 * client_errors >= params.error_percent * clients.requests THEN 1
      ELSE 0
    END AS fails,
    CASE WHEN probes > 0 THEN 1 ELSE 0 END AS scans
  FROM clients
  CROSS JOIN params
  LEFT JOIN bursts ON bursts.ip_address = clients.ip_address
  LEFT JOIN gaps ON gaps.ip_address = clients.ip_address
),
suspects AS (
  SELECT judged.*, bursts + is_even + fails + scans AS signs
  FROM judged
  WHERE bursts + is_even + fails + scans > 0
),
ranked AS (
  SELECT suspects.*, row_number() OVER (ORDER BY signs DESC, requests DESC, ip_address) AS place
  FROM suspects
)
SELECT
  ip_address,
  requests,
  signs,
  substr(
    CASE WHEN bursts = 1 THEN ', bursts' ELSE '' END
      || CASE WHEN is_even = 1 THEN ', even gaps' ELSE '' END
      || CASE WHEN fails = 1 THEN ', many errors' ELSE '' END
      || CASE WHEN scans = 1 THEN ', paths of scanners' ELSE '' END,
    3
  ) AS because,
  busiest_minute,
  mean_gap_s,
  client_error_percent,
  probes
FROM ranked
CROSS JOIN params
WHERE place <= params.top
ORDER BY place

-- error_rate: What share of the requests failed, by the client's fault (4xx) and by the server's (5xx)?
-- chart: totals x=client_error_percent,server_error_percent,failed_percent
SELECT
  count(*) AS requests,
  count(*) FILTER (WHERE status_code BETWEEN 400 AND 499) AS client_errors,
  count(*) FILTER (WHERE status_code >= 500) AS server_errors,
  round(CAST(100.0 * count(*) FILTER (WHERE status_code BETWEEN 400 AND 499) / nullif(count(*), 0) AS DECIMAL(18, 4)), 2) AS client_error_percent,
  round(CAST(100.0 * count(*) FILTER (WHERE status_code >= 500) / nullif(count(*), 0) AS DECIMAL(18, 4)), 2) AS server_error_percent,
  round(CAST(100.0 * count(*) FILTER (WHERE status_code >= 400) / nullif(count(*), 0) AS DECIMAL(18, 4)), 2) AS failed_percent
FROM requests

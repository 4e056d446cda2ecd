-- status_codes: How many requests ended with each status code?
-- chart: bars x=status_code y=requests
SELECT
  status_code,
  count(*) AS requests,
  round(CAST(100.0 * count(*) / sum(count(*)) OVER () AS DECIMAL(18, 4)), 2) AS percent
FROM requests
GROUP BY status_code
ORDER BY status_code

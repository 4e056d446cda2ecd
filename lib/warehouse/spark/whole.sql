-- Parts of the log that a lake lacks or has twice, by the keys of its parts. No row: the lake is whole.
WITH bounds AS (
  SELECT from, to FROM part_keys
  UNION ALL
  SELECT min(scenario.traffic.start), min(scenario.traffic.start) FROM part_keys
  UNION ALL
  SELECT max(scenario.traffic.end), max(scenario.traffic.end) FROM part_keys
),
neighbours AS (
  SELECT to AS missing_from, lead(from) OVER (ORDER BY from, to) AS missing_to FROM bounds
)
SELECT
  CASE WHEN missing_from < missing_to THEN 'missing' ELSE 'twice' END AS part,
  least(missing_from, missing_to) AS from,
  greatest(missing_from, missing_to) AS to
FROM neighbours
WHERE missing_from <> missing_to
UNION ALL
SELECT 'missing' AS part, CAST(NULL AS TIMESTAMP) AS from, CAST(NULL AS TIMESTAMP) AS to
FROM (SELECT count(*) AS keys FROM part_keys)
WHERE keys = 0

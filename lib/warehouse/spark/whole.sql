-- Fails, with a sentence, when the keys of a lake's parts do not follow one another from the beginning of one log to
-- its end.
--
-- ${named}  the lake's name in the sentence
WITH bounds AS (
  SELECT from, to FROM part_keys
  UNION ALL
  SELECT min(scenario.traffic.start), min(scenario.traffic.start) FROM part_keys
  UNION ALL
  SELECT max(scenario.traffic.end), max(scenario.traffic.end) FROM part_keys
),
neighbours AS (
  SELECT to AS one_ends, lead(from) OVER (ORDER BY from, to) AS next_begins FROM bounds
),
faults AS (
  SELECT 1 AS rank, 'it has no keys' AS fault FROM (SELECT count(*) AS keys FROM part_keys) WHERE keys = 0
  UNION ALL
  SELECT 2, 'its keys are those of several logs'
  FROM (SELECT count(DISTINCT log) AS logs FROM part_keys)
  WHERE logs > 1
  UNION ALL
  SELECT
    3,
    concat(
      date_format(least(one_ends, next_begins), "yyyy-MM-dd'T'HH:mm:ss'Z'"), ' to ',
      date_format(greatest(one_ends, next_begins), "yyyy-MM-dd'T'HH:mm:ss'Z'"),
      CASE WHEN one_ends < next_begins THEN ' is missing' ELSE ' is there twice' END
    )
  FROM neighbours
  WHERE one_ends <> next_begins
)
SELECT raise_error(concat('lake: ${named} is not whole: ', fault)) AS fault
FROM (SELECT fault FROM faults ORDER BY rank, fault LIMIT 1);

-- Fails, with a sentence, when the keys of a lake's parts tell of another number of records than it holds, which Spark
-- reads from the ends of the files.
--
-- ${named}  the lake's name in the sentence
SELECT raise_error(concat('lake: ${named} is not whole: its keys tell of ', expected, ' records, and it holds ', found)) AS fault
FROM (SELECT sum(lines.written) AS expected FROM part_keys)
CROSS JOIN (SELECT count(*) AS found FROM requests)
WHERE expected <> found;

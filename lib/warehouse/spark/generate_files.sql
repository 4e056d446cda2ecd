-- Makes a log on the executors, which write the Parquet files of a lake themselves: several times as fast as handing
-- lines to Spark, for a lake in a folder that all executors share. Each piece of an hour is one task and one file,
-- under the date and the hour at which its lines were delivered. A task that runs again writes the same bytes.
-- The command hands Spark the answer key of its file alone. Spark puts the keys into the lake when all tasks are done.
--
-- ${lake}         the lake's folder; ${lake}/requests gets the records, ${lake}/keys the answer key of each file
-- ${first_piece}  first second of the log's first piece, since 1970
-- ${pieces}       number of pieces
-- ${seconds}      seconds of a piece, by which an hour can be divided
-- ${start}        first moment of the log, seconds since 1970
-- ${end}          its end, excluded
-- ${records}      the command that makes the part named by the five words on each line of its input: from, to, date,
--                 hour, and the name of the file
CREATE TABLE keys USING text LOCATION '${lake}/keys' AS
SELECT TRANSFORM (from, to, date, hour, name)
  ROW FORMAT DELIMITED FIELDS TERMINATED BY ' '
  USING '${records}'
  AS (value STRING)
  ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
FROM (
  SELECT
    date_format(timestamp_seconds(greatest(piece, ${start})), "yyyy-MM-dd'T'HH:mm:ss'Z'") AS from,
    date_format(timestamp_seconds(least(piece + ${seconds}, ${end})), "yyyy-MM-dd'T'HH:mm:ss'Z'") AS to,
    date_format(timestamp_seconds(piece), 'yyyy-MM-dd') AS date,
    date_format(timestamp_seconds(piece), 'HH') AS hour,
    date_format(timestamp_seconds(piece), "'part-'HHmmss'.parquet'") AS name
  FROM (SELECT ${first_piece} + id * ${seconds} AS piece FROM range(0, ${pieces}, 1, ${pieces}))
);

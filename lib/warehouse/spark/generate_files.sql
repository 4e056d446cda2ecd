-- Makes a log on the executors, which write the Parquet files of a lake themselves: many times as fast as handing
-- lines to Spark, for a lake in a folder that all executors share. Each hour of the log is one task and one file,
-- under the date and the hour at which its lines were delivered. A task that runs again writes the same bytes.
--
-- ${lake}        the lake's folder; ${lake}/requests gets the records, ${lake}/keys the answer key of each hour
-- ${first_hour}  first second of the log's first hour, since 1970
-- ${hours}       number of hours
-- ${start}       first moment of the log, seconds since 1970
-- ${end}         its end, excluded
-- ${records}     the command that makes the part named by the four words on each line of its input: from, to, date, hour
CREATE TABLE parts USING parquet LOCATION '${lake}/parts' AS
SELECT
  get_json_object(made, '$.path') AS path,
  CAST(get_json_object(made, '$.records') AS BIGINT) AS records,
  CAST(get_json_object(made, '$.bytes') AS BIGINT) AS bytes,
  get_json_object(made, '$.sha256') AS sha256
FROM (
  SELECT TRANSFORM (from, to, date, hour)
    ROW FORMAT DELIMITED FIELDS TERMINATED BY ' '
    USING '${records}'
    AS (made STRING)
    ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
  FROM (
    SELECT
      date_format(timestamp_seconds(greatest(hour_start, ${start})), "yyyy-MM-dd'T'HH:mm:ss'Z'") AS from,
      date_format(timestamp_seconds(least(hour_start + 3600, ${end})), "yyyy-MM-dd'T'HH:mm:ss'Z'") AS to,
      date_format(timestamp_seconds(hour_start), 'yyyy-MM-dd') AS date,
      date_format(timestamp_seconds(hour_start), 'HH') AS hour
    FROM (SELECT ${first_hour} + id * 3600 AS hour_start FROM range(0, ${hours}, 1, ${hours}))
  )
);

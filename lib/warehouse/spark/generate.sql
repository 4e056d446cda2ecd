-- Makes a log on the executors and writes it to a lake on any storage that Spark knows. Each shard is one task, which
-- runs our own command and hands its lines to Spark. A task that runs again gives the same rows, for a shard is a
-- pure function of the scenario and the seed.
--
-- ${lake}     the lake's folder; ${lake}/requests gets the records, ${lake}/keys the answer key of each shard
-- ${shards}   number of shards
-- ${records}  the command that makes shard @shard@ as CSV
-- ${keys}     the command that makes the answer key of shard @shard@
CREATE TABLE requests USING parquet OPTIONS (compression 'zstd') PARTITIONED BY (date, hour)
LOCATION '${lake}/requests' AS
SELECT
  CAST(timestamp AS TIMESTAMP) AS timestamp,
  ip_address,
  endpoint,
  CAST(status_code AS SMALLINT) AS status_code,
  CAST(response_time_ms AS DOUBLE) AS response_time_ms,
  substr(timestamp, 1, 10) AS date,
  substr(timestamp, 12, 2) AS hour
FROM (
  SELECT TRANSFORM (id + 1)
    ROW FORMAT DELIMITED FIELDS TERMINATED BY ','
    USING '${records}'
    AS (timestamp STRING, ip_address STRING, endpoint STRING, status_code STRING, response_time_ms STRING)
    ROW FORMAT DELIMITED FIELDS TERMINATED BY ','
  FROM range(0, ${shards}, 1, ${shards})
)
WHERE timestamp <> 'timestamp'; -- the header of the first shard

-- The keys come last: a lake whose keys cover the whole log is a whole lake.
CREATE TABLE keys USING text LOCATION '${lake}/keys' AS
SELECT TRANSFORM (id + 1)
  ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
  USING '${keys}'
  AS (value STRING)
  ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
FROM range(0, ${shards}, 1, ${shards});

-- The tables of a lake: its records as `requests`, the form that every question asks, and the answer key of each
-- part as a row of `part_keys`.
CREATE OR REPLACE TEMPORARY VIEW requests AS
SELECT timestamp, ip_address, endpoint, CAST(status_code AS INT) AS status_code, response_time_ms
FROM parquet.`${lake}/requests`;

CREATE OR REPLACE TEMPORARY VIEW part_keys AS
SELECT key.*, concat_ws(' ', get_json_object(value, '$.seed'), get_json_object(value, '$.scenario')) AS log
FROM (
  SELECT value, from_json(value, 'STRUCT<
    from: TIMESTAMP,
    to: TIMESTAMP,
    lines: STRUCT<written: BIGINT>,
    scenario: STRUCT<traffic: STRUCT<start: TIMESTAMP, end: TIMESTAMP>>,
    response_time_ms: STRUCT<max: DOUBLE, bins: ARRAY<INT>, counts: ARRAY<BIGINT>>,
    counts: STRUCT<bucket_seconds: INT, first_bucket: TIMESTAMP, endpoints: ARRAY<STRING>, bucket: ARRAY<INT>,
      endpoint: ARRAY<INT>, status_class: ARRAY<INT>, requests: ARRAY<BIGINT>>>') AS key
  FROM text.`${lake}/keys`
  WHERE value <> ''
);

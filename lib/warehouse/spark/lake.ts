import { InputError, quoted } from "../../errors.js";
import { inBackticks, inQuotes, sparkSql } from "./text.js";

/**
 * The folder of a lake, as Spark takes it: a path that all executors see, or `s3a://…`, `hdfs://…` and the like.
 * @throws InputError when it is not such a folder
 */
export function lakeOption(value: unknown): string {
  if (
    typeof value !== "string" ||
    !/^(\/|[a-z][a-z\d+.-]*:\/)/i.test(value) ||
    /[\p{Cc}*?[\]{}]/u.test(value)
  ) {
    throw new InputError(
      `lake: must be an absolute path or an address such as s3a://bucket/logs, without wildcards, not ${quoted(value)}`,
    );
  }
  return value.replace(/(?<!:|:\/)\/+$/, "");
}

/** SQL that makes the views `requests` and `part_keys` of a lake that `spark generate` wrote. */
export const lakeViews = (lake: string) => sparkSql("lake", { lake: inBackticks(lake) });

/** SQL that makes the view `requests` of any Parquet folder with the five fields. */
export const parquetView = (folder: string) =>
  `CREATE OR REPLACE TEMPORARY VIEW requests AS
SELECT timestamp, ip_address, endpoint, CAST(status_code AS INT) AS status_code, response_time_ms
FROM parquet.\`${inBackticks(folder)}\`;`;

/**
 * SQL that fails with a message if a lake is not complete.
 * @param counted - whether to compare the number of records too, not only which parts have keys
 */
export function wholeSql(lake: string, counted: boolean): string {
  const values = { named: inQuotes(quoted(lake)) };
  return [sparkSql("whole", values), ...(counted ? [sparkSql("counted", values)] : [])].join("\n");
}

/** SQL that lists how a lake differs from its keys; no rows if it is as it was made. */
export const checkSql = () => sparkSql("check", {});

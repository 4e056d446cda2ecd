import { readFileSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";

/**
 * A five-field log in a table of its own, measured from outside: nothing here knows how the log was made.
 *
 * Table `request`: t (milliseconds since 1970), client (a hash of the address), path (number of the endpoint
 * as it stands), template (number of the endpoint with `{id}` for numbers), status, ms.
 */
export class MeasuredLog {
  /** @param {import("@duckdb/node-api").DuckDBConnection} connection */
  constructor(connection) {
    this.connection = connection;
  }

  /**
   * Reads a CSV file, beyond the memory limit by way of temporary files.
   * @param {string} csv path
   * @param {string} temporary folder for what does not fit
   */
  static async open(csv, temporary) {
    const instance = await DuckDBInstance.create(":memory:", {
      memory_limit: "2GB",
      temp_directory: temporary,
      preserve_insertion_order: "false",
    });
    const log = new MeasuredLog(await instance.connect());
    await log.run(
      `CREATE TABLE record AS SELECT epoch_ms(timestamp) AS t, hash(ip_address) AS client, endpoint,
         status_code AS status, response_time_ms AS ms
       FROM ${records}`,
      [csv],
    );
    await log.run(
      `CREATE TABLE path AS SELECT row_number() OVER () AS path, endpoint,
         dense_rank() OVER (ORDER BY regexp_replace(endpoint, '/[0-9]+', '/{id}', 'g')) AS template
       FROM (SELECT DISTINCT endpoint FROM record)`,
    );
    await log.run(
      `CREATE TABLE request AS SELECT t, client, path::INTEGER AS path, template::INTEGER AS template, status, ms
       FROM record JOIN path USING (endpoint)`,
    );
    await log.run("DROP TABLE record");
    return log;
  }

  /**
   * The moments alone, of a log so large that its other fields would take most of the time.
   * @param {string} csv path
   */
  static async openMoments(csv) {
    const log = new MeasuredLog(await (await DuckDBInstance.create(":memory:")).connect());
    await log.run(`CREATE TABLE request AS SELECT epoch_ms(timestamp) AS t FROM ${records}`, [csv]);
    return log;
  }

  /** @param {string} sql @param {any[]} [values] */
  async run(sql, values) {
    await this.connection.run(sql, values);
  }

  /**
   * Rows of an answer, numbers as numbers.
   * @param {string} sql
   * @returns {Promise<Record<string, number>[]>}
   */
  async rows(sql) {
    const reader = await this.connection.runAndReadAll(sql);
    return reader
      .getRowObjects()
      .map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number(value)])));
  }

  /** The single row of an answer. @param {string} sql */
  async row(sql) {
    return (await this.rows(sql))[0];
  }

  /** Requests in each slice of time, empty slices too. @param {number} seconds length of a slice */
  async counts(seconds) {
    const { first, last } = await this.row(
      "SELECT min(t) // 86400000 * 86400 AS first, (max(t) // 86400000 + 1) * 86400 AS last FROM request",
    );
    const counts = new Float64Array((last - first) / seconds);
    const slices = await this.rows(
      `SELECT (t // 1000 - ${first}) // ${seconds} AS slice, count(*) AS requests FROM request GROUP BY 1`,
    );
    for (const { slice, requests } of slices) counts[slice] = requests;
    return counts;
  }

  close() {
    this.connection.closeSync();
  }
}

/** The five fields of the file named by the first parameter. */
const records = `read_csv($1, header = true, columns = {timestamp: 'TIMESTAMP', ip_address: 'VARCHAR',
         endpoint: 'VARCHAR', status_code: 'SMALLINT', response_time_ms: 'DOUBLE'})`;

/** Peak memory of this process so far, MB; undefined where the system does not say. */
export function peakMemory() {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) / 1024;
  } catch {
    return undefined;
  }
}

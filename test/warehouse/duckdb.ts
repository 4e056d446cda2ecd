import { DuckDBInstance } from "@duckdb/node-api";

/** Runs SQL in a DuckDB file through the test's own connection, with its clock in a time zone. */
export async function runInDuckdb(path: string, sql: string, zone: string): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  await connection.run(`SET TimeZone = '${zone}'`);
  await connection.run(sql);
  connection.closeSync();
  instance.closeSync();
}

/** Several percentiles are asked of DuckDB at once, in words of its own. */
import { DuckDBInstance } from "@duckdb/node-api";
import { expect, it } from "vitest";
import { percentilesAtOnce } from "#lib/warehouse/duckdb/percentiles";

const connection = await (await DuckDBInstance.create(":memory:")).connect();
await connection.run(`CREATE TABLE requests AS SELECT * FROM (VALUES
  ('/', 1.0, 7.5), ('/', 2.0, NULL), ('/', 4.01, 2.5), ('/none', NULL, NULL), ('/one', 0.07, 3.25), ('/none', NULL, 1.0)
) AS records (endpoint, response_time_ms, seconds)`);
const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson();

it("percentiles of two columns, asked for at once, are what they are one by one", async () => {
  const percentile = (part: string, column: string) =>
    `round(percentile_cont(${part}) WITHIN GROUP (ORDER BY ${column}), 4)`;
  const of = (column: string) =>
    ["0.5", "0.95", "0.99", "0.5"].map((part) => percentile(part, column)).join(", ");
  const sql = `SELECT endpoint, ${of("response_time_ms")}, ${of("seconds")} FROM requests GROUP BY 1 ORDER BY 1`;
  const changed = percentilesAtOnce(sql);
  expect(changed).not.toContain("percentile_cont");
  expect(new Set(changed.match(/quantile_cont\([^)]*\)/g)).size).toBe(2);
  expect(await rows(changed)).toEqual(await rows(sql));
});

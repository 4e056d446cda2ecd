/** What others made: a DuckDB file with macros of its own, a CSV with control characters. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, expect, it } from "vitest";
import { verify } from "#lib/check/verify/verify";
import { csvHeader } from "#lib/record";
import { ask } from "#lib/warehouse/ask";
import { load } from "#lib/warehouse/load";
import { generate } from "#lib/write/generate";

const folder = mkdtempSync(join(tmpdir(), "foreign-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function inDuckdb(file: string, ...statements: string[]): Promise<void> {
  const instance = await DuckDBInstance.create(file);
  const connection = await instance.connect();
  for (const sql of statements) await connection.run(sql);
  connection.closeSync();
  instance.closeSync();
}

it("a database's macros never take the places of DuckDB's functions", async () => {
  const log = await generate({ rows: 20, seed: 1 });
  const to = join(folder, "macros.duckdb");
  await load(log, { to });
  await inDuckdb(to, "CREATE MACRO own(x) AS x + 1");
  expect((await ask("overview", to)).requests).toEqual([20]); // one with a name of its own is nobody's concern
  await inDuckdb(
    to,
    "CREATE MACRO round(x, n := 2) AS 42",
    // hides the first from a check that does not say whose function it asks
    "CREATE MACRO duckdb_functions() AS TABLE SELECT 'x' AS function_name, true AS internal",
  );
  const named = /macros with the names of DuckDB's own functions.*"duckdb_functions", "round"/;
  await expect(ask("overview", to)).rejects.toThrow(named);
  await expect(load(log, { to })).rejects.toThrow(named);
  await expect(verify(to, log.key)).rejects.toThrow(named);
});

it.each([
  ["ESC", "\u001b[31m"],
  ["DEL", "\u007f"],
  ["the one-byte CSI", "\u009b"],
  ["a tab", "\t"],
])("load and ask refuse %s in a path of a CSV, which read would write as %%XX", async (_, control) => {
  const path = join(folder, "control.csv");
  writeFileSync(
    path,
    `${csvHeader}\n2026-01-05T00:00:00.000Z,192.0.2.1,/é,200,1.00\n2026-01-05T00:00:00.000Z,192.0.2.1,/a${control},200,1.00\n`,
  );
  const sentence = /line 3: endpoint: ".*" breaks the rule "no control characters"/;
  await expect(ask("overview", path)).rejects.toThrow(sentence);
  await expect(load(path, { to: join(folder, "control.duckdb") })).rejects.toThrow(sentence);
});

/** An answer that is larger than the memory it may take, on each database. */
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, it } from "vitest";
import { load } from "#lib/warehouse/load";
import { type Server, startServer } from "./server.js";

const folder = mkdtempSync(join(tmpdir(), "large-answer-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const main = new URL("../../lib/bin/server-logs.js", import.meta.url).pathname;
const log = join(folder, "log.csv");
writeFileSync(
  log,
  "timestamp,ip_address,endpoint,status_code,response_time_ms\n2026-01-05T00:00:00.000Z,192.0.2.1,/,200,1.00\n",
);

/** Rows of the answers: as values in memory they would be several times what the process may take. */
const rows = 200_000;
const memory = "--max-old-space-size=30"; // MB

/** What the command line prints with little memory, as lines; its temporary files are to be gone. */
async function linesOf(args: string[], env: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const own = mkdtempSync(join(folder, "tmp-"));
  const child = spawn(process.execPath, [memory, main, "ask", ...args], {
    env: { ...process.env, TMPDIR: own, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const pieces: Buffer[] = [];
  child.stdout.on("data", (piece) => pieces.push(piece));
  const status = await new Promise((resolve) => child.once("close", resolve));
  expect([status, readdirSync(own)]).toEqual([0, []]);
  return Buffer.concat(pieces).toString().trimEnd().split("\n");
}

/** The last moment of the answer has milliseconds, so all are written with them: nothing can go out before the end. */
const answer = (series: string, second: string) =>
  `SELECT TIMESTAMP '2026-01-05' + ${second} * n AS t, 'a text of some length ' || n AS x FROM ${series} AS s(n)
   UNION ALL SELECT TIMESTAMP '2026-02-01 00:00:00.5', 'last'`;
const first = "2026-01-05T00:00:01.000Z";
const last = "2026-02-01T00:00:00.500Z";

it("as JSON on DuckDB", async () => {
  const sql = answer(`range(1, ${rows + 1})`, "INTERVAL 1 SECOND");
  const parsed = JSON.parse((await linesOf([sql, "--on", log, "--json"]))[0]);
  expect(parsed.length).toBe(rows + 1);
  expect([parsed[0], parsed.at(-1)]).toEqual([
    { t: first, x: "a text of some length 1" },
    { t: last, x: "last" },
  ]);
});

let server: Server | undefined;
afterAll(() => server?.stop());

it("as a table on PostgreSQL", { tags: ["postgres"] }, async () => {
  server = startServer();
  const to = server.database();
  await load(log, { to });
  const sql = answer(`generate_series(1, ${rows})`, "INTERVAL '1 second'");
  const table = await linesOf([sql, "--on", to]);
  expect(table.length).toBe(14); // the heads, five rows, what is left out, five rows, and the size
  expect(table[1]).toBe(`0       ${first}  a text of some length 1`);
  expect(table[11]).toBe(`${rows}  ${last}  last`);
  expect(table[13]).toBe("200,001 rows × 2 columns");
});

it("as CSV of what spark-sql prints", async () => {
  // Spark itself answers in test/cluster; here a program prints what it would.
  const bin = mkdtempSync(join(folder, "bin-"));
  const spark = join(bin, "spark-sql");
  writeFileSync(
    spark,
    `#!/bin/sh
echo 'columns of the answer:'
printf 't\\ttimestamp\\t\\nx\\tstring\\t\\n'
seq -f 'row of the answer: {"t":"2026-01-05T00:00:01.000Z","x":"a text of some length %.0f"}' 1 ${rows}
echo 'row of the answer: {"t":"2026-02-01T00:00:00.500Z","x":"last"}'
`,
  );
  writeFileSync(join(bin, "java"), "");
  chmodSync(spark, 0o755);
  const listener = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => listener.once("listening", resolve));
  const { port } = listener.address() as { port: number };
  const on = `spark://127.0.0.1:${port}?parquet=/nowhere`;
  const csv = await linesOf(["SELECT 1", "--on", on, "--csv"], {
    PATH: `${bin}:${process.env.PATH}`,
    SPARK_HOME: "",
    JAVA_HOME: "",
  });
  listener.close();
  expect(csv.length).toBe(rows + 2);
  expect([csv[1], csv.at(-1)]).toEqual([`${first},a text of some length 1`, `${last},last`]);
});

it("of a large log, whose records wait in a file that is gone afterwards", async () => {
  const large = join(folder, "large.csv.gz");
  const head = "timestamp,ip_address,endpoint,status_code,response_time_ms";
  const path = `/${"long".repeat(25_000)}`;
  const lines = Array.from(
    { length: 350 }, // of 100 kB
    (_, i) =>
      `2026-01-05T00:00:00.${String(i).padStart(3, "0")}Z,192.0.2.1,${path},${i % 2 ? 200 : 404},1.00`,
  );
  writeFileSync(large, gzipSync(`${[head, ...lines].join("\n")}\n`, { level: 0 })); // so 35 MB count as a large log
  const sql =
    "SELECT status_code, count(*) AS n, min(length(endpoint)) AS l FROM requests GROUP BY 1 ORDER BY 1";
  const answer = ["status_code,n,l", "200,175,100001", "404,175,100001"];
  expect(await linesOf([sql, "--on", large, "--csv"])).toEqual(answer);
});

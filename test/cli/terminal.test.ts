/** Nothing that a log, a header or a name holds gives orders to a terminal. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { harmless } from "#lib/errors";
import { read } from "#lib/read/read";
import { shell } from "./shell.js";

const folder = mkdtempSync(join(tmpdir(), "terminal-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const put = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const main = new URL("../../lib/bin/server-logs.js", import.meta.url).pathname;

/** ESC, the one-byte CSI, the override of direction, a zero-width space, a line separator, a bell. */
const orders = ["\u001b[31m", "\u009b31m", "\u202e", "\u200b", "\u2028", "\u0007"];
const acts = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

it.each(orders.map((order) => [JSON.stringify(order), order]))("%s is shown as an escape", (_, order) => {
  expect(harmless(`a${order}b\n`)).not.toMatch(/[^\n\P{Cc}]|\p{Cf}|\p{Zl}/u);
  expect(harmless(`a${order}b`)).toMatch(/^a\\u[0-9a-f]{4}.*b$/);
});

const all = orders.join("");
const record = { status_code: 200, endpoint: "/a", ip_address: "1.1.1.1" };
const logs: [string, string][] = [
  [
    "a header",
    `timestamp${all},ip_address,endpoint,status_code,response_time_ms\n2026-01-05T00:00:00Z,1.1.1.1,/a,200,2\n`,
  ],
  [
    "JSON names",
    `${JSON.stringify({ [`timestamp${all}`]: "2026-01-05T00:00:00Z", ...record, [`response_time_ms${all}`]: 1 })}\n`,
  ],
  ["lines", `${all} GET / 200\n`.repeat(3)],
  ["a path", `10.0.0.1 - - [05/Jan/2026:00:00:01 +0000] "GET /${all}x HTTP/1.1" 200 5 "-" "x"\n`],
];

it.each(logs)("%s of a log: summaries and errors are harmless", async (name, text) => {
  const path = put(`log${logs.findIndex(([each]) => each === name)}.log`, text);
  const outcome = await read(path).catch((error) => error);
  const words: string = outcome instanceof Error ? outcome.message : outcome.summary;
  expect(words.replaceAll("\n", "")).not.toMatch(acts);
  for (const args of [
    ["read", path, "--out", join(folder, "x.csv")],
    ["validate", path],
    ["ask", "busiest_clients", "--on", path],
  ]) {
    const { stderr, stdout } = await shell(args);
    expect(stderr.replaceAll("\n", "")).not.toMatch(acts);
    expect(stdout.replaceAll("\n", "")).not.toMatch(acts);
  }
});

it("`ask --csv` gives a program the data as they are, and a terminal none of their orders", async () => {
  const log = put(
    "a.csv",
    "timestamp,ip_address,endpoint,status_code,response_time_ms\n2026-01-05T00:00:00.000Z,1.1.1.1,/a,200,2\n",
  );
  const sql = "SELECT chr(27) || '[31m' || chr(8238) AS x";
  const piped = await shell(["ask", sql, "--on", log, "--csv"]);
  expect(piped.stdout).toBe("x\n\u001b[31m\u202e\n");
  // script(1) of util-linux gives the command a terminal
  const quoted = [process.execPath, main, "ask", sql, "--on", log, "--csv"].map(
    (word) => `'${word.replaceAll("'", `'\\''`)}'`,
  );
  const terminal = spawnSync("script", ["-qec", quoted.join(" "), "/dev/null"], { encoding: "utf8" });
  expect(terminal.stdout).toContain("\\u001b[31m\\u202e");
  expect(terminal.stdout).not.toContain("\u001b[31m");
});

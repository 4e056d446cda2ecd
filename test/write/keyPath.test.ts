/** Where the answer key is written: beside the log, to a file of the caller's, to standard output, or nowhere. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { generate } from "#lib/write/generate";

const cli = fileURLToPath(new URL("../../lib/bin/server-logs.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "key-path-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);

it("stands in the file that is named, and not beside the log", async () => {
  const { key, keyPath } = await generate({ rows: 50, out: at("a.csv"), key: at("elsewhere.json") });
  expect(keyPath).toBe(at("elsewhere.json"));
  expect(JSON.parse(readFileSync(at("elsewhere.json"), "utf8"))).toEqual(key);
  expect(existsSync(at("a.truth.json"))).toBe(false);
});

it("goes to standard output, where the log may go to a device", () => {
  const args = [cli, "generate", "--rows", "50", "--out", "/dev/null", "--key", "-"];
  const { stdout, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect(status).toBe(0);
  expect(JSON.parse(stdout).lines.written).toBe(50);
});

it.each([
  [["--key", "-"], "key: standard output carries the log"],
  [["--json", "--out", "x.csv", "--key", "-"], "--json: needs --key FILE"],
])("does not share standard output: %j", (args, message) => {
  const run = spawnSync(process.execPath, [cli, "generate", ...args], { encoding: "utf8", cwd: folder });
  expect([run.status, run.stdout]).toEqual([2, ""]);
  expect(run.stderr).toContain(message);
  expect(existsSync(at("x.csv"))).toBe(false);
});

it("is refused as a number or an empty name", async () => {
  for (const key of [1, ""])
    await expect(generate({ rows: 1, key: key as string })).rejects.toThrow(
      /^key: must be the path of a file/,
    );
});

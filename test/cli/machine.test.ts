/** What the command line does when the machine fails, or when somebody is waited for. */
import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { machineFault, reason } from "#lib/files/fault";
import { generate } from "#lib/write/generate";
import { workerCount } from "#lib/write/pieces";

const cli = new URL("../../lib/bin/server-logs.js", import.meta.url).pathname;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "machine-"));
  await generate({ rows: 50, out: join(folder, "s.csv") });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a full standard output ends with code 1 and one sentence", () => {
  it.each([
    "ask status_codes --on s.csv --csv",
    "validate s.csv",
    "validate s.csv --json",
    "verify s.csv --json",
    "questions",
    "generate --rows 10 --out x.csv --json",
    "load s.csv --to z.duckdb --json",
    "read s.csv --out y.csv --json",
  ])("%s", (call) => {
    const script = `"${process.execPath}" "${cli}" ${call} > /dev/full`;
    const { status, stderr } = spawnSync("sh", ["-c", script], { cwd: folder, encoding: "utf8" });
    expect([status, stderr]).toEqual([1, "server-logs: cannot write standard output: the disk is full\n"]);
  });
});

it("standard error that is full or closed changes nothing", () => {
  for (const to of ["2>/dev/full", "2>&-"]) {
    const script = `"${process.execPath}" "${cli}" generate --rows 10 --out e.csv ${to}`;
    expect(spawnSync("sh", ["-c", script], { cwd: folder }).status).toBe(0);
  }
});

describe("an interrupt is heard, and nothing is left,", () => {
  const calls: [string, string][] = [
    ["while a pipe to write to has no reader", `exec "$NODE" "$CLI" generate --rows 10 --out pipe`],
    [
      "while a pipe to read as a scenario has no writer",
      `exec "$NODE" "$CLI" generate --scenario ./pipe --out p.csv`,
    ],
    [
      "while the reader of standard output does not read",
      `exec "$NODE" "$CLI" generate --rows 3000000 > unread`,
    ],
    [
      "while a huge log looks back for late lines",
      `exec "$NODE" "$CLI" generate --rows 10000000000 --defects late=0.01 --out h.csv`,
    ],
  ];
  it.each(calls)("%s", async (_, script) => {
    spawnSync("rm", ["-f", "pipe", "unread"], { cwd: folder });
    spawnSync("mkfifo", ["pipe", "unread"], { cwd: folder });
    // Somebody holds the second pipe open and never reads it.
    const holder = spawn("sh", ["-c", "exec sleep 100 <> unread"], { cwd: folder });
    const child = spawn("sh", ["-c", script], {
      cwd: folder,
      env: { ...process.env, NODE: process.execPath, CLI: cli },
      stdio: "ignore",
    });
    const ended = new Promise((resolve) => child.on("exit", (code, signal) => resolve(code ?? signal)));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    child.kill("SIGINT");
    expect([130, "SIGINT"]).toContain(await ended);
    holder.kill();
    expect(readdirSync(folder).filter((name) => /partial|writing/.test(name))).toEqual([]);
  });
});

it("pipes and devices are refused at once where a log or a database is read", () => {
  spawnSync("mkfifo", ["in"], { cwd: folder });
  for (const call of [
    "load in --to n.duckdb",
    "load /dev/zero --to n.duckdb",
    "ask status_codes --on in",
    "verify in --key s.truth.json",
    "load s.csv --to in",
    "generate --scenario /dev/zero --out n.csv",
  ]) {
    const { status, stderr } = spawnSync(process.execPath, [cli, ...call.split(" ")], {
      cwd: folder,
      encoding: "utf8",
      timeout: 60_000,
    });
    expect([call, status, stderr.trim().split("\n").length]).toEqual([call, 2, 1]);
  }
});

it("a pipe with a reader gets the whole log", () => {
  const script = `mkfifo p && (cat p > got &) && "${process.execPath}" "${cli}" generate --rows 50 --out p 2>/dev/null; sleep 0.2; cmp got s.csv`;
  expect(spawnSync("sh", ["-c", script], { cwd: folder }).status).toBe(0);
});

describe("the machine's faults are told from those of what was given", () => {
  const faults: [string, { message: string; code?: string }, string | undefined][] = [
    [
      "DuckDB on a full disk",
      { message: 'IO Error: Could not write file "x": No space left on device' },
      "the disk is full",
    ],
    [
      "DuckDB past a limit",
      { message: "IO Error: Could not write file: File too large" },
      reason({ code: "EFBIG" }),
    ],
    [
      "DuckDB without memory",
      { message: "Out of Memory Error: failed to allocate data of size 32.0 KiB" },
      "the memory does not suffice",
    ],
    [
      "JavaScript without memory",
      { message: "Array buffer allocation failed" },
      "the memory does not suffice",
    ],
    [
      "PostgreSQL stopped",
      { message: "terminating connection due to administrator command", code: "57P01" },
      "the database server stopped",
    ],
    [
      "PostgreSQL gone",
      { message: "Connection terminated unexpectedly" },
      "the connection to the database was lost",
    ],
    [
      "PostgreSQL's disk",
      { message: "could not extend file", code: "53100" },
      "the disk of the database is full",
    ],
    [
      "no permission",
      { message: "EACCES: permission denied, open 'x'", code: "EACCES" },
      "no permission to write there",
    ],
    ["a bad line", { message: "CSV Error on Line: 5" }, undefined],
    ["a bad value", { message: "invalid input syntax for type integer", code: "22P02" }, undefined],
  ];
  it.each(faults)("%s", (_, error, words) => {
    expect(machineFault(Object.assign(new Error(error.message), error))).toBe(words);
  });
});

it("64 workers are no more threads than the machine has cores, or eight", () => {
  const [most] = [64, 63].map((asked) => workerCount(asked, {} as never, 0, 0));
  expect(most).toBe(Math.max(8, spawnSync("nproc", { encoding: "utf8" }).stdout.trim() as never));
});

it("a scenario that is too large is refused", () => {
  writeFileSync(join(folder, "huge.json"), `"${"x".repeat(17 * 2 ** 20)}"`);
  const { status, stderr } = spawnSync(process.execPath, [cli, "generate", "--scenario", "./huge.json"], {
    cwd: folder,
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([2, 'server-logs: scenario: "./huge.json" is larger than 16 MiB\n']);
});

it("an npm package that is not installed is told in one sentence, without the files that lead to it", async () => {
  const bare = join(folder, "bare");
  const lib = fileURLToPath(new URL("../../lib/", import.meta.url));
  for (const part of ["bin", "dist/bundle", "package.json"])
    cpSync(join(lib, part), join(bare, part), { recursive: true });
  const log = fileURLToPath(new URL("../../data/server_logs.csv", import.meta.url));
  const args = [join(bare, "bin", "server-logs.js"), "ask", "overview", "--on", log];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  const rest = "which server-logs needs, is not installed: run npm install again";
  expect([status, stderr]).toEqual([
    1,
    expect.stringMatching(`^server-logs: the npm package @duckdb/node-api, ${rest}[^\n]*\n$`),
  ]);
  // As Node tells it of what a package itself needs: with a "Require stack" of many lines.
  const load = createRequire(import.meta.url);
  const missing = (name: string) => {
    try {
      return load(name);
    } catch (error) {
      return machineFault(error);
    }
  };
  expect(missing("@no/such-package/file.node")).toContain(`the npm package @no/such-package, ${rest}`);
});

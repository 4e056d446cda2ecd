/** No output stands on an input, and no two outputs on each other, by whatever path they are named. */
import { spawnSync } from "node:child_process";
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkPlaces } from "#lib/files/places";
import { read } from "#lib/read/read";
import { load } from "#lib/warehouse/load";
import { generate } from "#lib/write/generate";

let folder: string;
let log: string;
const line = '192.0.2.1 - - [05/Jan/2026:00:00:01 +0000] "GET / HTTP/1.1" 200 5 "-" "-"\n';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "places-"));
  log = join(folder, "a.csv");
  writeFileSync(log, line);
  symlinkSync(".", join(folder, "here"));
  symlinkSync("a.csv", join(folder, "link.csv"));
  linkSync(log, join(folder, "hard.csv"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);

describe("read refuses, and leaves the log as it was,", () => {
  const ways: [string, string, Record<string, string>][] = [
    ["its own path as out", "a.csv", { out: "a.csv" }],
    ["a link to it as out", "a.csv", { out: "link.csv" }],
    ["a hard link of it as out", "a.csv", { out: "hard.csv" }],
    ["the same folder by another way", "a.csv", { out: "here/a.csv" }],
    ["the log given by a link, its real name as out", "link.csv", { out: "a.csv" }],
    ["a link to it as quarantine", "a.csv", { out: "b.csv", quarantine: "link.csv" }],
    ["another way to it as quarantine", "a.csv", { out: "b.csv", quarantine: "here/a.csv" }],
  ];
  it.each(ways)("%s", async (_, source, outputs) => {
    const named = Object.fromEntries(Object.entries(outputs).map(([name, path]) => [name, at(path)]));
    await expect(read(at(source), named)).rejects.toThrow(/^(out|quarantine): .* is the log itself/);
    expect(readFileSync(log, "utf8")).toBe(line);
    expect(readdirSync(folder).sort()).toEqual(["a.csv", "hard.csv", "here", "link.csv"]);
  });

  it("one file, named in two ways, for records and quarantine", async () => {
    const twice = { out: at("new.csv"), quarantine: at("here/new.csv") };
    await expect(read(log, twice)).rejects.toThrow(/quarantine: .* is also the file of the CSV, ".*new.csv"/);
  });
});

it("load refuses the quarantine in the database, in its write-ahead log and in the log", async () => {
  for (const [name, what] of [
    ["here/new.duckdb", /is also the database/],
    ["here/new.duckdb.wal", /is also the database's write-ahead log/],
    ["hard.csv", /is the log itself/],
  ] as const) {
    const options = { to: at("new.duckdb"), quarantine: at(name) };
    await expect(load(log, options)).rejects.toThrow(what);
  }
  await expect(load(log, { to: at("link.csv") })).rejects.toThrow(/to: .* is the log itself/);
});

it("generate refuses one file for the log and its key", async () => {
  await expect(generate({ rows: 1, out: at("n.csv"), key: at("here/n.csv") })).rejects.toThrow(
    /key: .* is also the log that is written/,
  );
});

describe("the command line keeps", () => {
  const cli = new URL("../../lib/bin/server-logs.js", import.meta.url).pathname;
  const calls: [string, string, string[], string][] = [
    ["the scenario's file", '{"preset":"shop"}', ["generate", "--rows", "1", "--scenario", "./f.json", "--out", "here/f.json", "--format", "ndjson"], "f.json"],
    ["the scenario's file where the key would be", "{}", ["generate", "--rows", "1", "--scenario", "./x.truth.json", "--out", "here/x.csv"], "x.truth.json"],
    ["the format's file", '{"name":"m","kind":"csv"}', ["read", "a.csv", "--format", "own.json", "--out", "b.csv", "--quarantine", "here/own.json"], "own.json"],
    ["the question's file", "SELECT 1", ["ask", "q.sql", "--on", "a.csv", "--chart", "q.png"], "q.sql"],
  ]; // biome-ignore format: a table
  it.each(calls)("%s", (_, content, args, name) => {
    writeFileSync(at(name), content);
    if (name === "q.sql") symlinkSync("q.sql", at("q.png"));
    const { status, stderr } = spawnSync(process.execPath, [cli, ...args], { cwd: folder, encoding: "utf8" });
    if (name !== "q.sql") expect(stderr).toMatch(/: .* is the (scenario|format)'s file/);
    expect([status, readFileSync(at(name), "utf8")]).toEqual([2, content]);
  });
});

it("standard output that leads to the log, which would feed on itself, is refused", () => {
  const cli = new URL("../../lib/bin/server-logs.js", import.meta.url).pathname;
  const { status, stderr } = spawnSync(
    "sh",
    ["-c", `"${process.execPath}" "${cli}" read a.csv --out - >> a.csv`],
    {
      cwd: folder,
      encoding: "utf8",
    },
  );
  expect([status, stderr]).toEqual([2, expect.stringMatching(/out: standard output is the log itself/)]);
  expect(readFileSync(log, "utf8")).toBe(line);
});

it("devices and different files are left alone", async () => {
  const place = (path: string) => ({ argument: "x", path, what: "y" });
  mkdirSync(at("other"));
  await checkPlaces([place(log)], [place("/dev/null"), place("/dev/null"), place(at("other/a.csv"))]);
});

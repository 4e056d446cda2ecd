import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { keptScript } from "#lib/notebook/keptCode";

const folder = mkdtempSync(join(tmpdir(), "kept-"));
const kept = join(folder, "kept");
const file = join(folder, "script.js");
const run = (wrapped?: (text: string) => string) => {
  const { script, keep } = keptScript(file, wrapped);
  const value: unknown = script.runInThisContext();
  keep();
  return [value, script.cachedDataRejected];
};

beforeEach(() => {
  vi.stubEnv("NODE_COMPILE_CACHE", kept);
  rmSync(kept, { recursive: true, force: true });
  writeFileSync(file, "(() => 40 + 2)()");
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

test("a script's code is kept once and taken from then on", () => {
  expect(run()).toEqual([42, undefined]);
  const [name] = readdirSync(kept);
  const { mtimeMs, ino } = statSync(join(kept, name!));
  expect(run()).toEqual([42, false]);
  expect(readdirSync(kept)).toEqual([name]);
  expect(statSync(join(kept, name!))).toMatchObject({ mtimeMs, ino });
});

test("code is not taken for another text, even of the same length", () => {
  run();
  writeFileSync(file, "(() => 40 + 3)()");
  utimesSync(file, 1, 1); // another time of change, whatever the clock's grain
  expect(run()).toEqual([43, undefined]);
});

test("nor for another wrapping of it, nor what is no code: each is compiled, and kept anew", () => {
  writeFileSync(file, "(() => 50 + 2)()"); // V8 has not seen it in this process
  run((text) => `(${text}) + 1`);
  const path = join(kept, readdirSync(kept)[0]!);
  const other = readFileSync(path);
  expect(run((text) => `(${text}) + 10`)).toEqual([62, true]);
  expect(readFileSync(path)).not.toEqual(other);
  writeFileSync(path, "cut short");
  expect(run()).toEqual([52, true]);
  expect(statSync(path).size).toBeGreaterThan(100);
});

test("without Node's place for compiled code nothing is kept", () => {
  vi.stubEnv("NODE_COMPILE_CACHE", undefined);
  expect(run()).toEqual([42, undefined]);
  expect(readdirSync(folder)).toEqual(["script.js"]);
});

test("where nothing can be kept, the script runs all the same", () => {
  vi.stubEnv("NODE_COMPILE_CACHE", "/dev/null/none");
  expect(run()).toEqual([42, undefined]);
});

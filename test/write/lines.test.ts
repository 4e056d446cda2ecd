/** The first lines of a log that was just made. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { generate } from "#lib/write/generate";

const folder = mkdtempSync(join(tmpdir(), "first-lines-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each([
  ["in memory", undefined],
  ["in a file", join(folder, "log.csv")],
])("%s: as many as asked for, or as many as there are", async (_, out) => {
  const log = await generate({ rows: 30, out });
  const whole = Buffer.from(out === undefined ? log.csv! : readFileSync(out))
    .toString()
    .trimEnd()
    .split("\n");
  expect(whole).toHaveLength(31);
  for (const count of [0, 1, 5, 31, 100]) expect(log.lines!(count)).toEqual(whole.slice(0, count));
  expect(() => log.lines!(-1)).toThrow("count: must be a whole number from 0 to 10000, not -1");
});

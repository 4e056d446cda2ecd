/** Lines of any length come whole, however the reads of the file cut them; and small files leave nothing open. */
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { readSize } from "#lib/files/bytes";
import { jsonFile } from "#lib/files/jsonFile";
import { Lines, longestLine } from "#lib/files/lines";

const folder = mkdtempSync(join(tmpdir(), "lines-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The lines that the blocks hold; of one that is too long, its length. */
async function linesOf(path: string): Promise<(string | number)[]> {
  const found: (string | number)[] = [];
  for await (const { bytes, start, end, overlong } of new Lines(path, "source").blocks({})) {
    const text = Buffer.from(bytes.subarray(start, end)).toString("latin1");
    if (overlong !== undefined) found.push(overlong);
    else found.push(...text.replace(/\n$/, "").split("\n"));
  }
  return found;
}

it.each([
  ["at the end of a read", [readSize - 1, 5]],
  ["at the beginning of the next", [readSize, 5]],
  ["just behind", [readSize + 1, 5]],
  ["of the longest line, before one that fills a read", [longestLine, readSize, 5]],
  ["of the longest line, before an empty one", [longestLine, 0, 5]],
  ["after a line that is too long, at the beginning of a read", [3 * longestLine, 7, readSize, 5]],
])("a line's end %s", async (_, lengths) => {
  const lines = lengths.map((length, i) => String.fromCharCode(97 + i).repeat(length));
  const path = join(folder, "lines.txt");
  writeFileSync(path, lines.join("\n"));
  const expected = lines.map((line) => (line.length > longestLine ? line.length : line));
  expect((await linesOf(path)).map((line, i) => line === expected[i] || line)).toEqual(lines.map(() => true));
});

it("a small file is closed again, when it is sound and when it is not", () => {
  const path = join(folder, "small.json");
  /** The number that the system gives to the next file: the lowest that is free. */
  const next = () => {
    const descriptor = openSync(path, "r");
    closeSync(descriptor);
    return descriptor;
  };
  writeFileSync(path, '{"a": 1}');
  const before = next();
  expect(jsonFile(path, "scenario")).toEqual({ a: 1 });
  expect(() => jsonFile("/dev/zero", "scenario")).toThrow("is larger than 16 MiB");
  expect(next()).toBe(before);
});

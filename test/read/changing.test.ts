/** Logs that change while they are read: what is taken for the whole log is the whole log. */
import { createHash } from "node:crypto";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Digest } from "#lib/files/digest";
import { Lines } from "#lib/files/lines";
import { checkUnchanged, versionOf } from "#lib/files/version";
import { ask } from "#lib/warehouse/ask";
import { load } from "#lib/warehouse/load";

let folder: string;
let log: string;
const text = Array.from(
  { length: 40_000 },
  (_, i) =>
    `192.0.2.1 - - [05/Jan/2026:00:${String(Math.floor(i / 1000) % 60).padStart(2, "0")}:01 +0000] "GET /${i} HTTP/1.1" 200 5 "-" "-"\n`,
).join("");
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "changing-"));
  log = join(folder, "access.log");
  writeFileSync(log, text);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const sha256 = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex");

/** Reads a log, and changes it after its first block. */
async function readWhile(change: () => void) {
  const digest = new Digest();
  const lines = new Lines(log, "path", digest);
  let read = 0;
  for await (const { start, end } of lines.blocks()) {
    if (read === 0) change();
    read += end - start;
  }
  return { read, damage: lines.damage, ...digest.result() };
}

describe("a log that is changed while it is read", () => {
  it("is damaged when it is emptied, as by logrotate's copytruncate", async () => {
    const { read, damage } = await readWhile(() => truncateSync(log, 0));
    expect(read).toBeLessThan(text.length);
    expect(damage).toMatch(/^the file was emptied or overwritten while it was read, at byte \d+ of \d+$/);
  });

  it("is damaged when it is cut, or emptied and written to again past where the reader was", async () => {
    expect((await readWhile(() => truncateSync(log, text.length / 2))).damage).toBeDefined();
    writeFileSync(log, text);
    const again = await readWhile(() => writeFileSync(log, `another ${text}`));
    expect(again.damage).toBeDefined();
  });

  it("is read as far as it went at the beginning when it grows, and hashed so", async () => {
    const grown = await readWhile(() => appendFileSync(log, "more\n"));
    expect(grown).toEqual({
      read: text.length,
      damage: undefined,
      bytes: text.length,
      sha256: sha256(text),
    });
  });

  it("is hashed as it is packed", async () => {
    const packed = Buffer.concat([gzipSync(text), gzipSync(text), Buffer.alloc(512)]);
    writeFileSync(log, packed);
    const { read, damage, sha256: hash } = await readWhile(() => {});
    expect([read, damage, hash]).toEqual([2 * text.length, undefined, sha256(packed)]);
  });
});

it("load notes the hash of what became records, though the log grows", async () => {
  const to = join(folder, "x.duckdb");
  let grown = false;
  const onProgress = () => {
    if (!grown) appendFileSync(log, text.slice(0, 120 * 1000));
    grown = true;
  };
  // the hash is reported on after 0.1 s only: a larger log
  writeFileSync(log, text.repeat(6));
  const before = readFileSync(log).length;
  const { records } = await load(log, { to }, { onProgress });
  writeFileSync(join(folder, "noted.sql"), "SELECT sha256, bytes, records FROM loads");
  const noted = await ask(join(folder, "noted.sql"), to);
  const bytes = Number(noted.bytes[0]);
  const taken = readFileSync(log).subarray(0, bytes);
  expect([noted.sha256, noted.records]).toEqual([[sha256(taken)], [records]]);
  expect(bytes).toBeGreaterThanOrEqual(before);
  expect(taken.toString("latin1").split("\n").length - 1).toBe(records);
});

it("a file is told from itself after a change", async () => {
  const before = await versionOf(log);
  await checkUnchanged(log, before);
  appendFileSync(log, "x");
  await expect(checkUnchanged(log, before)).rejects.toThrow(
    /was changed while it was read, from .* bytes to/,
  );
});

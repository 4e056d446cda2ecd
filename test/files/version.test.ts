/** A file that others write to while it is read. */
import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { checkNotShorter, checkUnchanged, versionOf } from "#lib/files/version";

const folder = mkdtempSync(join(tmpdir(), "version-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("may grow but not shrink where that is asked, and not change at all where that is", async () => {
  const log = join(folder, "a.log");
  writeFileSync(log, "1234567890");
  const before = await versionOf(log);
  await checkUnchanged(log, before);
  appendFileSync(log, "more");
  await checkNotShorter(log, before);
  await expect(checkUnchanged(log, before)).rejects.toThrow(/changed while it was read, from 10 bytes to 14/);
  truncateSync(log, 9);
  await expect(checkNotShorter(log, before)).rejects.toThrow(/changed while it was read, from 10 bytes to 9/);
  rmSync(log);
  await expect(checkNotShorter(log, before)).rejects.toThrow(
    /changed while it was read: nothing of it was taken/,
  );
});

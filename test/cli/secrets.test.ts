/** A password in an address is never repeated, whatever argument it was given to. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { InputError, quoted } from "#lib/errors";
import { shell } from "./shell.js";

const folder = mkdtempSync(join(tmpdir(), "secrets-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(
  join(folder, "a.log"),
  '1.1.1.1 - - [05/Jan/2026:00:00:01 +0000] "GET / HTTP/1.1" 200 5 "-" "x"\n',
);

it.each([
  "postgres://me:S3cr3t@host/db",
  "mysql://me:p@S3cr3t@host/db",
  "https://S3cr3t@host/path?x=1",
  "postgres://host/db?user=me&password=S3cr3t",
  `${"x".repeat(40)} ftp://me:S3cr3tS3cr3tS3cr3tS3cr3t@host`,
  "/srv/app/postgres:/me:S3cr3t@host/db", // taken for a path
])("not in what an error quotes or says: %s", (text) => {
  expect(quoted(text)).not.toContain("S3cr");
  expect(new InputError(`source: ${text} is wrong`).message).not.toContain("S3cr3t");
});

it("what is no address is quoted as it is", () => {
  for (const text of ["me@example.com", "/a/@b", "https://example.com/x", "a:b"])
    expect(quoted(text)).toBe(JSON.stringify(text));
});

describe("in a shell", () => {
  const address = "postgres://me:S3cr3t@h/db";
  const calls = [
    "read ADDRESS --out x.csv",
    "validate ADDRESS",
    "generate --out ADDRESS/x.csv",
    "ask ADDRESS --on a.log",
    "read a.log --out x.csv --format ADDRESS",
    "ask overview --on a.log --set ADDRESS=1",
    "ADDRESS",
    "--ADDRESS",
  ];
  it.each(calls)("%s", async (call) => {
    const { status, stdout, stderr } = await shell(call.replace("ADDRESS", address).split(" "), folder);
    expect(status).toBe(2);
    expect(stdout + stderr).not.toContain("S3cr3t");
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { validate } from "#lib/check/validate/validate";
import { type ReadLog, read } from "#lib/read/read";

const folder = mkdtempSync(join(tmpdir(), "nothing-lost-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const real = readFileSync(new URL("../../data/haproxy_excerpt.log", import.meta.url), "utf8")
  .trimEnd()
  .split("\n");

/** What holds of every log, whatever its bytes. */
async function nothingIsLost(bytes: Uint8Array): Promise<ReadLog> {
  const file = join(folder, "any.log");
  const quarantine = join(folder, "any.ndjson");
  writeFileSync(file, bytes);
  const log = await read(file, { format: "haproxy", query: "keep", quarantine });
  const text = Buffer.from(bytes).toString("latin1");
  const lines = text === "" ? [] : text.replace(/\n$/, "").split("\n");
  expect(log.lines).toBe(lines.length);
  expect(log.records + log.quarantined + log.skipped).toBe(log.lines);
  expect(log.blank + log.headers).toBe(log.skipped);

  const entries = readFileSync(quarantine, "utf8")
    .split("\n")
    .slice(0, -1)
    .map((entry) => JSON.parse(entry));
  expect(entries).toHaveLength(log.quarantined);
  expect(log.reasons.lines.reduce<number>((sum, n) => sum + Number(n), 0)).toBe(log.quarantined);
  for (const entry of entries) {
    const length =
      lines[entry.line - 1].replace(/\r$/, "").length -
      (entry.line === 1 && text.startsWith("\xef\xbb\xbf") ? 3 : 0);
    expect(entry.bytes).toBe(length);
  }

  const check = await validate(log);
  expect(check.summary).toMatch(/^valid/);
  expect(check.records).toBe(log.records);
  return log;
}

it("of a real log changed at random, each line is a record, in quarantine or skipped, and the CSV is valid", async () => {
  const change = fc.record({
    line: fc.nat(real.length - 1),
    at: fc.noBias(fc.nat(999)).map((permille) => permille / 1000),
    cut: fc.nat(30),
    put: fc.oneof(
      fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom(" ", '"', ",", "[", "]", "/", "-1", "\n", "\r\n", "\0", "é", "<BADREQ>", "9".repeat(30))
        .map((text) => Buffer.from(text)),
    ),
  });
  let records = 0;
  let quarantined = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 40 }), async (changes) => {
      const lines = changes.map(({ line, at, cut, put }) => {
        const bytes = Buffer.from(real[line]);
        const from = Math.floor(at * bytes.length);
        return Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(from + cut), Buffer.from("\n")]);
      });
      const log = await nothingIsLost(Buffer.concat(lines));
      records += log.records;
      quarantined += log.quarantined;
    }),
    { numRuns: 400, seed: 1 },
  );
  // The changes are such that both happen often, so that the property says something.
  expect(records).toBeGreaterThan(1000);
  expect(quarantined).toBeGreaterThan(1000);
});

it("of random bytes, each line is in quarantine or skipped", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 2000, size: "max" }), async (bytes) => {
      fc.pre(!(bytes[0] === 0x1f && bytes[1] === 0x8b)); // that would be a gzip
      await nothingIsLost(bytes);
    }),
    { numRuns: 200, seed: 2 },
  );
});

it("of a byte-order mark, line ends and other beginnings, nothing is lost", async () => {
  for (const text of ["\ufeff", "\ufeff\n", "\n", "\r", "\r\n", "\n\n", "\0", " ", "\ufeff \n"])
    await nothingIsLost(Buffer.from(text));
});

it("of lines longer than any buffer, at every place where a buffer may end, nothing is lost", async () => {
  const record = real[0];
  for (const length of [262_143, 262_144, 262_145, 1_048_576, 1_310_719, 1_310_720, 1_310_721, 5_000_000]) {
    const log = await nothingIsLost(Buffer.from(`${record}\n${"y".repeat(length)}\n${record}\n${record}`));
    expect(log).toMatchObject({ lines: 4, records: 3, quarantined: 1 });
  }
});

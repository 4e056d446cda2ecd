import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { validate } from "#lib/check/validate/validate";
import { csvHeader } from "#lib/record";

const folder = mkdtempSync(join(tmpdir(), "validate-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const log = (text: string | Uint8Array) => ({ csv: Buffer.from(text as string), records: 0 });

const soundRow = (
  second: number,
  cells: Partial<Record<"time" | "ip" | "path" | "status" | "ms", string>> = {},
) =>
  [
    cells.time ?? new Date(Date.UTC(2026, 0, 5, 0, 0, second, 123)).toISOString(),
    cells.ip ?? "192.0.2.1",
    cells.path ?? "/products",
    cells.status ?? "200",
    cells.ms ?? "12.34",
  ].join(",");

/** Twenty records, the row on line 12 replaced. */
function planted(row: string | Buffer): Buffer {
  const rows = Array.from({ length: 20 }, (_, second) => soundRow(second));
  const before = [csvHeader, ...rows.slice(0, 10)].map((line) => `${line}\n`).join("");
  const after = rows
    .slice(11)
    .map((line) => `${line}\n`)
    .join("");
  return Buffer.concat([Buffer.from(before), Buffer.from(row as string), Buffer.from(`\n${after}`)]);
}

/** The rules that are broken, with the line that breaks them first. */
async function broken(source: Parameters<typeof validate>[0]): Promise<Record<string, number | null>> {
  const { rules, valid } = await validate(source);
  const names = rules.rule.filter((_, i) => rules.broken[i] !== 0) as string[];
  expect(valid).toBe(names.length === 0);
  return Object.fromEntries(
    names.map((name) => [name, rules.first_line[rules.rule.indexOf(name)] as number]),
  );
}

describe("validate finds the one row that breaks a rule", () => {
  it.each([
    ["timestamp", soundRow(10, { time: "2026-01-05 00:00:10.123Z" })],
    ["timestamp", soundRow(10, { time: "2026-01-05T00:00:10Z" })],
    ["timestamp", soundRow(10, { time: "2026-01-05T00:00:10.123" })],
    ["timestamp", soundRow(10, { time: "2026-02-29T00:00:10.123Z" })],
    ["timestamp", soundRow(10, { time: "2026-13-05T00:00:10.123Z" })],
    ["timestamp", soundRow(10, { time: "2026-01-05T24:00:10.123Z" })],
    ["timestamp", soundRow(10, { time: "2026-01-05T00:00:60.123Z" })],
    ["timestamp", soundRow(10, { time: "" })],
    ["order", soundRow(10, { time: "2026-01-05T00:00:09.122Z" })],
    ["ip_address", soundRow(10, { ip: "256.0.0.1" })],
    ["ip_address", soundRow(10, { ip: "010.0.0.1" })],
    ["ip_address", soundRow(10, { ip: "1.2.3" })],
    ["ip_address", soundRow(10, { ip: "2001:db8::1::2" })],
    ["ip_address", soundRow(10, { ip: "fe80::1%eth0" })],
    ["ip_address", soundRow(10, { ip: "" })],
    ["endpoint", soundRow(10, { path: "products" })],
    ["endpoint", soundRow(10, { path: "" })],
    ["endpoint", soundRow(10, { path: '""' })],
    ["status_code", soundRow(10, { status: "99" })],
    ["status_code", soundRow(10, { status: "600" })],
    ["status_code", soundRow(10, { status: "200.0" })],
    ["status_code", soundRow(10, { status: "" })],
    ["response_time_ms", soundRow(10, { ms: "-1" })],
    ["response_time_ms", soundRow(10, { ms: "1.234" })],
    ["response_time_ms", soundRow(10, { ms: "1e3" })],
    ["response_time_ms", soundRow(10, { ms: "NaN" })],
    ["response_time_ms", soundRow(10, { ms: "1." })],
    ["fields", soundRow(10).slice(0, -6)],
    ["fields", `${soundRow(10)},1`],
    ["fields", ""],
    ["fields", soundRow(10, { path: '"/a' })],
    ["fields", soundRow(10, { path: '/a"b' })],
    ["fields", soundRow(10, { path: '"/a"b' })],
    ["line_end", `${soundRow(10)}\r`],
    ["text", soundRow(10, { path: "/\x00" })],
    ["text", soundRow(10, { path: "/\x1b[31m" })],
    ["text", soundRow(10, { path: "/\u0085" })],
    ["text", Buffer.from(soundRow(10, { path: "/\xff" }), "latin1")],
    ["line_length", soundRow(10, { path: `/${"x".repeat(10_000_000)}` })],
  ])("%s: %s", async (rule, row) => {
    expect(await broken(log(planted(row)))).toEqual({ [rule]: 12 });
    const file = join(folder, "planted.csv");
    writeFileSync(file, planted(row));
    expect(await broken(file)).toEqual({ [rule]: 12 });
    writeFileSync(file, gzipSync(planted(row)));
    expect(await broken(file)).toEqual({ [rule]: 12 });
  });
});

describe("validate accepts", () => {
  it.each([
    ["an IPv6 address", soundRow(10, { ip: "2001:db8::1" })],
    ["an IPv4 address inside IPv6", soundRow(10, { ip: "::ffff:192.0.2.1" })],
    ["no response time", soundRow(10, { ms: "" })],
    ["whole milliseconds", soundRow(10, { ms: "0" })],
    ["a quoted path with commas and quotes", soundRow(10, { path: '"/a,""b"""' })],
    ["a path past ASCII", soundRow(10, { path: "/ä€😀" })],
    ["the same time twice", soundRow(9)],
  ])("%s", async (_, row) => {
    expect(await broken(log(planted(row)))).toEqual({});
  });
});

describe("validate judges whole files", () => {
  const rows = `${soundRow(0)}\n${soundRow(1)}\n`;
  it.each([
    ["an empty one", "", { header: 1 }],
    ["a header alone", `${csvHeader}\n`, {}],
    ["one without header", rows, { header: 1 }],
    ["a byte-order mark", `\ufeff${csvHeader}\n${rows}`, { text: 1 }],
    ["nothing but a byte-order mark", "\ufeff", { header: 1, line_end: 1, text: 1 }],
    ["no line end at the end", `${csvHeader}\n${rows}`.slice(0, -1), { line_end: 3 }],
    ["Windows line ends", `${csvHeader}\n${rows}`.replaceAll("\n", "\r\n"), { line_end: 1 }],
    [
      "columns in another order",
      `ip_address,timestamp,endpoint,status_code,response_time_ms\n`,
      { header: 1 },
    ],
  ])("%s", async (_, text, rules) => {
    expect(await broken(log(text))).toEqual(rules);
    writeFileSync(join(folder, "file.csv"), text);
    expect(await broken(join(folder, "file.csv"))).toEqual(rules);
  });

  it("a truncated gzip", async () => {
    writeFileSync(join(folder, "cut.csv.gz"), gzipSync(planted(soundRow(10))).subarray(0, -20));
    expect(await broken(join(folder, "cut.csv.gz"))).toHaveProperty("complete");
  });

  it("and says how many lines and records each rule was asked of", async () => {
    const { rules, records, summary } = await validate(log(planted("x")));
    const checked = Object.fromEntries(rules.rule.map((rule, i) => [rule, rules.checked[i]]));
    expect(records).toBe(20);
    expect(checked).toMatchObject({ header: 1, fields: 21, timestamp: 19, response_time_ms: 19 });
    expect(summary).toContain("not valid: 20 records, 1 of 12 rules broken");
    expect(rules.example[rules.rule.indexOf("fields")]).toBe("x");
  });

  it("with records out of order as a warning when asked to", async () => {
    const source = log(planted(soundRow(1)));
    expect((await validate(source)).valid).toBe(false);
    expect((await validate(source, { order: "warning" })).valid).toBe(true);
    await expect(validate(source, { ordr: "warning" } as never)).rejects.toThrow('did you mean "order"?');
  });
});

it("validate refuses what is no log", async () => {
  await expect(validate("/no/such.csv")).rejects.toThrow(
    'source: cannot read "/no/such.csv": there is no such file',
  );
  await expect(validate(7 as never)).rejects.toThrow("source: 7 is neither a log nor the path of a CSV file");
});

it("validate survives any bytes, and says the same of a file and of memory", async () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc
      .constantFrom('"', ",", "\n", "\r\n", "\0", "\ufeff", csvHeader, `${soundRow(1)}\n`)
      .map((text) => Buffer.from(text)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
      const bytes = Buffer.concat(pieces);
      const file = join(folder, "any.csv");
      writeFileSync(file, bytes);
      const outcome = await validate(log(bytes as never));
      // A gzip header by chance would be read as gzip from a file.
      if (bytes[0] !== 0x1f) expect(await validate(file)).toEqual(outcome);
      const lines = bytes.toString("latin1").split("\n");
      expect(outcome.records).toBe(Math.max(0, lines.length - (lines.at(-1) === "" ? 1 : 0) - 1));
    }),
    { numRuns: 300, seed: 1 },
  );
});

/** Files as Windows writes them, and as packers make them that are not read. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { read } from "#lib/read/read";

const folder = mkdtempSync(join(tmpdir(), "utf16-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const line = (path: string) =>
  `192.0.2.1 - - [05/Jan/2026:10:00:00 +0000] "GET ${path} HTTP/1.1" 200 5 "-" "curl"\r\n`;
const row = (path: string) => `2026-01-05T10:00:00.000Z,192.0.2.1,${path},200,`;

describe("UTF-16, told by its byte-order mark", () => {
  const text = `\ufeff${line("/a")}${line("/\u00e9\u{1f600}")}`;
  const little = Buffer.from(text, "utf16le");
  const big = Buffer.from(little).swap16();

  it.each(["little", "big"])(
    "with its %s byte first is decoded, from a file and from memory",
    async (order) => {
      const bytes = order === "little" ? little : big;
      const file = join(folder, `${order}.log`);
      writeFileSync(file, bytes);
      for (const source of [file, new Uint8Array(bytes)]) {
        const log = await read(source);
        expect(Buffer.from(log.csv!).toString().split("\n").slice(1, -1)).toEqual([
          row("/a"),
          row("/\u00e9\u{1f600}"),
        ]);
        expect(log.damaged).toBe(false);
      }
    },
  );

  it("of a million letters is the same, wherever a block ends", async () => {
    const many = `\ufeff${line("/\u{1f600}").repeat(20_000)}`;
    const log = await read(new Uint8Array(Buffer.from(many, "utf16le")));
    expect(log.records).toBe(20_000);
  });

  it("that is cut inside a letter is damaged, and says so", async () => {
    const log = await read(new Uint8Array(little.subarray(0, little.length - 1)));
    expect(log.damaged).toBe(true);
    expect(log.records + log.quarantined).toBe(log.lines);
  });
});

// The first bytes that each packer's own documentation gives.
it.each([
  ["xz", "fd377a585a000004e6d6b446"],
  ["bzip2", "425a68393141592653599d"],
  ["zip", "504b03041400000008"],
  ["7-Zip", "377abcaf271c0004"],
  ["lz4", "04224d186440a7"],
  ["compress", "1f9d9061"],
])("what %s packed is refused by name", async (packer, head) => {
  const bytes = Buffer.from(head, "hex");
  const file = join(folder, "packed.log");
  writeFileSync(file, bytes);
  for (const source of [file, new Uint8Array(bytes)])
    await expect(read(source)).rejects.toThrow(
      new RegExp(`^path: .* is packed by ${packer}, .*unpack it first`),
    );
});

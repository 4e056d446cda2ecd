/** What each format of lines says is what the CSV of the same log says, as far as the format goes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FormatName } from "#lib/encode/formats";
import { formats } from "#lib/encode/formats";
import { read } from "#lib/read/read";
import { type GenerateOptions, generate } from "#lib/write/generate";
import { wrappers } from "../read/wrappers.js";
import { folder, hostile, keeps, kept, readAs } from "./logs.js";

const path = folder();

const rowsOf = (csv: Buffer | Uint8Array) => Buffer.from(csv).toString().split("\n").slice(1, -1);

it("every format of lines stands in the table above", () => {
  expect(Object.keys(keeps).sort()).toEqual(
    Object.keys(formats)
      .filter((name) => name !== "csv" && name !== "parquet")
      .sort(),
  );
});

describe.each(Object.entries(keeps) as [FormatName, NonNullable<(typeof keeps)[FormatName]>][])(
  "%s",
  (format, keep) => {
    async function agree(options: GenerateOptions): Promise<void> {
      const csv = await generate({ ...options, key: false, out: join(path, "log.csv") });
      const made = await generate({ ...options, key: false, format, out: join(path, "log") });
      const log = await read(made.path!, { ...readAs(format), query: "keep" });
      expect([log.quarantined, log.records]).toEqual([0, csv.records]);
      expect(rowsOf(log.csv!)).toEqual(rowsOf(readFileSync(csv.path!)).map((row) => kept(row, keep)));
    }

    it("holds the records of any log", async () => {
      const options = fc.record({
        rows: fc.integer({ min: 1, max: 300 }),
        seed: fc.nat(),
        scenario: fc.constantFrom("demo", "shop", "mobile-api", hostile),
      });
      await fc.assert(fc.asyncProperty(options, agree), { numRuns: 8, seed: 3 });
    });

    it("is told by its first lines, where it need not be asked which unit it has", async () => {
      const made = await generate({ rows: 500, seed: 8, key: false, format, out: join(path, "told") });
      const log = await read(made.path!);
      expect([log.sources[0].format, log.records]).toEqual([readAs(format).format, 500]);
    });

    it("is told by its first lines behind whatever wraps them, one in fifty of which is damaged", async () => {
      const defects = { malformed: 0.02 };
      const { path: file, key } = await generate({
        rows: 250,
        seed: 8,
        defects,
        format,
        out: join(path, "sent"),
      });
      const sound = 250 - key.defects.malformed;
      const lines = readFileSync(file!, "utf8").trimEnd().split("\n");
      for (const [name, wrap] of [
        ["nothing", (line: string) => line] as const,
        ...Object.entries(wrappers),
      ]) {
        const log = await read(Buffer.from(lines.map((line) => `${wrap(line)}\n`).join("")));
        expect([name, log.sources[0].format, log.records]).toEqual([name, readAs(format).format, sound]);
      }
    });
  },
);

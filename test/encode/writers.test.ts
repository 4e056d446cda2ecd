/** What each format of lines says is what the CSV of the same log says, as far as the format goes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FormatName } from "#lib/encode/formats";
import { formats } from "#lib/encode/formats";
import { read } from "#lib/read/read";
import { type GenerateOptions, generate } from "#lib/write/generate";
import { folder, hostile, readAs } from "./logs.js";

const path = folder();

/** What a format keeps of a record: whole seconds, and how many hundredths of a millisecond its smallest step has. */
const keeps: Partial<Record<FormatName, { seconds?: true; step: number; path?: (path: string) => string }>> =
  {
    ndjson: { step: 1 },
    combined: { seconds: true, step: 0 },
    "combined-timed": { seconds: true, step: 100 },
    "vhost-combined": { seconds: true, step: 0 },
    "nginx-json": { seconds: true, step: 100 },
    "ingress-nginx": { seconds: true, step: 100 },
    w3c: { seconds: true, step: 100 },
    cloudfront: { seconds: true, step: 100 },
    alb: {
      step: 100,
      path: (text) => text.replaceAll('""', "%22").replaceAll("\\", "%5C").replaceAll('"', ""),
    },
    caddy: { step: 1 },
    "envoy-json": { step: 100 },
    ecs: { step: 1 },
  };

/** A row of the CSV as a format keeps it. */
function kept(
  row: string,
  { seconds, step, path = (text) => text }: NonNullable<(typeof keeps)[FormatName]>,
): string {
  const [, time, address, endpoint, status, took] = /^([^,]*),([^,]*),(.*),(\d+),([\d.]*)$/.exec(row)!;
  const hundredths = Math.round(Number(took) * 100);
  const printed = step === 0 ? "" : ((hundredths - (hundredths % step)) / 100).toFixed(2);
  // A cell is quoted for a comma and a quote; what a path loses of these, the cell loses, too.
  const cell = path === undefined ? endpoint : requoted(path(endpoint), endpoint);
  return [seconds ? time.replace(/\d{3}Z$/, "000Z") : time, address, cell, status, printed].join(",");
}

const requoted = (text: string, before: string) =>
  before.startsWith('"') && !text.startsWith('"') && text.includes(",") ? `"${text}"` : text;

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
      await fc.assert(fc.asyncProperty(options, agree), { numRuns: 15, seed: 3 });
    });

    it("is told by its first lines, where it need not be asked which unit it has", async () => {
      const made = await generate({ rows: 500, seed: 8, key: false, format, out: join(path, "told") });
      const log = await read(made.path!);
      expect([log.sources[0].format, log.records]).toEqual([readAs(format).format, 500]);
    });
  },
);

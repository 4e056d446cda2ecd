import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { decompress } from "fzstd";
import { describe, expect, test } from "vitest";
import type { FormatName } from "#lib/encode/formats";
import { formats } from "#lib/encode/formats";
import { generate } from "#lib/write/generate";
import { pathOf } from "../requirements.js";
import { folder, hostile } from "./logs.js";

const concatenable = (Object.keys(formats) as FormatName[]).filter((name) => formats[name].concatenable);
const path = folder();

/** A part of a log in a format, as bytes. */
async function bytesOf(options: Parameters<typeof generate>[0]): Promise<Buffer> {
  const { path: file } = await generate({ ...options, key: false, out: join(path, "part") });
  return readFileSync(file!);
}

describe.each(concatenable)("%s", (format) => {
  test("has slices, shards and workers that make the bytes of the whole", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.nat(),
          rows: fc.integer({ min: 0, max: 3000 }),
          identifiers: fc.boolean(),
          defects: fc.constantFrom({}, { malformed: 0.02, late: 0.02, duplicated: 0.02, badEncoding: 0.01 }),
          cuts: fc.array(fc.integer({ min: 0, max: 3_600_000 }), { maxLength: 3 }),
          workers: fc.constantFrom(1, 3),
        }),
        async ({ seed, rows, identifiers, defects, cuts, workers }) => {
          const start = Date.parse("2026-01-05T23:30:00Z"); // over midnight, where the date changes
          const moment = (offset: number) => new Date(start + offset).toISOString();
          const log = {
            scenario: { ...hostile, site: { ...hostile.site, identifiers } },
            start: "2026-01-05T23:30:00Z",
            end: "2026-01-06T00:30:00Z",
            ...{ seed, rows, defects, format },
          };
          const whole = await bytesOf({ ...log, workers });
          const edges = [0, ...cuts.sort((a, b) => a - b), 3_600_000];
          const parts: Buffer[] = [];
          for (let i = 1; i < edges.length; i++) {
            parts.push(await bytesOf({ ...log, from: moment(edges[i - 1]), to: moment(edges[i]) }));
          }
          expect(Buffer.concat(parts).equals(whole)).toBe(true);
          const shards = [];
          for (const shard of ["1/3", "2/3", "3/3"]) shards.push(await bytesOf({ ...log, shard }));
          expect(Buffer.concat(shards).equals(whole)).toBe(true);
        },
      ),
      { numRuns: 4, seed: concatenable.indexOf(format) }, // other logs for each format: they share most of the code
    );
  });

  test("has one header, however many of the parts are empty", async () => {
    const [start, end] = ["2026-01-05T00:00:00Z", "2026-01-05T00:00:01Z"];
    const log = { rows: 5, seed: 9, start, end, format };
    const whole = await bytesOf(log);
    const ends = { from: start, to: end };
    const shards = [{ shard: "1/3" }, { shard: "2/3" }, { shard: "3/3" }];
    const tilings = [
      { workers: 1, tiling: shards },
      { workers: 2, tiling: shards },
      { workers: 1, tiling: [{ from: start, to: start }, ends] },
      { workers: 2, tiling: [ends, { from: end, to: end }] },
    ];
    for (const { workers, tiling } of tilings) {
      const parts = [];
      for (const part of tiling) parts.push(await bytesOf({ ...log, ...part, workers }));
      expect(Buffer.concat(parts).equals(whole)).toBe(true);
    }
  });

  test("is the same text compressed", async () => {
    const log = { rows: 2000, seed: 9, format, key: false };
    const plain = await bytesOf(log);
    for (const ending of ["gz", "zst"] as const) {
      const { path: file } = await generate({ ...log, out: join(path, `packed.log.${ending}`) });
      expect(unpack[ending](readFileSync(file!)).equals(plain)).toBe(true);
    }
  });
});

const unpack = { gz: gunzipSync, zst: (bytes: Buffer) => Buffer.from(decompress(bytes)) };

// Bytes are packed as they come, whatever their format. At night so many records make work for a second thread.
test.each(["gz", "zst"] as const)(
  "the members or frames of a .%s do not depend on the workers",
  async (ending) => {
    const night = { start: "2026-01-05T02:00:00Z", end: "2026-01-05T04:00:00Z" };
    const log = { rows: 100_000, seed: 9, key: false, ...night };
    const [one, three] = await Promise.all(
      [1, 3].map(async (workers) => {
        const out = join(path, `${workers}.csv.${ending}`);
        return readFileSync((await generate({ ...log, workers, out })).path!);
      }),
    );
    expect(one.equals(three)).toBe(true);
    expect(unpack[ending](one).equals(await bytesOf(log))).toBe(true);
  },
);

test("every format has the same bytes on every Node", { tags: ["node22", "node24"] }, async () => {
  const script = `
    const [module, ...formats] = process.argv.slice(1);
    const { generate } = await import(module);
    for (const format of formats) console.log(format, (await generate({ rows: 8000, seed: 5, format })).sha256);`;
  const module = new URL("../../lib/dist/write/generate.js", import.meta.url).href;
  const [ours, ...others] = await Promise.all(
    [process.execPath, pathOf("node22"), pathOf("node24")].map(async (node) => {
      const args = ["--input-type=module", "-e", script, module, ...concatenable];
      return (await promisify(execFile)(node, args)).stdout.trimEnd().split("\n");
    }),
  );
  expect(new Set(ours.map((line) => line.split(" ")[1])).size).toBe(concatenable.length);
  expect(others).toEqual([ours, ours]);
});

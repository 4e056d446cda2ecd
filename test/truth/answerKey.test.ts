/**
 * The answer key holds what DuckDB counts in the file: for every preset and for 50 scenarios that were drawn,
 * with incidents and defects on.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { presets } from "#lib/scenario/presets";
import type { AnswerKey } from "#lib/truth/answerKey";
import { type GenerateOptions, generate } from "#lib/write/generate";
import { allDefects, anyPlanted, planted } from "../generate/planted.js";
import { countedByDuckDB, type Found } from "./duckdb.js";

const ranks = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99, p999: 0.999 } as const;

/** The cells of a key by beginning of bucket (seconds since 1970), route template and status class. */
function cellsOf({ counts }: AnswerKey): Map<string, number> {
  const origin = Date.parse(counts.first_bucket) / 1000;
  return new Map(
    counts.requests.map((requests, i) => [
      `${origin + counts.bucket[i] * counts.bucket_seconds} ${counts.endpoints[counts.endpoint[i]]} ${counts.status_class[i]}`,
      requests,
    ]),
  );
}

const total = (numbers: Iterable<number>) => [...numbers].reduce((a, b) => a + b, 0);

/** Makes the log and holds its key to what DuckDB finds in the file. */
async function holds(options: GenerateOptions): Promise<AnswerKey> {
  let found: Found | undefined;
  const { key, lines, labels } = await planted(options, async (path, { counts }) => {
    found = await countedByDuckDB(path, counts.bucket_seconds, counts.endpoints, Object.values(ranks));
  });
  const { lines: all, readable, cells, quantiles, longest } = found!;
  expect(cells).toEqual(cellsOf(key));
  expect(all).toBe(key.lines.written);
  expect(longest).toBe(key.response_time_ms.max);
  expect(total(key.response_time_ms.counts)).toBe(readable);
  Object.keys(ranks).forEach((name, i) => {
    const [stated, exact] = [key.response_time_ms[name as keyof typeof ranks], quantiles[i]];
    if (exact === null) expect(stated).toBeNull();
    else expect(Math.abs(stated! - exact)).toBeLessThanOrEqual(0.004 * exact + 0.005); // printed to hundredths
  });
  const { base, dropped, added, duplicated, written } = key.lines;
  expect(written).toBe(base - dropped + added + duplicated);
  expect(written).toBe(lines.length);
  for (const [defect, stated] of Object.entries(key.defects))
    expect([defect, labels.filter((label) => label.defect === defect).length]).toEqual([defect, stated]);
  return key;
}

describe("the answer key equals what DuckDB counts in the file", () => {
  for (const preset of Object.keys(presets)) {
    it(`for the preset ${preset}, as it is and with incidents and defects`, async () => {
      const healthy = await holds({ scenario: preset, rows: 8000, seed: 1 });
      expect(healthy.lines).toEqual({ base: 8000, dropped: 0, added: 0, duplicated: 0, written: 8000 });
      const key = await holds({
        scenario: preset,
        rows: 8000,
        seed: 1,
        incidents: ["outage", "scraper", "traffic_surge", "traffic_drop"],
        defects: allDefects,
      });
      expect(key.lines.base).toBe(8000);
      expect(Math.min(key.lines.dropped, key.lines.added, key.lines.duplicated)).toBeGreaterThan(0);
    });
  }

  it("for 50 scenarios with drawn incidents and defects", async () => {
    const rate = fc.constantFrom(0, 0, 0.002, 0.05);
    const defects = fc.record(Object.fromEntries(Object.keys(allDefects).map((kind) => [kind, rate])));
    await fc.assert(
      fc.asyncProperty(anyPlanted, defects, fc.integer({ min: 0, max: 5 }), async (drawn, wrong, random) => {
        await holds({ ...drawn, defects: wrong, scenario: { randomIncidents: random } });
      }),
      { numRuns: 50, seed: 8 },
    );
  });
});

describe("keys of parts", () => {
  it("add up to the key of the whole: terms, incidents, defects, counts and histogram", async () => {
    await fc.assert(
      fc.asyncProperty(anyPlanted, fc.integer({ min: 2, max: 7 }), async (drawn, n) => {
        const options = { ...drawn, defects: allDefects };
        const { key: whole } = await generate(options);
        const cells = new Map<string, number>();
        const bins = new Map<number, number>();
        const sums: Record<string, number> = {};
        const flat = ({ lines, defects, incidents }: AnswerKey) =>
          Object.entries({
            ...lines,
            ...defects,
            ...Object.fromEntries(
              incidents.flatMap(({ id, added, altered, dropped }) =>
                Object.entries({ added, altered, dropped }).map(([what, count]) => [`${id} ${what}`, count]),
              ),
            ),
          });
        for (let k = 1; k <= n; k++) {
          const { key } = await generate({ ...options, shard: `${k}/${n}` });
          for (const [name, count] of flat(key)) sums[name] = (sums[name] ?? 0) + count;
          for (const [cell, count] of cellsOf(key)) cells.set(cell, (cells.get(cell) ?? 0) + count);
          key.response_time_ms.bins.forEach((bin, i) => {
            bins.set(bin, (bins.get(bin) ?? 0) + key.response_time_ms.counts[i]);
          });
        }
        expect(sums).toEqual(Object.fromEntries(flat(whole)));
        expect(cells).toEqual(cellsOf(whole));
        const { bins: wholeBins, counts } = whole.response_time_ms;
        expect(bins).toEqual(new Map(wholeBins.map((bin, i) => [bin, counts[i]])));
      }),
      { numRuns: 25, seed: 9 },
    );
  });

  it("stay small: a year's counts come in coarser buckets, at most a million cells", async () => {
    const { key } = await generate({ rows: 1000, end: "2027-01-05T00:00:00Z" });
    const { bucket_seconds, endpoints } = key.counts;
    expect((365 * 86_400 * endpoints.length * 5) / bucket_seconds).toBeLessThanOrEqual(1_000_000);
    expect(bucket_seconds).toBeGreaterThan(60);
  });

  // The narrowest width that keeps 5 classes of 12 routes within a million cells: at most 16,666 buckets.
  it.each([
    ["2026-01-06", 60],
    ["2026-01-16", 60], // 11 days: 15,840 minutes
    ["2026-01-17", 300], // 12 days: 17,280 minutes
    ["2026-03-03", 300], // 57 days: 16,416 times five minutes
    ["2026-03-05", 600], // 59 days: 16,992 times five minutes
    ["2026-08-01", 1800],
    ["2027-01-05", 3600],
    ["2031-01-05", 10_800],
    ["2076-01-01", 604_800],
  ])("has buckets as narrow as a million cells allow: of a log to %s %i seconds", async (day, seconds) => {
    const { key } = await generate({ rows: 10, end: `${day}T00:00:00Z` });
    const widths = [60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 604_800, 2_592_000];
    const window = (Date.parse(day) - Date.parse("2026-01-05")) / 1000;
    const narrowest = widths.find((width) => Math.ceil(window / width) <= 16_666);
    expect(key.counts.bucket_seconds).toBe(narrowest);
    expect(narrowest).toBe(seconds);
  });
});

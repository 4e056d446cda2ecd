/** The same bytes, labels and key for any number of workers, and for slices put together: incidents and defects on. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { incidentKinds } from "#lib/scenario/incidents/kinds";
import { generate } from "#lib/write/generate";
import { allDefects, anyPlanted, planted } from "../generate/planted.js";

const sha256 = (text: string | Uint8Array) => createHash("sha256").update(text).digest("hex");

describe("a log with every incident and every defect", () => {
  it("is the same for 1, 2, 4 and 8 workers: bytes, labels and answer key", async () => {
    const options = { rows: 400_000, seed: 21, incidents: [...incidentKinds], defects: allDefects };
    const answers = [];
    for (const workers of [1, 2, 4, 8]) {
      const { sha256: bytes, labels, key } = await planted({ ...options, workers });
      answers.push({ bytes, labels: sha256(JSON.stringify(labels)), key: sha256(JSON.stringify(key)) });
    }
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  it("is the same from slices at any moments, or from shards, put together", async () => {
    const cuts = fc.array(fc.double({ min: 0.001, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(anyPlanted, cuts, fc.integer({ min: 1, max: 6 }), async (drawn, shares, n) => {
        const options = { ...drawn, defects: allDefects };
        const whole = await generate(options);
        const [start, end] = [Date.parse(options.start!), Date.parse(options.end!)];
        const inside = shares.map((share) => Math.floor(start + share * (end - start))).sort((a, b) => a - b);
        const edges = [start, ...inside, end].map((time) => new Date(time).toISOString());
        const slices = [];
        for (let i = 1; i < edges.length; i++)
          slices.push((await generate({ ...options, from: edges[i - 1], to: edges[i] })).csv!);
        expect(sha256(Buffer.concat(slices))).toBe(whole.sha256);
        const shards = [];
        for (let k = 1; k <= n; k++) {
          shards.push((await generate({ ...options, shard: `${k}/${n}` })).csv!);
        }
        expect(sha256(Buffer.concat(shards))).toBe(whole.sha256);
      }),
      { numRuns: 40, seed: 22 },
    );
  });
});

it("a log so dense that a batch fills several pieces is the same for 1 and 2 workers", async () => {
  const dense = { rows: 400_000, seed: 21, end: "2026-01-05T00:01:00Z", format: "ndjson" } as const;
  const made = (workers: number) => generate({ ...dense, workers, out: "/dev/null", key: false });
  const [one, two] = [await made(1), await made(2)];
  expect([two.records, two.bytes, two.sha256]).toEqual([400_000, one.bytes, one.sha256]);
});

/** Labels: a line for each line of the log, with all incidents that touched the record. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { generate } from "#lib/write/generate";
import { allDefects, anyPlanted, planted } from "../generate/planted.js";

const outage = {
  id: "outage",
  kind: "outage" as const,
  start: "2026-01-05T12:10:00Z",
  seconds: 1200,
  endpoints: ["/checkout"],
};
const leak = { id: "leak", kind: "slow_leak" as const, start: "2026-01-05T12:05:00Z", seconds: 2400 };
const options = {
  rows: 30_000,
  seed: 11,
  start: "2026-01-05T12:00:00Z",
  end: "2026-01-05T13:00:00Z",
  incidents: [leak, outage],
};

describe("labels", () => {
  it("stand beside the lines, with or without incidents and defects", async () => {
    await fc.assert(
      fc.asyncProperty(anyPlanted, fc.boolean(), async (drawn, withDefects) => {
        const { lines, labels, key } = await planted({
          ...drawn,
          ...(withDefects && { defects: allDefects }),
        });
        expect(labels.length).toBe(lines.length);
        const order = key.incidents.map(({ id }) => id);
        for (const { incidents } of labels) {
          const places = incidents.map((id) => order.indexOf(id));
          expect(places.every((place, i) => place >= 0 && (i === 0 || place > places[i - 1]))).toBe(true);
        }
      }),
      { numRuns: 30, seed: 12 },
    );
  });

  it("number as many lines as the key says an incident added and altered", async () => {
    for (const incident of [outage, leak]) {
      const { labels, key } = await planted({ ...options, incidents: [incident] });
      const { added, altered } = key.incidents[0];
      expect(labels.filter(({ incidents }) => incidents.includes(incident.id)).length).toBe(added + altered);
    }
  });

  it("name only lines inside the incident and of its endpoints", async () => {
    const { lines, labels } = await planted(options);
    labels.forEach(({ incidents }, i) => {
      if (!incidents.includes("outage")) return;
      const [time, , endpoint, status] = lines[i].split(",");
      expect(endpoint).toBe("/checkout");
      expect(time >= "2026-01-05T12:10:00").toBe(true);
      // a minute later the last failed request may be tried again, and succeeds
      expect(time < (Number(status) >= 500 ? "2026-01-05T12:30:00" : "2026-01-05T12:31:00")).toBe(true);
    });
  });

  it("keep all incidents of a record that several touched", async () => {
    const { lines, labels } = await planted(options);
    const leaking = await planted({ ...options, incidents: [leak] });
    const broken = await planted({ ...options, incidents: [outage] });
    const idsOf = (log: typeof leaking) => {
      const byRequest = new Map<string, string[]>();
      for (const [i, line] of log.lines.entries())
        byRequest.set(line.split(",").slice(0, 3).join(), log.labels[i].incidents);
      return byRequest;
    };
    const [byLeak, byOutage] = [idsOf(leaking), idsOf(broken)];
    let both = 0;
    lines.forEach((line, i) => {
      const request = line.split(",").slice(0, 3).join();
      const { incidents } = labels[i];
      // what the outage turned into a 503 is not slowed any more: the leak, first in the list, slows it before
      expect(incidents.includes("leak")).toBe((byLeak.get(request) ?? incidents).includes("leak"));
      expect(incidents.includes("outage")).toBe((byOutage.get(request) ?? []).includes("outage"));
      if (incidents.length === 2) both++;
    });
    expect(both).toBeGreaterThan(50);
  });

  it("of shards are those of the whole, put together as the shards are", async () => {
    const folder = mkdtempSync(join(tmpdir(), "labels-"));
    const textOf = async (name: string, shard?: string) => {
      const { labelsPath } = await generate({ ...options, shard, labels: true, out: join(folder, name) });
      return readFileSync(labelsPath!, "latin1");
    };
    const shards = [];
    for (const k of [1, 2, 3]) shards.push(await textOf(`p${k}.csv`, `${k}/3`));
    expect(shards.join("")).toBe(await textOf("whole.csv"));
    rmSync(folder, { recursive: true });
  });

  it("are the same for a log in another format", async () => {
    const csv = await planted({ ...options, defects: allDefects });
    const ndjson = await planted({ ...options, defects: allDefects, format: "ndjson" });
    expect(ndjson.labels).toEqual(csv.labels);
  });
});

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
    let touched = 0;
    await fc.assert(
      fc.asyncProperty(anyPlanted, fc.boolean(), async (drawn, withDefects) => {
        const { lines, labels, key } = await planted({
          ...drawn,
          ...(withDefects && { defects: allDefects }),
        });
        expect(labels.length).toBe(lines.length);
        const order = key.incidents.map(({ id }) => id);
        touched += labels.reduce((sum, { incidents }) => sum + incidents.length, 0);
        const strange = labels.filter(({ incidents }) => {
          const places = incidents.map((id) => order.indexOf(id));
          return !places.every((place, i) => place >= 0 && (i === 0 || place > places[i - 1]));
        });
        expect(strange).toEqual([]);
      }),
      { numRuns: 30, seed: 12 },
    );
    expect(touched).toBeGreaterThan(1000);
  });

  it("number as many lines as the key says an incident added and altered", async () => {
    for (const incident of [outage, leak]) {
      const { labels, key } = await planted({ ...options, incidents: [incident] });
      const { added, altered } = key.incidents[0];
      expect(added + altered).toBeGreaterThan(200);
      expect(labels.filter(({ incidents }) => incidents.includes(incident.id)).length).toBe(added + altered);
    }
  });

  it("name only lines inside the incident and of its endpoints", async () => {
    const { lines, labels } = await planted(options);
    let named = 0;
    labels.forEach(({ incidents }, i) => {
      if (!incidents.includes("outage")) return;
      named++;
      const [time, , endpoint, status] = lines[i].split(",");
      expect(endpoint).toBe("/checkout");
      expect(time >= "2026-01-05T12:10:00").toBe(true);
      // a minute later the last failed request may be tried again, and succeeds
      expect(time < (Number(status) >= 500 ? "2026-01-05T12:30:00" : "2026-01-05T12:31:00")).toBe(true);
    });
    expect(named).toBeGreaterThan(200);
  });

  it("keep all incidents of a record that several touched, for 20 seeds", async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const made = (incidents: (typeof leak | typeof outage)[]) =>
        planted({ ...options, rows: 6000, seed, incidents });
      const log = await made([leak, outage]);
      const requestOf = (line: string) => line.split(",").slice(0, 3).join();
      /** By request, what its label says; two requests of a client in one millisecond are told apart by nothing. */
      const labelsOf = ({ lines, labels }: typeof log) => {
        const byRequest = new Map<string, string[] | undefined>();
        lines.forEach((line, i) => {
          const request = requestOf(line);
          byRequest.set(request, byRequest.has(request) ? undefined : labels[i].incidents);
        });
        return byRequest;
      };
      const [byBoth, byLeak, byOutage] = [log, await made([leak]), await made([outage])].map(labelsOf);
      let both = 0;
      const lost: string[] = [];
      for (const [request, incidents] of byBoth) {
        const [leaking, broken] = [byLeak.get(request), byOutage.get(request)];
        if (incidents === undefined) continue;
        // what is made again because of the outage is not in the log without it
        if (leaking && incidents.includes("leak") !== leaking.includes("leak")) lost.push(request);
        if (broken && incidents.includes("outage") !== broken.includes("outage")) lost.push(request);
        if (incidents.length === 2) both++;
      }
      expect(lost).toEqual([]);
      expect(both).toBeGreaterThan(10);
    }
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

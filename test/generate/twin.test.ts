/**
 * The twin: the same log with some incidents never having happened. What they did not touch is the same to the
 * byte and in the same order; a diff of the two shows the incidents and nothing else.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type IncidentKind, incidentKinds } from "#lib/scenario/incidents/kinds";
import { generate } from "#lib/write/generate";
import { allDefects, anyIncident, anyPlanted, anyWindow, moment, type Planted, planted } from "./planted.js";

/** What a diff shows: lines that only the log has, only the twin has, and pairs that are the same request. */
interface Difference {
  added: number;
  dropped: number;
  altered: [string, string][];
}

/** Compares a log with its twin by the labels, line by line; fails where an untouched line is not in its place. */
function compared(log: Planted, twin: Planted, without: ReadonlySet<string>): Difference {
  const difference: Difference = { added: 0, dropped: 0, altered: [] };
  let at = 0;
  let touched: string[] = [];
  const settle = (passed: string[]) => {
    const requestOf = (line: string) => line.split(",").slice(0, 3).join();
    const requests: (string | undefined)[] = passed.map(requestOf);
    for (const line of touched) {
      const i = requests.indexOf(requestOf(line));
      if (i < 0) difference.added++;
      else {
        difference.altered.push([line, passed[i]]);
        requests[i] = undefined; // each is the same as one other
      }
    }
    difference.dropped += requests.filter((request) => request !== undefined).length;
    touched = [];
  };
  log.lines.forEach((line, i) => {
    if (log.labels[i].incidents.some((id) => without.has(id))) {
      touched.push(line);
      return;
    }
    const begin = at;
    while (at < twin.lines.length && twin.lines[at] !== line) at++;
    if (at === twin.lines.length) expect.fail(`line ${i + 2} is not touched, and not in the twin: ${line}`);
    settle(twin.lines.slice(begin, at++));
  });
  settle(twin.lines.slice(at));
  return difference;
}

const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);

describe("a log and its twin without an incident", () => {
  for (const kind of incidentKinds) {
    it(`differ by what the key says of a ${kind}, and by nothing else`, async () => {
      const drawn = anyWindow.chain((window) =>
        fc.record({
          window: fc.constant(window),
          seed: fc.integer({ min: 0, max: 2 ** 40 }),
          incident: anyIncident(kind, window.seconds, "it"),
        }),
      );
      let seen = 0;
      await fc.assert(
        fc.asyncProperty(drawn, async ({ window, seed, incident }) => {
          const start = "2026-01-05T00:00:00Z";
          const end = moment(Date.parse(start) / 1000 + window.seconds);
          const options = { rows: window.rows, seed, start, end, incidents: [incident] };
          const log = await planted(options);
          const twin = await planted({ ...options, withoutIncidents: ["it"] });
          const { added, altered, dropped } = compared(log, twin, new Set(["it"]));
          const [stated] = log.key.incidents;
          expect({ added, altered: altered.length, dropped }).toEqual({
            added: stated.added,
            altered: stated.altered,
            dropped: stated.dropped,
          });
          expect(altered.filter(([line, before]) => line === before)).toEqual([]);
          seen += added + altered.length + dropped;
          expect(twin.key.incidents[0]).toMatchObject({ happened: false, added: 0, altered: 0, dropped: 0 });
        }),
        { numRuns: 12, seed: 5 },
      );
      expect(seen).toBeGreaterThan(100);
    });
  }

  it("hold the same untouched lines in the same order when incidents overlap and only some are left out", async () => {
    await fc.assert(
      fc.asyncProperty(anyPlanted, fc.boolean(), fc.boolean(), async (drawn, all, withDefects) => {
        const options = withDefects ? { ...drawn, defects: allDefects } : drawn;
        const ids = drawn.incidents.map(({ id }) => id);
        const out = all ? ids : ids.slice(0, Math.ceil(ids.length / 2));
        const log = await planted(options);
        const twin = await planted({ ...options, withoutIncidents: all ? true : out });
        const { added, dropped } = compared(log, twin, new Set(out));
        expect(log.lines.length - twin.lines.length).toBe(added - dropped);
        if (all && !withDefects) {
          expect(added - dropped).toBe(
            sum(log.key.incidents.map((incident) => incident.added - incident.dropped)),
          );
          expect(twin.lines.length).toBe(drawn.rows);
        }
      }),
      { numRuns: 60, seed: 6 },
    );
  });

  it("are the healthy log to the byte when all are left out", async () => {
    await fc.assert(
      fc.asyncProperty(anyPlanted, async ({ incidents, ...options }) => {
        const healthy = await generate(options);
        const twin = await generate({ ...options, incidents, withoutIncidents: true });
        expect(twin.sha256).toBe(healthy.sha256);
      }),
      { numRuns: 30, seed: 7 },
    );
  });

  it("cannot be asked for without an incident that is not there", async () => {
    await expect(
      generate({ rows: 10, incidents: ["outage"], withoutIncidents: ["outrage" as IncidentKind] }),
    ).rejects.toThrow(/withoutIncidents: there is no incident "outrage"; there are outage/);
  });
});

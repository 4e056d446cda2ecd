/** Each kind of incident leaves the signature that its size says: see test/measures/signatures.js for the table. */

import { describe, expect, it } from "vitest";
import { incidentKinds, kinds } from "#lib/scenario/incidents/kinds";
import { presetIncidents } from "#lib/scenario/incidents/preset";
import { parseScenario } from "#lib/scenario/parse";
import { generate } from "#lib/write/generate";
import { type LogRecord, recordsOf } from "../measures/records.js";
import { measuredSignatures, type Signature } from "../measures/signatures.js";
import { planted } from "./planted.js";

const within = { start: "2026-01-05T12:00:00Z", end: "2026-01-05T13:00:00Z" };

describe("incidents", () => {
  it("leave the signature that their size says, for 20 seeds", async () => {
    const tables: Signature[][] = [];
    for (let seed = 1; seed <= 20; seed++) tables.push(await measuredSignatures(seed));
    expect(
      [...new Set(tables[0].map(({ kind }) => kind))].sort(),
      "kinds with a signature in test/measures/signatures.js",
    ).toEqual([...incidentKinds].sort());
    for (const [i, { kind, signature }] of tables[0].entries()) {
      const deviations = tables.map((table) => {
        const { expected, measured, standardError } = table[i];
        if (standardError > 0) return (measured - expected) / standardError;
        return Math.abs(measured - expected) < 1e-9 ? 0 : Number.POSITIVE_INFINITY;
      });
      // in standard errors: of each seed, and of the mean of all, where a small error everywhere adds up
      const worst = Math.max(...deviations.map(Math.abs));
      const mean = Math.abs(deviations.reduce((a, b) => a + b)) / Math.sqrt(deviations.length);
      expect({ kind, signature, holds: worst < 5 && mean < 4, worst, mean }).toMatchObject({ holds: true });
    }
  });

  it("grow by their shape: a ramp to its end, a pulse to its middle", async () => {
    const thirds = async (shape: "step" | "ramp" | "pulse") => {
      const incident = { id: "it", kind: "error_burst" as const, start: within.start, seconds: 3600, shape };
      const { lines } = await planted({
        rows: 60_000,
        seed: 5,
        ...within,
        incidents: [{ ...incident, size: 0.9 }],
      });
      return [0, 1, 2].map((third) => {
        const here = lines.filter((line) => Math.floor(Number(line.slice(14, 16)) / 20) === third);
        return here.filter((line) => line.split(",")[3] >= "500").length / here.length;
      });
    };
    const base = 0.02; // what fails at the demonstration shop without it
    const near = (share: number, level: number) =>
      expect(Math.abs(share - (level + (1 - level) * base))).toBeLessThan(0.03);
    (await thirds("step")).forEach((share) => {
      near(share, 0.9);
    });
    (await thirds("ramp")).forEach((share, i) => {
      near(share, 0.9 * ((2 * i + 1) / 6));
    });
    (await thirds("pulse")).forEach((share, i) => {
      near(share, 0.9 * [1 / 3, 5 / 6, 1 / 3][i]); // means of 1 − |2x − 1| over the thirds
    });
  });

  it("touch only the share of the visitors that was asked for, all requests of each", async () => {
    const incident = {
      id: "it",
      kind: "bad_deploy" as const,
      start: within.start,
      seconds: 3600,
      clients: 0.3,
    };
    const { lines, labels } = await planted({ rows: 30_000, seed: 6, ...within, incidents: [incident] });
    const touched = new Map<string, Set<boolean>>();
    lines.forEach((line, i) => {
      const [, client, , status] = line.split(",");
      if (Number(status) >= 500) return; // what a proxy answers is not slowed
      touched.set(client, (touched.get(client) ?? new Set()).add(labels[i].incidents.length > 0));
    });
    const all = [...touched.values()];
    expect(all.every((answers) => answers.size === 1)).toBe(true);
    const share = all.filter((answers) => answers.has(true)).length / all.length;
    expect(Math.abs(share - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / all.length));
  });

  it("of a surge add at the named endpoints, as many as their usual requests times the size and the clients", async () => {
    const surge = { id: "it", kind: "traffic_surge" as const, start: within.start, seconds: 3600, size: 3 };
    const usual = await planted({ rows: 40_000, seed: 4, ...within });
    const at = ({ lines }: { lines: string[] }) =>
      lines.filter((line) => line.split(",")[2] === "/cart").length;
    for (const clients of [1, 0.25]) {
      const incidents = [{ ...surge, endpoints: ["/cart"], clients }];
      const log = await planted({ rows: 40_000, seed: 4, ...within, incidents });
      expect(log.lines.length - at(log)).toBe(usual.lines.length - at(usual));
      const expected = 3 * clients * at(usual);
      expect(Math.abs(log.key.incidents[0].added - expected)).toBeLessThan(
        5 * Math.sqrt(expected) + 0.05 * expected,
      );
    }
  });

  it("of a surge slow the named endpoints alone, by what comes there", async () => {
    const options = { rows: 6000, seed: 4, ...within, scenario: { traffic: { burstiness: 0 } } };
    const surge = { id: "it", kind: "traffic_surge" as const, start: within.start, seconds: 3600, size: 5 };
    const log = recordsOf(
      await generate({ ...options, incidents: [{ ...surge, endpoints: ["/", "/cart"] }] }),
    );
    const usual = recordsOf(await generate(options));
    const request = ({ time, client, endpoint }: LogRecord) => `${time} ${client} ${endpoint}`;
    const byRequest = new Map(log.map((record) => [request(record), record]));
    const slower = (routes: (route: string) => boolean) =>
      usual
        .filter(({ endpoint, status }) => routes(endpoint) && status < 500)
        .map((before) => ({ before, after: byRequest.get(request(before))! }))
        .filter(({ after }) => after.status < 500) // a full queue turns some away
        .map(({ before, after }) => after.took / before.took);
    expect(slower((route) => !["/", "/cart"].includes(route)).every((factor) => factor === 1)).toBe(true);
    const factors = slower((route) => ["/", "/cart"].includes(route)).sort((a, b) => a - b);
    expect(factors.length).toBeGreaterThan(1000);
    expect(factors[0]).toBeGreaterThan(1.2);
  });

  it("change what another adds as they change all else, from their first second to their last", async () => {
    const burst = {
      id: "burst",
      kind: "error_burst" as const,
      start: "2026-01-05T12:00:10Z",
      seconds: 20,
      size: 1,
    };
    const surge = { id: "surge", kind: "traffic_surge" as const, start: within.start, seconds: 60, size: 50 };
    const end = "2026-01-05T12:01:00Z";
    const made = { rows: 60, seed: 4, start: within.start, end, incidents: [surge, burst] };
    const { lines, labels } = await planted(made);
    const added = lines.filter((_, i) => labels[i].incidents.includes("surge"));
    const secondOf = (line: string) => Number(line.slice(17, 19));
    for (let second = 8; second < 32; second++) {
      const here = added.filter((line) => secondOf(line) === second);
      const failed = here.filter((line) => Number(line.split(",")[3]) >= 500).length;
      expect(here.length).toBeGreaterThan(0);
      if (second >= 10 && second < 30) expect(failed).toBe(here.length);
      else expect(failed).toBeLessThan(here.length);
    }
  });

  it("of a failing dependency begin at the named endpoint, and reach others later", async () => {
    const failing = {
      id: "it",
      kind: "dependency_failure" as const,
      start: within.start,
      seconds: 3600,
      size: 1,
    };
    for (let seed = 1; seed <= 20; seed++) {
      const options = { rows: 4000, seed, ...within };
      const log = recordsOf(
        await generate({ ...options, incidents: [{ ...failing, endpoints: ["/login"] }] }),
      );
      const early = log.filter(({ time }) => time < Date.parse(within.start) + 360_000);
      const failed = (records: LogRecord[]) =>
        records.filter(({ status }) => status >= 500).length / records.length;
      expect(failed(early.filter(({ endpoint }) => endpoint === "/login"))).toBe(1);
      expect(failed(early.filter(({ endpoint }) => endpoint === "/products"))).toBeLessThan(0.1);
      const late = log.filter(({ time }) => time > Date.parse(within.start) + 0.75 * 3_600_000);
      const routes = [...new Set(late.map(({ endpoint }) => endpoint))];
      const down = routes.filter((route) => failed(late.filter(({ endpoint }) => endpoint === route)) > 0.9);
      expect(down).toContain("/login");
      expect(down.length).toBeGreaterThan(2);
      expect(down.length).toBeLessThan(routes.length);
    }
  });

  it("of a scraper come from another client, at other moments, for another seed", async () => {
    const scraper = { id: "it", kind: "scraper" as const, start: within.start, seconds: 3600, size: 2 };
    const made = async (seed: number) => {
      const { lines, labels } = await planted({ rows: 2000, seed, ...within, incidents: [scraper] });
      return lines.filter((_, i) => labels[i].incidents.includes("it")).map((line) => line.split(","));
    };
    const [one, two] = [await made(1), await made(2)];
    expect(one[0][1]).not.toBe(two[0][1]);
    const moments = new Set(one.map(([time]) => time));
    expect(two.filter(([time]) => moments.has(time)).length).toBeLessThan(two.length / 50);
  });

  it("of an outage make as many leave as meet failures: by its size, and as its shape grows", async () => {
    const leaving = async (size: number, shape: "step" | "ramp") => {
      const outage = { id: "it", kind: "outage" as const, start: within.start, seconds: 3600, size, shape };
      const { key } = await planted({ rows: 60_000, seed: 4, ...within, incidents: [outage] });
      return key.incidents[0].dropped;
    };
    const [all, tenth, ramp] = [
      await leaving(1, "step"),
      await leaving(0.1, "step"),
      await leaving(1, "ramp"),
    ];
    expect(all).toBeGreaterThan(10_000);
    expect(tenth / all).toBeGreaterThan(0.07);
    expect(tenth / all).toBeLessThan(0.13);
    expect(ramp / all).toBeGreaterThan(0.4); // half of the visitors over the hour, and later ones only
    expect(ramp / all).toBeLessThan(0.65);
  });

  it("slow answers by their shape: a leak grows if nothing is said, a failing dependency is as slow as it is ill", async () => {
    const thirds = async (kind: "slow_leak" | "dependency_failure", shape?: "step" | "ramp" | "pulse") => {
      const incident = { id: "it", kind, start: within.start, seconds: 3600, size: 0.01 };
      const size = kind === "slow_leak" ? 6 : 0.01;
      const { endpoints } = parseScenario().site;
      const routes = [...new Set(endpoints.map(({ route }) => route))];
      const healthy = await planted({ rows: 60_000, seed: 5, ...within });
      const ill = await planted({
        rows: 60_000,
        seed: 5,
        ...within,
        incidents: [{ ...incident, size, endpoints: routes, ...(shape && { shape }) }],
      });
      const medians = ({ lines }: { lines: string[] }) =>
        [0, 1, 2].map((third) => {
          const times = lines
            .filter((line) => Math.floor(Number(line.slice(14, 16)) / 20) === third)
            .map((line) => Number(line.split(",")[4]))
            .sort((a, b) => a - b);
          return times[times.length >> 1];
        });
      const usual = medians(healthy);
      return medians(ill).map((median, i) => median / usual[i]);
    };
    const near = (measured: number[], expected: number[]) =>
      measured.forEach((factor, i) => {
        expect(Math.abs(factor / expected[i] - 1)).toBeLessThan(0.1);
      });
    // Medians at the middle of each third: 1 + 5 x² for the leak, 1 + 2 x for the dependency.
    near(await thirds("slow_leak"), [1 + 5 / 36, 1 + 5 / 4, 1 + 5 * (25 / 36)]);
    near(await thirds("slow_leak", "step"), [6, 6, 6]);
    near(await thirds("dependency_failure", "step"), [3, 3, 3]);
    near(await thirds("dependency_failure", "pulse"), [1 + 2 / 3, 1 + 2 * (5 / 6), 1 + 2 / 3]);
  });

  it("are drawn from the seed on request: as many as asked, inside the window, others for another seed", async () => {
    const drawn = async (seed: number) =>
      (await generate({ rows: 100, seed, scenario: { randomIncidents: 12 } })).key.incidents;
    const [a, again, b] = [await drawn(1), await drawn(1), await drawn(2)];
    expect(again).toEqual(a);
    expect(b).not.toEqual(a);
    expect(a.length).toBe(12);
    for (const { start, end, kind, size } of a) {
      expect(start >= "2026-01-05T00:00:00" && start < end && end <= "2026-01-06T00:00:00.000Z").toBe(true);
      expect(size >= kinds[kind].size.min && size <= kinds[kind].size.max).toBe(true);
    }
  });

  it("are drawn beside named ones, as an option, and refused by its name when there are too many", async () => {
    const { key } = await generate({ rows: 100, incidents: ["outage"], randomIncidents: 2 });
    expect(key.incidents.map(({ id }) => id.replace(/_\D+$/, ""))).toEqual([
      "outage",
      "random_1",
      "random_2",
    ]);
    await expect(generate({ rows: 100, randomIncidents: 13 })).rejects.toThrow(
      "randomIncidents: must be a number from 0 to 12, not 13",
    );
  });

  it("can be named, each by its kind, and lie inside any window, a second's too", async () => {
    for (const end of ["2026-01-05T00:00:01Z", "2026-01-05T00:10:00Z", "2026-03-05T00:00:00Z"]) {
      const { key } = await generate({ rows: 200, end, incidents: [...presetIncidents] });
      expect(key.incidents.map(({ id }) => id)).toEqual(presetIncidents);
      for (const incident of key.incidents)
        expect(Date.parse(incident.end)).toBeLessThanOrEqual(Date.parse(end));
    }
  });
});

describe("an incident's id", () => {
  it("is refused when a drawn incident has it", async () => {
    const drawn = await generate({ rows: 100, scenario: { randomIncidents: 1 } });
    const [{ id, kind, start }] = drawn.key.incidents;
    const incidents = [{ id, kind, start: start.replace(".000", ""), seconds: 60 }];
    await expect(generate({ rows: 100, scenario: { incidents, randomIncidents: 1 } })).rejects.toThrow(
      `incidents: the id "${id}" is also that of an incident drawn by randomIncidents`,
    );
  });
});

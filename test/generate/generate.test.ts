import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressOf } from "#lib/generate/batch";
import { parseScenario } from "#lib/scenario/parse";
import type { ScenarioInput } from "#lib/scenario/types";
import type { Progress } from "#lib/work";
import { type GenerateOptions, generate } from "#lib/write/generate";

interface Row {
  time: number;
  address: string;
  endpoint: string;
  status: number;
  took: number;
}

function rowsOf(csv: Uint8Array): Row[] {
  const [, ...lines] = new TextDecoder().decode(csv).trimEnd().split("\n");
  return lines.map((line) => {
    const [time, address, endpoint, status, took] = line.split(",");
    return { time: Date.parse(time), address, endpoint, status: Number(status), took: Number(took) };
  });
}

const logOf = async (options: GenerateOptions) => rowsOf((await generate(options)).csv!);
const share = <T>(rows: T[], test: (row: T) => boolean) => rows.filter(test).length / rows.length;

/** Scenarios that differ in all that decides how a log is made: busy and quiet, bursty, with bots, with identifiers. */
const anyScenario = fc.record({
  seed: fc.integer({ min: 0, max: 2 ** 40 }),
  amount: fc.oneof(
    fc.record({ rows: fc.integer({ min: 0, max: 30_000 }) }),
    fc.record({ rate: fc.double({ min: 0.01, max: 30, noNaN: true }) }),
  ),
  start: fc.integer({ min: 0, max: 3e9 }).map((second) => second),
  seconds: fc.integer({ min: 1, max: 4000 }),
  burstiness: fc.constantFrom(0, 0.07, 1),
  bots: fc.constantFrom(0, 0.3, 1),
  identifiers: fc.boolean(),
});

function optionsOf(drawn: typeof anyScenario extends fc.Arbitrary<infer T> ? T : never): GenerateOptions {
  const { seed, amount, start, seconds, burstiness, bots, identifiers } = drawn;
  const scenario: ScenarioInput = {
    traffic: { burstiness },
    visitors: { bots: { share: bots } },
    site: { identifiers },
  };
  const moment = (second: number) => new Date(second * 1000).toISOString().replace(".000", "");
  return { ...amount, seed, scenario, start: moment(start), end: moment(start + seconds) };
}

describe("generate, for any scenario", () => {
  it("makes exactly the asked number of records, in order of time, inside the window", async () => {
    await fc.assert(
      fc.asyncProperty(anyScenario, async (drawn) => {
        const options = optionsOf(drawn);
        const log = await generate(options);
        const rows = rowsOf(log.csv!);
        if ("rows" in drawn.amount) expect(log.records).toBe(drawn.amount.rows);
        expect(rows.length).toBe(log.records);
        for (let i = 1; i < rows.length; i++)
          if (rows[i].time < rows[i - 1].time) expect.fail(`row ${i} goes back`);
        if (rows.length > 0) {
          expect(rows[0].time).toBeGreaterThanOrEqual(Date.parse(options.start!));
          expect(rows.at(-1)!.time).toBeLessThan(Date.parse(options.end!));
        }
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it("gives slices by time which, put together, are the whole", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyScenario,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 }),
        async (drawn, cuts) => {
          const options = optionsOf(drawn);
          const whole = await generate(options);
          const start = Date.parse(options.start!);
          const end = Date.parse(options.end!);
          const edges = [
            start,
            ...cuts.map((cut) => Math.floor(start + cut * (end - start))).sort((a, b) => a - b),
            end,
          ];
          const hash = createHash("sha256");
          for (let i = 1; i < edges.length; i++) {
            const part = await generate({
              ...options,
              from: new Date(edges[i - 1]).toISOString(),
              to: new Date(edges[i]).toISOString(),
            });
            hash.update(part.csv!);
          }
          expect(hash.digest("hex")).toBe(whole.sha256);
        },
      ),
      { numRuns: 60, seed: 2 },
    );
  });

  it("tells how far it has come, and never past the end: a slice, workers, and what incidents add", async () => {
    const surge = { id: "surge", kind: "traffic_surge" as const, seconds: 43_200, size: 8 };
    const incidents = [{ ...surge, start: "2026-01-05T06:00:00Z" }];
    for (const part of [{}, { from: "2026-01-05T10:00:00Z" }, { workers: 2 }]) {
      const told: Progress[] = [];
      const onProgress = (progress: Progress) => told.push(progress);
      const { records } = await generate({ rows: 100_000, incidents, onProgress, ...part });
      expect(told.every(({ done, total }) => done <= total!)).toBe(true);
      expect(told.at(-1)).toEqual({ done: records, total: records, unit: "records" });
    }
  });

  it("reckons from the beginning with what incidents add and drop: within a quarter of what it comes to", async () => {
    for (const kind of ["traffic_surge", "traffic_drop"] as const) {
      const totals: number[] = [];
      const incident = { id: "it", kind, start: "2026-01-05T00:00:00Z", seconds: 8640 };
      const { records } = await generate({
        rows: 600_000,
        incidents: [incident],
        out: "/dev/null",
        onProgress: ({ total }: Progress) => totals.push(total!),
      });
      expect(totals.length).toBeGreaterThan(1);
      for (const total of totals) expect(Math.abs(total / records - 1)).toBeLessThan(0.25);
    }
  });

  it("knows from the beginning how many records a whole log without incidents has", async () => {
    const totals = new Set<number | undefined>();
    const onProgress = ({ total }: Progress) => totals.add(total);
    await generate({ rows: 600_000, out: "/dev/null", onProgress });
    expect([...totals]).toEqual([600_000]);
  });

  it("gives the same bytes again, and others for another seed", async () => {
    const [a, b, c] = [
      await generate({ rows: 5000, seed: 7 }),
      await generate({ rows: 5000, seed: 7 }),
      await generate({ rows: 5000, seed: 8 }),
    ];
    expect(b.sha256).toBe(a.sha256);
    expect(c.sha256).not.toBe(a.sha256);
    expect(createHash("sha256").update(a.csv!).digest("hex")).toBe(a.sha256);
  });
});

describe("the records of the demonstration shop", () => {
  const rows = logOf({ rows: 300_000, seed: 3 });

  it("have the status mix and the popularity of the scenario, to four standard deviations", async () => {
    const { site } = parseScenario();
    const all = await rows;
    for (const { route, popularity, status } of site.endpoints) {
      const here = all.filter(({ endpoint }) => endpoint === route);
      // Sessions cluster requests, so that the variance of a share is a few times the binomial one.
      expect(Math.abs(here.length / all.length - popularity / 100)).toBeLessThan(
        8 * Math.sqrt(popularity / 100 / all.length),
      );
      const total = Object.values(status).reduce((a, b) => a + b, 0);
      for (const [code, weight] of Object.entries(status)) {
        const p = weight / total;
        const seen = share(here, (row) => row.status === Number(code));
        expect(Math.abs(seen - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / here.length) + 1e-9);
      }
    }
  });

  it("fail as the scenario says: about 4 % 4xx and 2 % 5xx, most 5xx on two endpoints", async () => {
    const all = await rows;
    expect(share(all, ({ status }) => status >= 400 && status < 500)).toBeCloseTo(0.04, 2);
    expect(share(all, ({ status }) => status >= 500)).toBeCloseTo(0.02, 2);
    const broken = all.filter(({ status }) => status >= 500);
    expect(share(broken, ({ endpoint }) => ["/checkout", "/search"].includes(endpoint))).toBeGreaterThan(0.5);
  });

  it("tie response time to status: a 304 is fast, a 500 slow, a 504 takes its time limit, a 503 none", async () => {
    const median = async (route: string, status: number) => {
      const times = (await rows)
        .filter((row) => row.endpoint === route && row.status === status)
        .map(({ took }) => took);
      return times.sort((a, b) => a - b)[times.length >> 1];
    };
    expect((await median("/images/banner.jpg", 304)) / (await median("/images/banner.jpg", 200))).toBeCloseTo(
      0.5,
      1,
    );
    expect(await median("/checkout", 500)).toBeGreaterThan(2 * (await median("/checkout", 200)));
    expect((await median("/checkout", 504)) / parseScenario().site.timeLimit).toBeCloseTo(1, 2);
    expect(await median("/search", 503)).toBeLessThan(5);
  });

  it("come as visits: an address makes several requests within minutes and goes", async () => {
    for (const [log, mean] of [
      [await rows, 10],
      [await logOf({ rows: 1000, seed: 3 }), 7],
    ] as const) {
      const sessions = sessionsOf(log);
      const requests = log.length / sessions.length;
      expect(requests).toBeGreaterThan(0.6 * mean);
      expect(requests).toBeLessThan(1.6 * mean);
      const gaps = sessions
        .flatMap((times) => times.slice(1).map((time, i) => (time - times[i]) / 1000))
        .sort((a, b) => a - b);
      expect(gaps[gaps.length >> 1]).toBeGreaterThan(4);
      expect(gaps[gaps.length >> 1]).toBeLessThan(20);
    }
  });

  it("begin at the entrance and end at the checkout more often than chance would", async () => {
    const all = await rows;
    const first = new Map<string, string>();
    for (const { address, endpoint } of all) if (!first.has(address)) first.set(address, endpoint);
    const entry = new Set(
      parseScenario()
        .site.endpoints.filter(({ phase }) => phase === "entry")
        .map(({ route }) => route),
    );
    const overall = share(all, ({ endpoint }) => entry.has(endpoint));
    expect(share([...first.values()], (endpoint) => entry.has(endpoint))).toBeGreaterThan(1.15 * overall);
  });

  it("hold no second with a clump that a quiet day could not hold", async () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const perSecond = new Map<number, number>();
      for (const { time } of await logOf({ rows: 1000, seed })) {
        const second = Math.floor(time / 1000);
        perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
      }
      expect(Math.max(...perSecond.values())).toBeLessThanOrEqual(6);
    }
  });
});

describe("load", () => {
  it("slows the median answer by (1 − ρ)/(1 − 2ρ) when the intensity doubles", async () => {
    // Two flat days whose intensity is 1 and, for the middle hours, 2 times the mean of the week.
    const medianAt = async (level: number) => {
      const hours = new Array(24).fill(1);
      const weekdays = [level, ...new Array(6).fill((7 - level) / 6)];
      const scenario: ScenarioInput = {
        traffic: { hours, weekdays, burstiness: 0 },
        visitors: { bots: { share: 1 } },
        site: { utilisation: 0.3, drift: 0 },
      };
      const hoursOfDay = { start: "2026-01-05T06:00:00Z", end: "2026-01-05T09:00:00Z" };
      const { csv } = await generate({ rate: 20 / level, scenario, ...hoursOfDay });
      const times = Array.from(
        Buffer.from(csv!)
          .toString("latin1")
          .matchAll(/,\/products,200,(.+)/g),
        ([, took]) => Number(took),
      ).sort((a, b) => a - b);
      return times[times.length >> 1];
    };
    const slower = (await medianAt(2)) / (await medianAt(1));
    expect(slower / ((1 - 0.3) / (1 - 0.6))).toBeGreaterThan(0.93);
    expect(slower / ((1 - 0.3) / (1 - 0.6))).toBeLessThan(1.07);
  });
});

describe("addresses", () => {
  it("are public: never private, shared, loopback, link-local, multicast or reserved (RFC 6890)", () => {
    for (let i = 0; i < 200_000; i++) {
      const address = addressOf(Math.imul(i, 0x9e3779b1) >>> 0, "public");
      const [a, d] = [address >>> 24, address & 255];
      if ([0, 10, 100, 127, 169, 172, 192, 198, 203].includes(a) || a > 223 || d === 0 || d === 255)
        expect.fail(`${a}…${d}`);
    }
  });

  it("stay inside 198.18.0.0/15 (RFC 2544) when only reserved ones are wanted", async () => {
    const rows = await logOf({ rows: 2000, scenario: { visitors: { addresses: "documentation" } } });
    expect(rows.every(({ address }) => /^198\.1[89]\./.test(address))).toBe(true);
  });
});

describe("identifiers", () => {
  it("fill the {id} of a route, and only there; popular ones come often", async () => {
    const [first] = parseScenario().site.endpoints;
    const endpoints = [
      { ...first, route: "/items/{id}/reviews", popularity: 1 },
      { ...first, route: "/plain", popularity: 1 },
    ];
    const rows = await logOf({
      rows: 20_000,
      scenario: { site: { endpoints, identifiers: true, catalogue: 500 } },
    });
    const ids = rows
      .filter(({ endpoint }) => endpoint !== "/plain")
      .map(({ endpoint }) => /^\/items\/(\d+)\/reviews$/.exec(endpoint)?.[1]);
    expect(ids.every((id) => Number(id) >= 1 && Number(id) <= 500)).toBe(true);
    expect(ids.filter((id) => id === "1").length).toBeGreaterThan(ids.filter((id) => id === "9").length);
  });
});

it("an option that nobody knows is refused, with the right one", async () => {
  await expect(generate({ row: 5 } as never)).rejects.toThrow(
    /^options: there is no option "row"; did you mean "rows"\?$/,
  );
});

function sessionsOf(rows: Row[]): number[][] {
  const byAddress = new Map<string, number[]>();
  for (const { address, time } of rows) {
    const times = byAddress.get(address);
    if (times) times.push(time);
    else byAddress.set(address, [time]);
  }
  return [...byAddress.values()].flatMap((times) => {
    const sessions: number[][] = [[times[0]]];
    for (let i = 1; i < times.length; i++) {
      if (times[i] - times[i - 1] > 1_800_000) sessions.push([]);
      sessions.at(-1)!.push(times[i]);
    }
    return sessions;
  });
}

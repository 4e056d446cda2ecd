import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { type DrillOptions, drill } from "#lib/monitor/drill/drill";
import { type DrillResult, readDrill, smallestTable } from "#lib/monitor/drill/result";
import { metricNames } from "#lib/monitor/prometheus/metrics";
import { shell } from "../../cli/shell.js";

const small: DrillOptions = {
  rate: 5,
  end: "2026-01-05T08:00:00Z",
  start: "2026-01-05T00:00:00Z",
  seeds: 3,
  learningHours: 2,
  minutes: 30,
  kinds: ["outage", "latency_spike"],
  sizes: [0.02, 1],
  detectors: ["cusum", "jump"],
};

describe("drill", { timeout: 60_000 }, () => {
  let alone: Promise<DrillResult>; // on one thread
  beforeAll(() => {
    alone = drill({ ...small, workers: 1 });
  });

  it("gives each detector's finds by kind and size, and the smallest that is found nine times in ten", async () => {
    const result = await alone;
    const row = (detector: string, kind: string, size: number) =>
      result.table.find((one) => one.detector === detector && one.kind === kind && one.size === size)!;
    expect(result.table).toHaveLength(2 * 2 * 2);
    expect(row("cusum", "outage", 1)).toMatchObject({ of: 3, sizeMeans: "share of the requests that fail" });
    expect(row("cusum", "outage", 1).found.value).toBe(1);
    expect(row("cusum", "outage", 1).minutes).toBeLessThanOrEqual(2);
    // cusum looks at failures alone, and slowness brings none
    expect(row("cusum", "latency_spike", 5).found.value).toBe(0);
    expect(row("jump", "latency_spike", 5).found.value).toBe(1);
    const [outage, spike] = result.smallest.filter(({ detector }) => detector === "cusum");
    expect(outage.size).toBeLessThanOrEqual(1);
    expect(spike).toMatchObject({ size: Number.NaN, found: undefined });
    expect(smallestTable(result).cusum[1]).toBe("not found");
    // 3 seeds of 6 hours
    expect(result.falseAlarms[0].weeks).toBeCloseTo(18 / 168, 10);
  });

  it("gives the same on any number of threads", async () => {
    const seen: number[] = [];
    const onProgress = ({ done, total }: { done: number; total: number | undefined }) =>
      seen.push(done / total!);
    const two = await drill({ ...small, workers: 2, onProgress });
    expect(two).toEqual(await alone);
    expect(seen.at(-1)).toBe(1);
  });

  it("takes a function, and counts what it says of the twin as false alarms", async () => {
    const always = (_: unknown, memory: { n?: number }) => {
      memory.n = (memory.n ?? 0) + 1;
      return memory.n % 60 === 0;
    };
    const result = await drill({
      ...small,
      seeds: 1,
      kinds: ["outage"],
      detectors: [always],
    });
    // once an hour, of which the first two do not count
    expect(result.falseAlarms[0]).toMatchObject({ detector: "always", falseAlarms: 7 });
    expect(smallestTable(result).always).toEqual(["too many false alarms"]);
  });

  it("says that an objective is stricter than the logs that it is drilled on, with both shares", async () => {
    const slos = (objective: number) => [{ name: "own", kind: "availability", objective } as const];
    const about = { ...small, seeds: 1, sizes: [1], kinds: ["outage"], detectors: [] } as const;
    const strict = await drill({ ...about, slos: slos(0.9999) });
    expect(strict.hints).toEqual([
      expect.stringMatching(
        /^own: the objective allows 0\.01 % of bad requests, but without an incident [12]\.\d+ % of those of these logs are bad$/,
      ),
    ]);
    expect((await drill({ ...about, slos: slos(0.9) })).hints).toEqual([]);
  });

  it("speaks of one seed as of one, and its help names the metrics that rules can use", async () => {
    const program = fileURLToPath(new URL("../../../lib/bin/server-logs.js", import.meta.url));
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [program, "drill", ...args], { encoding: "utf8" });
    const args = "--kinds outage --sizes 1 --seeds 1 --rate 1 --detector cusum --workers 1".split(" ");
    expect(run(...args).stderr).toContain(
      "found on the one seed at no more than one false alarm a week (95 %",
    );
    const help = (await shell(["drill", "--help"])).stdout.replace(/\s+/g, " ");
    for (const [name, labels] of Object.entries(metricNames))
      expect(help).toMatch(new RegExp(`${name} \\((labels )?${labels.join(", ")}\\)`));
  });

  it("begins with the seed that it is told, so that the outcome of several is that of each by itself", async () => {
    const about = { ...small, kinds: ["outage"], sizes: [0.02], detectors: ["novelty"] } as const;
    const both = await drill({ ...about, firstSeed: 103, seeds: 2, workers: 2 });
    const apart = [103, 104].map((firstSeed) => drill({ ...about, firstSeed, seeds: 1, workers: 1 }));
    const found = (await Promise.all(apart)).map(({ table }) => table[0].found.value);
    expect(both.table[0].found.value).toBe((found[0] + found[1]) / 2);
  });

  it("stops at once when it is told to", async () => {
    const controller = new AbortController();
    const running = drill({ ...small, rate: 100, workers: 2, signal: controller.signal });
    setTimeout(() => controller.abort(), 50);
    await expect(running).rejects.toThrow("interrupted");
  });

  it.each([
    [{ kinds: ["outtage"] }, /^kinds: there is no "outtage"; .*did you mean "outage"\?$/],
    [{ sizes: [0] }, /^sizes: must be a list of numbers above 0/],
    [{ firstSeed: -1 }, /^firstSeed: must be a whole number from 0 to 1000000000, not -1$/],
    [{ seeds: 0 }, /^seeds: must be a whole number from 1 to 1000, not 0$/],
    [{ detectors: ["magic"] }, /^detector: there is no "magic"/],
    [{ detectors: ["cusum", "cusum"] }, /^detectors: there are two of the name "cusum"/],
    [{ detectors: [] }, /^detectors: there must be at least one$/],
    [
      { rules: [3] as never },
      /^rules: must be the path of a file of Prometheus rules, or a list of them, not \[3\]$/,
    ],
    [{ command: " " }, /^command: must be what a shell runs/],
    [{ speed: 1 }, /there is no option "speed"/],
    [{ minutes: 1000 }, /^minutes: /],
  ] as [DrillOptions, RegExp][])("refuses %j before any work", async (options, message) => {
    await expect(drill({ ...small, ...options })).rejects.toThrow(message);
  });
});

describe("a drill that was saved", () => {
  const saved = readFileSync(new URL("../../../data/drill.json", import.meta.url), "utf8");

  it("is that of today's generator and detectors: what it says of all days holds of the first", async () => {
    const { table, falseAlarms } = readDrill(saved, "drill.json");
    const kinds = ["error_burst", "traffic_drop"] as const;
    const first = await drill({ kinds, seeds: 1, firstSeed: 101, workers: 1 });
    let compared = 0;
    for (const { detector, kind, size, found } of first.table) {
      const all = table.find((row) => row.detector === detector && row.kind === kind && row.size === size)!;
      expect(all.of).toBe(20);
      if (all.found.value > 0 && all.found.value < 1) continue;
      expect([detector, kind, size, found.value]).toEqual([detector, kind, size, all.found.value]);
      compared++;
    }
    expect(compared).toBeGreaterThan(first.table.length / 2);
    for (const { detector, falseAlarms: count } of first.falseAlarms)
      expect(count).toBeLessThanOrEqual(falseAlarms.find((row) => row.detector === detector)!.falseAlarms);
  });

  it("is read back as it was, and anything else is refused in a sentence", async () => {
    const result = await drill({ ...small, workers: 1, seeds: 1 });
    const { found, ...rest } = result.smallest.find(({ size }) => Number.isNaN(size))!;
    expect(found).toBe(undefined);
    expect(readDrill(JSON.stringify(result), "x")).toEqual(result);
    expect(rest.minutes).toBe(Number.NaN);
    for (const text of ["{}", "hello", "[]", "null", saved.replace('"outage"', '"outtage"')])
      expect(() => readDrill(text, "x.json")).toThrow(
        /^path: "x\.json" is not what "server-logs drill --json" prints$/,
      );
  });
});

describe("drill --rules, through the real Prometheus", { tags: ["promtool"], timeout: 60_000 }, () => {
  const cli = fileURLToPath(new URL("../../../lib/bin/server-logs.js", import.meta.url));
  const run = (rules: readonly string[], ...args: string[]) => {
    const files = rules.map((name) => fileURLToPath(new URL(`rules/${name}.yml`, import.meta.url)));
    return spawnSync(process.execPath, [cli, "drill", "--rules", ...files, ...args], { encoding: "utf8" });
  };
  let result: DrillResult;

  beforeAll(() => {
    const args = ["--kinds", "outage", "--sizes", "0.5", "--seeds", "1", "--first-seed", "101", "--json"];
    const { status, stdout, stderr } = run(["balanced", "slow", "nervous"], ...args);
    expect([status, stderr]).toEqual([0, ""]);
    result = JSON.parse(stdout);
  }, 60_000);

  // An outage of an hour, and a quiet day of 18 hours: rules as people write them
  it.each([
    { name: "HighErrorRate", minutes: [1, 10], nervous: false },
    { name: "ErrorsForAnHour", minutes: [61, 75], nervous: false },
    { name: "FailuresPerSecond", minutes: [0, 2], nervous: true },
  ])(
    "says of the rule $name how late it pages, and how often for nothing",
    ({ name, minutes: [least, most], nervous }) => {
      const row = result.table.find(({ detector }) => detector === name)!;
      expect(row).toMatchObject({ kind: "outage", found: { value: 1 } });
      expect(row.minutes).toBeGreaterThanOrEqual(least);
      expect(row.minutes).toBeLessThanOrEqual(most);
      const { perWeek } = result.falseAlarms.find(({ detector }) => detector === name)!;
      expect(perWeek.value > 1).toBe(nervous);
    },
  );

  it("says in one sentence why promtool refuses a file, before any work", () => {
    const { status, stdout, stderr } = run(["balanced", "refused"]);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(
      /^server-logs: rules: promtool refuses them: [^\n]*could not parse expression[^\n]*\n$/,
    );
  });
});

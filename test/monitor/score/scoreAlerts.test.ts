import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { detectSeries } from "#lib/monitor/detect/detectSeries";
import { scoreAlerts } from "#lib/monitor/score/scoreAlerts";
import { generate } from "#lib/write/generate";
import { shell } from "../../cli/shell.js";
import { hasNab, nabFolder } from "./nab.js";

const cli = new URL("../../../lib/bin/server-logs.js", import.meta.url).pathname;
let folder: string;
const file = (name: string, content: string) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const csv = (...lines: string[]) => new TextEncoder().encode(`${lines.join("\n")}\n`);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "server-logs-score-"));
  const incidents = [
    { id: "down", kind: "outage" as const, start: "2026-01-05T10:00:00Z", seconds: 3600 },
    { id: "slow", kind: "latency_spike" as const, start: "2026-01-05T16:00:00Z", seconds: 3600 },
  ];
  await generate({ rows: 2000, out: join(folder, "log.csv"), incidents });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("alerts against the answer key of a log", () => {
  it("are scored by the incidents that happened", async () => {
    const alerts = csv(
      "name,start,end",
      "page,2026-01-05T10:07:30Z,2026-01-05T10:30:00Z",
      '"a, b",2026-01-05T05:00:00+02:00,',
    );
    const score = await scoreAlerts(join(folder, "log.truth.json"), alerts);
    expect(score.episodes).toEqual([
      { id: "down", found: true, minutes: 7.5, by: "page" },
      { id: "slow", found: false, minutes: Number.NaN, by: undefined },
    ]);
    expect([score.falseAlarms, score.calmHours, score.nab]).toEqual([1, 21.5, undefined]);
  });

  it("are scored as all false where nothing happened, without affiliation", async () => {
    const twin = join(folder, "twin.csv");
    await generate({ rows: 1000, out: twin });
    const score = await scoreAlerts(join(folder, "twin.truth.json"), csv("start", "2026-01-05T10:00:00Z"));
    expect([score.episodes, score.falseAlarms, score.calmHours, score.affiliation]).toEqual([
      [],
      1,
      24,
      undefined,
    ]);
  });

  it.each([
    [["start", "2027-01-05T10:00:00Z"], /^alerts: one begins at 2027.* the key is another log's$/],
    [["start", "2026-01-05T10:00:00"], /^alerts: line 2: "2026-01-05T10:00:00" has no time zone/],
    [["start", "noon"], /^alerts: line 2: must be a moment such as .* not "noon"$/],
    [
      ["begin", "noon"],
      /^alerts: must have a column "start" or "timestamp" or "time", but the header is "begin"$/,
    ],
    [["start,end", "2026-01-05T10:00:00Z,2026-01-05T09:00:00Z"], /^alerts: line 2 ends before it starts$/],
    [[], /./],
  ])("%j is refused in one sentence", async (lines, message) => {
    const told = await scoreAlerts(join(folder, "log.truth.json"), csv(...lines)).catch(
      ({ message }) => message,
    );
    expect(told).toMatch(message);
    expect(told).not.toContain("\n");
  });

  it("needs a truth that is one", async () => {
    const score = (truth: string) => scoreAlerts(truth, csv("start"));
    await expect(score(file("no.json", "hello"))).rejects.toThrow(
      /^truth: .* is not JSON; it must be the answer key/,
    );
    await expect(score(file("two.json", '{"a":[],"b":[]}'))).rejects.toThrow(
      /^series: the windows are those of 2/,
    );
    await expect(score(join(folder, "none.json"))).rejects.toThrow(/there is no such file$/);
  });
});

describe("anomaly scores against windows in NAB's form", () => {
  const windows = [["2026-01-05 01:40:00.000000", "2026-01-05 01:59:00.000000"]];
  const points = (at: readonly number[]) =>
    csv(
      "timestamp,value,anomaly_score",
      ...Array.from({ length: 200 }, (_, i) => {
        const time = new Date(Date.UTC(2026, 0, 5) + i * 60_000).toISOString().slice(0, 19).replace("T", " ");
        return `${time},1,${at.includes(i) ? 0.7 : 0.2}`;
      }),
    );

  it("have NAB's score beside the finds", async () => {
    const truth = file("windows.json", JSON.stringify(windows));
    const score = await scoreAlerts(truth, points([100, 101, 50]));
    expect(score.nab!.standard).toBeCloseTo(100 - 11 / 2, 9);
    expect([score.found, score.falseAlarms, score.episodes[0].minutes]).toEqual([1, 1, 0]);
    expect((await scoreAlerts(truth, points([100]), { threshold: 0.8 })).nab!.standard).toBe(0);
  });

  it("refuse a list of alerts, since windows do not say what was watched, and another series' windows", async () => {
    const truth = file("windows.json", JSON.stringify({ one: windows }));
    await expect(scoreAlerts(truth, csv("start", "2026-01-05 01:40:00"))).rejects.toThrow(
      /do not say what was watched/,
    );
    const other = file("other.json", JSON.stringify([["2025-01-05 01:40:00", "2025-01-05 01:59:00"]]));
    await expect(scoreAlerts(other, points([]))).rejects.toThrow(/the windows are another series'$/);
  });
});

describe("detect", () => {
  const all = async (content: Uint8Array, detector?: string) => {
    const lines: string[] = [];
    for await (const line of detectSeries(content, detector)) lines.push(line);
    return lines;
  };

  it("gives back each reading as it was, with a score", async () => {
    const lines = await all(
      csv("value,timestamp", "1.50,2026-01-05 10:00", ",2026-01-05 10:01", "2,2026-01-05 10:02"),
    );
    expect(lines).toEqual([
      "timestamp,value,anomaly_score",
      "2026-01-05 10:00,1.50,0",
      "2026-01-05 10:01,,0",
      "2026-01-05 10:02,2,0",
    ]);
  });

  it.each([
    [["timestamp,value", "2026-01-05,x"], /^series: line 2: must be a moment/],
    [["timestamp,value", "2026-01-05 10:00,x"], /^series: line 2 must have a number as value, not "x"$/],
    [["a,b"], /^series: must have a column "timestamp" or "time", but the header is "a,b"$/],
  ])("refuses %j", async (lines, message) => {
    await expect(all(csv(...lines))).rejects.toThrow(message);
  });
});

describe.skipIf(!hasNab)("the commands detect and score", () => {
  it("make and mark the scores of one of NAB's series", () => {
    const name = "realKnownCause/machine_temperature_system_failure.csv";
    const scores = execFileSync(process.execPath, [cli, "detect", `${nabFolder}data/${name}`], {
      encoding: "utf8",
    });
    const args = [`${nabFolder}labels/combined_windows.json`, "-", "--series", name, "--json"];
    const { stdout } = spawnSync(process.execPath, [cli, "score", ...args], {
      input: scores,
      encoding: "utf8",
    });
    expect(scores.split("\n")).toHaveLength(22_695 + 2);
    expect(JSON.parse(stdout).found).toBeGreaterThanOrEqual(3);
    expect(JSON.parse(stdout).nab.standard).toBeGreaterThan(50);
  });
});

it("a wrong call of drill, score or detect ends with code 2, one sentence and no output", async () => {
  for (const args of [
    ["drill", "--kinds", "outtage"],
    ["drill", "--detector", "magic"],
    ["drill", "--rules", "no-such-rules.yml"],
    ["detect", "no-such-series.csv"],
    ["score", "no-such-truth.json", "no-such-alerts.csv"],
  ]) {
    const { status, stdout, stderr } = await shell(args);
    expect([args, status, stdout, stderr.trim().split("\n").length]).toEqual([args, 2, "", 1]);
  }
});

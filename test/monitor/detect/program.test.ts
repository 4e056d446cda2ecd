import { describe, expect, it } from "vitest";
import { alertsOf } from "#lib/monitor/alert";
import { type DetectorFunction, ownDetector } from "#lib/monitor/detect/own";
import { programAlerts } from "#lib/monitor/detect/program";
import type { Point, Series } from "#lib/monitor/series";

const start = Date.UTC(2026, 0, 5);
/** An hour of minutes, of which 20 to 29 fail by a half. */
const series = {
  length: 60,
  point: (i: number): Point => ({
    time: start + i * 60_000,
    step: 60_000,
    requests: 100,
    clientErrors: 0,
    serverErrors: i >= 20 && i < 30 ? 50 : 0,
    timed: i === 7 ? 0 : 100,
    slow: 0,
    quantile: (p) => (i === 7 ? Number.NaN : 100 * p),
  }),
} as Series;
const minute = (i: number) => start + i * 60_000;

describe("a function as a detector", () => {
  const mostFail: DetectorFunction = ({ serverErrors, requests }, memory) => {
    memory.worst = Math.max(memory.worst ?? 0, serverErrors / requests);
    return serverErrors / requests > 0.2 && `${serverErrors} of ${requests} fail, at worst ${memory.worst}`;
  };

  it("alarms from the end of the first step that it names to the end of the first that it does not", () => {
    expect(alertsOf(ownDetector(mostFail), series)).toEqual([
      { name: "mostFail", start: minute(21), end: minute(31), why: "50 of 100 fail, at worst 0.5" },
    ]);
  });

  it("must say true, false or words", () => {
    const score = (() => 0.7) as unknown as DetectorFunction;
    expect(() => alertsOf(ownDetector(score, "score"), series)).toThrow(
      "detector: score must say true or false, or why in words, not 0.7, at 2026-01-05T00:00:00.000Z",
    );
    expect(() => ownDetector("ewma" as unknown as DetectorFunction)).toThrow(/^detector: must be a function/);
  });
});

describe("a program as a detector", { timeout: 20_000 }, () => {
  const node = (script: string) => `node -e '${script}'`;

  it("reads the series as lines of JSON and writes alerts as lines of JSON, in any language", async () => {
    // awk, which knows no JSON: the fifth field between quotes' colons and commas is serverErrors
    const awk = `awk -F '[:,]' '/"serverErrors":50/ && !on { on = 1; split($0, t, "\\""); print "{\\"start\\":\\"" t[4] "\\",\\"why\\":\\"half fail\\"}" }'`;
    expect(await programAlerts(awk, series)).toEqual([{ name: awk, start: minute(20), why: "half fail" }]);
  });

  it("gets numbers, and null where a step has no response time", async () => {
    const script = `require("fs").readFileSync(0,"utf8").trim().split("\\n").forEach((l,i)=>{if(i===7||i===8)console.log(JSON.stringify({start:JSON.parse(l).time,name:l}))})`;
    const [without, usual] = await programAlerts(node(script), series);
    expect(JSON.parse(without.name)).toMatchObject({
      step: 60,
      requests: 100,
      timed: 0,
      p50: null,
      p99: null,
    });
    expect(JSON.parse(usual.name)).toMatchObject({ timed: 100, p50: 50, p95: 95, p99: 99 });
  });

  it.each([
    ["sleep 60", /^command: "sleep 60" did not end within 0.3 s of a series and was stopped$/],
    ["echo hello", /^command: line 1 of the output of "echo hello" is no JSON: "hello"; it must be/],
    ["echo 3", /is no object: "3"/],
    [`echo '{"start":"2026-01-05 10:00"}'`, /has no moment with Z as "start" but "2026-01-05 10:00"/],
    [`echo '{"start":"2026-01-05T10:00:00Z","why":7}'`, /has no text as "why" but 7/],
    ["echo oops >&2; exit 3", /ended with exit code 3, saying "oops"$/],
    ["no-such-program-here", /ended with exit code 127, saying ".*not found"$/],
    ["yes", /^command: "yes" (wrote more than 64 MiB|did not end)/],
  ])("that does %s is told in one sentence", async (command, message) => {
    const told = await programAlerts(command, series, 0.3).catch(({ message }) => message);
    expect(told).toMatch(message);
    expect(told).not.toContain("\n");
  });
});

/** Moments as people say them, in the library as in the shell. */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { generate } from "#lib/index";

describe("generate", () => {
  beforeAll(() => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2026-03-11T15:30:00Z") });
  });
  afterAll(() => {
    vi.useRealTimers();
  });

  const moments = [
    ["2026-01-05", "2026-01-05T00:00:00Z"],
    ["today", "2026-03-11T00:00:00Z"],
    ["yesterday", "2026-03-10T00:00:00Z"],
    ["now-7d", "2026-03-04T15:30:00Z"],
    ["today+8h", "2026-03-11T08:00:00Z"],
  ] as const;
  it.each(moments)("takes %s as a log's start", async (said, start) => {
    const [log, same] = [await generate({ rows: 50, start: said }), await generate({ rows: 50, start })];
    expect(log.scenario.traffic.start).toBe(start);
    expect(log.sha256).toBe(same.sha256);
  });

  it("takes a part between two of them", async () => {
    const days = { rows: 500, start: "2026-03-09", end: "2026-03-12" };
    const part = await generate({ ...days, from: "yesterday", to: "today" });
    expect([part.from, part.to]).toEqual(["2026-03-10T00:00:00.000Z", "2026-03-11T00:00:00.000Z"]);
  });

  it("refuses what is none, and says which there are", async () => {
    await expect(generate({ start: "tomorrow" })).rejects.toThrow(
      'start: must be a moment such as 2026-01-05T00:00:00Z, 2026-01-05, yesterday or now-7d, not "tomorrow"',
    );
    await expect(generate({ start: 5 as never })).rejects.toThrow(/^start: must be a moment/);
  });
});

import { describe, expect, it } from "vitest";
import { scoreEpisodes } from "#lib/monitor/score/episodes";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const range = { start: 0, end: 24 * HOUR };
const episodes = [
  { id: "outage", start: 6 * HOUR, end: 7 * HOUR },
  { id: "leak", start: 12 * HOUR, end: 13 * HOUR },
];
const at = (...minutes: number[]) => minutes.map((minute) => ({ name: "page", start: minute * MINUTE }));

describe("scoreEpisodes", () => {
  it("counts found and missed, the minutes to the first alert, and what began for nothing", () => {
    const score = scoreEpisodes(at(100, 363, 380, 900), episodes, range);
    expect(score.episodes).toEqual([
      { id: "outage", found: true, minutes: 3, by: "page" },
      { id: "leak", found: false, minutes: Number.NaN, by: undefined },
    ]);
    expect([score.found, score.missed, score.share.value, score.minutes]).toEqual([1, 1, 0.5, 3]);
    expect(score.falseAlarms).toBe(2);
  });

  it("gives false alarms per week of the time in which nothing happened: a day less two hours and twice the grace", () => {
    const { calmHours, falseAlarmsPerWeek } = scoreEpisodes(at(100, 900), episodes, range);
    expect(calmHours).toBe(21.5);
    expect(falseAlarmsPerWeek.value).toBeCloseTo((2 * 168) / 21.5, 10);
    expect(falseAlarmsPerWeek.low).toBeCloseTo((0.2422 * 168) / 21.5, 3); // R: poisson.test(2)
    expect(falseAlarmsPerWeek.high).toBeCloseTo((7.2247 * 168) / 21.5, 3);
  });

  it("takes an alert that begins up to the grace after the end for the episode's, and none from before it", () => {
    const late = scoreEpisodes(at(434), episodes, range);
    expect([late.found, late.falseAlarms, late.minutes]).toEqual([1, 0, 74]);
    expect(scoreEpisodes(at(435), episodes, range).found).toBe(0);
    const early = scoreEpisodes([{ name: "page", start: 359 * MINUTE, end: 500 * MINUTE }], episodes, range);
    expect([early.found, early.falseAlarms]).toEqual([0, 1]);
  });

  it("finds overlapping episodes with one alert", () => {
    const two = [...episodes, { id: "surge", start: 6.5 * HOUR, end: 8 * HOUR }];
    expect(scoreEpisodes(at(395), two, range).episodes.map(({ found }) => found)).toEqual([
      true,
      false,
      true,
    ]);
    expect(scoreEpisodes([], two, range).calmHours).toBe(24 - 2.25 - 1.25);
  });

  it("refuses alerts of another log", () => {
    expect(() => scoreEpisodes(at(24 * 60 + 16), episodes, range)).toThrow(
      /^alerts: one begins at 1970-01-02T00:16:00.000Z, outside of the log, .*another log's$/,
    );
  });
});

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type NabProfile, nabProbation, nabScore } from "#lib/monitor/score/nab";
import { hasNab, nabCorpus, nabFolder } from "./nab.js";

/**
 * By detector, profile and series: the points at which the detector's published results reach its published
 * threshold (numenta/NAB: results/ and config/thresholds.json, MIT).
 */
const detections: Record<string, Record<NabProfile, Record<string, number[]>>> = JSON.parse(
  readFileSync(new URL("nabDetections.json", import.meta.url), "utf8"),
);

describe("NAB's score of its own detectors' results", { tags: ["realLogs"] }, () => {
  const corpus = hasNab ? nabCorpus() : [];
  const published = hasNab ? JSON.parse(readFileSync(`${nabFolder}results/final_results.json`, "utf8")) : {};
  const cases = Object.entries(detections).flatMap(([detector, profiles]) =>
    Object.keys(profiles).map((profile) => ({ detector, profile: profile as NabProfile })),
  );

  it.each(cases)("of $detector by the profile $profile is the published one", ({ detector, profile }) => {
    const scored = corpus.map((series) => {
      const scores = new Float64Array(series.times.length);
      for (const at of detections[detector][profile][series.name]) scores[at] = 1;
      return { ...series, scores };
    });
    expect(nabScore(scored, 1, profile)).toBeCloseTo(published[detector][profile], 9);
  });
});

describe("nabScore", () => {
  // 200 points, a window from 100 to 119: probation is 30 points
  const times = Float64Array.from({ length: 200 }, (_, i) => i * 1000);
  const windows = [{ start: 100_000, end: 119_000 }];
  const scored = (at: readonly number[], profile?: NabProfile) => {
    const scores = new Float64Array(200);
    for (const i of at) scores[i] = 0.9;
    return nabScore([{ times, scores, windows }], 0.5, profile);
  };
  const sigmoid = (x: number) => 2 / (1 + Math.exp(5 * x)) - 1;

  it("is 0 for a detector that says nothing and 100 for one that names the first point of each window", () => {
    expect([scored([]), scored([100])]).toEqual([0, 100]);
  });

  it("counts the earliest point of a window alone", () => {
    const half = sigmoid(-10 / 20) / sigmoid(-1);
    expect(scored([110])).toBeCloseTo(50 * (1 + half), 10);
    expect(scored([110, 111, 119])).toBe(scored([110]));
  });

  it("takes a false alarm's weight before a window and far behind it, and less just behind it", () => {
    expect(scored([100, 50])).toBeCloseTo(100 - 11 / 2, 10);
    expect(scored([100, 199])).toBeCloseTo(100 - 11 / 2, 10);
    expect(scored([100, 120])).toBeCloseTo(100 + (11 / 2) * sigmoid(1 / 19), 10);
    expect(scored([100, 50], "reward_low_FP_rate")).toBeCloseTo(100 - 22 / 2, 10);
    expect(scored([50], "reward_low_FN_rate")).toBeCloseTo(-11 / 3, 10);
  });

  it("does not count the probation", () => {
    expect(nabProbation(200)).toBe(30);
    expect(nabProbation(22_695)).toBe(750);
    expect(scored([100, 29])).toBe(100);
    expect(scored([100, 30])).toBeLessThan(100);
  });

  it.each([
    [() => nabScore([{ times, scores: times, windows: [] }], 1), /^windows: there must be at least one/],
    [() => nabScore([{ times, scores: [1], windows }], 1), /^scores: there are 1 for 200 points/],
    [() => scored([], "lenient" as NabProfile), /^profile: must be one of standard, .*, not "lenient"/],
  ])("refuses what cannot be scored", (call, message) => {
    expect(call).toThrow(message);
  });
});

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { affiliation, type Interval } from "#lib/monitor/score/affiliation";

/**
 * Events, alarms and the printed scores of Huet, Navarro & Rossi 2022 (KDD, table 4), as ahstat/affiliation-metrics-py
 * ships them in data/ and tests/test_data.py (MIT): stretches of points, the last excluded.
 */
interface Published {
  points: number;
  events: [number, number][];
  algorithms: Record<string, { precision: number; recall: number; alarms: [number, number][] }>;
}
const published: Record<string, Published> = JSON.parse(
  readFileSync(new URL("affiliation.json", import.meta.url), "utf8"),
);

const intervals = (pairs: readonly (readonly number[])[], unit = 1): Interval[] =>
  pairs.map(([start, end]) => ({ start: start * unit, end: end * unit }));

describe("affiliation", () => {
  it.each(
    Object.entries(published).flatMap(([data, { points, events, algorithms }]) =>
      Object.entries(algorithms).map(([algorithm, result]) => ({
        data,
        algorithm,
        points,
        events,
        ...result,
      })),
    ),
  )("of $algorithm on $data is $precision and $recall, as published", (row) => {
    const score = affiliation(intervals(row.alarms), intervals(row.events), { start: 0, end: row.points });
    expect([score.precision!.toFixed(2), score.recall.toFixed(2)]).toEqual([
      row.precision.toFixed(2),
      row.recall.toFixed(2),
    ]);
  });

  it("by event is what the paper's example says", () => {
    const minutes = (pairs: number[][]) => intervals(pairs, 60);
    const alarms = [
      [5, 6],
      [7, 10],
      [11, 12],
      [40, 60],
      [115, 130],
      [135, 140],
      [165, 170],
    ];
    const events = [
      [0, 10],
      [50, 70],
      [170, 175],
    ];
    const score = affiliation(minutes(alarms), minutes(events), { start: 0, end: 180 * 60 });
    expect(score.precisions[1]).toBeCloseTo(0.672222222, 8); // tests/test_metrics.py, test_paper
    expect(score.recalls[1]).toBeCloseTo(0.944444444, 8);
  });

  it("of no alarm has no precision, and recall 0", () => {
    const score = affiliation([], intervals([[1, 10]]), { start: 1, end: 10 });
    expect([score.precision, score.recall]).toEqual([undefined, 0]);
  });

  it("of alarms that are the events is 1 and 1", () => {
    const events = intervals([
      [3, 5],
      [20, 31],
    ]);
    const { precision, recall } = affiliation(events, events, { start: 0, end: 40 });
    expect([precision, recall]).toEqual([1, 1]);
  });

  it.each([
    [[], [], /^events: there must be at least one/],
    [[[3, 3]], [[1, 2]], /^alarms\[0\]: must end after it starts, not 3 to 3/],
    [[[3, 12]], [[1, 2]], /^alarms\[0\]: 3 to 12 leaves the range 0 to 10/],
    [
      [
        [3, 5],
        [4, 6],
      ],
      [[1, 2]],
      /^alarms\[1\]: begins at 4, before the one before it ends/,
    ],
  ])("refuses alarms %j of events %j", (alarms, events, message) => {
    expect(() => affiliation(intervals(alarms), intervals(events), { start: 0, end: 10 })).toThrow(message);
  });
});

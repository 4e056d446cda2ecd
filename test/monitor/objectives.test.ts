import { describe, expect, it } from "vitest";
import type { Alert } from "#lib/monitor/alert";
import { BurnRate } from "#lib/monitor/burnRate";
import type { Totals } from "#lib/monitor/series";
import { checkedSlos } from "#lib/monitor/slo";
import { Objectives } from "#lib/monitor/watch/objectives";
import { madeSeries } from "./madeSeries.js";

const minute = 60_000;
const slos = checkedSlos([
  { name: "lax", kind: "availability", objective: 0.95, days: 7 },
  { name: "strict", kind: "availability", objective: 0.999, days: 7 },
  { name: "month", kind: "availability", objective: 0.999 },
  { name: "fast", kind: "latency", objective: 0.9, days: 7 },
]);
/** Long enough that the longest window of 7 days has turned, and that of 30 days has not. */
const series = madeSeries(
  3000,
  () => 50,
  (i) => (i % 400 < 20 ? 10 : 0),
);
/** A step of it; what fails is slow, too. */
const point = (i: number) => ({ ...series.point(i), slow: series.serverErrors[i] });
const noneLate: Totals = { requests: 0, clientErrors: 0, serverErrors: 0, timed: 0, slow: 0 };

/** The alerts that begin and end in some steps, and the budgets that are left after each. */
function told(objectives: Objectives, from: number, to: number) {
  const changes: [Alert, number][] = [];
  for (let i = from; i < to; i++)
    objectives.next(point(i), noneLate, (alert, { budgetLeft }) => changes.push([alert, budgetLeft]));
  return changes;
}

describe("several objectives over one series", () => {
  it("tell what each tells alone, though those that are alike share what they count", () => {
    const together = told(new Objectives(slos, minute), 0, series.length);
    const alone = slos.map((slo) => {
      const one = new BurnRate(slo, minute);
      const changes: [Alert, number][] = [];
      for (let i = 0; i < series.length; i++)
        for (const alert of one.next(point(i))) changes.push([alert, one.budgetLeft]);
      return changes;
    });
    expect(alone.map(({ length }) => length)).not.toContain(0);
    for (const [i, { name }] of slos.entries())
      expect(together.filter(([alert]) => alert.name === name)).toEqual(alone[i]);
  });

  it("go on from a saved state as if they had never stopped", () => {
    const whole = told(new Objectives(slos, minute), 0, series.length);
    const first = new Objectives(slos, minute);
    const before = told(first, 0, 210);
    const second = new Objectives(slos, minute);
    second.restore(JSON.parse(JSON.stringify(first.state())));
    expect([...before, ...told(second, 210, series.length)]).toEqual(whole);
    expect(before.length).toBeGreaterThan(0);
    expect(before.length).toBeLessThan(whole.length);
  });

  it("count once, and save once, what forty objectives of one kind count", () => {
    const forty = checkedSlos(
      Array.from({ length: 40 }, (_, i) => ({
        name: `o${i}`,
        kind: "availability",
        objective: 0.9 + i / 500,
      })),
    );
    const size = (objectives: Objectives) => JSON.stringify(objectives.state()).length;
    expect(size(new Objectives(forty, minute))).toBeLessThan(
      1.1 * size(new Objectives(forty.slice(0, 1), minute)),
    );
  });

  it("refuse a state of other objectives, or of another step", () => {
    const state = new Objectives(slos, minute).state();
    expect(() => new Objectives(slos.slice(1), minute).restore(state)).toThrow(
      "state: was kept for other objectives; give the same, or another file",
    );
    expect(() => new Objectives([...slos].reverse(), minute).restore(state)).toThrow(
      'state: was kept for another objective or step: "lax"; give the same, or another file',
    );
    expect(() => new Objectives(slos, minute / 2).restore(state)).toThrow(
      'state: was kept for another objective or step: "lax"; give the same, or another file',
    );
  });
});

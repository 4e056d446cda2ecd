/** Every defect is labelled with its line, is what its name says, and comes as often as was asked. */

import { describe, expect, it } from "vitest";
import { defectKinds } from "#lib/scenario/defects";
import { generate } from "#lib/write/generate";
import { allDefects, planted } from "./planted.js";

const rows = 20_000;
const options = { rows, seed: 4, start: "2026-01-05T12:00:00Z", end: "2026-01-05T14:00:00Z" };
const made = planted({ ...options, defects: allDefects });
const healthy = generate(options).then(({ csv }) => new TextDecoder().decode(csv).split("\n").slice(1, -1));

/** The lines with a defect, each with its place in the file. */
async function linesWith(defect: string): Promise<{ line: string; at: number }[]> {
  const { lines, labels } = await made;
  return lines.flatMap((line, at) => (labels[at].defect === defect ? [{ line, at }] : []));
}

const timeOf = (line: string) => Date.parse(line.slice(0, 24));
const delayed = ["late", "outOfOrder"];

/** The nearest line before or behind that was delivered in time and stamped by a right clock. */
async function neighbour(at: number, step: 1 | -1): Promise<number | undefined> {
  const { lines, labels } = await made;
  for (let i = at + step; i >= 0 && i < lines.length; i += step)
    if (labels[i].defect === "") return timeOf(lines[i]);
  return undefined;
}

describe("defects", () => {
  for (const kind of defectKinds) {
    it(`${kind}: as many as the rate says, to four standard deviations`, async () => {
      const p = allDefects[kind];
      const found = (await linesWith(kind)).length;
      expect(Math.abs(found - rows * p)).toBeLessThan(4 * Math.sqrt(rows * p * (1 - p)));
      expect((await made).key.defects[kind]).toBe(found);
    });
  }

  it("of a share that no log is long enough for are in none", async () => {
    for (const late of [1e-17, 5e-324]) {
      const { csv } = await generate({ rows: 50, defects: { late, malformed: late } });
      expect(Buffer.from(csv!)).toEqual(Buffer.from((await generate({ rows: 50 })).csv!));
    }
  });

  it("malformed: the line is cut off before its status code", async () => {
    const whole = new Set(await healthy);
    for (const { line } of await linesWith("malformed")) {
      expect(line.split(",").length).toBeLessThan(5);
      expect(whole.has(line)).toBe(false);
    }
  });

  it("missing: one of the first four fields is empty, whatever the others are", async () => {
    for (const { line } of await linesWith("missing")) {
      const fields = line.split(",");
      expect(fields.length).toBe(5);
      expect(fields.slice(0, 4).filter((field) => field === "").length).toBe(1);
    }
  });

  it("wrongType: a word stands for the status code or the response time", async () => {
    for (const { line } of await linesWith("wrongType")) expect(line).toMatch(/,OK,[\d.]+$|,\d{3},fast$/);
  });

  it("badEncoding: the line is not UTF-8", async () => {
    for (const { line } of await linesWith("badEncoding"))
      expect(() => new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(line, "latin1"))).toThrow();
  });

  it("duplicated: the line repeats the one above it", async () => {
    const { lines } = await made;
    for (const { line, at } of await linesWith("duplicated")) expect(line).toBe(lines[at - 1]);
  });

  it("late: delivered 5 to 300 seconds after its time, where the log had come to by then", async () => {
    for (const { line, at } of await linesWith("late")) {
      const [before, behind] = [await neighbour(at, -1), await neighbour(at, 1)];
      if (before !== undefined) expect(before - timeOf(line)).toBeLessThan(300_000);
      if (behind !== undefined) expect(behind - timeOf(line)).toBeGreaterThanOrEqual(5000);
    }
  });

  it("outOfOrder: delivered at most 5 seconds after its time", async () => {
    for (const { line, at } of await linesWith("outOfOrder")) {
      const [before, behind] = [await neighbour(at, -1), await neighbour(at, 1)];
      if (before !== undefined) expect(before - timeOf(line)).toBeLessThanOrEqual(5000);
      if (behind !== undefined) expect(behind).toBeGreaterThan(timeOf(line));
    }
  });

  it("skewedClock: the time stamp is 1 to 120 seconds off, and all else is right", async () => {
    const byRest = new Map<string, number[]>();
    for (const line of await healthy) {
      const rest = line.slice(24);
      byRest.set(rest, [...(byRest.get(rest) ?? []), timeOf(line)]);
    }
    for (const { line } of await linesWith("skewedClock")) {
      const off = (byRest.get(line.slice(24)) ?? []).map((time) => Math.abs(time - timeOf(line)));
      expect(off.some((milliseconds) => milliseconds >= 1000 && milliseconds <= 120_000)).toBe(true);
    }
  });

  it("skewedClock: clocks are behind as often as ahead", async () => {
    let [ahead, all] = [0, 0];
    for (let seed = 1; seed <= 20; seed++) {
      const { lines, labels } = await planted({
        ...options,
        rows: 2000,
        seed,
        defects: { skewedClock: 0.2 },
      });
      // nothing is late, so that a line's neighbours say when it was written
      lines.forEach((line, i) => {
        if (labels[i].defect !== "skewedClock") return;
        let before = i - 1;
        while (before >= 0 && labels[before].defect !== "") before--;
        if (before < 0 || i === lines.length - 1) return;
        all++;
        if (timeOf(line) > timeOf(lines[before])) ahead++;
      });
    }
    expect(all).toBeGreaterThan(6000);
    // The neighbour is up to a few seconds older: of the skews from 1 to 120 s a few behind look as if they were ahead.
    expect(Math.abs(ahead / all - 0.5)).toBeLessThan(5 * Math.sqrt(0.25 / all) + 0.05);
  });

  it("come to what incidents add as often as to all other lines", async () => {
    let [defective, added] = [0, 0];
    for (let seed = 1; seed <= 20; seed++) {
      const scraper = { id: "it", kind: "scraper" as const, start: options.start, seconds: 7200, size: 1 };
      const { labels } = await planted({
        ...options,
        rows: 2000,
        seed,
        incidents: [scraper],
        defects: { malformed: 0.05, wrongType: 0.05 },
      });
      const own = labels.filter(({ incidents }) => incidents.includes("it"));
      added += own.length;
      defective += own.filter(({ defect }) => defect !== "").length;
    }
    expect(added).toBeGreaterThan(25_000);
    expect(Math.abs(defective / added - 0.1)).toBeLessThan(5 * Math.sqrt((0.1 * 0.9) / added));
  });

  it("leave the other lines alone: they and the delayed ones are the healthy log's", async () => {
    const { lines, labels } = await made;
    const all = await healthy;
    const plain = lines.filter((_, i) => labels[i].defect === "");
    let at = 0;
    for (const line of plain) {
      while (at < all.length && all[at] !== line) at++;
      if (at++ === all.length) expect.fail(`not in the healthy log, or not in its order: ${line}`);
    }
    const known = new Set(all);
    for (const [i, line] of lines.entries())
      if (delayed.includes(labels[i].defect)) expect(known.has(line)).toBe(true);
    const { duplicated } = (await made).key.lines;
    expect(lines.length).toBe(rows + duplicated);
  });
});

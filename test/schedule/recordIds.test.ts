import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verifyRecordIds } from "#lib/check/verify/recordIds";
import { type StreamToOptions, streamTo } from "#lib/schedule/streamTo";
import { generate } from "#lib/write/generate";

const folder = mkdtempSync(join(tmpdir(), "server-logs-ids-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const key = at("key.json");

/** With spoiled lines, planted doubles and many records in a millisecond. */
const log = {
  rows: 40_000,
  seed: 5,
  start: "2026-01-05T00:00:00Z",
  end: "2026-01-05T00:01:00Z",
  incidents: ["checkout_outage"],
  defects: { malformed: 0.01, duplicated: 0.02, late: 0.01 },
  format: "ndjson",
  recordIds: true,
} satisfies StreamToOptions;

describe("record ids", () => {
  let lines: string[];
  /** Lines whose records carry an id, by their index. */
  let sound: number[];
  beforeAll(async () => {
    await streamTo({ ...log, out: at("log.ndjson"), key });
    lines = readFileSync(at("log.ndjson"), "utf8").trimEnd().split("\n");
    sound = lines.flatMap((line, i) => (line.includes("record_id") ? [i] : []));
  });

  it("stand in the lines of generate, which are else the same, and are all different", async () => {
    const { recordIds: _, ...same } = log;
    await generate({ ...same, out: at("made.ndjson"), key: false });
    const without = lines.map((line) => line.replace(/,"record_id":"[^"]*"\}$/, "}"));
    expect(`${without.join("\n")}\n`).toBe(readFileSync(at("made.ndjson"), "utf8"));
    const ids = sound.map((i) => JSON.parse(lines[i]).record_id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.some((id) => id.endsWith("-00003"))).toBe(true);
  });

  it("are the same in any part of the log, in any format and beside an incident by hand, not of another seed", async () => {
    const idsOf = async (options: object) => {
      const out = at(`part ${Math.random()}`);
      await streamTo({ ...log, ...options, out });
      return new Set(readFileSync(out, "latin1").match(/[0-9a-f]{8}-\d{13}-\d{5}/g));
    };
    const all = await idsOf({});
    const part = await idsOf({ from: "2026-01-05T00:00:20.500Z", format: "ecs" });
    expect(part.size).toBeGreaterThan(1000);
    expect([...part].filter((id) => !all.has(id))).toEqual([]);
    const other = await idsOf({ seed: 6 });
    expect([...other].filter((id) => all.has(id))).toEqual([]);
  });

  it("name exactly what a copy lost and doubled, in whatever form the copy is", async () => {
    const unsound = lines.length - sound.length;
    const lost = [sound[0], sound[777], sound[20_000], sound.at(-1)!];
    const twice = [sound[5], sound[30_000]];
    const copy = [
      ...lines.filter((_, i) => !lost.includes(i)).reverse(), // in any order
      ...twice.map((i) => lines[i]),
      lines[twice[0]],
    ];
    const forms: [string, string | Buffer][] = [
      ["lines", `${copy.join("\n")}\n`],
      ["one line of JSON", JSON.stringify({ records: copy })],
      ["packed", gzipSync(copy.join("\n"))],
    ];
    for (const [name, content] of forms) {
      writeFileSync(at(name), content);
      const { differences, summary, ...outcome } = await verifyRecordIds([at(name)], key, 20);
      expect(outcome).toEqual({
        valid: false,
        expected: sound.length,
        found: sound.length - 4 + 3,
        missing: 4,
        doubled: 3,
        unexpected: 0,
      });
      const named = (kind: string) =>
        differences.record_id.filter((_, i) => differences.difference[i] === kind);
      const idOf = (i: number) => JSON.parse(lines[i]).record_id;
      expect(named("missing")).toEqual(lost.map(idOf));
      expect(named("doubled")).toEqual(twice.map(idOf));
      // The record itself, made again.
      for (const [i, line] of differences.line.entries()) {
        const { record_id, ...record } = JSON.parse(
          lines[[...lost, ...twice].find((n) => idOf(n) === differences.record_id[i])!],
        );
        expect(JSON.parse(String(line))).toEqual(record);
      }
      expect(summary).toContain("4 missing, 3 doubled");
      expect(summary).toContain(`${unsound} lines that a defect spoiled`);
    }
  });

  it("are all found in the whole, and one that no record has is told", async () => {
    expect((await verifyRecordIds([at("log.ndjson")], key, 20)).valid).toBe(true);
    writeFileSync(at("strange"), JSON.parse(lines[sound[9]]).record_id.replace(/\d{5}$/, "77777"));
    const { unexpected, valid, summary } = await verifyRecordIds([at("log.ndjson"), at("strange")], key, 20);
    expect([unexpected, valid]).toEqual([1, false]);
    expect(summary).toContain("1 ids that no record of this log has");
  });

  it("are found where reading cuts the file, and not inside of a longer word", async () => {
    const ids = sound.slice(0, 3000).map((i) => JSON.parse(lines[i]).record_id as string);
    for (const gap of [200, 223, 250]) {
      writeFileSync(at("gaps"), ids.map((id) => `${"x".repeat(gap)} ${id}`).join(" "));
      expect((await verifyRecordIds([at("gaps")], key, 0)).found).toBe(3000);
    }
    writeFileSync(at("words"), ids.map((id) => `a${id} ${id}0000000000`).join("\n"));
    expect((await verifyRecordIds([at("words")], key, 0)).found).toBe(0);
  });
});

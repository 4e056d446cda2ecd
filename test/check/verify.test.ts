/** A copy of a log held to what was written: `verify` names exactly what a pipeline did to it. */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Verification, verify } from "#lib/check/verify/verify";
import { InterruptedError } from "#lib/errors";
import { read } from "#lib/read/read";
import type { Columns } from "#lib/record";
import type { Progress } from "#lib/work";
import { type GeneratedLog, type GenerateOptions, generate } from "#lib/write/generate";
import { recordsOf, shapes, type Texts, writeCopy } from "./verifyCopies.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "verify-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const faulty: GenerateOptions = {
  incidents: ["checkout_outage", "scraper", "traffic_surge"],
  defects: {
    malformed: 0.01,
    missing: 0.01,
    wrongType: 0.01,
    badEncoding: 0.01,
    duplicated: 0.02,
    late: 0.02,
    outOfOrder: 0.02,
    skewedClock: 0.01,
  },
};
const UNREADABLE = ["malformed", "missing", "wrongType", "badEncoding"] as const;

const made = (options: GenerateOptions, name = "log.csv"): Promise<GeneratedLog> =>
  generate({ ...options, out: join(folder, name) });

const rowsOf = (columns: Columns) => {
  const names = Object.keys(columns);
  return columns[names[0]].map((_, i) => Object.fromEntries(names.map((name) => [name, columns[name][i]])));
};
/** The differences of a kind, each as the texts of its record and what else the table says. */
const named = ({ differences }: Verification, kind: string, ...more: string[]) =>
  rowsOf(differences)
    .filter(({ difference }) => difference === kind)
    .map((row) =>
      [
        row.timestamp,
        row.ip_address,
        row.endpoint,
        row.status_code,
        Number(row.response_time_ms).toFixed(2),
        ...more.map((name) => row[name]),
      ].join(" "),
    )
    .sort();
const counts = ({ missing, doubled, changed, unexpected }: Verification) => ({
  missing,
  doubled,
  changed,
  unexpected,
});
const nothing = { missing: 0, doubled: 0, changed: 0, unexpected: 0 };

describe("verify", () => {
  it.each(["csv", "csv.gz", "csv.zst", "ndjson", "parquet"])(
    "finds a %s file equal to what was written into it",
    async (ending) => {
      const spoils = ending !== "parquet"; // typed columns have no lines to spoil
      const typed = { duplicated: 0.02, late: 0.02, skewedClock: 0.01 };
      const log = await made(
        { ...faulty, rows: 3000, ...(!spoils && { defects: typed }) },
        `as-${ending}.${ending}`,
      );
      const bytes = readFileSync(log.path!);
      const { file } = JSON.parse(readFileSync(log.keyPath!, "utf8"));
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      expect(file).toMatchObject({ name: `as-${ending}.${ending}`, bytes: bytes.length, sha256 });
      const result = await verify(log.path!);
      const unreadable = UNREADABLE.reduce((sum, kind) => sum + log.key.defects[kind], 0);
      expect(result.summary).toMatch(/^equal: /);
      expect(result).toMatchObject({
        valid: true,
        exact: true,
        ...nothing,
        records: log.records - unreadable,
      });
      expect([result.unreadable, result.writtenUnreadable]).toEqual([unreadable, unreadable]);
      expect(unreadable > 0).toBe(spoils);
    },
  );

  it("counts the last line of a gzip that breaks off within it as missing, not as a record that changed", async () => {
    const log = await made({ rows: 200 }, "whole.csv");
    // Stored, not compressed: eight bytes of checksum and length, then a line feed and the last two digits are gone.
    const cut = gzipSync(readFileSync(log.path!), { level: 0 }).subarray(0, -8 - 3);
    const path = join(folder, "cut.csv.gz");
    writeFileSync(path, cut);
    const result = await verify(path, log.keyPath);
    expect(result).toMatchObject({ valid: false, records: 199, missing: 1, changed: 0, unexpected: 0 });
    const reread = await read(cut, { format: "csv" });
    expect(reread).toMatchObject({ damaged: true, records: 199 });
  });

  it("finds a log in memory, and a twin without its incident, equal to their own keys", async () => {
    expect((await verify(await generate({ rows: 500 }))).valid).toBe(true);
    const twin = await made({ ...faulty, rows: 2000, withoutIncidents: ["scraper"] }, "twin.csv");
    expect((await verify(twin)).valid).toBe(true);
  });

  it("names exactly what a pipeline dropped, doubled, altered and added, in whatever order and format", async () => {
    const options = fc.record({
      rows: fc.integer({ min: 1, max: 1200 }),
      seed: fc.nat(),
      faults: fc.constantFrom({}, faulty),
    });
    const harm = fc.record({
      picks: fc.uniqueArray(fc.nat(5000), { maxLength: 30 }),
      kinds: fc.array(fc.constantFrom("drop", "double", "alter"), { minLength: 30, maxLength: 30 }),
      fields: fc.array(fc.nat(4), { minLength: 30, maxLength: 30 }),
      added: fc.nat(4),
      shape: fc.constantFrom(...shapes),
      order: fc.integer(),
    });
    await fc.assert(
      fc.asyncProperty(
        options,
        harm,
        async ({ faults, ...what }, { picks, kinds, fields, added, shape, order }) => {
          const log = await made({ ...what, ...faults });
          const written = recordsOf(log.path!);
          const times = new Map<string, number>();
          for (const record of written) times.set(record.join(" "), (times.get(record.join(" ")) ?? 0) + 1);
          const copy: Texts[] = [];
          const planted: Record<string, string[]> = { missing: [], doubled: [], changed: [], unexpected: [] };
          written.forEach((record, i) => {
            const text = record.join(" ");
            const pick = picks.findIndex((each) => each % written.length === i);
            const kind = pick < 0 || times.get(text)! > 1 ? "keep" : kinds[pick];
            if (kind === "drop") planted.missing.push(text);
            else if (kind === "alter") {
              const field = fields[pick];
              const altered = record.map((text, at) =>
                at === field ? alter[field](text) : text,
              ) as unknown as Texts;
              planted.changed.push(`${text} ${names[field]} ${record[field]} ${altered[field]}`);
              copy.push(altered);
            } else copy.push(record);
            if (kind === "double") {
              planted.doubled.push(text);
              copy.push(record);
            }
          });
          for (let i = 0; i < added; i++) {
            const foreign: Texts = [
              `2026-01-0${4 + i}T1${i}:00:00.00${i}Z`,
              `192.0.2.${i}`,
              `/new/${i}`,
              "299",
              "1.00",
            ];
            planted.unexpected.push(foreign.join(" "));
            copy.push(foreign);
          }
          copy.sort((a, b) => scramble(a, order) - scramble(b, order));
          const result = await verify(await writeCopy(folder, shape, copy), log.keyPath!, { limit: 100 });
          expect(named(result, "missing")).toEqual(planted.missing.sort());
          expect(named(result, "doubled")).toEqual(planted.doubled.sort());
          expect(named(result, "changed", "field", "written", "found")).toEqual(planted.changed.sort());
          expect(named(result, "unexpected")).toEqual(planted.unexpected.sort());
          expect(result.valid).toBe(Object.values(planted).flat().length === 0);
          expect(result.records).toBe(copy.length);
        },
      ),
      { numRuns: 60, seed: 1 },
    );
  });

  it("expects lines that were written twice on purpose twice", async () => {
    const log = await made({ rows: 400, defects: { duplicated: 0.1 } });
    const written = recordsOf(log.path!);
    const twice = written.find((record, i) => i > 0 && record.join() === written[i - 1].join())!;
    const once = written.filter((record, i) => i === 0 || record.join() !== written[i - 1].join());
    const deduplicated = await verify(await writeCopy(folder, "csv", once), log.keyPath);
    expect(counts(deduplicated)).toEqual({ ...nothing, missing: log.key.lines.duplicated });
    expect(named(deduplicated, "missing", "written", "found")).toContain(`${twice.join(" ")} 2 1`);
    const again = await verify(await writeCopy(folder, "csv", [...written, twice]), log.keyPath);
    expect(named(again, "doubled", "written", "found")).toEqual([`${twice.join(" ")} 2 3`]);
  });

  it("gives the line of the copy, and the file where there are several", async () => {
    const log = await made({ rows: 300 });
    const lines = readFileSync(log.path!, "utf8").split("\n");
    const [first, second] = [join(folder, "first.csv"), join(folder, "second.csv")];
    writeFileSync(first, `${lines.slice(0, 100).join("\n")}\n`);
    writeFileSync(
      second,
      [lines[0], ...lines.slice(100, 150), "", lines[120], ...lines.slice(150)].join("\n"),
    );
    const result = await verify([first, second], log.keyPath);
    expect(counts(result)).toEqual({ ...nothing, doubled: 1 });
    // a header and fifty records, a blank line, then the second one of line 120
    expect(rowsOf(result.differences)[0]).toMatchObject({ file: second, line: 53, written: "1", found: "2" });
  });

  it("verifies a part by its own key, with and without a header, and all parts by all keys", async () => {
    const parts = await Promise.all(
      [1, 2, 3].map((k) => made({ ...faulty, rows: 4000, shard: `${k}/3` }, `part-${k}.csv`)),
    );
    for (const part of parts) expect((await verify(part.path!)).valid).toBe(true);
    const paths = parts.map(({ path }) => path!);
    const keys = parts.map(({ keyPath }) => keyPath!);
    expect((await verify(paths, [keys[2], keys[0], keys[1]])).valid).toBe(true);
    expect((await verify(paths)).valid).toBe(true); // each key beside its part
    const whole = await made({ ...faulty, rows: 4000 });
    expect((await verify(whole.path!, keys)).valid).toBe(true);
    const lost = await verify(paths.slice(0, 2), keys);
    expect(lost.missing).toBe(recordsOf(paths[2]).length);
    expect(counts(lost)).toEqual({ ...nothing, missing: lost.missing });
  });

  it("says the same on one thread and on several", async () => {
    // so many at night, when they are work for several threads
    const night = { start: "2026-01-05T02:00:00Z", end: "2026-01-05T04:00:00Z" };
    const defects = { malformed: 0.001, duplicated: 0.001, late: 0.001 };
    const log = await made({ rows: 100_000, ...night, defects });
    const copy = join(folder, "copy.csv");
    const lines = readFileSync(log.path!, "latin1").split("\n");
    writeFileSync(copy, lines.filter((_, i) => i % 1000 !== 7).join("\n"), "latin1");
    const one = await verify(copy, log.keyPath, { workers: 1 });
    const many = await verify(copy, log.keyPath, { workers: 3 });
    expect(many).toEqual(one);
    expect(one.missing + one.writtenUnreadable - one.unreadable).toBe(
      Math.floor((lines.length - 9) / 1000) + 1,
    );
  });

  it("tells of each line made and each record read, whatever the number of threads", async () => {
    const log = await made({ rows: 3000 });
    const half = await writeCopy(folder, "csv", recordsOf(log.path!).slice(0, 1500));
    for (const workers of [1, 2]) {
      for (const [copy, read] of [
        [log.path!, 3000],
        [half, 1500],
      ] as const) {
        const told: Progress[] = [];
        await verify(
          copy,
          log.keyPath,
          { workers },
          { onProgress: (progress) => told.push({ ...progress }) },
        );
        // the half that is missing is looked for afterwards, in a second part
        const first = told.filter(({ total }) => total === 6000);
        expect(first.at(-1)).toEqual({ done: 3000 + read, total: 6000, unit: "records" });
        expect(told.every(({ done, total }) => done <= total!)).toBe(true);
      }
    }
  });

  it("shows as many differences as it is asked for, none too, and counts all of them", async () => {
    const log = await made({ rows: 300 });
    const copy = await writeCopy(folder, "csv", recordsOf(log.path!).slice(30));
    for (const limit of [0, 1, 29, 10_000]) {
      const result = await verify(copy, log.keyPath, { limit });
      expect(counts(result)).toEqual({ ...nothing, missing: 30 });
      expect(result.differences.difference).toHaveLength(Math.min(limit, 30));
    }
    for (const limit of [-1, 10_001, 1.5])
      await expect(verify(copy, log.keyPath, { limit })).rejects.toThrow(/^limit: must be/);
  });

  it("keeps its counts exact where a million records are lost and where all have changed", async () => {
    // more than are compared in one reading of the copy
    const large = await generate({
      rows: 1_050_000,
      end: "2026-01-05T01:00:00Z",
      out: "/dev/null",
      key: false,
    });
    const lost = await verify(await writeCopy(folder, "csv", []), large.key);
    expect(lost).toMatchObject({ ...nothing, missing: 1_050_000, exact: true, valid: false });
    const log = await made({ rows: 140_000 });
    const written = recordsOf(log.path!);
    const cut = written.map(([time, ...rest]): Texts => [time.replace(/\.\d{3}Z/, ".000Z"), ...rest]);
    const result = await verify(await writeCopy(folder, "csv", cut), log.keyPath);
    const changed = written.filter(([time]) => !time.endsWith(".000Z")).length;
    expect([result.missing + result.changed, result.unexpected + result.changed]).toEqual([changed, changed]);
    // pairs are looked for among the first 131,072 of each only, and that is said
    expect([result.changed, result.exact, result.doubled]).toEqual([131_072, false, 0]);
    expect(result.notes.join()).toMatch(/looked for among the first 131,072 missing/);
    expect(result.changedFields).toEqual({ field: ["timestamp"], records: [131_072] });
  });

  it("finds the records of a log whose times were shifted by an hour", async () => {
    const log = await made({ rows: 1000 });
    const shifted = recordsOf(log.path!).map(
      ([time, ...rest]): Texts => [new Date(Date.parse(time) + 3_600_000).toISOString(), ...rest],
    );
    const result = await verify(await writeCopy(folder, "ndjson", shifted), log.keyPath);
    expect(counts(result)).toEqual({ ...nothing, changed: 1000 });
    expect(result.changedFields).toEqual({ field: ["timestamp"], records: [1000] });
  });

  it("stops when it is told to", async () => {
    const log = await made({ rows: 300_000 });
    for (const workers of [1, 2]) {
      const stop = new AbortController();
      const onProgress = () => stop.abort();
      await expect(
        verify(log.path!, undefined, { workers }, { signal: stop.signal, onProgress }),
      ).rejects.toThrow(InterruptedError);
      await expect(verify(log.path!, undefined, { workers }, { signal: stop.signal })).rejects.toThrow(
        InterruptedError,
      );
    }
  });
});

const names = ["timestamp", "ip_address", "endpoint", "status_code", "response_time_ms"];
/** What a pipeline may do to each field. */
const alter: readonly ((text: string) => string)[] = [
  (time) => new Date(Date.parse(time) + 1234).toISOString(),
  (address) => address.replace(/\d+$/, "0"), // the last octet of a generated address is never 0
  (endpoint) => `${endpoint}/`,
  () => "418",
  (time) => (Number(time) + 0.01).toFixed(2),
];

/** Puts records into another order, the same for the same `order`. */
function scramble(record: Texts, order: number): number {
  let hash = order;
  for (const character of record.join(" ")) hash = Math.imul(hash ^ character.charCodeAt(0), 0x5bd1e995);
  return hash;
}

/** A dashboard's table of counts held to the answer key. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataFrame } from "danfojs-node";
import { verifyCounts as verifyFrame } from "server-logs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verifyCounts } from "#lib/check/counts/verifyCounts";
import { main } from "#lib/cli/main";
import { InputError } from "#lib/errors";
import type { Columns } from "#lib/record";
import { type GeneratedLog, generate } from "#lib/write/generate";
import { recordsOf, type Texts } from "./verifyCopies.js";

let folder: string;
let log: GeneratedLog;
let written: Texts[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counts-"));
  log = await generate({
    rows: 3000,
    scenario: "shop",
    start: "2026-01-05T08:00:00Z",
    end: "2026-01-05T14:00:00Z", // so short that the key has buckets of a minute
    incidents: ["outage"],
    defects: { malformed: 0.01, duplicated: 0.01, skewedClock: 0.01 },
    out: join(folder, "log.csv"),
  });
  written = recordsOf(log.path!);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Counts records by what `cellOf` makes of one, as a dashboard does. */
function counted(
  records: readonly Texts[],
  names: string[],
  cellOf: (record: Texts) => (string | number)[],
): Columns {
  const cells = new Map<string, { cell: (string | number)[]; requests: number }>();
  for (const record of records) {
    const cell = cellOf(record);
    const known = cells.get(cell.join(" "));
    if (known) known.requests++;
    else cells.set(cell.join(" "), { cell, requests: 1 });
  }
  const rows = [...cells.values()];
  return {
    ...Object.fromEntries(names.map((name, i) => [name, rows.map(({ cell }) => cell[i])])),
    requests: rows.map(({ requests }) => requests),
  };
}
const minute = ([time]: Texts) => `${time.slice(0, 16)}:00Z`;
const byMinute = (records: readonly Texts[]) =>
  counted(records, ["minute", "endpoint", "status_class"], (record) => [
    minute(record),
    record[2],
    `${record[3][0]}xx`,
  ]);

describe("verifyCounts", () => {
  it("finds counts by minute, endpoint and status class equal to the key's, paths being summed up to routes", async () => {
    expect(written.some(([, , endpoint]) => /\d/.test(endpoint))).toBe(true); // identifiers in paths
    const result = await verifyCounts(byMinute(written), log.key);
    expect(result).toMatchObject({
      valid: true,
      differing: 0,
      written: written.length,
      found: written.length,
      bucketSeconds: 60,
    });
    expect(result.cells).toBe(log.key.counts.requests.length);
    expect(result.unseen).toHaveLength(3);
  });

  it("sums the key up where the table is coarser: hours, codes, times as numbers, or no endpoint at all", async () => {
    const tables: Columns[] = [
      counted(written, ["hour", "status_code"], ([time, , , status]) => [
        `${time.slice(0, 13)}:00`,
        Number(status),
      ]),
      counted(written, ["time", "path"], ([time, , path]) => [
        Math.floor(Date.parse(time) / 600_000) * 600,
        path,
      ]),
      counted(written, ["day"], ([time]) => [time.slice(0, 10)]),
      counted(written, ["status"], ([, , , status]) => [Number(status[0])]),
      { count: [written.length] },
    ];
    const widths = [3600, 600, undefined, undefined, undefined];
    for (const [i, table] of tables.entries()) {
      const asked = "day" in table ? { bucketSeconds: 86_400 } : {};
      const result = await verifyCounts(table, log.keyPath!, asked);
      expect([i, result.valid, result.found]).toEqual([i, true, written.length]);
      if (widths[i] !== undefined) expect(result.bucketSeconds).toBe(widths[i]);
    }
  });

  it("names the cells that a broken pipeline left different", async () => {
    const lost = written.filter((record) => minute(record) === minute(written[1000]));
    const kept = written.filter((record) => !lost.includes(record));
    const twice = written[2000];
    const foreign: Texts = [twice[0], twice[1], "/nobody/wrote/this", "200", "1.00"];
    const result = await verifyCounts(byMinute([...kept, twice, foreign]), log.key, { limit: 100 });
    const cells = new Set(
      lost.map(([, , endpoint, status]) => `${endpoint.replace(/\d+/, "{id}")} ${status[0]}`),
    );
    expect(result).toMatchObject({ valid: false, differing: cells.size + 2, written: written.length });
    expect(result.found).toBe(written.length - lost.length + 2);
    const { bucket, endpoint, status_class: statusClass, difference } = result.differences;
    const rows = difference.map((_, i) => [bucket[i], endpoint[i], statusClass[i], difference[i]]);
    expect(rows).toContainEqual([new Date(minute(twice)).toISOString(), "/nobody/wrote/this", 2, 1]);
    expect(rows.reduce((sum, [, , , off]) => sum + Number(off), 0)).toBe(2 - lost.length);
    expect(result.summary).toMatch(/cells differ, \d+ hold too few and 2 too many/);
  });

  it("cannot see a record lost and another doubled in the same cell, and says so", async () => {
    const cellOf = (record: Texts) => [minute(record), record[2], record[3][0]].join(" ");
    const [first, other] = written.flatMap((record, i) => {
      const next = written.slice(i + 1).find((later) => cellOf(later) === cellOf(record));
      return next === undefined || next.join() === record.join() ? [] : [record, next];
    });
    const swapped = written.filter((record) => record !== other);
    swapped.push(first);
    const result = await verifyCounts(byMinute(swapped), log.key);
    expect(result.valid).toBe(true);
    expect(result.unseen[0]).toMatch(
      /lost and doubled .* in the same cell \(60 s × endpoint × status class\)/,
    );
  });

  it("takes a frame, a CSV, and the keys of all parts", async () => {
    const table = byMinute(written);
    const frame = await verifyFrame(new DataFrame(table), log.keyPath!);
    expect(frame.valid).toBe(true);
    const path = join(folder, "export.csv");
    const names = Object.keys(table);
    const lines = table.requests.map((_, i) => names.map((name) => table[name][i]).join(","));
    writeFileSync(path, [names.join(","), ...lines].join("\n"));
    expect((await verifyCounts(path, log.keyPath!)).valid).toBe(true);
    const { scenario, seed } = log;
    const parts = await Promise.all([1, 2].map((k) => generate({ scenario, seed, shard: `${k}/2` })));
    expect(
      (
        await verifyCounts(
          path,
          parts.map(({ key }) => key),
        )
      ).valid,
    ).toBe(true);
    expect(await main(["verify", path, "--counts", "--key", log.keyPath!])).toBe(0);
    writeFileSync(path, [names.join(","), ...lines.slice(1)].join("\n"));
    expect(await main(["verify", path, "--counts", "--key", log.keyPath!, "--json"])).toBe(1);
  });

  it("takes the length of a single bucket from its column's name, or asks for it", async () => {
    const [hour, day] = ["2026-01-05T08:00:00Z", "2026-01-05"];
    const single: [Columns, number][] = [
      [{ day: [day], requests: [written.length] }, 86_400],
      [{ date: [day], requests: [written.length] }, 86_400],
      [{ week: [day], requests: [written.length] }, 604_800],
    ];
    for (const [table, seconds] of single) {
      expect(await verifyCounts(table, log.key)).toMatchObject({
        valid: true,
        cells: 1,
        bucketSeconds: seconds,
      });
    }
    const inHour = written.filter(([time]) => time.startsWith("2026-01-05T08:"));
    const first = await verifyCounts({ hour: [hour], requests: [inHour.length] }, log.key, { limit: 100 });
    expect(first.bucketSeconds).toBe(3600);
    expect(first.differences.bucket).not.toContain(new Date(hour).toISOString());
    const unnamed = { bucket: [day], requests: [written.length] };
    await expect(verifyCounts(unnamed, log.key)).rejects.toThrow(
      /^bucketSeconds: give the length of the table's buckets \(--bucket-seconds in a shell\): it has a single one/,
    );
    expect((await verifyCounts(unnamed, log.key, { bucketSeconds: 86_400 })).valid).toBe(true);
  });

  it("names the columns that it did not compare", async () => {
    const { summary, unseen, valid } = await verifyCounts(
      { count: [written.length], p95: [7], zone: ["a"] },
      log.key,
    );
    expect(valid).toBe(true);
    expect(unseen.at(-1)).toBe('columns that are not compared: "p95, zone"');
    expect(summary).toContain('not seen: columns that are not compared: "p95, zone"');
  });

  it("reads a CSV whose cells are quoted, and an index that has no name", async () => {
    const path = join(folder, "quoted.csv");
    writeFileSync(path, `\uFEFF,"day",requests\n0,"2026-01-05",${written.length}\n`);
    expect(await verifyCounts(path, log.key)).toMatchObject({ valid: true, cells: 1 });
  });

  const files: [string, string, RegExp][] = [
    [
      "a row that is longer than the header",
      "day,requests\n2026-01-05,5\n2026-01-06,5,7\n",
      /row 2 has more cells than the header, which has 2/,
    ],
    [
      "two columns of one name",
      "day,requests,requests\n2026-01-05,5,6\n",
      /there are two columns "requests"/,
    ],
    [
      "a misspelt column",
      "bucket,endpoint,status_klass,requests\n2026-01-05,/,2,5\n",
      /column "status_klass" is none that is known; did you mean "status_class"\?/,
    ],
    ["no rows and no header", "", /has no column of counts/],
  ];
  it.each(files)("refuses a CSV with %s", async (_, text, message) => {
    const path = join(folder, "wrong.csv");
    writeFileSync(path, text);
    await expect(verifyCounts(path, log.key)).rejects.toThrow(InputError);
    await expect(verifyCounts(path, log.key)).rejects.toThrow(message);
  });

  const wrong: [string, Columns | string, RegExp][] = [
    ["two columns that differ in case", { Count: [1], count: [1] }, /there are two columns "count"/],
    [
      "shorter buckets than the key's",
      { time: ["2026-01-05T00:00:00Z", "2026-01-05T00:00:10Z"], n: [1, 1] },
      /buckets of 10 s do not fit the answer key's, which are 60 s long/,
    ],
    [
      "buckets between the key's",
      { time: ["2026-01-05T00:00:30Z", "2026-01-05T00:01:30Z"], n: [1, 1] },
      /do not fit the answer key's/,
    ],
    ["no counts", { minute: ["2026-01-05T00:00:00Z"] }, /has no column of counts/],
    ["a word for a count", { count: ["many"] }, /row 1: count must be a whole number, 0 or more, not "many"/],
    ["a count below 0", { count: [-1] }, /row 1: count must be/],
    ["a time that is none", { minute: ["soon"], count: [1] }, /row 1: minute must be a moment, not "soon"/],
    [
      "a status that is none",
      { status: ["fine"], count: [1] },
      /row 1: status must be a status code or class/,
    ],
    ["columns of other lengths", { status: [2, 3], count: [1] }, /column "status" has 2 values/],
    ["a file that is not there", "/nowhere/at/all.csv", /there is no such file/],
    ["no table at all", 7 as never, /must be the path of a CSV or an object of columns/],
  ];
  it.each(wrong)("refuses a table with %s", async (_, table, message) => {
    await expect(verifyCounts(table, log.key)).rejects.toThrow(InputError);
    await expect(verifyCounts(table, log.key)).rejects.toThrow(message);
  });
});

/** A log in any format that can be written is verified as far as the format keeps its records. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { verify } from "#lib/check/verify/verify";
import { exact, type FormatName, formats, precisionOf } from "#lib/encode/formats";
import { read } from "#lib/read/read";
import { type GeneratedLog, generate } from "#lib/write/generate";
import { folder, keeps, kept, readAs } from "../encode/logs.js";

const place = folder();
// Some seconds have several requests of one page: a format of whole seconds cannot tell all of them apart.
const log = { rows: 5000, seed: 5, start: "2026-01-05T12:00:00Z", end: "2026-01-05T12:15:00Z" };
const whole = await generate({ ...log, out: join(place, "whole.csv") });
const rows = readFileSync(whole.path!, "utf8").trimEnd().split("\n").slice(1);
const header = readFileSync(whole.path!, "utf8").split("\n")[0];

describe.each(Object.keys(keeps) as FormatName[])("%s", (format) => {
  let made: GeneratedLog;
  beforeAll(async () => {
    made = await generate({ ...log, format, out: join(place, `${format}.log`) });
  });

  it("has the precision that the table of the tests gives it", () => {
    const { seconds = false, step } = keeps[format]!;
    expect(precisionOf([format])).toEqual({ wholeSeconds: seconds, step });
  });

  it("is equal when read to CSV, and misses exactly the lines that are removed", async () => {
    const { path, keyPath } = made;
    const csv = join(place, `${format}.csv`);
    await read(path!, { ...readAs(format), query: "keep", out: csv });
    expect(await verify(csv, keyPath!)).toMatchObject({ valid: true, records: 5000, changed: 0 });

    const [first, ...lines] = readFileSync(csv, "utf8").trimEnd().split("\n");
    const gone = [3, 400, 401, 4998];
    const rest = lines.filter((_, i) => !gone.includes(i));
    rest[7] = rest[7].replace(/^([^,]*,[^,]*,.*),\d{3},/, "$1,599,");
    writeFileSync(csv, `${[first, ...rest].join("\n")}\n`);
    const found = await verify(csv, keyPath!, { workers: format === "combined" ? 2 : 1 });
    expect(found).toMatchObject({ valid: false, missing: 4, unexpected: 0, doubled: 0, changed: 1 });
    expect(found.changedFields).toEqual({ field: ["status_code"], records: [1] });
    const missing = (found.differences.timestamp as string[]).filter(
      (_, i) => found.differences.difference[i] === "missing",
    );
    const times = gone.map((i) => kept(rows[i], keeps[format]!).split(",")[0]);
    expect(missing.map((time) => new Date(time).toISOString())).toEqual(times);
  });

  it("is equal to a copy that has more than it keeps", async () => {
    const { key } = made;
    const { valid, notes } = await verify(whole.path!, key);
    expect([valid, notes.length]).toEqual([true, precisionOf([format]).step === 1 ? 0 : 1]);
  });
});

it("the precision of parts is that of the coarsest, and that of what is not known is a record's", () => {
  expect(precisionOf([undefined, "csv", "parquet", "none"])).toEqual(exact);
  expect(precisionOf(["csv", "alb", "combined"])).toEqual({ wholeSeconds: true, step: 0 });
  expect(precisionOf(["w3c", "alb"])).toEqual({ wholeSeconds: true, step: 100 });
  const kept = Object.keys(formats).filter((name) => precisionOf([name]).step !== 1);
  expect(kept).toHaveLength(9);
});

it("is compared to the millisecond of time where the key is that of the CSV", async () => {
  const cut = rows.map((row) => row.replace(/\.\d{3}Z/, ".000Z"));
  writeFileSync(join(place, "cut.csv"), `${[header, ...cut].join("\n")}\n`);
  const { valid, changedFields } = await verify(join(place, "cut.csv"), whole.keyPath!);
  expect([valid, changedFields.field]).toEqual([false, ["timestamp"]]);
});

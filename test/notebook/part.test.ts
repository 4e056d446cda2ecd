/** A part of a log that is in memory has no header, so that parts can be put behind one another; each verb takes it all the same. */
import { inspect } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { ask, compare, generate, series, validate, verify } from "#lib/index";

const hours = (from: string, to: string) => ({ from: `2026-01-05T${from}Z`, to: `2026-01-05T${to}Z` });

describe("a part of a log in memory", () => {
  const log = { rows: 10_000, seed: 1 };
  let part: Awaited<ReturnType<typeof generate>>;
  let whole: typeof part;
  beforeAll(async () => {
    part = await generate({ ...log, ...hours("08:00:00", "10:00:00") });
    whole = await generate(log);
  });

  it("is the bytes of these hours", () => {
    const bytes = Buffer.from(part.csv!);
    expect(bytes.length).toBe(part.bytes);
    expect(Buffer.from(whole.csv!).includes(bytes)).toBe(true);
  });

  it("is asked: the records of these hours", async () => {
    const sql = "SELECT min(timestamp) AS first, max(timestamp) AS last, count(*) AS n FROM requests";
    const during = `${sql} WHERE timestamp >= TIMESTAMP '2026-01-05 08:00:00' AND timestamp < TIMESTAMP '2026-01-05 10:00:00'`;
    const answer = (await ask(sql, part)).values;
    expect(answer).toEqual((await ask(during, whole)).values);
    expect((answer as unknown[][])[0]!.at(-1)).toBe(part.records);
  });

  it("is a frame, is counted, checked, verified and compared", async () => {
    expect((await part.frame()).shape).toEqual([part.records, 5]);
    expect((await series(part)).frame.column("requests").sum()).toBe(part.records);
    expect((await validate(part)).valid).toBe(true);
    const verified = await verify(part);
    expect(verified.valid).toBe(true);
    expect(inspect(verified).startsWith(verified.summary)).toBe(true); // it shows itself in words
    expect((await compare(part, whole)).measures.shape[0]).toBeGreaterThan(0);
  });
});

/** The answer key as a cell shows it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { ask, type GeneratedLog, generate, InputError, planted, verifyCounts } from "server-logs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "planted-"));
afterAll(() => rmSync(folder, { recursive: true }));
let log: GeneratedLog;
beforeAll(async () => {
  log = await generate({
    rows: 3000,
    incidents: ["outage", "checkout_outage"],
    defects: { duplicated: 0.02, malformed: 0.01 },
    out: join(folder, "log.csv"),
  });
});

describe("planted", () => {
  it("says of a log, of its key and of the key's file the same", async () => {
    const [ofLog, ...others] = await Promise.all([planted(log), planted(log.key), planted(log.keyPath!)]);
    for (const other of others) expect(inspect(other)).toBe(inspect(ofLog));
  });

  it("has a row for each incident and for each kind of defect that some line has, as the file says", async () => {
    const { incidents, defects } = await planted(log);
    const file = JSON.parse(readFileSync(log.keyPath!, "utf8"));
    expect(incidents.column("incident").values).toEqual(["outage", "checkout_outage"]);
    expect(incidents.column("endpoints").values).toEqual([null, "/checkout"]);
    for (const column of ["start", "end", "size", "added", "altered", "dropped"]) {
      expect(incidents.column(column).values).toEqual(
        file.incidents.map((incident: Record<string, unknown>) => incident[column]),
      );
    }
    expect(defects.column("defect").values).toEqual(["malformed", "duplicated"]);
    expect(defects.column("lines").values).toEqual([file.defects.malformed, file.defects.duplicated]);
  });

  it("says of a twin which incidents did not happen in it", async () => {
    const twin = await generate({
      rows: 3000,
      incidents: ["outage", "checkout_outage"],
      withoutIncidents: ["outage"],
    });
    const { incidents, defects } = await planted(twin);
    expect(incidents.column("happened").values).toEqual(["no", "yes"]);
    expect(incidents.column("altered").values[0]).toBe(0);
    expect(defects.shape[0]).toBe(0);
    expect(inspect(await planted(twin))).not.toMatch(/defect +lines/);
  });

  it("has the counts that a dashboard should show", async () => {
    const clean = await generate({ rows: 3000, incidents: ["outage"] });
    const { counts } = await planted(clean);
    expect(counts.column("requests").sum()).toBe(clean.records);
    expect((await verifyCounts(counts, clean.key)).valid).toBe(true);
    const rate = await ask("error_rate", clean);
    const failed = counts.query(counts.column("status_class").eq(5));
    expect(failed.column("requests").sum()).toBe(rate.column("server_errors").values[0]);
  });

  it("shows itself as words and tables", async () => {
    const text = inspect(await planted(log));
    expect(text).toMatch(
      /^2 incidents and \d+ defects in [\d,]+ lines from 2026-01-05T00:00:00.000Z to 2026-01-06T00:00:00.000Z\nseed 42/,
    );
    expect(text).toMatch(/checkout_outage +outage +\/checkout/);
    expect(text).toMatch(/duplicated +\d+/);
  });

  it.each([
    ["no such file", join(folder, "none.truth.json"), /^key: cannot read/],
    ["a log made elsewhere", { path: "log.csv", records: 3 }, /^key: /],
    ["nothing", undefined, /^key: /],
    ["null", null, /^key: /],
  ])("refuses %s", async (_, source, message) => {
    const refused = planted(source as string);
    await expect(refused).rejects.toThrow(InputError);
    await expect(refused).rejects.toThrow(message);
  });

  it("refuses a key of another form", async () => {
    const path = join(folder, "other.truth.json");
    writeFileSync(path, JSON.stringify({ ...log.key, key_version: 99 }));
    await expect(planted(path)).rejects.toThrow(/version/);
  });
});

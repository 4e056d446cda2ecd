/** The answer key as others read it: versions, schema, parts put together, and keys that were tampered with. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Ajv } from "ajv";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verify } from "#lib/check/verify/verify";
import { main } from "#lib/cli/main";
import { InputError } from "#lib/errors";
import { incidentKinds } from "#lib/scenario/incidents/kinds";
import { presets } from "#lib/scenario/presets";
import type { AnswerKey } from "#lib/truth/answerKey";
import { mergeKeys } from "#lib/truth/mergeKeys";
import { readKey } from "#lib/truth/readKey";
import { generate } from "#lib/write/generate";

let folder: string;
let path: string;
let text: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "key-"));
  const incidents = ["outage", "slow_leak"];
  const log = await generate({
    rows: 500,
    incidents,
    defects: { late: 0.01, malformed: 0.01 },
    out: join(folder, "log.csv"),
  });
  path = log.path!;
  text = readFileSync(log.keyPath!, "utf8");
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The key with one thing changed. */
const changed = (change: (key: AnswerKey & Record<string, unknown>) => void): AnswerKey => {
  const key = JSON.parse(text);
  change(key);
  return key;
};

describe("readKey", () => {
  it("reads what generate writes, for every preset, and the published JSON Schema agrees", async () => {
    const schema = JSON.parse(
      readFileSync(new URL("../../lib/dist/answer-key.schema.json", import.meta.url), "utf8"),
    );
    const isKey = new Ajv({ allErrors: true, strict: false }).compile(schema);
    for (const scenario of Object.keys(presets)) {
      const incidents = [...incidentKinds];
      const { key } = await generate({
        rows: 1000,
        rate: undefined,
        scenario,
        incidents,
        defects: { late: 0.01 },
      });
      const written = JSON.parse(JSON.stringify(key));
      expect(await readKey(written)).toEqual(written);
      expect([isKey(written), isKey.errors]).toEqual([true, null]);
    }
    expect(isKey(changed((key) => (key.key_version = 2 as never)))).toBe(false);
    expect(isKey(changed((key) => (key.seed = -1)))).toBe(false);
    expect(isKey(changed((key) => (key.scenario.site.endpoints = [])))).toBe(false);
  });

  const wrong: [string, (key: AnswerKey & Record<string, unknown>) => void, RegExp][] = [
    [
      "no version",
      (key) => (key.key_version = undefined as never),
      /is no answer key: it has no key_version/,
    ],
    [
      "another version",
      (key) => (key.key_version = 2 as never),
      /has key_version 2; this version of server-logs reads 1/,
    ],
    [
      "another generator",
      (key) => (key.generator_version = 99),
      /generator_version 99.*use the version of server-logs/,
    ],
    [
      "a wrong type",
      (key) => (key.counts.requests[0] = "3" as never),
      /counts\.requests\[0\] must be a list|counts\.requests\[0\] must be/,
    ],
    ["a missing part", (key) => (key.lines = undefined as never), /lines is missing/],
    ["an impossible date", (key) => (key.from = "2026-13-05T00:00:00.000Z"), /from must be a moment/],
    [
      "a scenario against its rules",
      (key) => (key.scenario.traffic.end = key.scenario.traffic.start),
      /its scenario: traffic\.end: must be after/,
    ],
    [
      "a misspelt key in its scenario",
      (key) => {
        const { burstiness, ...traffic } = key.scenario.traffic;
        key.scenario.traffic = { ...traffic, burstines: burstiness } as never;
      },
      /its scenario: traffic\.burstines: unknown key; did you mean "burstiness"\?/,
    ],
    [
      "a scenario by name",
      (key) => (key.scenario = "demo" as never),
      /scenario must be an object, not "demo"/,
    ],
    ["uneven columns", (key) => key.counts.bucket.pop(), /not equally long/],
    ["a class that does not exist", (key) => (key.counts.status_class[0] = 9), /does not exist/],
    ["a bin that does not exist", (key) => (key.response_time_ms.bins[0] = 1e15), /bins that do not exist/],
    [
      "the first bin behind the last",
      (key) => (key.response_time_ms.bins[0] = 3328),
      /bins that do not exist/,
    ],
    ["an end before its beginning", (key) => (key.to = "2020-01-01T00:00:00.000Z"), /lies before/],
  ];
  it.each(wrong)("refuses a key with %s", async (_, change, message) => {
    await expect(readKey(changed(change))).rejects.toThrow(InputError);
    await expect(readKey(changed(change))).rejects.toThrow(message);
  });

  it("takes the last bin: 256 exact ones, and 128 for each of the 24 doublings to 2^32 hundredths", async () => {
    const last = changed((key) => (key.response_time_ms.bins[0] = 256 + 24 * 128 - 1));
    expect((await readKey(last)).response_time_ms.bins[0]).toBe(3327);
  });

  it("refuses what is no key", async () => {
    const file = (name: string, content: string | Uint8Array) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    await expect(readKey(file("a.json", "{"))).rejects.toThrow(/"a.json" is not JSON/);
    await expect(readKey(file("b.json", "null"))).rejects.toThrow(/is no answer key/);
    await expect(readKey(file("c.json", "[]"))).rejects.toThrow(/is no answer key/);
    await expect(readKey(join(folder, "d.json"))).rejects.toThrow(/there is no such file/);
    await expect(readKey(folder)).rejects.toThrow(/it is not a file/);
    await expect(readKey("a\0b")).rejects.toThrow(InputError);
    await expect(readKey("")).rejects.toThrow(/must be the path of an answer key/);
    await expect(readKey(null as never)).rejects.toThrow(/must be the path of an answer key/);
  });
});

describe("mergeKeys", () => {
  const shard = async (k: number, options: object = {}) =>
    (
      await generate({
        rows: 3000,
        seed: 5,
        incidents: ["scraper", "outage"],
        defects: { late: 0.05, duplicated: 0.02 },
        shard: `${k}/4`,
        ...options,
      })
    ).key;

  it("gives the key of the whole, but for the file", async () => {
    const parts = await Promise.all([3, 1, 4, 2].map((k) => shard(k)));
    const { file: _, ...whole } = await shard(1, { shard: undefined });
    expect(mergeKeys(parts)).toEqual(whole);
  });

  it("refuses parts of different logs, overlaps and gaps", async () => {
    const [one, two, three] = await Promise.all([1, 2, 3].map((k) => shard(k)));
    expect(() => mergeKeys([one, three])).toThrow(/none of the keys covers/);
    expect(() => mergeKeys([one, two, one])).toThrow(/overlap/);
    const other = (options: object) => shard(2, options).then((key) => () => mergeKeys([one, key]));
    expect(await other({ seed: 6 })).toThrow(/not parts of one log: their seeds differ/);
    expect(await other({ rows: 3001 })).toThrow(/their scenarios differ/);
    expect(await other({ withoutIncidents: ["outage"] })).toThrow(/their incidents differ/);
    expect(() => mergeKeys([])).toThrow(/empty/);
  });
});

describe("verify with a key that was tampered with", () => {
  const tampered: [string, (key: AnswerKey) => void, RegExp][] = [
    ["another seed", (key) => (key.seed += 1), /the key was changed/],
    [
      "a route less popular",
      (key) => (key.scenario.site.endpoints[0].popularity /= 2),
      /the key was changed/,
    ],
    [
      "other rows",
      (key) => (key.scenario.traffic.rows = 501),
      /counts 500 base records, but its scenario makes 501/,
    ],
    ["another count", (key) => (key.counts.requests[3] += 1), /other counts than it says/],
    [
      "lines kept secret",
      (key) => (key.lines.written -= 1),
      /other numbers of lines than it says \(\d+ lines, not \d+\)/,
    ],
    ["a defect kept secret", (key) => (key.defects.malformed = 0), /other defects than it says/],
    ["an incident denied", (key) => (key.incidents[0].happened = false), /other .* than it says/],
    [
      "an end outside the window",
      (key) => (key.to = "2026-01-07T00:00:00.000Z"),
      /reaches outside of its scenario's window/,
    ],
  ];
  it.each(tampered)("says so: %s", async (_, change, message) => {
    await expect(verify(path, changed(change))).rejects.toThrow(InputError);
    await expect(verify(path, changed(change))).rejects.toThrow(message);
  });
});

describe("verify of a hostile copy", () => {
  const copyOf = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content);
    return verify(join(folder, name), JSON.parse(text));
  };
  const header = "timestamp,ip_address,endpoint,status_code,response_time_ms";
  const records = () => readFileSync(path);

  it("counts lines of junk, with their numbers, and takes them for no records", async () => {
    const junk = Uint8Array.from({ length: 300_000 }, (_, i) => Math.imul(i, 0x9e3779b1) >>> 24);
    const long = Buffer.alloc(10 * 2 ** 20, "x");
    const whole = await copyOf(
      "junk.csv",
      Buffer.concat([records(), Buffer.from("\0\0\0\n"), long, Buffer.from("\n"), junk]),
    );
    expect(whole).toMatchObject({ valid: false, missing: 0, doubled: 0, changed: 0, unexpected: 0 });
    expect(whole.unreadable).toBeGreaterThan(whole.writtenUnreadable + 1000);
    const lines = records().filter((byte) => byte === 10).length;
    expect(whole.unreadableLines.line).toContain(lines + 1);
    expect(whole.unreadableLines.reason[whole.unreadableLines.line.indexOf(lines + 2)]).toBe(
      "the line is longer than 1 MiB",
    );
    expect(whole.summary).toMatch(/more than were written so/);
  });

  it("reads a packed copy that is cut short as far as it goes, and is not satisfied", async () => {
    const packed = gzipSync(records());
    const cut = await copyOf("cut.csv.gz", packed.subarray(0, packed.length - 500));
    expect(cut.missing).toBeGreaterThan(0);
    expect(cut.notes.join()).toMatch(/cut short or damaged/);
    const tail = await copyOf("tail.csv.gz", packed.subarray(0, packed.length - 4)); // only the check sum is cut
    expect(tail.valid).toBe(false);
  });

  it("misses everything in an empty file, and in one that has only a header", async () => {
    for (const [name, content] of [
      ["empty.csv", ""],
      ["header.csv", `${header}\n`],
      ["bom.csv", `\uFEFF${header}`],
      ["nothing.ndjson", "\n\n"],
    ]) {
      const result = await copyOf(name, content);
      expect([name, result.missing, result.records]).toEqual([name, result.expected, 0]);
    }
  });

  it("takes a hostile endpoint for the text that it is", async () => {
    const endpoint = `/<img src=x onerror=alert(1)>;DROP TABLE requests--/${"y".repeat(100_000)}`;
    const result = await copyOf(
      "hostile.csv",
      `${records().toString("latin1")}2026-01-05T00:00:00.000Z,2001:db8::1,${endpoint},200,\n`,
    );
    expect(result.unexpected).toBe(1);
    expect(result.differences.endpoint[0]).toMatch(/^\/<img src=x.*y… \([0-9a-f]{16}\)$/);
    expect(result.differences.response_time_ms).toEqual([null]);
  });

  it("refuses what cannot be a copy", async () => {
    await expect(copyOf("binary.csv", Buffer.from("\x7fELF\0\0\n\0\0\n"))).rejects.toThrow(
      /no CSV with the five fields, no NDJSON, no Parquet and no DuckDB database/,
    );
    await expect(copyOf("four.csv", "timestamp,ip_address,endpoint,response_time_ms\n")).rejects.toThrow(
      /no status among the columns of the header/,
    );
    await expect(copyOf("torn.parquet", "PAR1torn")).rejects.toThrow(/copy: cannot read .* as Parquet/);
    await expect(verify(folder, JSON.parse(text))).rejects.toThrow(/it is a folder/);
    await expect(verify(join(folder, "none.csv"))).rejects.toThrow(/copy: .*there is no such file/);
    await expect(verify("a\0b", JSON.parse(text))).rejects.toThrow(InputError);
    await expect(verify("-", JSON.parse(text))).rejects.toThrow(/standard input cannot/);
    await expect(verify([path, join(folder, ".", "log.csv")])).rejects.toThrow(/copy: .* is named twice/);
    await expect(verify([], JSON.parse(text))).rejects.toThrow(/copy: the list of files is empty/);
    await expect(verify(7 as never, JSON.parse(text))).rejects.toThrow(/copy: 7 is neither/);
    await expect(verify(path, undefined, { limit: -1 })).rejects.toThrow(/limit: must be/);
    await expect(verify(path, undefined, { workers: 0 })).rejects.toThrow(/workers: must be/);
    await expect(verify(path, undefined, { limits: 5 } as never)).rejects.toThrow(
      'options: there is no option "limits"; did you mean "limit"?',
    );
  });
});

describe("server-logs verify", () => {
  it("exits 0 when the copy is equal, 1 when it differs and 2 when the call is wrong", async () => {
    expect(await main(["verify", path])).toBe(0);
    const short = join(folder, "short.csv");
    writeFileSync(short, readFileSync(path, "latin1").split("\n").slice(0, -5).join("\n"), "latin1");
    expect(await main(["verify", short, "--key", join(folder, "log.truth.json"), "--json"])).toBe(1);
    expect(await main(["verify", short])).toBe(2); // no key of its name beside it
    expect(await main(["verify", path, "--limit", "x"])).toBe(2);
    expect(await main(["verify"])).toBe(2);
    expect(await main(["verify", path, "--counts"])).toBe(2);
  });
});

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { compress, decompress } from "@bokuweb/zstd-wasm";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadZstd } from "#lib/files/zstd";
import { type ReadLog, read } from "#lib/read/read";
import { shell } from "../cli/shell.js";

const folder = mkdtempSync(join(tmpdir(), "sources-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const excerpt = new URL("../../data/apache_excerpt.log", import.meta.url).pathname;
const command = new URL("../../lib/bin/server-logs.js", import.meta.url).pathname;
const bytes = readFileSync(excerpt);

const put = (name: string, content: Uint8Array | string) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const csvOf = (log: ReadLog) => Buffer.from(log.csv!).toString();
const addsUp = ({ lines, records, quarantined, skipped }: ReadLog) =>
  lines === records + quarantined + skipped;

let plain: string;
beforeAll(async () => {
  await loadZstd(); // the package breaks when it is initialised twice in a process
  plain = csvOf(await read(excerpt));
});

/** Packed by the reference command, with a checksum. */
const zstd = (content: Uint8Array, ...options: string[]) =>
  execFileSync("zstd", ["-q", "-c", ...options], { input: content, maxBuffer: 1 << 28 });

/** A member of gzip with more fields in its header. */
function withHeader(member: Buffer, flags: number, fields: string): Buffer {
  const header = Buffer.from(member.subarray(0, 10));
  header[3] = flags;
  return Buffer.concat([header, Buffer.from(fields), member.subarray(10)]);
}

describe("a packed log", () => {
  const half = Math.floor(bytes.length / 2);
  it.each([
    ["gzip", () => gzipSync(bytes)],
    [
      "gzip in two members",
      () => Buffer.concat([gzipSync(bytes.subarray(0, half)), gzipSync(bytes.subarray(half))]),
    ],
    ["gzip with a name and a comment", () => withHeader(gzipSync(bytes), 0x18, "access.log\0by hand\0")],
    ["gzip filled up with zeros", () => Buffer.concat([gzipSync(bytes), Buffer.alloc(512)])],
    ["zstd", () => compress(bytes, 3)],
    [
      "zstd in two frames",
      () => Buffer.concat([compress(bytes.subarray(0, half), 1), compress(bytes.subarray(half), 9)]),
    ],
    [
      "zstd behind a frame that is skipped",
      () => Buffer.concat([Buffer.from("502a4d1803000000", "hex"), Buffer.from("abc"), compress(bytes, 3)]),
    ],
    ["zstd of the command, with a checksum", () => zstd(bytes)],
    ["zstd of a stream, whose length is not in the header", () => zstd(bytes, "--no-content-size")],
  ])("reads as the plain one, from a file and from memory: %s", async (_, pack) => {
    const packed = pack();
    const log = await read(put("packed.log", packed));
    expect(csvOf(log)).toBe(plain);
    expect([log.damaged, log.warnings.join()]).toEqual([false, expect.not.stringContaining("lost")]);
    expect(csvOf(await read(packed))).toBe(plain);
  });

  it.each([
    ["gzip", () => gzipSync(bytes)],
    ["zstd", () => compress(bytes, 3)],
  ])("that is cut short keeps the whole lines before the cut, and says so: %s", async (name, pack) => {
    const packed = pack();
    // Zstd gives bytes by the block, and the whole excerpt is one.
    const cut =
      name === "zstd"
        ? Buffer.concat([packed, compress(bytes, 3).subarray(0, 2000)])
        : packed.subarray(0, packed.length / 2);
    const log = await read(put("cut.log", cut));
    expect(addsUp(log)).toBe(true);
    expect(log.records).toBeGreaterThan(100);
    expect(log.damaged).toBe(true);
    expect(log.warnings[0]).toMatch(/cut short or damaged.*is lost/);
  });

  it.each([
    ["zstd", () => zstd(bytes)],
    ["zstd of a stream", () => zstd(bytes, "--no-content-size")],
    ["gzip", () => gzipSync(bytes)],
  ])("with one bit changed says that it is damaged, wherever the bit is: %s", async (_, pack) => {
    const packed = pack();
    for (let at = 10; at < packed.length; at += 211) {
      const damaged = Uint8Array.from(packed);
      damaged[at] ^= 1 << (at % 8);
      const log = await read(damaged, { format: "combined" });
      expect([at, log.damaged]).toEqual([at, true]);
      expect(addsUp(log)).toBe(true);
    }
  });

  it("with its content sound and its checksum wrong keeps every line, and says so", async () => {
    const ten = bytes.toString().split("\n").slice(0, 10).join("\n");
    for (const [packed, at] of [
      [gzipSync(`${ten}\n`), -6],
      [zstd(Buffer.from(`${ten}\n`)), -1],
    ] as const) {
      packed[packed.length + at] ^= 1;
      const log = await read(packed);
      expect(log).toMatchObject({ lines: 10, records: 10, damaged: true });
      expect(log.sources[0].damage).toMatch(/cut short or damaged/);
    }
  });

  it("that is damaged in the middle keeps the lines before: gzip, short and long", async () => {
    for (const times of [1, 400]) {
      const whole = Buffer.concat(Array(times).fill(bytes));
      // Blocks of bytes as they are, so that it is known which line holds which byte.
      const packed = gzipSync(whole, { level: 0 });
      const block = packed.length - Math.floor(packed.length / 2) + 5;
      const cut = packed.subarray(0, packed.length - block);
      const log = await read(Buffer.concat([cut, Buffer.alloc(70_000, 0xff)]), { format: "combined" });
      expect(log.damaged).toBe(true);
      expect(log.lines).toBeGreaterThan(0.3 * 500 * times);
    }
  });

  it("that is damaged at any byte neither crashes nor loses a line", async () => {
    for (const packed of [gzipSync(bytes.subarray(0, 20_000)), compress(bytes.subarray(0, 20_000), 3)]) {
      for (let at = 4; at < packed.length; at += 97) {
        const damaged = Uint8Array.from(packed);
        damaged[at] ^= 0xff;
        const log = await read(put("damaged.log", damaged), {
          format: "combined",
          timeUnit: "none", // which a spoilt line among the first would leave open
        });
        expect(addsUp(log)).toBe(true);
      }
    }
  });
});

describe("several logs", () => {
  const lines = bytes.toString().split(/(?<=\n)/);
  beforeAll(() => {
    put("web.log.10", lines.slice(0, 200).join(""));
    put("web.log.2.gz", gzipSync(lines.slice(200, 300).join("")));
    put("web.log.1", lines.slice(300, 400).join(""));
    put("web.log", lines.slice(400).join(""));
  });

  it("of a pattern are read oldest first, as rotation names them", async () => {
    const log = await read(join(folder, "web.log*"));
    expect(csvOf(log)).toBe(plain);
    expect(log.sources.map(({ lines: own }) => own)).toEqual([200, 100, 100, 100]);
    expect(log.examples).toEqual([expect.objectContaining({ line: 99, file: join(folder, "web.log.1") })]);
  });

  it("are read in the order given, each with its own format", async () => {
    const log = await read([new URL("../../data/haproxy_excerpt.log", import.meta.url).pathname, excerpt]);
    expect(log.sources.map(({ format, lines: own }) => [format, own])).toEqual([
      ["haproxy", 200],
      ["combined", 500],
    ]);
    expect(addsUp(log)).toBe(true);
    const [first, ...records] = csvOf(log).trimEnd().split("\n");
    expect(first).toMatch(/^timestamp,/);
    expect(records).toHaveLength(log.records);
  });

  it.each([
    ["nothing", [], /list of logs is empty/],
    ["a pattern that matches nothing", "nowhere/*.log", /no file matches/],
    ["a folder", folder, /it is a folder, give files, such as ".*\*\.log"/],
    ["the same log twice", [excerpt, excerpt], /named twice/],
    ["a device", "/dev/zero", /not a regular file; pipe it/],
    ["a number", 7, /not the path of a log/],
  ])("are refused: %s", async (_, source, message) => {
    await expect(read(source as never)).rejects.toThrow(
      expect.objectContaining({ name: "InputError", message: expect.stringMatching(message) }),
    );
  });

  it("are refused with an option that nobody knows", async () => {
    await expect(read(excerpt, { quarantin: "x" } as never)).rejects.toThrow('did you mean "quarantine"?');
    await expect(read(excerpt, null as never)).rejects.toThrow("options: must be an object, not null");
  });

  it("with a name that is a pattern itself are taken by name", async () => {
    mkdirSync(join(folder, "odd"), { recursive: true });
    writeFileSync(join(folder, "odd", "a[1]*.log"), bytes);
    expect(csvOf(await read(join(folder, "odd", "a[1]*.log")))).toBe(plain);
  });
});

describe("the command", () => {
  const run = (args: string[]) => shell(["read", ...args]);
  const runOn = (input: Uint8Array, args: string[]) =>
    spawnSync(process.execPath, [command, "read", ...args], { input, encoding: "utf8", maxBuffer: 1 << 28 });

  it("reads standard input, plain and packed, and writes standard output", () => {
    for (const input of [bytes, gzipSync(bytes), compress(bytes, 3)]) {
      const { status, stdout, stderr } = runOn(input, ["-", "--out", "-"]);
      expect(status).toBe(0);
      expect(stdout).toBe(plain);
      expect(stderr).toMatch(/499 records[\s\S]*500 lines = 499 records \+ 1 in quarantine/);
    }
  });

  it("reads a pipe whose bytes come one by one", () => {
    const slow = `for (const byte of ${JSON.stringify([...bytes.subarray(0, 800)])}) process.stdout.write(Buffer.of(byte))`;
    const out = execFileSync(
      "bash",
      [
        "-c",
        `"$0" -e "$1" | "$0" "$2" read - --format combined --out - 2>/dev/null`,
        process.execPath,
        slow,
        command,
      ],
      { encoding: "utf8" },
    );
    expect(plain.startsWith(out.split("\n").slice(0, 3).join("\n"))).toBe(true);
  });

  it("ends with code 1 when a log was damaged, and writes what could be read", async () => {
    const out = join(folder, "kept.csv");
    const cut = put("cut.log.gz", gzipSync(bytes).subarray(0, -4));
    const { status, stderr } = await run([cut, "--out", out]);
    expect([status, stderr]).toEqual([1, expect.stringMatching(/is lost/)]);
    expect(readFileSync(out, "utf8")).toBe(plain);
  });

  it("compresses what it writes by the name's ending", async () => {
    const [gz, zst, bad] = ["o.csv.gz", "o.csv.zst", "bad.ndjson.gz"].map((name) => join(folder, name));
    expect((await run([excerpt, "--out", gz, "--quarantine", bad])).status).toBe(0);
    expect(gunzipSync(readFileSync(gz)).toString()).toBe(plain);
    expect(JSON.parse(gunzipSync(readFileSync(bad)).toString())).toMatchObject({ line: 399 });
    expect((await run([excerpt, "--out", zst])).status).toBe(0);
    expect(Buffer.from(decompress(readFileSync(zst))).toString()).toBe(plain);
  });

  it("writes the quarantine to standard output on request", async () => {
    const out = join(folder, "beside.csv");
    const { status, stdout } = await run([excerpt, "--out", out, "--quarantine", "-"]);
    expect([status, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ line: 399 })]);
    expect(readFileSync(out, "utf8")).toBe(plain);
    expect(existsSync("-")).toBe(false);
  });

  it("takes a format of one's own from a JSON file, and tells the outcome as JSON", async () => {
    const format = put(
      "mine.json",
      JSON.stringify({
        name: "mine",
        pattern: String.raw`^(?<ip>\S+) .*\[(?<time>[^\]]+)\] "(?<request>[^"]*)" (?<status>\d+)`,
      }),
    );
    const out = join(folder, "own.csv");
    const { status, stdout } = await run([excerpt, "--format", format, "--out", out, "--json"]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ lines: 500, records: 500, sources: [{ format: "mine" }] });
    expect(readFileSync(out, "utf8").split("\n").slice(0, 5)).toEqual(plain.split("\n").slice(0, 5));
  });

  it.each([
    [["--format", "apache"], /"apache" is not a format/],
    [["--format", "no.json"], /format: cannot read the file "no.json"/],
    [["--time-unit", "min"], /timeUnit: "min"/],
    [["--json", "--out", "-"], /--json/],
    [["--json", "--quarantine", "-"], /--json: needs --quarantine FILE/],
    [["--out", "-", "--quarantine", "-"], /quarantine: standard output carries the CSV/],
    [
      ["--out", "x.parquet"],
      /out: "x.parquet" ends in .parquet, which stands for parquet, and CSV is written/,
    ],
    [["--out", "x.ndjson.gz"], /out: "x.ndjson.gz" ends in .ndjson/],
  ])("with %j ends with code 2, one sentence and no file", async (args, message) => {
    const out = join(folder, "refused.csv");
    const { status, stderr } = await run([excerpt, "--out", out, ...args]);
    expect(status).toBe(2);
    expect(stderr.trimEnd().split("\n")).toEqual([expect.stringMatching(message)]);
    expect(existsSync(out)).toBe(false);
  });
});

describe("Parquet", () => {
  async function parquet(name: string, select: string): Promise<string> {
    const file = join(folder, name);
    const connection = await (await DuckDBInstance.create(":memory:")).connect();
    await connection.run("SET TimeZone = 'America/New_York'");
    await connection.run(
      `COPY (${select}) TO '${file.replaceAll("'", "''")}' (FORMAT parquet, COMPRESSION zstd)`,
    );
    connection.closeSync();
    return file;
  }

  it("gives the same records as the CSV it was made of", async () => {
    const csv = put("made.csv", plain);
    const columns =
      "{'timestamp':'TIMESTAMP','ip_address':'VARCHAR','endpoint':'VARCHAR','status_code':'INTEGER','response_time_ms':'DOUBLE'}";
    const file = await parquet(
      "it's [a] log*.parquet",
      `SELECT * FROM read_csv('${csv}', header = true, columns = ${columns})`,
    );
    const log = await read(file);
    expect(log.sources[0]).toMatchObject({ format: "parquet", lines: 499 });
    expect(csvOf(log)).toBe(plain);
  });

  it("takes usual names, zones and numbers, and quarantines rows that are no records", async () => {
    const file = await parquet(
      "odd.parquet",
      `SELECT * FROM (VALUES
        (200::SMALLINT, '/a?b', TIMESTAMPTZ '2026-01-05 10:00:00.123+02', '10.0.0.1', 0.0125::FLOAT),
        (700::SMALLINT, '/b', TIMESTAMPTZ '2026-01-05 10:00:00+00', '10.0.0.1', 1),
        (200::SMALLINT, NULL, TIMESTAMPTZ '2026-01-05 10:00:00+00', '10.0.0.1', NULL)) t(status, url, ts, client_ip, duration_s)`,
    );
    const log = await read(file);
    expect(csvOf(log).split("\n").slice(1, -1)).toEqual(["2026-01-05T08:00:00.123Z,10.0.0.1,/a,200,12.50"]);
    expect(log).toMatchObject({ lines: 3, records: 1, quarantined: 2 });
    expect(log.reasons.reason).toEqual(["the status is not between 100 and 599", "there is no path"]);
  });

  it("takes numbers with decimals for a status, as pandas writes them, and a day for its midnight", async () => {
    const file = await parquet(
      "floats.parquet",
      `SELECT * FROM (VALUES
        (200::DOUBLE, '/a', DATE '2026-01-05', '10.0.0.1'),
        (NULL, '/b', DATE '2026-01-05', '10.0.0.1'),
        (200.5, '/c', DATE '2026-01-05', '10.0.0.1')) t(status, path, date, ip)`,
    );
    const log = await read(file);
    expect(csvOf(log).split("\n").slice(1, -1)).toEqual(["2026-01-05T00:00:00.000Z,10.0.0.1,/a,200,"]);
    expect(log).toMatchObject({ records: 1, quarantined: 2 });
  });

  it("takes times without a zone for the log's, and keeps what it could not use as DuckDB writes it", async () => {
    const rows = (time: string) =>
      `SELECT ${time} AS timestamp, * EXCLUDE written FROM (VALUES
      (TIMESTAMP '2026-07-05 10:00:00.120', '10.0.0.1', '/a', 200::SMALLINT, 12.5::DOUBLE),
      (TIMESTAMP '2026-07-05 10:00:00.120', 'nobody', '/a?b', 200, 12.5),
      (TIMESTAMP '2026-07-05 10:00:00', 'nobody', '/é', 204, 3),
      (TIMESTAMP '2026-07-05 10:00:00.000001', '10.0.0.1', '/b', 200, 0.125),
      (TIMESTAMP '2026-07-05 10:00:00.5', '10.0.0.1', 'b', 200, NULL),
      (NULL, '10.0.0.1', NULL, 200, 'inf')) t(written, ip_address, endpoint, status_code, response_time_ms)`;
    const quarantine = join(folder, "rows.ndjson");
    for (const [time, hour, zone] of [
      ["written", "08", ""],
      ["written AT TIME ZONE 'UTC'", "10", "Z"],
    ]) {
      const file = await parquet("zones.parquet", rows(time));
      const log = await read(file, { timeZone: "Europe/Berlin", quarantine });
      expect(csvOf(log).split("\n").slice(1, -1)).toEqual([
        `2026-07-05T${hour}:00:00.120Z,10.0.0.1,/a,200,12.50`,
        `2026-07-05T${hour}:00:00.000Z,10.0.0.1,/b,200,0.13`,
      ]);
      const kept = readFileSync(quarantine, "utf8").trim().split("\n");
      const texts = kept.map((line) => Object.values(JSON.parse(JSON.parse(line).text)));
      expect(texts).toEqual([
        [`2026-07-05 10:00:00.12${zone}`, "nobody", "/a?b", "200", "12.5"],
        [`2026-07-05 10:00:00${zone}`, "nobody", "/é", "204", "3.0"],
        [`2026-07-05 10:00:00.5${zone}`, "10.0.0.1", "b", "200", null],
        [null, "10.0.0.1", null, "200", "inf"],
      ]);
    }
  });

  it("that is damaged at any byte is read or refused, and never crashes", async () => {
    const values =
      "range i, '/a/' || (i % 7) AS path, '10.0.0.' || (i % 9) AS ip, 200 AS status, TIMESTAMP '2026-01-05' + to_seconds(i) AS ts";
    const whole = readFileSync(await parquet("whole.parquet", `SELECT ${values} FROM range(300)`));
    const outcomes = { read: 0, refused: 0 };
    for (let at = 5; at < whole.length; at += Math.ceil(whole.length / 75)) {
      const damaged = Uint8Array.from(whole);
      damaged[at] ^= 0x5a;
      const log = await read(put("damaged.parquet", damaged)).catch((error) => error);
      if (log instanceof Error) {
        expect(log).toMatchObject({ name: "InputError", message: expect.stringMatching(/^(path|format): /) });
        outcomes.refused++;
      } else {
        expect(addsUp(log)).toBe(true);
        outcomes.read++;
      }
    }
    expect(Math.min(outcomes.read, outcomes.refused)).toBeGreaterThan(5);
  });

  it("that is damaged or lacks a column is refused", async () => {
    await expect(read(put("x.parquet", "PAR1 and no more"))).rejects.toThrow(/cannot read .* as Parquet/);
    await expect(read(await parquet("few.parquet", "SELECT 200 AS status"))).rejects.toThrow(
      /no timestamp among/,
    );
    await expect(read(excerpt, { format: "parquet" })).rejects.toThrow(/not a Parquet file/);
  });
});

it("a line of 100 MB goes into quarantine with its length, in constant memory", async () => {
  const file = join(folder, "huge.log");
  const line = bytes.subarray(0, bytes.indexOf("\n") + 1);
  writeFileSync(file, Buffer.concat([line, Buffer.alloc(100_000_000, "z"), Buffer.from("\n"), line]));
  const before = process.memoryUsage().rss;
  const log = await read(file);
  expect(process.memoryUsage().rss - before).toBeLessThan(64e6);
  expect(log).toMatchObject({ lines: 3, records: 2, quarantined: 1 });
  expect(log.examples[0]).toMatchObject({ line: 2, bytes: 100_000_000, text: "z".repeat(1000) });
  rmSync(file);
});

it("a zstd frame of 100 MB is read in constant memory", async () => {
  // Lines of noise, so that the frame itself is long, too.
  const noise = Buffer.alloc(100_000_000);
  for (let i = 0, x = 1; i < noise.length; i++) {
    x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0;
    noise[i] = i % 1000 === 999 ? 10 : 33 + (x >>> 26);
  }
  const file = put("noise.zst", zstd(noise, "--no-content-size"));
  const before = process.memoryUsage().rss;
  const log = await read(file, { format: "combined" });
  expect(process.memoryUsage().rss - before).toBeLessThan(64e6);
  expect(log).toMatchObject({ lines: 100_000, quarantined: 100_000, damaged: false });
  rmSync(file);
}, 60_000);

it.each([
  ["null for options", null, /^options: must be an object, not null/],
  ["a number for a file", { out: 5 }, /^out: must be the path of a file, not 5/],
  ["a number for the quarantine", { quarantine: 5 }, /^quarantine: must be the path of a file, not 5/],
  ["a misspelt option", { fromat: "csv" }, /^options: there is no option "fromat"; did you mean "format"/],
])("%s is refused by name", async (_, options, message) => {
  await expect(read(excerpt, options as never)).rejects.toThrow(
    expect.objectContaining({ name: "InputError", message: expect.stringMatching(message) }),
  );
});

/**
 * A large CSV becomes Parquet files on the way to an answer. DuckDB's own reading of the CSV, with the rules of the record as
 * SQL, says what must stand in them.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { isIPv6 } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { csvHeader } from "#lib/record";
import { columnsOf } from "#lib/warehouse/columns/columns";
import { pieceFile } from "#lib/warehouse/columns/pieceFile";
import { Pieces } from "#lib/warehouse/columns/pieces";
import { RecordColumns } from "#lib/warehouse/columns/recordColumns";
import { createRequests, insertLog } from "#lib/warehouse/insert";
import { generate } from "#lib/write/generate";

const folder = mkdtempSync(join(tmpdir(), "columns-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const instance = await DuckDBInstance.create(":memory:");
const connection = await instance.connect();
await connection.run("SET TimeZone = 'UTC'");
let made = 0;
/** `FUZZ_RUNS=10000` tries so many changed lines. */
const runs = Number(process.env.FUZZ_RUNS ?? 250);

/** The records by DuckDB from the CSV, in their order; undefined if it refuses one of them. */
async function byDuckdb(csv: string): Promise<unknown[][] | undefined> {
  await connection.run("DROP TABLE IF EXISTS requests");
  await createRequests(connection);
  try {
    await insertLog(connection, csv, {});
  } catch {
    return undefined;
  }
  return (await connection.runAndReadAll("SELECT * FROM requests")).getRowsJson();
}

/** The records in Parquet files, in their order. */
async function inFiles(files: readonly string[]): Promise<unknown[][]> {
  if (files.length === 0) return [];
  const list = files.map((file) => `'${file}'`).join(", ");
  return (await connection.runAndReadAll(`SELECT * FROM read_parquet([${list}])`)).getRowsJson();
}

/** The records of all pieces of a CSV, made one after the other; undefined if one of them has a line that is not plain. */
async function byPieces(csv: string, pieceSize: number): Promise<unknown[][] | undefined> {
  const into = mkdtempSync(join(folder, "pieces-"));
  const pieces = new Pieces(csv, statSync(csv).size, pieceSize, into);
  try {
    const files: string[] = [];
    for (let piece = 0; piece < pieces.count; piece++) {
      const records = pieces.write(piece);
      if (records === undefined) return undefined;
      if (records > 0) files.push(join(into, pieceFile(piece)));
    }
    return await inFiles(files);
  } finally {
    pieces.close();
    rmSync(into, { recursive: true });
  }
}

function put(text: string | Uint8Array): string {
  const path = join(folder, `${++made}.csv`);
  writeFileSync(path, text);
  return path;
}

const lines = [
  "2026-01-05T00:00:00.025Z,122.80.138.31,/images/banner.jpg,200,2.77",
  "1970-01-01T00:00:00.000Z,0.0.0.0,/,100,",
  "9999-12-31T23:59:59.999Z,255.255.255.255,/a?b=c&d=%20e#f,599,999999999999.99",
  "2026-02-28T23:59:59.999Z,2001:db8::1,/a b,404,0",
  '2024-02-29T12:00:00.001Z,::ffff:10.0.0.1,"/a,b",500,0.5',
  '2026-01-05T00:00:00.000Z,1:2:3:4:5:6:7:8,"/say ""x"", twice",200,7.05',
  "2026-01-05T00:00:00.000Z,::,/,200,",
  "2026-01-05T00:00:00.000Z,10.0.0.1,/caf\u00e9/\u{1f600},301,1.1",
];
const csvOf = (some: readonly string[], end = "\n") => [csvHeader, ...some].join(end) + end;

describe("every record of a CSV", () => {
  it.each([
    ["lines that this library writes", csvOf(lines)],
    ["Windows line ends", csvOf(lines, "\r\n")],
    ["no line end at the end", csvOf(lines).trimEnd()],
    ["a byte-order mark", `\ufeff${csvOf(lines)}`],
    ["a header alone", csvOf([])],
  ])("%s", async (_, text) => {
    const csv = put(text);
    const expected = await byDuckdb(csv);
    expect(expected).toHaveLength(text.includes("Z,") ? lines.length : 0);
    expect(await byPieces(csv, 1 << 20)).toEqual(expected);
  });

  it("stands in one piece, wherever the pieces are cut", async () => {
    const csv = put(csvOf([...lines, ...lines]));
    const expected = await byDuckdb(csv);
    for (const size of [1, 2, 3, 5, 17, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 97, 300])
      expect([size, isDeepStrictEqual(await byPieces(csv, size), expected)]).toEqual([size, true]);
  });

  it("is there, however long address and path are, and wherever they differ", async () => {
    const paths = Array.from({ length: 70 }, (_, i) => `/${"abcdefg".repeat(10).slice(0, i)}`);
    const ends = paths.flatMap((path) => [path, `${path}!`, `"${path},"`, `"${path}"""`, `${path}\u00e9`]);
    ends.push("/item/19ypoozo", "/item/1abj674r", "/item/1abag705", "/item/1agbrkbw"); // two and two have one hash
    const addresses = ["::", "1::", "2001:db8::19d2:4acd", "2001:db8::24b9:b754"]; // the last two have the same hash
    addresses.push("9.8.7.6", "10.8.7.6", "10.80.7.6", "10.80.70.6", "10.80.70.60", "100.80.70.60");
    addresses.push("100.180.70.60", "100.180.170.60", "100.180.170.160", "100.180.170.161");
    const ipv6 = Array.from({ length: 39 }, (_, i) =>
      "abcd:abcd:abcd:abcd:abcd:abcd:abcd:abcd".slice(0, 1 + i),
    );
    addresses.push(...ipv6.filter(isIPv6), `${ipv6[29]}192.168.158.1`, `${ipv6[29]}192.168.158.190`);
    expect(Math.max(...addresses.map(({ length }) => length))).toBe(45);
    const times = ["", "0", "10", "9.5", "12345.67", "123456789012.34"];
    const each = (i: number) =>
      `${addresses[i % addresses.length]},${ends[i % ends.length]},200,${times[i % 6]}`;
    const csv = put(csvOf(Array.from({ length: 4000 }, (_, i) => `2026-01-05T00:00:00.025Z,${each(i)}`)));
    const expected = await byDuckdb(csv);
    expect(expected).toHaveLength(4000);
    for (const size of [1 << 20, 16_384, 1001])
      expect([size, isDeepStrictEqual(await byPieces(csv, size), expected)]).toEqual([size, true]);
  });

  it.each([
    ["paths", (i: number) => lines[i % 2].replace("/", `/${i % 40_000}-`)],
    ["addresses", (i: number) => lines[0].replace("122.80", `${i % 200}.${Math.floor(i / 200) % 200}`)],
  ])(
    "is there in the order of the log, by several threads, with more %s than a dictionary takes",
    async (what, line) => {
      const csv = put(csvOf(Array.from({ length: 80_000 }, (_, i) => line(i))));
      const files = await columnsOf(csv, join(folder, what), {}, 1 << 22);
      expect(files).toHaveLength(Math.ceil(statSync(csv).size / 2 ** 22));
      expect(isDeepStrictEqual(await inFiles(files!), await byDuckdb(csv))).toBe(true);
    },
  );
});

it("a question about a time finds its records", async () => {
  const files = (await columnsOf(put(csvOf(lines)), join(folder, "bounds"), {}))!;
  const counts = lines.map(async (line) => {
    const which = `read_parquet('${files[0]}') WHERE timestamp = '${line.slice(0, 23)}'`;
    return Number((await connection.runAndReadAll(`SELECT count(*) FROM ${which}`)).getRows()[0][0]);
  });
  const times = lines.map((line) => line.slice(0, 23));
  expect(await Promise.all(counts)).toEqual(
    times.map((time) => times.filter((each) => each === time).length),
  );
});

it("a line is not taken before its end has come", () => {
  const columns = new RecordColumns(1000);
  for (const line of lines) {
    const bytes = Buffer.from(`${line}\n`);
    columns.bytes.set(bytes);
    const ends = Array.from({ length: bytes.length - 1 }, (_, i) => i + 1);
    expect(ends.filter((end) => columns.add(0, 1, end, false) !== -1)).toEqual([]);
    expect(columns.add(0, 1, bytes.length, false)).toBe(bytes.length);
  }
});

it.each(["1234567890123", "12345678901234567.89", "1.234"])(
  "a response time of %s is left to DuckDB",
  async (time) => {
    const csv = put(csvOf([`2026-01-05T00:00:00.000Z,10.0.0.1,/,200,${time}`]));
    expect(await byPieces(csv, 1 << 16)).toBeUndefined();
  },
);

it.each([lines[0], lines[3], lines[4]])(
  "any byte at any place of %s is read as DuckDB reads it, or not taken",
  async (line) => {
    const columns = new RecordColumns(1000);
    const takes = (bytes: Uint8Array) => {
      columns.bytes.set(bytes);
      columns.clear();
      return columns.add(0, bytes.length, bytes.length, false) === bytes.length;
    };
    const taken: Uint8Array[] = [Buffer.from(`${csvHeader}\n`)];
    for (let at = 0; at <= line.length; at++) {
      const before = taken.length;
      for (let byte = 0; byte < 256; byte++) {
        const changed = Buffer.from(`${line}\n${line}\n`); // once as it is, so that its fields are known then
        changed[line.length + 1 + at] = byte;
        if (takes(changed)) taken.push(changed);
      }
      expect(taken.length).toBeGreaterThan(before); // the byte that was there
    }
    const csv = put(Buffer.concat(taken));
    const expected = await byDuckdb(csv);
    expect(expected).toHaveLength(2 * (taken.length - 1));
    expect(isDeepStrictEqual(await byPieces(csv, 1 << 20), expected)).toBe(true);
  },
);

it.each([
  ["a control character", lines[3].replace("/a b", "/a\tb")],
  ["a control character in quotes", lines[4].replace("/a,b", "/a,\tb")],
  ["a control character beyond ASCII", lines[3].replace("/a b", "/a\x85b")],
  ["no path", lines[0].replace("/images", "images")],
  ["no path in quotes", lines[4].replace("/a,b", "a,b")],
  ["no address", lines[0].replace("122.", "256.")],
  ["an address with a port", lines[0].replace("138.31", "138.31:80")],
  ["no status", lines[0].replace(",200,", ",600,")],
  ["a day that does not exist", lines[4].replace("2024", "2023")],
  ["a negative response time", lines[0].replace("2.77", "-2.77")],
  ["another line end than the header", `${lines[0]}\r`],
  ["a field too many", `${lines[0]},1`],
  ["a field too few", lines[0].slice(0, -5)],
])("a line with %s is not taken, as DuckDB refuses it", async (_, wrong) => {
  const csv = put(csvOf([lines[0], wrong, lines[1]]));
  expect(await byDuckdb(csv)).toBeUndefined();
  expect(await byPieces(csv, 1 << 16)).toBeUndefined();
});

it("a line that DuckDB refuses, and any that it reads another way, is not taken", async () => {
  const places = fc.record({ line: fc.nat(lines.length - 1), at: fc.nat(80), cut: fc.nat(4) });
  const put_ = fc.oneof(
    fc.constantFrom(
      '"',
      ",",
      "\n",
      "\r",
      "\0",
      "\t",
      " ",
      "/",
      "-",
      "+",
      ".",
      ":",
      "0",
      "9",
      "Z",
      "T",
      "%",
      "\x7f",
    ),
    fc.constantFrom(
      "\u0085",
      "\ufeff",
      "e1",
      "NaN",
      "null",
      "2026-02-30",
      ".999999",
      "00",
      '""',
      ",,",
      "::",
      "256.",
    ),
    fc.uint8Array({ maxLength: 2 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
  );
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(places, put_, fc.boolean(), async ({ line, at, cut }, text, bytewise) => {
      const before = Buffer.from(lines[line]).toString("latin1");
      const changed =
        before.slice(0, at) +
        (bytewise ? text : Buffer.from(text).toString("latin1")) +
        before.slice(at + cut);
      const all = lines.map((each, i) => (i === line ? changed : Buffer.from(each).toString("latin1")));
      const csv = put(Buffer.from(csvOf(all), "latin1"));
      const found = await byPieces(csv, 1 << 16);
      if (found !== undefined) {
        taken++;
        expect(found).toEqual(await byDuckdb(csv));
      }
      rmSync(csv);
    }),
    { numRuns: runs, seed: 1 },
  );
  expect(taken).toBeGreaterThan(5);
});

describe("a question about a large log", () => {
  const main = new URL("../../lib/bin/server-logs.js", import.meta.url).pathname;
  const log = join(folder, "large.csv");
  const temporary = join(folder, "temporary");
  const args = [main, "ask", "status_codes", "--on", log, "--csv"];
  const env = { ...process.env, TMPDIR: temporary };
  let counted: string;
  beforeAll(async () => {
    mkdirSync(temporary);
    await generate({ rows: 900_000, seed: 3, out: log, key: false });
    const count = `NR > 1 { n[$4]++ } END { for (code in n) print code "," n[code] }`;
    counted = spawnSync("awk", ["-F,", count, log], { encoding: "utf8" }).stdout;
  });

  it("is answered as awk counts, and leaves no files", () => {
    const { stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: "utf8" });
    expect(stderr).toBe("");
    const answered = stdout.trim().split("\n").slice(1);
    expect(answered.map((row) => row.replace(/,[^,]*$/, ""))).toEqual(counted.trim().split("\n").sort());
    expect(readdirSync(temporary)).toEqual([]);
  });

  it("leaves no files when it is interrupted", async () => {
    const asking = spawn(process.execPath, args, { env, stdio: "ignore" });
    const hasBegun = () =>
      readdirSync(temporary, { recursive: true, encoding: "utf8" }).some((name) => name.endsWith(".parquet"));
    while (!hasBegun()) await new Promise((resolve) => setTimeout(resolve, 2));
    asking.kill("SIGINT");
    expect(await once(asking, "exit")).toEqual([130, null]);
    expect(readdirSync(temporary)).toEqual([]);
  });

  // A file system of its own needs a namespace; where the kernel gives none, this cannot be tried.
  const canMount = spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;
  it.skipIf(!canMount)("says that the disk is full", () => {
    const script = `mount -t tmpfs -o size=20M tmpfs "$TMPDIR"; "$@"; echo "code $?"; ls -A "$TMPDIR"`;
    const shell = ["-rm", "sh", "-c", script, "sh", process.execPath, ...args];
    const { stdout, stderr } = spawnSync("unshare", shell, { env, encoding: "utf8" });
    expect(stdout).toBe("code 1\n");
    expect(stderr).toMatch(/^server-logs: cannot load ".*large\.csv": the disk is full\n$/);
  });
});

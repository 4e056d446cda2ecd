/** Logs that grow, rotate and are packed between two loads: each line is loaded once, or the load says why not. */
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { csvHeader } from "#lib/record";
import { ask } from "#lib/warehouse/ask";
import { load } from "#lib/warehouse/load";
import { canServe, type Server, startServer } from "./server.js";

const cli = fileURLToPath(new URL("../../lib/bin/server-logs.js", import.meta.url));

/** The requests from one number up to another, as a server logs them: each has an endpoint of its own. */
const lines = (from: number, to: number) =>
  Array.from(
    { length: to - from },
    (_, i) =>
      `192.0.2.1 - - [05/Jan/2026:00:00:${String((from + i) % 60).padStart(2, "0")} +0000] "GET /r${from + i} HTTP/1.1" 200 5 "-" "-"\n`,
  ).join("");

describe.each(["DuckDB", "PostgreSQL"])("%s", (engine) => {
  const isDuckdb = engine === "DuckDB";
  const tags = isDuckdb ? [] : ["postgres"];
  let server: Server | undefined;
  let folder: string;
  let to: string;
  let log: string;
  beforeAll(() => {
    if (!isDuckdb && canServe) server = startServer();
  });
  afterAll(() => server?.stop());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "grown-test-"));
    to = server?.database() ?? join(folder, "w.duckdb");
    log = join(folder, "access.log");
    writeFileSync(log, lines(0, 10));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** All records, and how many requests they are. */
  const counted = async () => {
    const sql = join(folder, "q.sql");
    writeFileSync(sql, "SELECT count(*) AS records, count(DISTINCT endpoint) AS requests_made FROM requests");
    const { records, requests_made } = await ask(sql, to);
    return [Number(records[0]), Number(requests_made[0])];
  };

  describe("a log that has grown is loaded from there on", { tags }, () => {
    it("is told so, and later found to be there as a whole", async () => {
      await load(log, { to });
      appendFileSync(log, lines(10, 15));
      const grown = await load(log, { to });
      expect(grown).toMatchObject({ records: 5, total: 15 });
      expect(grown.logs.outcome).toEqual(["loaded from where it had grown"]);
      expect(grown.summary).toMatch(/its first 7\d\d bytes are ".*access\.log", loaded before/);
      expect(grown.summary).toContain("5 lines = 5 records + 0 in quarantine + 0 skipped");
      expect((await load(log, { to })).records).toBe(0);
      appendFileSync(log, lines(15, 16));
      expect((await load(log, { to })).records).toBe(1);
      expect(await counted()).toEqual([16, 16]);
    });

    it("when it was rotated meanwhile, and packed one rotation later (Debian's delaycompress)", async () => {
      const logs = [join(folder, "access.log*")];
      await load(logs, { to });
      appendFileSync(log, lines(10, 12));
      renameSync(log, `${log}.1`);
      writeFileSync(log, lines(12, 15));
      expect((await load(logs, { to })).records).toBe(5);
      appendFileSync(log, lines(15, 17));
      writeFileSync(`${log}.2.gz`, gzipSync(readFileSync(`${log}.1`)));
      renameSync(log, `${log}.1`);
      writeFileSync(log, lines(17, 20));
      expect((await load(logs, { to })).records).toBe(5);
      expect(await counted()).toEqual([20, 20]);
    });
  });

  it("a database that noted files as they are is brought up to date", { tags }, async () => {
    await load(log, { to });
    const drop = ["content_sha256", "content_bytes", "content_head"].map(
      (name) => `ALTER TABLE loads DROP COLUMN ${name}`,
    );
    if (server) for (const sql of drop) server.psql(to, sql);
    else {
      const instance = await DuckDBInstance.create(to);
      const connection = await instance.connect();
      for (const sql of drop) await connection.run(sql);
      connection.closeSync();
      instance.closeSync();
    }
    expect((await load(log, { to })).records).toBe(0);
    appendFileSync(log, lines(10, 15));
    expect((await load(log, { to })).records).toBe(5);
    expect(await counted()).toEqual([15, 15]);
  });

  if (!isDuckdb) return; // the rest is the same for every database

  describe("a log that has grown is loaded from there on, also", () => {
    it("when it was copied and emptied (copytruncate)", async () => {
      await load(log, { to });
      appendFileSync(log, lines(10, 15));
      copyFileSync(log, `${log}.1`);
      writeFileSync(log, lines(15, 18));
      expect((await load([join(folder, "access.log*")], { to })).records).toBe(8);
      expect(await counted()).toEqual([18, 18]);
    });

    it("when it is packed by then, and was packed before", async () => {
      await load([join(folder, "access.log")], { to });
      for (const [name, level, end] of [
        ["a.gz", 9, 10],
        ["b.gz", 1, 10],
        ["c.gz", 9, 15],
        ["d.gz", 1, 17],
      ] as const) {
        const packed = join(folder, name);
        writeFileSync(packed, gzipSync(lines(0, end), { level }));
        await load(packed, { to });
        expect(await counted()).toEqual([end, end]);
      }
      writeFileSync(log, lines(0, 17));
      expect((await load(log, { to })).records).toBe(0);
    });

    it("with the headers at its beginning, which say what its fields are", async () => {
      const head = "#Version: 1.0\n#Fields: date time c-ip cs-method cs-uri-stem sc-status time-taken\n";
      const w3c = (from: number, end: number) =>
        Array.from(
          { length: end - from },
          (_, i) => `2026-01-05 00:00:01 192.0.2.1 GET /r${from + i} 200 0.5\n`,
        ).join("");
      writeFileSync(log, head + w3c(0, 10));
      await load(log, { to, timeUnit: "s" });
      appendFileSync(log, w3c(10, 15));
      expect((await load(log, { to, timeUnit: "s" })).records).toBe(5);
      expect(await counted()).toEqual([15, 15]);
    });

    it("as five-field CSV, whose later part keeps the rules", async () => {
      const csv = join(folder, "day.csv");
      const row = (path: string) => `2026-01-05T00:00:00.000Z,192.0.2.1,${path},200,1.00\n`;
      writeFileSync(csv, `${csvHeader}\n${row("/a")}${row("/b")}`);
      await load(csv, { to });
      appendFileSync(csv, row("/c"));
      expect((await load(csv, { to })).records).toBe(1);
      expect(await counted()).toEqual([3, 3]);
      appendFileSync(csv, row("noslash"));
      await expect(load(csv, { to })).rejects.toThrow(/^source: ".*day\.csv" is not a sound CSV; /);
      expect(await counted()).toEqual([3, 3]);
    });

    it("with the true numbers of its lines in quarantine", async () => {
      const quarantine = join(folder, "q.ndjson");
      await load(log, { to });
      appendFileSync(log, `${lines(10, 11)}noise\n`);
      await load(log, { to, quarantine });
      expect(JSON.parse(readFileSync(quarantine, "utf8"))).toMatchObject({ line: 12, text: "noise" });
    });
  });

  describe("a log that changes while it is loaded", () => {
    const all = 30_000;

    /** Loads the log while something happens to it again and again; a load that is refused changes nothing. */
    async function loadWhile(change: (round: number) => void) {
      let round = 0;
      const timer = setInterval(() => change(round++), 2);
      const error = await load(log, { to }).catch((each) => each);
      clearInterval(timer);
      if (error instanceof Error) expect(error.message).toMatch(/changed while it was read|is damaged/);
    }

    it.each(["as combined lines", "as five-field CSV"])(
      "is loaded once line by line as it grows, %s",
      async (how) => {
        const row = (i: number) => `2026-01-05T00:00:00.000Z,192.0.2.1,/r${i},200,1.00\n`;
        const of = (from: number, end: number) =>
          how === "as combined lines"
            ? lines(from, end)
            : Array.from({ length: end - from }, (_, i) => row(from + i)).join("");
        writeFileSync(log, `${how === "as combined lines" ? "" : `${csvHeader}\n`}${of(0, all)}`);
        let grown = all;
        await loadWhile(() => {
          appendFileSync(log, of(grown, grown + 10));
          grown += 10;
        });
        await load(log, { to });
        expect(grown).toBeGreaterThan(all);
        expect(await counted()).toEqual([grown, grown]);
      },
    );

    it("is refused or loaded whole as it is copied and emptied (copytruncate)", async () => {
      writeFileSync(log, lines(0, all));
      await loadWhile((round) => {
        if (round !== 3) return;
        copyFileSync(log, `${log}.1`);
        writeFileSync(log, "");
      });
      await load(`${log}.1`, { to });
      expect(await counted()).toEqual([all, all]);
    });
  });

  describe("an earlier copy of a log that was loaded", () => {
    it("is there already", async () => {
      writeFileSync(log, lines(0, 15));
      await load(log, { to });
      writeFileSync(`${log}.old`, lines(0, 10));
      expect((await load(`${log}.old`, { to })).logs.outcome).toEqual(["already there"]);
      expect(await counted()).toEqual([15, 15]);
    });

    it("is there already when the log was loaded again after it had grown", async () => {
      await load(log, { to });
      appendFileSync(log, lines(10, 15));
      await load(log, { to });
      writeFileSync(`${log}.old`, lines(0, 12));
      expect((await load(`${log}.old`, { to })).records).toBe(0);
      expect(await counted()).toEqual([15, 15]);
    });

    it.each([
      ["longer than what is noted of a loaded one", lines(0, 90)],
      ["cut within a line", lines(0, 12).slice(0, -9)],
    ])("is refused where nobody can tell: %s", async (_, text) => {
      writeFileSync(log, lines(0, 100));
      await load(log, { to });
      writeFileSync(`${log}.old`, text);
      await expect(load(`${log}.old`, { to })).rejects.toThrow(
        /^source: ".*access\.log\.old" begins as ".*access\.log" does, which was loaded before and is longer/,
      );
      expect(await counted()).toEqual([100, 100]);
    });
  });

  describe("a last line that was still being written", () => {
    it("is refused when it goes on, as nobody knows what of it is in the database", async () => {
      const all = lines(0, 11);
      writeFileSync(log, all.slice(0, -20));
      await load(log, { to });
      writeFileSync(log, all);
      await expect(load(log, { to })).rejects.toThrow(
        /^source: ".*access\.log" begins with ".*access\.log", which was loaded before while its last line was still being written/,
      );
    });

    it("is whole when only its line end was missing", async () => {
      writeFileSync(log, lines(0, 10).trimEnd());
      await load(log, { to });
      writeFileSync(log, lines(0, 12));
      expect((await load(log, { to })).records).toBe(2);
      expect(await counted()).toEqual([12, 12]);
    });
  });

  it("a log that only begins like a loaded one is another", async () => {
    await load(log, { to });
    writeFileSync(log, lines(0, 9) + lines(20, 30));
    expect((await load(log, { to })).records).toBe(19);
  });

  it("a gzip file with a hole is refused, so that the whole one is loaded later", async () => {
    const members = [0, 10, 20].map((from) => gzipSync(lines(from, from + 10)));
    const whole = Buffer.concat(members);
    const hole = Buffer.from(whole);
    hole.fill(0, members[0].length, members[0].length + 2);
    const packed = join(folder, "access.log.2.gz");
    writeFileSync(packed, hole);
    await expect(load(packed, { to })).rejects.toThrow(/^source: ".*access\.log\.2\.gz" is damaged: /);
    writeFileSync(packed, whole);
    expect((await load(packed, { to })).records).toBe(30);
    expect(await counted()).toEqual([30, 30]);
  });
});

it("the command says what it left out", () => {
  const folder = mkdtempSync(join(tmpdir(), "grown-test-"));
  const log = join(folder, "access.log");
  const run = () =>
    JSON.parse(
      execFileSync(process.execPath, [cli, "load", log, "--to", join(folder, "w.duckdb"), "--json"], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }),
    );
  writeFileSync(log, lines(0, 10));
  run();
  appendFileSync(log, lines(10, 15));
  expect(run()).toMatchObject({
    records: 5,
    total: 15,
    logs: [{ records: 5, outcome: "loaded from where it had grown" }],
  });
  rmSync(folder, { recursive: true });
});

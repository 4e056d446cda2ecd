import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { csvHeader } from "#lib/record";
import { ask } from "#lib/warehouse/ask";
import { question, questions } from "#lib/warehouse/questions";

const folder = mkdtempSync(join(tmpdir(), "ask-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Row = { time?: string; ip?: string; path?: string; status?: number; ms?: number | "" };

/** A log in memory. */
function logOf(rows: Row[]) {
  const lines = rows.map(({ time, ip, path, status, ms }) =>
    [time ?? "2026-01-05T00:00:00.000Z", ip ?? "192.0.2.1", path ?? "/", status ?? 200, ms ?? "1.00"].join(
      ",",
    ),
  );
  return { csv: Buffer.from(`${[csvHeader, ...lines].join("\n")}\n`), records: rows.length };
}

/** A file that holds this SQL. */
function sqlFile(name: string, sql: string): string {
  writeFileSync(join(folder, name), sql);
  return join(folder, name);
}

const csv = (rows: Row[]) => logOf(rows).csv;

describe("percentiles", () => {
  it("interpolate as numpy's default does", async () => {
    // numpy.percentile([1, 2, 4, 8, 16], [50, 95, 99]) is [4, 14.4, 15.68].
    const answer = await ask("response_times_by_endpoint", logOf([16, 1, 8, 2, 4].map((ms) => ({ ms }))));
    expect(answer).toEqual({ endpoint: ["/"], requests: [5], p50_ms: [4], p95_ms: [14.4], p99_ms: [15.68] });
  });

  it("leave out requests without a response time, and are null where there is none", async () => {
    const answer = await ask(
      "response_times_by_endpoint",
      logOf([
        { path: "/a", ms: "" },
        { path: "/b", ms: 3 },
        { path: "/b", ms: "" },
      ]),
    );
    expect(answer).toMatchObject({
      endpoint: ["/b", "/a"],
      requests: [2, 1],
      p50_ms: [3, null],
      p99_ms: [3, null],
    });
  });

  it("equal linear interpolation between the order statistics, of any two-decimal values, rounded half up", async () => {
    const values = fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 50 });
    const lists = fc.sample(values, { numRuns: 200, seed: 1 }); // each is an endpoint's
    const rows = lists.flatMap((list, i) => list.map((value) => ({ path: `/${i}`, ms: value / 100 })));
    const answer = await ask("response_times_by_endpoint", logOf(rows));
    expect(answer.endpoint).toHaveLength(lists.length);
    const expected = (answer.endpoint as string[]).map((path) => {
      const sorted = [...lists[Number(path.slice(1))]].sort((a, b) => a - b);
      return [50, 95, 99].map((percent) => {
        // In whole numbers: the position times 100, the value in hundredths times 100.
        const position = percent * (sorted.length - 1);
        const below = sorted[Math.floor(position / 100)];
        const above = sorted[Math.ceil(position / 100)];
        const exact = below * 100 + (above - below) * (position % 100);
        return Math.floor((exact + 50) / 100) / 100;
      });
    });
    expect([answer.p50_ms, answer.p95_ms, answer.p99_ms]).toEqual(
      [0, 1, 2].map((i) => expected.map((percentiles) => percentiles[i])),
    );
  });
});

describe("traffic over time", () => {
  it("lists buckets without requests too, their error rate unknown", async () => {
    const log = logOf([
      { time: "2026-01-05T10:07:00.000Z" },
      { time: "2026-01-05T10:59:59.999Z", status: 503 },
      { time: "2026-01-05T13:00:00.000Z", status: 404 },
    ]);
    expect(await ask("traffic_over_time", log, { bucket_minutes: 60 })).toEqual({
      bucket: [
        "2026-01-05T10:00:00Z",
        "2026-01-05T11:00:00Z",
        "2026-01-05T12:00:00Z",
        "2026-01-05T13:00:00Z",
      ],
      requests: [2, 0, 0, 1],
      client_errors: [0, 0, 0, 1],
      server_errors: [1, 0, 0, 0],
      client_error_percent: [0, null, null, 100],
      server_error_percent: [50, null, null, 0],
    });
  });

  it.each([
    ["a thousand records over a day", 1000, 86_400, 24],
    ["a hundred thousand over a day", 100_000, 86_400, 288],
    ["a thousand over ten minutes", 1000, 600, 10],
    ["a thousand over a year", 1000, 365 * 86_400, 365],
  ])("of %s chooses buckets that can be read", async (_, records, seconds, buckets) => {
    const times = Array.from({ length: records }, (_, i) => ({
      time: new Date(Date.UTC(2026, 0, 5) + Math.floor((i * seconds * 1000) / records)).toISOString(),
    }));
    expect((await ask("traffic_over_time", logOf(times))).bucket).toHaveLength(buckets);
  });
});

it("the histogram's bins hold every response time once, between their bounds", async () => {
  const values = Array.from({ length: 1000 }, (_, i) => Math.round(100 * 10 ** (i / 300)) / 100);
  const { from_ms, to_ms, requests } = await ask(
    "response_time_histogram",
    logOf(values.map((ms) => ({ ms }))),
  );
  const expected = from_ms.map(
    (from, i) => values.filter((v) => v >= Number(from) && v < Number(to_ms[i] ?? Infinity)).length,
  );
  expect(requests).toEqual(expected);
  expect(requests.reduce<number>((sum, n) => sum + Number(n), 0)).toBe(1000);
  expect(from_ms.length).toBeGreaterThan(15);
  const tenths = await ask("response_time_histogram", logOf([0, 0.1, 0.2, 0.3, 0.7].map((ms) => ({ ms }))), {
    bin_ms: 0.1,
  });
  expect(tenths.from_ms).toEqual([0, 0.1, 0.2, 0.3, 0.6]); // 0.7 is past the 99th percentile, the last bin is open
});

describe("a source", () => {
  it.each([
    ['it\'s "quoted".csv'],
    ["a*b?[c]{d}.csv"],
    ["sp ace; DROP TABLE.csv"],
    ["ünï😀.csv"],
    ["back\\slash.csv"],
    ["$1.csv"],
    ["-- x.csv"],
  ])("may be called %s", async (name) => {
    mkdirSync(join(folder, "names"), { recursive: true });
    writeFileSync(join(folder, "names", "aXb1cd.csv"), csv([{}, {}, {}])); // the pattern's neighbour
    writeFileSync(join(folder, "names", name), csv([{}]));
    expect((await ask("error_rate", join(folder, "names", name))).requests).toEqual([1]);
  });

  it("may be gzip, whatever it is called", async () => {
    for (const name of ["zipped.csv.gz", "zipped.csv"]) {
      writeFileSync(join(folder, name), gzipSync(csv([{}, {}])));
      expect((await ask("error_rate", join(folder, name))).requests).toEqual([2]);
    }
  });

  it("is read again when it has changed", async () => {
    const file = join(folder, "changing.csv");
    writeFileSync(file, csv([{ status: 200 }]));
    utimesSync(file, 1, 1);
    expect((await ask("status_codes", file)).status_code).toEqual([200]);
    writeFileSync(file, csv([{ status: 404 }]));
    expect((await ask("status_codes", file)).status_code).toEqual([404]);
  });

  it("in memory leaves no file behind", async () => {
    const ours = () => readdirSync(tmpdir()).filter((name) => name.startsWith("server-logs-"));
    const before = ours();
    expect((await ask("error_rate", logOf([{}]))).requests).toEqual([1]);
    expect(ours().filter((name) => !before.includes(name))).toEqual([]);
  });

  it("may be asked many questions at once", async () => {
    const log = logOf(Array.from({ length: 100 }, (_, i) => ({ path: `/${i}`, status: 500 })));
    const tops = [1, 5, 10, 50];
    const answers = await Promise.all(tops.map((top) => ask("failing_endpoints", log, { top })));
    expect(answers.map(({ endpoint }) => endpoint.length)).toEqual(tops);
  });

  it("may be one of many", async () => {
    const logs = Array.from({ length: 8 }, (_, i) => logOf(Array.from({ length: i + 1 }, () => ({}))));
    for (let round = 0; round < 2; round++) {
      const answers = await Promise.all(logs.map((log) => ask("error_rate", log)));
      expect(answers.map(({ requests }) => requests[0])).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    }
  });

  it("is still loaded for others when one who waits for it gives up", async () => {
    const log = logOf(Array.from({ length: 300_000 }, () => ({})));
    const stop = new AbortController();
    const first = ask("error_rate", log, {}, { signal: stop.signal });
    const second = ask("error_rate", log);
    setTimeout(() => stop.abort(), 5);
    await expect(first).rejects.toThrow("interrupted");
    expect((await second).requests).toEqual([300_000]);
  });

  it("that holds hostile text gives it back as it is", async () => {
    const path = `/'; DROP TABLE requests; --<img src=x onerror=alert(1)>`;
    const log = logOf([{ path, status: 500 }]);
    expect((await ask("failing_endpoints", log)).endpoint).toEqual([path]);
  });

  it.each([
    ["no such file", () => "/no/such.csv", /there is no such file/],
    ["another header", () => write("h.csv", "a,b\n1,2\n"), /cannot tell the format of .* which begin "a,b"/],
    [
      "a short line",
      () => write("s.csv", `${csvHeader}\n2026-01-05T00:00:00.000Z,192.0.2.1,/\n`),
      /validate lists what is wrong: line 2: Expected Number of Columns: 5 Found: 3/,
    ],
    [
      "a status that is no number",
      () => write("n.csv", csv([{ status: "2x0" as never }])),
      /validate lists what is wrong/,
    ],
    [
      "bytes that are no UTF-8",
      () =>
        write(
          "u.csv",
          Buffer.concat([
            csv([]),
            Buffer.from("2026-01-05T00:00:00.000Z,192.0.2.1,/\xff,200,1.00\n", "latin1"),
          ]),
        ),
      /validate lists what is wrong/,
    ],
    [
      "a truncated gzip",
      () => write("t.csv.gz", gzipSync(csv(Array.from({ length: 9999 }, () => ({})))).subarray(0, -50)),
      /validate lists what is wrong/,
    ],
    ["a folder", () => folder, /it is a folder/],
    ["a number", () => 7 as never, /source: 7 is neither/],
  ])("with %s is refused in a sentence", async (_, source, message) => {
    await expect(ask("overview", source())).rejects.toThrow(
      expect.objectContaining({ name: "InputError", message: expect.stringMatching(message) }),
    );
  });

  const write = (name: string, text: string | Uint8Array) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
});

describe("a question", () => {
  const log = logOf([{ status: 500 }]);

  it("has a sentence, parameters with their types, and an answer, each of them", async () => {
    const list = questions();
    expect(list.question).toContain("status_codes");
    for (const name of list.question as string[]) {
      const { sentence, sql } = question(name);
      expect(sentence).toMatch(/\?$/);
      // Contract 8: nothing that PostgreSQL or Spark does not know; and no value pasted into the text.
      expect(sql).not.toMatch(/::|\bepoch\b|QUALIFY|GROUP BY ALL|ILIKE|\$\d|LIMIT/i);
      expect(Object.keys(await ask(name, log))).not.toEqual([]);
    }
  });

  it.each([
    ["status_code", {}, /"status_code" is neither a question .*did you mean "status_codes"\?/],
    ["/no/such.sql", {}, /cannot read "\/no\/such.sql": there is no such file/],
    ["../../etc/passwd", {}, /is neither a question/],
    ["", {}, /"" is not the name of a question/],
    ["failing_endpoints", { top: 0 }, /params: top: 0 is not a whole number from 1 to 1000000/],
    ["failing_endpoints", { top: null }, /params: top: null is not a whole number/],
    ["failing_endpoints", null, /params: null is not an object/],
    ["failing_endpoints", { top: 1.5 }, /params: top: 1.5/],
    ["failing_endpoints", { top: "1; DROP TABLE requests" }, /params: top: "1; DROP/],
    ["failing_endpoints", { tops: 1 }, /no parameter "tops": it takes top; did you mean "top"\?/],
    ["traffic_over_time", { bucket_minutes: 7 }, /one of 1, 5/],
    ["status_codes", { top: 1 }, /it takes none/],
  ])("%s %j is refused before the log is read", async (name, params, message) => {
    await expect(ask(name, "/no/such.csv", params as never)).rejects.toThrow(
      expect.objectContaining({ name: "InputError", message: expect.stringMatching(message) }),
    );
  });

  it("takes numbers as text, as a command line hands them over", async () => {
    expect((await ask("failing_endpoints", log, { top: "5" })).endpoint).toEqual(["/"]);
  });

  it("may be a user's own file, with parameters", async () => {
    const file = sqlFile(
      "over.sql",
      `-- over: How many requests took longer?
-- parameter ms (number, 0 to 100, default 0.5): milliseconds
-- parameter path (text, default /): which path
SELECT count(*) AS n, true AS yes, [1, 2] AS list, CAST(1.5 AS DECIMAL(4, 2)) AS "<b>", TIMESTAMP '2026-01-05 00:00:00.5' AS t
FROM requests, params WHERE response_time_ms > ms AND endpoint = path;`,
    );
    expect(await ask(file, log)).toEqual({
      n: [1],
      yes: ["true"],
      list: ["[1,2]"],
      "<b>": [1.5],
      t: ["2026-01-05T00:00:00.500Z"],
    });
    expect((await ask(file, log, { path: "' OR 1=1 --" })).n).toEqual([0]);
    expect((await ask(file, log, { ms: 50 })).n).toEqual([0]);
  });

  it.each([
    ["wrong.sql", "SELEC 1", /Parser Error/],
    ["column.sql", "SELECT no_such FROM requests", /no_such/],
    ["two.sql", "SELECT 1; SELECT 2", /./],
    ["drop.sql", "DROP TABLE requests", /is not a single SELECT/],
    ["set.sql", "SET lock_configuration = false", /is not a single SELECT/],
    ["read.sql", "SELECT * FROM read_text('/etc/hostname')", /disabled/],
    ["write.sql", `COPY requests TO '${folder}/stolen.csv'`, /disabled/],
    ["install.sql", "SELECT * FROM read_parquet('http://127.0.0.1/x')", /./],
    ["empty.sql", "", /./],
    ["parameter.sql", "-- parameter top: broken\nSELECT 1", /parameter line that cannot be read/],
  ])("%s is refused in a sentence and reaches nothing but the table", async (name, sql, message) => {
    await expect(ask(sqlFile(name, sql), log)).rejects.toThrow(
      expect.objectContaining({ name: "InputError", message: expect.stringMatching(message) }),
    );
    expect((await ask("error_rate", log)).requests).toEqual([1]);
    expect(readdirSync(folder)).not.toContain("stolen.csv");
  });

  it.each([
    ["SELECT no_such FROM requests", /no_such/],
    ["SELECT count(*) FRM requests", /Parser Error/],
    ["SELECT 1; SELECT 2", /./],
    ["SELECT * FROM read_text('/etc/hostname')", /disabled/],
    ["SELECT $top", /top/],
  ])("%s is refused before the log is read, which may take long", async (sql, message) => {
    const damaged = join(folder, "damaged.csv.gz");
    writeFileSync(damaged, gzipSync(csv([{}])).subarray(0, -12));
    await expect(ask("SELECT count(*) AS n FROM requests", damaged)).rejects.toThrow(/damaged|cut short/);
    const error: Error = await ask(sql, damaged).then(
      () => Error("it was answered"),
      (error) => error,
    );
    expect([error.name, error.message]).toEqual(["InputError", expect.stringMatching(message)]);
    expect(error.message).not.toMatch(/damaged|cut short/);
  });

  it("stops when it is interrupted, and the next one is answered", async () => {
    const endless = sqlFile(
      "endless.sql",
      "SELECT count(*) AS n FROM range(1000000000000) AS a, range(1000) AS b, requests",
    );
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    await expect(ask(endless, log, {}, { signal: stop.signal })).rejects.toThrow("interrupted");
    await expect(ask("error_rate", log, {}, { signal: AbortSignal.abort() })).rejects.toThrow("interrupted");
    expect((await ask("error_rate", log)).requests).toEqual([1]);
  });
});

it("a process that asks ends by itself and leaves nothing in the temporary folder", () => {
  const own = join(folder, "tmp");
  mkdirSync(own);
  chmodSync(own, 0o700);
  writeFileSync(join(folder, "one.csv"), csv([{}]));
  const program = `import { ask } from "#lib/warehouse/ask";
    console.log(JSON.stringify(await ask("status_codes", process.env.LOG)));`;
  const out = execFileSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
    env: { ...process.env, TMPDIR: own, LOG: join(folder, "one.csv") },
  });
  expect(JSON.parse(out)).toEqual({ status_code: [200], requests: [1], percent: [100] });
  expect(readdirSync(own)).toEqual([]);
});

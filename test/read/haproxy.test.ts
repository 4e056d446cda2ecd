import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { validate } from "#lib/check/validate/validate";
import { type ReadLog, read } from "#lib/read/read";
import type { Columns } from "#lib/record";
import { ask } from "#lib/warehouse/ask";

const folder = mkdtempSync(join(tmpdir(), "haproxy-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const excerpt = new URL("../../data/haproxy_excerpt.log", import.meta.url).pathname;
const wholeLog = new URL("../../../shared/data/haproxy_http.log", import.meta.url).pathname;

/** Counts of a log by awk, an independent reader: what the program prints for each key. */
function awk(program: string, log: string): Record<string, number> {
  const text = execFileSync("awk", [program, log], {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C" },
  });
  const pairs = text
    .trimEnd()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split("\t"));
  return Object.fromEntries(pairs.map(([key, count]) => [key, Number(count)]));
}

const perKey = (key: string, condition = "1") =>
  `${condition} { n[${key}]++ } END { for (k in n) print k "\\t" n[k] }`;
const path = '(split($(NF-1), p, "?") ? p[1] : "")';

/** Two columns of an answer as an object. */
const table = (columns: Columns, key: string, value: string) =>
  Object.fromEntries(columns[key].map((name, i) => [name, columns[value][i]]));

function countsEqualAwk(log: string) {
  let logRead: ReadLog;
  beforeAll(async () => {
    logRead = await read(log, { format: "haproxy" });
  });

  it("makes a record of each line", () => {
    const lines = awk('END { print "lines\\t" NR }', log).lines;
    expect(logRead).toMatchObject({ lines, records: lines, quarantined: 0, skipped: 0 });
  });

  it("leaves the response time empty on the lines with a timer of -1", async () => {
    const { count } = awk('$10 ~ /(^|\\/)-1(\\/|$)/ { n++ } END { print "count\\t" n + 0 }', log);
    expect(count).toBeGreaterThan(0);
    expect(logRead.withoutResponseTime).toBe(count);
  });

  it("counts the lines out of order, and validate finds the same ones", async () => {
    const { count, first } = awk(
      '{ t = substr($7, 2, 24) } t < last { if (!n++) first = NR } { last = t } END { print "count\\t" n; print "first\\t" first }',
      log,
    );
    const { rules, records, valid } = await validate(logRead);
    const order = rules.rule.indexOf("order");
    expect(logRead.outOfOrder).toBe(count);
    expect(rules.broken[order]).toBe(count);
    expect(rules.first_line[order]).toBe(first + 1); // the CSV has a header
    expect(rules.level[order]).toBe("warning");
    expect(valid).toBe(true);
    expect(records).toBe(logRead.lines);
    expect(rules.broken.reduce<number>((sum, broken) => sum + Number(broken), 0)).toBe(count);
  });

  it("counts the status codes as awk does", async () => {
    const answer = await ask("status_codes", logRead);
    expect(table(answer, "status_code", "requests")).toEqual(awk(perKey("$11"), log));
  });

  it("counts requests and failures per endpoint as awk does", async () => {
    const times = await ask("response_times_by_endpoint", logRead);
    expect(table(times, "endpoint", "requests")).toEqual(awk(perKey(path), log));
    const failing = await ask("failing_endpoints", logRead, { top: 1000 });
    expect(table(failing, "endpoint", "failed")).toEqual(awk(perKey(path, "$11 >= 400"), log));
    expect(table(failing, "endpoint", "server_errors")).toMatchObject(awk(perKey(path, "$11 >= 500"), log));
  });

  it("counts 4xx and 5xx as awk does", async () => {
    const answer = await ask("error_rate", logRead);
    const classes = awk(perKey("int($11 / 100)"), log);
    expect(answer.client_errors).toEqual([classes[4]]);
    expect(answer.server_errors).toEqual([classes[5]]);
    expect(answer.server_error_percent[0]).toBeCloseTo((100 * classes[5]) / logRead.records, 2);
  });

  it("counts requests and failures per hour as awk does", async () => {
    const answer = await ask("traffic_over_time", logRead, { bucket_minutes: 60 });
    const hour = 'substr($7, 9, 4) "-08-" substr($7, 2, 2) "T" substr($7, 14, 2) ":00:00Z"';
    expect(table(answer, "bucket", "requests")).toEqual(awk(perKey(hour), log));
    expect(table(answer, "bucket", "server_errors")).toMatchObject(awk(perKey(hour, "$11 >= 500"), log));
  });

  it("adds up the response times as awk does", async () => {
    const sums = awk(
      '$10 !~ /-1/ { split($10, t, "/"); s += t[5]; n++ } END { print "sum\\t" s; print "n\\t" n }',
      log,
    );
    const file = join(folder, "sum.sql");
    writeFileSync(file, "SELECT sum(response_time_ms) AS sum, count(response_time_ms) AS n FROM requests;");
    expect(await ask(file, logRead)).toEqual({ sum: [sums.sum], n: [sums.n] });
    const histogram = await ask("response_time_histogram", logRead);
    expect(histogram.requests.reduce<number>((sum, n) => sum + Number(n), 0)).toBe(sums.n);
  });
}

describe("an excerpt of a real HAProxy log", () => countsEqualAwk(excerpt));

describe("the whole real HAProxy log", { tags: ["realLogs"] }, () => countsEqualAwk(wholeLog));

/** Reads lines of text, and gives the log with its CSV rows. */
async function readText(
  text: string | Uint8Array,
  options: { timeZone?: string; query?: "cut" | "keep" } = {},
) {
  const file = join(folder, "some.log");
  writeFileSync(file, text);
  const log = await read(file, { format: "haproxy", ...options });
  const rows = Buffer.from(log.csv!).toString().split("\n").slice(1, -1);
  return { log, rows };
}

const line = (part: Partial<Record<"client" | "date" | "timers" | "status" | "request", string>> = {}) =>
  `${part.client ?? "10.0.0.1:39164"} [${part.date ?? "05/Aug/2012:00:50:12.093"}] http back/srv ${part.timers ?? "0/0/0/444/445"} ${part.status ?? "200"} 365 - - ---- 0/0/0/0/0 0/0 "${part.request ?? "GET /a HTTP/1.1"}"`;

describe("a line of HAProxy", () => {
  it.each([
    ["without a syslog header", line()],
    ["with the old syslog header", `Aug  5 00:50:12 localhost haproxy[374]: ${line()}`],
    ["with the syslog header of RFC 5424", `<134>1 2012-08-05T00:50:12.538Z lb1 haproxy 374 - - ${line()}`],
    ["ended by CR LF", `${line()}\r`],
    ["with captured headers", line().replace(' "GET', ' {example.com|curl/8} {} "GET')],
    ["logged before its end (+)", line({ timers: "0/0/0/444/+445" })],
    ["of a request by full address", line({ request: "GET https://example.com/a HTTP/2.0" })],
    ["with a query string", line({ request: "GET /a?b=c HTTP/1.1" })],
    ["of HTTP/0.9", line({ request: "GET /a" })],
  ])("%s is a record", async (_, text) => {
    const { rows } = await readText(`${text}\n`);
    expect(rows).toEqual(["2012-08-05T00:50:12.093Z,10.0.0.1,/a,200,445.00"]);
  });

  it.each([
    [
      "an IPv6 client",
      line({ client: "2001:db8::1:443" }),
      "2012-08-05T00:50:12.093Z,2001:db8::1,/a,200,445.00",
    ],
    [
      "a host alone",
      line({ request: "GET http://example.com HTTP/1.1" }),
      "2012-08-05T00:50:12.093Z,10.0.0.1,/,200,445.00",
    ],
    [
      "a comma in the path",
      line({ request: "GET /a,b HTTP/1.1" }),
      '2012-08-05T00:50:12.093Z,10.0.0.1,"/a,b",200,445.00',
    ],
    [
      "markup in the path",
      line({ request: "GET /<img/src=x> HTTP/1.1" }),
      "2012-08-05T00:50:12.093Z,10.0.0.1,/<img/src=x>,200,445.00",
    ],
    [
      "UTF-8 in the path",
      line({ request: "GET /ä€😀 HTTP/1.1" }),
      "2012-08-05T00:50:12.093Z,10.0.0.1,/ä€😀,200,445.00",
    ],
    [
      "control characters in the path",
      line({ request: "GET /\x00\x1b\x7f\u0085 HTTP/1.1" }),
      "2012-08-05T00:50:12.093Z,10.0.0.1,/%00%1B%7F%C2%85,200,445.00",
    ],
  ])("with %s is a record", async (_, text, row) => {
    const { rows, log } = await readText(`${text}\n`);
    expect(rows).toEqual([row]);
    expect((await validate(log)).summary).toMatch(/^valid/);
  });

  it("with bytes that are no UTF-8 keeps them as %XX", async () => {
    const bytes = Buffer.from(`${line({ request: "GET /\x80\xff HTTP/1.1" })}\n`, "latin1");
    expect((await readText(bytes)).rows).toEqual(["2012-08-05T00:50:12.093Z,10.0.0.1,/%80%FF,200,445.00"]);
  });

  it.each([
    ["<BADREQ>", line({ request: "<BADREQ>" }), /BADREQ/],
    ["a status of -1", line({ status: "-1" }), /no status/],
    ["a status of 99", line({ status: "99" }), /status/],
    ["a date that does not exist", line({ date: "31/Feb/2012:00:50:12.093" }), /not a real date/],
    ["a month that does not exist", line({ date: "05/Foo/2012:00:50:12.093" }), /not a real date/],
    ["hour 24", line({ date: "05/Aug/2012:24:50:12.093" }), /not a real date/],
    ["a client that is a socket", line({ client: "unix:1" }), /not an IP address/],
    ["a target that is no path", line({ request: "OPTIONS * HTTP/1.1" }), /not a path/],
    ["three timers, as of TCP", line({ timers: "0/0/445" }), /timers/],
    ["a request cut off before its path", line().slice(0, -12), /ends inside the request/],
    ["a request cut off in its path", line().slice(0, -10), /ends inside the request/],
    ["something else", "haproxy[374]: Proxy http started.", /accept date/],
  ])("with %s goes into quarantine with the reason", async (_, text, reason) => {
    const { log } = await readText(`${line()}\n${text}\n`);
    expect(log).toMatchObject({ lines: 2, records: 1, quarantined: 1 });
    expect(log.examples).toEqual([
      { line: 2, reason: expect.stringMatching(reason), bytes: Buffer.byteLength(text), text },
    ]);
  });

  it("keeps the query string when asked to", async () => {
    const { rows } = await readText(`${line({ request: "GET /a?b=1,2 HTTP/1.1" })}\n`, { query: "keep" });
    expect(rows[0]).toContain(',"/a?b=1,2",');
  });
});

describe("the clock of a log", () => {
  // Expected values: Python's zoneinfo, fold=0.
  it.each([
    ["UTC", "05/Aug/2012:00:50:12.093", "2012-08-05T00:50:12.093Z"],
    ["+02:00", "05/Aug/2012:00:50:12.093", "2012-08-04T22:50:12.093Z"],
    ["-0930", "05/Aug/2012:00:50:12.093", "2012-08-05T10:20:12.093Z"],
    ["Europe/Berlin", "05/Aug/2012:00:50:12.093", "2012-08-04T22:50:12.093Z"],
    ["Europe/Berlin", "28/Oct/2012:02:30:00.000", "2012-10-28T00:30:00.000Z"], // shown twice: the earlier
    ["Europe/Berlin", "25/Mar/2012:02:30:00.000", "2012-03-25T01:30:00.000Z"], // skipped
    ["America/St_Johns", "06/Nov/2010:12:00:00.000", "2010-11-06T14:30:00.000Z"],
    ["Asia/Kolkata", "29/Feb/2024:23:59:59.999", "2024-02-29T18:29:59.999Z"],
  ])("in %s, %s is %s", async (timeZone, date, utc) => {
    const { rows } = await readText(`${line({ date })}\n`, { timeZone });
    expect(rows[0].split(",")[0]).toBe(utc);
  });
});

describe("reading a log", () => {
  it("gives the same from a file, gzip, and in several gzip members", async () => {
    const plain = await read(excerpt, { format: "haproxy" });
    const bytes = readFileSync(excerpt);
    const half = bytes.indexOf("\n", bytes.length / 2) - 20; // inside a line
    for (const zipped of [
      gzipSync(bytes),
      Buffer.concat([gzipSync(bytes.subarray(0, half)), gzipSync(bytes.subarray(half))]),
    ]) {
      const { log } = await readText(zipped);
      expect(Buffer.compare(log.csv!, plain.csv!)).toBe(0);
    }
  });

  it("tells where a truncated gzip ends, and keeps the whole lines before", async () => {
    const zipped = gzipSync(readFileSync(excerpt));
    const { log } = await readText(zipped.subarray(0, zipped.length / 2));
    expect(log.lines).toBe(log.records + log.quarantined + log.skipped);
    expect(log.records).toBeGreaterThan(10);
    expect(log.warnings[0]).toMatch(/cut short or damaged.*is lost/);
  });

  it("writes CSV and quarantine whole, the quarantine as NDJSON", async () => {
    const file = join(folder, "mixed.log");
    const long = "x".repeat(3_000_000);
    writeFileSync(file, `\ufeff${line()}\n\n\u0000\u0007junk\r\n${long}\n${line()}`);
    const out = join(folder, "mixed.csv");
    const quarantine = join(folder, "mixed.ndjson");
    const log = await read(file, { format: "haproxy", out, quarantine });
    expect(log).toMatchObject({ lines: 5, records: 2, quarantined: 2, skipped: 1, blank: 1, path: out });
    expect(readFileSync(out, "utf8").split("\n")).toHaveLength(4);
    const entries = readFileSync(quarantine, "utf8")
      .trimEnd()
      .split("\n")
      .map((entry) => JSON.parse(entry));
    expect(entries).toEqual([
      { line: 3, reason: expect.any(String), bytes: 6, text: "\u0000\u0007junk" },
      { line: 4, reason: "the line is longer than 256 KiB", bytes: 3_000_000, text: "x".repeat(1000) },
    ]);
  });

  it("of nothing gives a header and no record", async () => {
    const { log, rows } = await readText("");
    expect(log).toMatchObject({ lines: 0, records: 0, from: undefined });
    expect(rows).toEqual([]);
    expect((await ask("traffic_over_time", log)).bucket).toEqual([]);
    expect((await ask("error_rate", log)).failed_percent).toEqual([null]);
  });

  it.each([
    ["no such log", { path: "/no/such.log" }, /path: cannot read "\/no\/such.log": there is no such file/],
    ["a folder", { path: folder }, /it is a folder/],
    ["an unknown format", { format: "apache" }, /format: "apache" is not a format/],
    ["an unknown zone", { timeZone: "Mars/Olympus" }, /timeZone: "Mars\/Olympus" is not a time zone/],
    ["a wrong query", { query: "drop" }, /query: "drop"/],
    ["the log as output", { out: excerpt }, /out: .* is the log itself/],
    ["no folder for the output", { out: "/no/such/x.csv" }, /out: cannot write/],
    ["one file for both", { out: join(folder, "x"), quarantine: join(folder, "x") }, /quarantine: /],
  ])("refuses %s in one sentence and writes nothing", async (_, wrong, message) => {
    const { path: log, ...options } = { path: excerpt, format: "haproxy", ...wrong } as never as {
      path: string;
      format: "haproxy";
    };
    await expect(read(log, options)).rejects.toThrow(
      expect.objectContaining({ name: "InputError", message: expect.stringMatching(message) }),
    );
    expect(existsSync(join(folder, "x"))).toBe(false);
  });

  it("stops when it is interrupted, and leaves nothing behind", async () => {
    const file = join(folder, "long.log");
    writeFileSync(file, readFileSync(excerpt, "utf8").repeat(500));
    const stop = new AbortController();
    const out = join(folder, "long.csv");
    const progress: number[] = [];
    const onProgress = ({ done }: { done: number }) => {
      progress.push(done);
      stop.abort();
    };
    setTimeout(() => stop.abort(), 20);
    await expect(read(file, { format: "haproxy", out }, { signal: stop.signal, onProgress })).rejects.toThrow(
      "interrupted",
    );
    expect(existsSync(out)).toBe(false);
    expect(execFileSync("ls", ["-A", folder], { encoding: "utf8" })).not.toContain("partial");
  });
});

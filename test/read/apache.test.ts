import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ReadLog, type ReadOptions, read } from "#lib/read/read";
import type { Columns } from "#lib/record";
import { ask } from "#lib/warehouse/ask";
import { pathOf } from "../requirements.js";

const folder = mkdtempSync(join(tmpdir(), "apache-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const excerpt = new URL("../../data/apache_excerpt.log", import.meta.url).pathname;
const wholeLog = new URL("../../../shared/data/apache_combined.log", import.meta.url).pathname;

/** Counts of a log by awk, an independent reader; a line that does not end in a quote was cut. */
function awk(key: string, log: string, condition = '/"$/'): Record<string, number> {
  const program = `${condition} { n[${key}]++ } END { for (k in n) print k "\\t" n[k] }`;
  const env = { ...process.env, LC_ALL: "C" };
  const text = execFileSync("awk", [program, log], { encoding: "utf8", env });
  const lines = text.split("\n").filter((line) => line !== "");
  return Object.fromEntries(lines.map((line) => [line.split("\t")[0], Number(line.split("\t")[1])]));
}

const table = (columns: Columns, key: string, value: string) =>
  Object.fromEntries(columns[key].map((name, i) => [name, columns[value][i]]));

function countsEqualAwk(log: string, cutLine: number) {
  let logRead: ReadLog;
  beforeAll(async () => {
    logRead = await read(log);
  });

  it("is recognised as combined", () => {
    expect(logRead.sources[0].format).toBe("combined");
  });

  it("makes a record of each line but the one that was cut off inside its user agent", () => {
    const whole = awk('"lines"', log).lines;
    expect(logRead).toMatchObject({ records: whole, quarantined: 1, skipped: 0, lines: whole + 1 });
    expect(logRead.examples).toEqual([expect.objectContaining({ line: cutLine })]);
    expect(awk("NR", log, '!/"$/')).toEqual({ [cutLine]: 1 });
  });

  it("counts status codes, endpoints, clients and hours as awk does", async () => {
    const per = async (column: string) => {
      const file = join(folder, "per.sql");
      writeFileSync(file, `SELECT ${column} AS key, count(*) AS n FROM requests GROUP BY 1`);
      return table(await ask(file, logRead), "key", "n");
    };
    expect(await per("status_code")).toEqual(awk("$9", log));
    expect(await per("endpoint")).toEqual(awk('(split($7, p, "?") ? p[1] : "")', log));
    expect(await per("ip_address")).toEqual(awk("$1", log));
    const hour = 'substr($4, 9, 4) "-05-" substr($4, 2, 2) " " substr($4, 14, 2)';
    expect(await per("strftime(timestamp, '%Y-%m-%d %H')")).toEqual(awk(hour, log));
  });

  it("keeps query strings on request, as awk sees them", async () => {
    const kept = await read(log, { query: "keep" });
    const file = join(folder, "queries.sql");
    writeFileSync(file, "SELECT endpoint AS key, count(*) AS n FROM requests GROUP BY 1");
    expect(table(await ask(file, kept), "key", "n")).toEqual(awk("$7", log));
  });
}

describe("an excerpt of a real Apache log", () => countsEqualAwk(excerpt, 399));

describe("the whole real Apache log", { tags: ["realLogs"] }, () => countsEqualAwk(wholeLog, 8899));

it("gives the status codes and clients that GoAccess counts", { tags: ["goaccess"] }, async () => {
  const whole = join(folder, "whole.log"); // GoAccess takes the cut line for a request
  writeFileSync(
    whole,
    readFileSync(excerpt, "utf8")
      .split("\n")
      .filter((line) => line.endsWith('"'))
      .join("\n"),
  );
  const out = join(folder, "report.json");
  execFileSync(pathOf("goaccess"), [whole, "--log-format=COMBINED", "--no-global-config", "-o", out], {
    stdio: "ignore",
  });
  const report = JSON.parse(readFileSync(out, "utf8"));
  const log = await read(whole);
  expect(report.general.valid_requests).toBe(log.records);
  const codes = report.status_codes.data.flatMap(
    (group: { items: { data: string; hits: { count: number } }[] }) =>
      group.items.map(({ data, hits }) => [data.slice(0, 3), hits.count]),
  );
  const answer = await ask("status_codes", log);
  expect(table(answer, "status_code", "requests")).toEqual(Object.fromEntries(codes));
  const file = join(folder, "clients.sql");
  writeFileSync(file, "SELECT ip_address AS key, count(*) AS n FROM requests GROUP BY 1");
  const hosts = report.hosts.data.map(({ data, hits }: { data: string; hits: { count: number } }) => [
    data,
    hits.count,
  ]);
  expect(table(await ask(file, log), "key", "n")).toMatchObject(Object.fromEntries(hosts));
});

async function rowsOf(lines: readonly string[], options: ReadOptions = {}): Promise<string[]> {
  const log = await read(Buffer.from(lines.map((line) => `${line}\n`).join(""), "latin1"), options);
  return Buffer.from(log.csv!).toString().split("\n").slice(1, -1);
}

const line = (
  part: Partial<Record<"before" | "client" | "time" | "request" | "rest" | "behind", string>> = {},
) =>
  `${part.before ?? ""}${part.client ?? "203.0.113.9"} - ${"-"} [${part.time ?? "05/Jan/2026:00:22:28 +0000"}] "${part.request ?? "GET /cart HTTP/1.1"}" ${part.rest ?? "200 5316"} "-" "Mozilla/5.0 (X; \\"y\\")"${part.behind ?? ""}`;

describe("a line of an access log", () => {
  it.each([
    ["as it is", line(), "2026-01-05T00:22:28.000Z,203.0.113.9,/cart,200,"],
    [
      "with a zone",
      line({ time: "05/Jan/2026:00:22:28 -0730" }),
      "2026-01-05T07:52:28.000Z,203.0.113.9,/cart,200,",
    ],
    [
      "behind a virtual host",
      line({ before: "www.example.com:443 " }),
      "2026-01-05T00:22:28.000Z,203.0.113.9,/cart,200,",
    ],
    [
      "behind a syslog header",
      line({ before: "Jan  5 00:22:28 web1 nginx: " }),
      "2026-01-05T00:22:28.000Z,203.0.113.9,/cart,200,",
    ],
    [
      "with a user",
      line().replace("- - [", "- Anna Lena ["),
      "2026-01-05T00:22:28.000Z,203.0.113.9,/cart,200,",
    ],
    ["of an IPv6 client", line({ client: "2001:db8::f" }), "2026-01-05T00:22:28.000Z,2001:db8::f,/cart,200,"],
    ["without bytes", line({ rest: "304 -" }), "2026-01-05T00:22:28.000Z,203.0.113.9,/cart,304,"],
    [
      "with a query",
      line({ request: "GET /cart?id=1 HTTP/1.1" }),
      "2026-01-05T00:22:28.000Z,203.0.113.9,/cart,200,",
    ],
    [
      "with nginx's escapes",
      line({ request: "GET /a\\x22b\\xC3\\xA9 HTTP/1.1" }),
      '2026-01-05T00:22:28.000Z,203.0.113.9,"/a""bé",200,',
    ],
    [
      "with Apache's escapes",
      line({ request: 'GET /a\\"\\\\b\\t HTTP/1.1' }),
      '2026-01-05T00:22:28.000Z,203.0.113.9,"/a""\\b%09",200,',
    ],
    [
      "with bytes that are no UTF-8",
      line({ request: "GET /\\xff HTTP/1.1" }),
      "2026-01-05T00:22:28.000Z,203.0.113.9,/%FF,200,",
    ],
    [
      "to a proxy",
      line({ request: "GET http://example.com/x HTTP/1.1" }),
      "2026-01-05T00:22:28.000Z,203.0.113.9,/x,200,",
    ],
  ])("%s is a record", async (_, text, row) => {
    expect(await rowsOf([text], { format: "combined" })).toEqual([row]);
  });

  it.each([
    ["a host's name for a client", line({ client: "crawler.example.com" }), /not an IP address/],
    ["no request", line({ request: "-" }), /no path/],
    ["junk of a port scan", line({ request: "\\x16\\x03\\x01" }), /no path/],
    ["a target that is no path", line({ request: "OPTIONS * HTTP/1.0" }), /not a path/],
    ["a day that does not exist", line({ time: "30/Feb/2026:00:00:00 +0000" }), /not a real date/],
    ["a zone that does not exist", line({ time: "05/Jan/2026:00:22:28 +9900" }), /not a real date/],
    ["no status", line({ rest: "- 12" }), /status/],
    ["a status of 600", line({ rest: "600 12" }), /status/],
    ["its end cut off in the agent", line().slice(0, -9), /cut/],
    ["its end cut off in the request", line().slice(0, 60), /ends inside the request/],
  ])("with %s goes into quarantine with the reason", async (_, text, reason) => {
    const log = await read(Buffer.from(`${line()}\n${text}\n`), { format: "combined" });
    expect(log).toMatchObject({ lines: 2, records: 1, quarantined: 1 });
    expect(log.examples).toEqual([
      { line: 2, reason: expect.stringMatching(reason), bytes: text.length, text },
    ]);
  });
});

describe("the response time behind a line", () => {
  const times = (texts: string[], options: ReadOptions = {}) =>
    rowsOf(
      texts.map((behind) => line({ behind })),
      { format: "combined", ...options },
    ).then((rows) => rows.map((row) => row.split(",").at(-1)));

  it.each([
    ["nginx's $request_time", [" 0.012", " 1.500", " -"], ["12.00", "1500.00", ""]],
    ["nginx's, by name", [' rt=0.012 uct="0.001"', ' rt=2.000 uct="-"'], ["12.00", "2000.00"]],
    // nginx: an upstream's time is "-" or a list where there was none or more than one, the request's never
    ["the request's, behind the upstreams'", [" 0.001, 0.010 0.012", " - 0.005"], ["12.00", "5.00"]],
    ["nginx's, behind two spaces", ['  "-"  443  0.012', '  "-"  443  0.020'], ["12.00", "20.00"]],
    ["nginx's, behind its gzip ratio", [' "4.23" 0.069 18700', ' "-" 0.012 300'], ["69.00", "12.00"]],
    ["by its name, wherever it stands", [" a=1 rt=0.012", " rt=0.020 a=2 b=3"], ["12.00", "20.00"]],
    ["by a name that tells the unit", [" duration_ms=12", " duration_ms=20"], ["12.00", "20.00"]],
    ["with a unit that stands apart", [" - 4.123 ms", " - 12.5 ms"], ["4.12", "12.50"]],
    ["none: nginx's gzip ratio", [' "3.26"', ' "-"'], ["", ""]],
    ["none: numbers with other names", [" pid=23451 port=443", " pid=23452 port=443"], ["", ""]],
    ["behind another quoted field", [' "-" 0.012', ' "10.0.0.1" 0.020'], ["12.00", "20.00"]],
    [
      "Traefik's",
      [' 1 "shop@docker" "http://10.0.0.2:80" 34ms', ' 2 "shop@docker" "http://10.0.0.2:80" 5ms'],
      ["34.00", "5.00"],
    ],
    ["none: a proxy's list of addresses", [' "10.0.0.1"', ' "-"'], ["", ""]],
  ])("is found: %s", async (_, texts, expected) => {
    expect(await times(texts)).toEqual(expected);
  });

  it.each([
    [
      "request and upstream, or connection and request",
      [" 0.010 0.012", " 0.004 0.005"],
      /^timeField: .*field 1.*0\.010.*field 2.*0\.012/,
    ],
    ["Apache's %D, or bytes", [" 1234", " 85012"], /^timeUnit: field 1.*"1234"/],
    ["Apache's %I %O %D", [" 530 912 12345", " 522 2111 30124"], /^timeField: .*--time-field 1, --time-unit/],
    [
      "two names",
      [" rt=0.010 duration=0.012", " rt=0.004 duration=0.002"],
      /^timeField: .*rt=0\.010.*duration=0\.012/,
    ],
    [
      "three decimals that are long for seconds",
      [" 12.345", " 48.120"],
      /^timeUnit: .*seconds.*or milliseconds/,
    ],
    ["more decimals than nginx writes", [" 0.01234", " 0.00211"], /^timeUnit: .*three decimals/],
  ])("is asked for where more than one field or unit fits: %s", async (_, texts, question) => {
    await expect(times(texts)).rejects.toThrow(question);
  });

  it("stands in the field that is named by its number or its name", async () => {
    expect(await times([" 0.010 0.012", " 0.004 0.005"], { timeField: "2" })).toEqual(["12.00", "5.00"]);
    expect(await times([" 530 912 12345"], { timeField: "3", timeUnit: "us" })).toEqual(["12.35"]);
    expect(await times([" t=0.010 u=0.012"], { timeField: "u" })).toEqual(["12.00"]);
    await expect(times([" 0.010 x"], { timeField: "2" })).rejects.toThrow(
      /^timeField: "2" is no field with numbers/,
    );
    await expect(times([" 0.010"], { timeField: "" })).rejects.toThrow(/^timeField: ""/);
  });

  it("that means something else behind the first lines goes into quarantine", async () => {
    const first = `${line({ behind: " 0.012 x" })}\n`.repeat(1000);
    const changed = [" 345 x", " 0.0123 x", " 345 0.012 x", " 0.012", " 0.014 y"].map((behind) =>
      line({ behind }),
    );
    const log = await read(Buffer.from(`${first}${changed.join("\n")}\n`));
    expect(log).toMatchObject({ records: 1001, quarantined: 4 });
  });

  it("is asked for when whole numbers may be anything, and taken in the unit that is given", async () => {
    await expect(times([" 12", " 85"])).rejects.toThrow(/^timeUnit: .*give "s", "ms" or "us".*, or "none"/);
    await expect(times([" 1200 5316", " 8500 5399"])).rejects.toThrow(/^timeField: /);
    expect(await times([" 12", " 85"], { timeUnit: "ms" })).toEqual(["12.00", "85.00"]);
    expect(await times([" 12", " 85"], { timeUnit: "s" })).toEqual(["12000.00", "85000.00"]);
    expect(await times([" 12", " 85"], { timeUnit: "none" })).toEqual(["", ""]);
  });

  it("that is too large to be one goes into quarantine with its line", async () => {
    const sound = `${line({ behind: " 0.012" })}\n`.repeat(20);
    const text = `${sound}${line({ behind: ` ${"9".repeat(20)}.0` })}\n${line({ behind: " 0.0.1" })}\n`;
    const log = await read(Buffer.from(text), { format: "combined" });
    expect(log).toMatchObject({ records: 20, quarantined: 2 });
    expect(log.reasons.reason).toEqual(
      expect.arrayContaining(["the response time is out of range", "the response time is not a number"]),
    );
  });
});

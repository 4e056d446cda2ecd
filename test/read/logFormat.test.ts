/** Logs read by the server's own configuration line: values follow from nginx's and Apache's manuals. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ReadOptions, read } from "#lib/read/read";

async function rowsOf(lines: readonly string[], logFormat: string, options: ReadOptions = {}) {
  const log = await read(Buffer.from(`${lines.join("\n")}\n`), { logFormat, ...options });
  return { log, rows: Buffer.from(log.csv!).toString().split("\n").slice(1, -1) };
}

const clf = "05/Jan/2026:10:00:00 +0000";
const row = (took: string, path = "/a", client = "203.0.113.9") =>
  `2026-01-05T10:00:00.000Z,${client},${path},200,${took}`;

describe("a log is read by its server's own format", () => {
  it.each<[string, string, string, string, ReadOptions?]>([
    [
      "nginx, the line of the configuration, in several strings",
      `log_format main '$remote_addr - $remote_user [$time_local] "$request" '\n  '$status $body_bytes_sent "$http_referer" "$http_user_agent" $request_time $connection_time';`,
      `203.0.113.9 - Anna Lena [${clf}] "GET /a?x HTTP/1.1" 200 612 "-" "a \\x22b\\x22" 0.012 60.000`,
      row("12.00"),
    ],
    [
      "nginx, lists of upstreams without quotes before the time",
      '$remote_addr [$time_local] "$request" $status $upstream_addr $upstream_response_time $request_time',
      `203.0.113.9 [${clf}] "GET /a HTTP/1.1" 200 10.0.0.1:80, unix:/a : 10.0.0.2:80 60.001, 0.004 : - 60.105`,
      row("60105.00"),
    ],
    [
      "nginx, $msec before $time_local, X-Forwarded-For in the client's place",
      '$http_x_forwarded_for $remote_addr $msec [$time_local] "$request" $status',
      `203.0.113.9, 198.51.100.1 10.0.0.1 1767607200.000 [${clf}] "GET /My Docs/a HTTP/1.1" 200`,
      row("", "/My Docs/a"),
    ],
    [
      "nginx, an empty X-Forwarded-For leaves the peer",
      '"$http_x_forwarded_for" $remote_addr [$time_iso8601] $request_method $request_uri $status',
      '"-" 203.0.113.9 [2026-01-05T11:00:00+01:00] GET /a?b 200',
      row(""),
    ],
    [
      "nginx, escape=json",
      `log_format json escape=json '{"t":"$time_iso8601","ip":"$remote_addr","ua":"$http_user_agent","rt":$request_time,"r":"$request","s":"$status"}';`,
      '{"t":"2026-01-05T10:00:00+00:00","ip":"203.0.113.9","ua":"a\\"b\\u0001","rt":0.012,"r":"GET /q\\"a HTTP/1.1","s":"200"}',
      row("12.00", '"/q""a"'),
    ],
    [
      "Apache, %D behind %I %O",
      'LogFormat "%h %l %u %t \\"%r\\" %>s %b %I %O %D" combinedio',
      `203.0.113.9 - - [${clf}] "GET /a HTTP/1.1" 200 5 530 912 12345`,
      row("12.35"),
    ],
    [
      "Apache, %{ms}T",
      '%h %l %u %t "%r" %>s %b %{ms}T',
      `203.0.113.9 - - [${clf}] "GET /a HTTP/1.1" 200 5 1736`,
      row("1736.00"),
    ],
    [
      "Apache, %{us}T and %T: the finer one",
      '%v:%p %h %l %u %t "%r" %>s %b %T %{us}T',
      `192.0.2.80:443 203.0.113.9 - - [${clf}] "GET /a HTTP/1.1" 200 5 0 12345`,
      row("12.35"),
    ],
    [
      "Apache, %T in seconds",
      '%a %t "%r" %s %T',
      `203.0.113.9 [${clf}] "GET /a HTTP/1.1" 200 2`,
      row("2000.00"),
    ],
    [
      "Apache, a time in parts, as its manual shows it",
      '%h [%{%d/%b/%Y %T}t.%{msec_frac}t %{%z}t] "%r" %>s',
      '203.0.113.9 [05/Jan/2026 12:00:00.000 +0200] "GET /a HTTP/1.1" 200',
      row(""),
    ],
    [
      "Apache, seconds since 1970, path and query apart",
      "%{sec}t %{X-Forwarded-For}i %h %m %U%q %>s",
      "1767607200 203.0.113.9 10.0.0.1 GET /a?x=1 200",
      row(""),
    ],
    [
      "Apache, modifiers, notes and %%",
      '%400,501{Referer}i %{c}a %t "%r" %>s 100%% %{x}n %^FB',
      `- 203.0.113.9 [${clf}] "GET /a HTTP/1.1" 200 100% y 17`,
      row(""),
    ],
    [
      "Gunicorn, seconds with decimals, the header in the client's place",
      `access_log_format = '%({x-forwarded-for}i)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s" %(L)s'`,
      `203.0.113.9, 10.0.0.1 - - [${clf}] "GET /a?x HTTP/1.1" 200 5 "-" "x" 0.012345`,
      row("12.35"),
    ],
    [
      "Gunicorn, milliseconds before microseconds",
      '%(h)s %(t)s "%(r)s" %(s)s %(M)s %(D)s',
      `203.0.113.9 [${clf}] "GET /a HTTP/1.1" 200 12 12345`,
      row("12.35"),
    ],
    [
      "Tomcat, %D in the unit that is given",
      '%h %l %u %t "%r" %s %b %D',
      `203.0.113.9 - - [${clf}] "GET /a HTTP/1.1" 200 5 45`,
      row("45.00"),
      { timeUnit: "ms" },
    ],
    [
      "a response time that is named",
      '$remote_addr [$time_local] "$request" $status $upstream_response_time',
      `203.0.113.9 [${clf}] "GET /a HTTP/1.1" 200 0.004`,
      row("4.00"),
      { timeField: "upstream_response_time" },
    ],
  ])("%s", async (_, format, line, expected, options) => {
    const { log, rows } = await rowsOf([line], format, options);
    expect([rows, log.reasons.reason]).toEqual([[expected], []]);
  });

  it.each([
    ["no time", '$remote_addr "$request" $status', /no variable for the time/],
    ["no client", '$time_local "$request" $status', /no variable for the client's address/],
    ["nothing", "", /logFormat: ""/],
    ["%D, which is Apache's or Tomcat's", '%h %t "%r" %s %D', /^timeUnit: %D is in microseconds to Apache/],
    ["HAProxy's format", "%ci:%cp [%tr] %ft %b/%s %TR/%Tw %ST %{+Q}r", /is HAProxy's log-format, which/],
    ["Envoy's format", '[%START_TIME%] "%REQ(:METHOD)%" %RESPONSE_CODE%', /is Envoy's format, which/],
    ["Squid's format", "%ts.%03tu %6tr %>a %Ss/%03>Hs %<st %rm %ru", /is Squid's logformat, which/],
    ["GoAccess's format", '%h %^[%d:%t %^] "%r" %s %b', /is GoAccess's log-format, which/],
    ["a time that cannot be read", '%h %{%U}t "%r" %>s', /%U .*no part of a time/],
  ])("and refused with %s", async (_, format, message) => {
    await expect(rowsOf(["x"], format)).rejects.toThrow(
      expect.objectContaining({ name: "InputError", message: expect.stringMatching(message) }),
    );
  });

  it("and refused beside a format of another name", async () => {
    await expect(rowsOf(["x"], "%h %t %r %s", { format: "combined" })).rejects.toThrow(
      /^logFormat: format is given/,
    );
  });

  it("but a line that does not fit goes into quarantine with the place", async () => {
    const format = '%h %l %u %t "%r" %>s %b %D';
    const good = `203.0.113.9 - - [${clf}] "GET /a HTTP/1.1" 200 5 1736`;
    const { log, rows } = await rowsOf(
      [
        good,
        good.replace(" 1736", ""),
        `${good} 7`,
        good.replace("GET /a", "\\x16\\x03 /"),
        "junk",
        good.replace("200", "-"),
      ],
      format,
    );
    expect(rows).toHaveLength(1);
    expect(log.reasons.reason.join("; ")).toMatch(/fit the log format at %b/);
    expect(log.reasons.reason.join("; ")).toMatch(/not a number.*|goes on/);
    expect(log.statusesInQuarantine).toEqual({ status_code: [200], lines: [expect.any(Number)] });
  });

  it("and what is damaged at random loses no line", async () => {
    const format = '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i" %{X-Forwarded-For}i %D';
    const line = Buffer.from(
      `203.0.113.9 - - [${clf}] "GET /a HTTP/1.1" 200 5 "-" "x \\"y" 10.0.0.1, 10.0.0.2 1736\n`,
    );
    const put = fc.oneof(
      fc.uint8Array({ maxLength: 3 }),
      fc.constantFrom(...['"', " ", "\\", ",", "[", "\n", ":"].map((text) => Buffer.from(text))),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(line.length), fc.nat(20), put), { maxLength: 20 }),
        async (changes) => {
          const bytes = Buffer.concat(
            changes.flatMap(([at, cut, added]) => [line.subarray(0, at), added, line.subarray(at + cut)]),
          );
          const log = await read(bytes, { logFormat: format, query: "keep", client: "peer" });
          const text = bytes.toString("latin1");
          expect(log.lines).toBe(text === "" ? 0 : text.replace(/\n$/, "").split("\n").length);
          expect(log.records + log.quarantined + log.skipped).toBe(log.lines);
        },
      ),
      { numRuns: Number(process.env.FUZZ_RUNS ?? 300), seed: 1 },
    );
  });
});

import { describe, expect, it } from "vitest";
import { type ReadOptions, read } from "#lib/read/read";
import { samples } from "./lines.js";

async function readText(text: string, options: ReadOptions = {}) {
  const log = await read(Buffer.from(text), options);
  return { log, rows: Buffer.from(log.csv!).toString().split("\n").slice(1, -1) };
}

const textOf = (name: string) => `${samples[name].join("\n")}\n`;

describe("a log's first lines tell its format", () => {
  it.each(Object.keys(samples))("%s", async (name) => {
    const { log } = await readText(textOf(name));
    const [source] = log.sources;
    expect(source.format).toBe(name === "timed" ? "combined" : name);
    expect(source.why).toMatch(/of its first \d+ lines/);
    expect(log.records).toBeGreaterThan(0);
  });

  it.each([
    ["lines of no format", "one\ntwo\nthree\n", /cannot tell.*which begin "one"/],
    [
      "one sound line among many of another kind",
      `${samples.combined[0]}\n${"junk\n".repeat(9)}`,
      /cannot tell.*combined, reads 1 of them/,
    ],
    [
      "two formats in turn",
      `${`${samples.combined[0]}\n${samples.haproxy[0]}\n`.repeat(5)}`,
      /may be (combined|haproxy) \(5 read\) or/,
    ],
    [
      "names of which none is a client's, though one looks like it",
      '{"realip":"192.0.2.1","time":"2026-01-05T10:00:00Z","path":"/a","status":200}\n',
      /json says: no client address among .*realip.*"realip" may be it/,
    ],
    [
      "a date and two times of day",
      "date,start,stop,ip,path,status\n2026-01-05,10:00:00,10:00:01,192.0.2.1,/a,200\n",
      /csv says: "date" has dates, and "start" or "stop" may be the time of day/,
    ],
    ["binary junk", "\x7fELF\0\0\x01", /cannot tell/],
    ["a line with orders for the terminal", "\xc2\x9b2J\n", /cannot tell.*which begin "\\u009b2J"/],
    ["a CSV without a header", `${samples.csv.slice(1).join("\n")}\n`, /cannot tell/],
    ["a first line that does not end", "x".repeat(300_000), /first line is longer than 256 KiB/],
  ])("and %s are refused", async (_, text, message) => {
    await expect(read(Buffer.from(text, "latin1"))).rejects.toThrow(
      expect.objectContaining({ name: "InputError", message: expect.stringMatching(message) }),
    );
  });

  it("and a CSV of nothing but its header, such as `read` writes of a log without records", async () => {
    const empty = Buffer.from((await readText("")).log.csv!).toString();
    expect((await readText(empty)).log).toMatchObject({ lines: 1, records: 0, headers: 1 });
    expect(Buffer.from((await readText(empty)).log.csv!).toString()).toBe(empty);
  });

  it("but an empty log is read as one", async () => {
    expect((await readText("")).log).toMatchObject({ lines: 0, records: 0 });
    expect((await readText("\n\r\n")).log).toMatchObject({ lines: 2, records: 0, blank: 2 });
  });
});

describe("each reader gives the five fields", () => {
  it.each([
    [
      "elb",
      [
        "2015-05-13T23:39:43.945Z,192.168.131.39,/,200,1.18", // 0.073 + 1.048 + 0.057 ms
        "2015-05-13T23:39:43.945Z,192.168.131.39,/a/b,200,2.47",
        "2015-05-13T23:39:43.945Z,192.168.131.39,/,503,",
      ],
    ],
    [
      "alb",
      [
        "2018-07-02T22:23:00.186Z,192.168.131.39,/,200,1.00",
        "2018-07-02T22:23:00.186Z,192.168.131.39,/orders/7,200,171.00",
        "2018-07-02T22:23:00.186Z,10.0.1.252,/,200,2.00",
      ],
    ],
    [
      "caddy",
      [
        "2022-03-09T21:30:01.524Z,127.0.0.1,/a,200,0.93",
        '2022-03-09T21:30:03.250Z,2001:db8::1,"/café/""x""",502,0.02',
      ],
    ],
    [
      "traefik",
      ["2024-01-02T03:04:05.123Z,10.0.0.9,/whoami,200,1.23", "2024-01-02T03:04:06.000Z,10.0.0.9,/x,404,0.00"],
    ],
    [
      "json",
      [
        "2026-01-05T00:00:00.123Z,203.0.113.9,/cart,200,63.07",
        '2026-01-05T00:00:01.000Z,203.0.113.9,"/a,b",503,',
      ],
    ],
    [
      "csv",
      [
        "2026-01-05T10:00:00.123Z,203.0.113.9,/a;b,200,1.25",
        '2026-01-05T08:00:01.000Z,2001:db8::1,"/say ""hi""",404,',
        "2026-01-05T10:00:00.500Z,203.0.113.10,/x,500,12.00",
      ],
    ],
  ])("%s", async (name, expected) => {
    const { rows, log } = await readText(textOf(name), { format: name } as ReadOptions);
    expect(rows).toEqual(expected);
    expect(log.lines).toBe(log.records + log.skipped);
  });
});

it.each(["haproxy", "alb", "elb"])("of %s, response times are left out on request", async (name) => {
  const { rows } = await readText(textOf(name), { timeUnit: "none" });
  expect(rows.every((row) => row.endsWith(","))).toBe(true);
});

it("of a Caddy behind a proxy, the client is the one whom the proxy named", async () => {
  const [line] = samples.caddy;
  const proxied = line.replace('"client_ip":"127.0.0.1"', '"client_ip":"203.0.113.9"');
  expect((await readText(`${proxied}\n`)).rows[0].split(",")[1]).toBe("203.0.113.9");
});

describe("CSV", () => {
  const header = "time,ip,path,status";

  it.each([
    ["tabs", "\t"],
    ["bars", "|"],
    ["commas", ","],
  ])("with %s between its cells", async (_, delimiter) => {
    const text = `${header}\n2026-01-05T10:00:00Z,10.0.0.1,/x,200\n`.replaceAll(",", delimiter);
    expect((await readText(text)).rows).toEqual(["2026-01-05T10:00:00.000Z,10.0.0.1,/x,200,"]);
  });

  it("with a status that has decimals of zero", async () => {
    const line = "2026-01-05T10:00:00Z,10.0.0.1,/x,";
    const { log, rows } = await readText(
      `${header}\n${line}200.0\n${line}404.000\n${line}200.5\n${line}200.\n`,
    );
    expect(rows.map((row) => row.split(",")[3])).toEqual(["200", "404"]);
    expect(log.quarantined).toBe(2);
  });

  it("with a delimiter or quotes in the quoted names of its columns", async () => {
    const format = { name: "export", kind: "csv", fields: { timestamp: 'time, "utc"' } } as const;
    const text = '"time, ""utc""",ip,"path",status\n2026-01-05T10:00:00Z,10.0.0.1,/x,200\n';
    expect((await readText(text, { format })).rows).toEqual(["2026-01-05T10:00:00.000Z,10.0.0.1,/x,200,"]);
  });

  it("with a response time that is a dash or below 0 has none, and of one that is no number makes no record", async () => {
    const lines = ["-", "-1", "-0.5", "-abc", "--"].map((took) => `1767607200,10.0.0.1,/x,200,${took}\n`);
    const { log, rows } = await readText(`${header},took_ms\n${lines.join("")}`);
    expect(rows.map((row) => row.split(",")[4])).toEqual(["", "", ""]);
    expect(log.reasons).toEqual({ reason: ["the response time is not a number"], lines: [2] });
  });

  it("with CR LF, a byte-order mark, a repeated header and blank lines", async () => {
    const { log, rows } = await readText(
      `\ufeff${header}\r\n\r\n2026-01-05 10:00:00,10.0.0.1,/x,200\r\n${header}\r\n`,
    );
    expect(rows).toHaveLength(1);
    expect(log).toMatchObject({ lines: 4, records: 1, headers: 2, blank: 1, quarantined: 0 });
  });

  it.each([
    ["2026-01-05T10:00:00Z,10.0.0.1,/x", /fewer cells/],
    ["2026-01-05T10:00:00Z,10.0.0.1,/x,200,5", /more cells/],
    ['2026-01-05T10:00:00Z,10.0.0.1,"/x,200', /quoted cell is not closed/],
    ['2026-01-05T10:00:00Z,10.0.0.1,"/x"y,200', /text behind a quoted cell/],
    ["2026-02-30T10:00:00Z,10.0.0.1,/x,200", /timestamp/],
    ["2026-01-05T10:00:00Z,,/x,200", /no client/],
    ["2026-01-05T10:00:00Z,10.0.0.1,/x,20", /status/],
    ["2026-01-05T10:00:00Z,10.0.0.1,x,200", /not a path/],
  ])("puts %s into quarantine with the reason", async (bad, reason) => {
    const { log } = await readText(`${header}\n${bad}\n`, { format: "csv" });
    expect(log.examples).toEqual([
      expect.objectContaining({ line: 2, text: bad, reason: expect.stringMatching(reason) }),
    ]);
  });

  it("asks for the unit of a response time that does not say it", async () => {
    const text = `${header},latency\n2026-01-05T10:00:00Z,10.0.0.1,/x,200,1.5\n`;
    await expect(readText(text)).rejects.toThrow(
      /^timeUnit: "latency", such as "1.5", does not say its unit/,
    );
    expect((await readText(text, { timeUnit: "s" })).rows[0]).toMatch(/,1500\.00$/);
    expect((await readText(text.replace("latency", "latencySeconds"))).rows[0]).toMatch(/,1500\.00$/);
  });
});

describe("a time", () => {
  // Expected values: Python's datetime.
  it.each([
    ["2026-01-05T10:00:00Z", "2026-01-05T10:00:00.000Z"],
    ["2026-01-05T10:00:00.1234567+05:30", "2026-01-05T04:30:00.123Z"],
    ["2026-01-05 10:00:00.5 -0800", "2026-01-05T18:00:00.500Z"],
    ["05/Jan/2026:10:00:00 +0100", "2026-01-05T09:00:00.000Z"],
    ["[05/Jan/2026:10:00:00 +0100]", "2026-01-05T09:00:00.000Z"],
    ["1767607200", "2026-01-05T10:00:00.000Z"],
    ["1767607200.789", "2026-01-05T10:00:00.789Z"],
    ["1767607200789", "2026-01-05T10:00:00.789Z"],
    ["1767607200789123", "2026-01-05T10:00:00.789Z"],
    ["1.767607200789e9", "2026-01-05T10:00:00.789Z"],
    ["2026-01-05 10:00:00", "2026-01-05T09:00:00.000Z"], // no zone: the log's, Europe/Berlin below
  ])("%s is %s", async (text, utc) => {
    const log = await readText(`time,ip,path,status\n${text},10.0.0.1,/x,200\n`, {
      format: "csv",
      timeZone: "Europe/Berlin",
    });
    expect(log.rows[0]?.split(",")[0]).toBe(utc);
  });
});

describe("a format of one's own", () => {
  const text = "2026-01-05T10:00:00Z 10.0.0.1 GET /a?b 200 took=12.5ms\nnoise\n";
  const format = {
    name: "mine",
    pattern: String.raw`^(?<when>\S+) (?<ip>\S+) (?<request>\S+ \S+) (?<status>\d+) took=(?<took>\d+\.\d+)ms$`,
    fields: { timestamp: "when", response_time_ms: "took" },
    timeUnit: "ms",
  } as const;

  it("is a pattern with named groups and a map where they have names of their own", async () => {
    const { log, rows } = await readText(text, { format });
    expect(rows).toEqual(["2026-01-05T10:00:00.000Z,10.0.0.1,/a,200,12.50"]);
    expect(log.sources[0]).toMatchObject({ format: "mine", why: expect.stringMatching(/timestamp = when/) });
    expect(log.examples).toEqual([
      { line: 2, reason: "the line does not match the pattern", bytes: 5, text: "noise" },
    ]);
  });

  it("makes no record of a path that is not UTF-8; the rest of a line may be anything", async () => {
    const pattern = String.raw`^(?<time>\S+) (?<ip>\S+) (?<path>\S+) (?<status>\d+)`;
    const line = "2026-01-05T10:00:00Z 10.0.0.1";
    const text = `${line} /a\xff 200\n${line} /b 200 \xff\n${line} /\xc3\xa9 200\n`;
    const log = await read(Buffer.from(text, "latin1"), { format: { name: "mine", pattern } });
    expect(Buffer.from(log.csv!).toString()).toMatch(/,\/b,200,\n.*,\/é,200,\n$/);
    expect(log.reasons).toEqual({ reason: ["the path is not UTF-8"], lines: [1] });
  });

  it("is a map of nested JSON fields, or of columns", async () => {
    const json = {
      name: "gateway",
      kind: "json",
      fields: { ip_address: "http.client", endpoint: "http.url" },
    } as const;
    const line =
      '{"ts":"2026-01-05T10:00:00Z","http":{"client":"10.0.0.1:99","url":"https://example.com/x?y"},"code":204}\n';
    expect((await readText(line, { format: json })).rows).toEqual([
      "2026-01-05T10:00:00.000Z,10.0.0.1,/x,204,",
    ]);
    const csv = {
      name: "export",
      kind: "csv",
      fields: { ip_address: "who", response_time_ms: "took" },
      timeUnit: "us",
    } as const;
    const table = "date,who,page,code,took\n2026-01-05T10:00:00Z,10.0.0.1,/x,204,1500\n";
    expect((await readText(table, { format: csv })).rows).toEqual([
      "2026-01-05T10:00:00.000Z,10.0.0.1,/x,204,1.50",
    ]);
  });

  it.each([
    ["no format at all", 7, /format: 7 is neither/],
    ["a key of its own", { ...format, patern: "x" }, /no key "patern"; did you mean "pattern"/],
    ["a name of no letters", { ...format, name: "" }, /format.name/],
    ["nothing that takes a line apart", { fields: { timestamp: "when" } }, /^format: give a kind, "csv"/],
    ["a pattern that is none", { ...format, pattern: "(" }, /format.pattern: Invalid regular expression/],
    ["a pattern without groups", { ...format, pattern: ".*" }, /no named groups/],
    [
      "a group that is not there",
      { ...format, fields: { timestamp: "wen" } },
      /"wen", which is not among.*did you mean "when"/,
    ],
    ["a field that is not there", { ...format, fields: { time: "when" } }, /no field "time"/],
    ["a needed field missing", { name: "x", pattern: "(?<ip>.)" }, /no timestamp among/],
    ["a unit that is none", { ...format, timeUnit: "min" }, /format.timeUnit: "min"/],
  ])("is refused with %s", async (_, wrong, message) => {
    await expect(readText(text, { format: wrong as never })).rejects.toThrow(
      expect.objectContaining({ name: "InputError", message: expect.stringMatching(message) }),
    );
  });
});

it("identifiers in paths are folded on request: numbers, UUIDs, long hexadecimal", async () => {
  const paths = [
    ["/users/123", "/users/{id}"],
    ["/users/123/orders/9?page=2", "/users/{id}/orders/{id}?page=2"],
    ["/f/550e8400-e29b-41d4-a716-446655440000/", "/f/{id}/"],
    ["/c/da39a3ee5e6b4b0d3255bfef95601890afd80709", "/c/{id}"],
    ["/v2/top10/a1b2", "/v2/top10/a1b2"],
    ["/decade/2026-01-05", "/decade/2026-01-05"],
    ["/1/2/3", "/{id}/{id}/{id}"],
    ["/", "/"],
    ["/1,2", '"/1,2"'],
  ];
  const text = `time,ip,path,status\n${paths.map(([path]) => `1767607200,10.0.0.1,"${path}",200\n`).join("")}`;
  const { rows } = await readText(text, { identifiers: "fold", query: "keep" });
  expect(rows.map((row) => /10\.0\.0\.1,(.*),200,$/.exec(row)?.[1])).toEqual(
    paths.map(([, folded]) => folded),
  );
});

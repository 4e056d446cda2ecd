/** Formats of one's own: forms of times, a date apart from the time of day, tables without a header, nested JSON. */
import { describe, expect, it } from "vitest";
import type { OwnFormat } from "#lib/read/formats/ownFormat";
import { type ReadOptions, read } from "#lib/read/read";

async function rowsOf(lines: string[], options: ReadOptions = {}) {
  const log = await read(Buffer.from(`${lines.join("\n")}\n`), options);
  expect(log.records + log.quarantined + log.skipped).toBe(log.lines);
  return Buffer.from(log.csv!).toString().split("\n").slice(1, -1);
}

/** The first field of the only record of a log. */
async function timeOf(text: string, timeFormat: string, timeZone = "UTC") {
  const format: OwnFormat = {
    name: "own",
    kind: "tsv",
    columns: ["time", "ip", "path", "status"],
    timeFormat,
  };
  const [row = ""] = await rowsOf([`${text}\t192.0.2.1\t/a\t200`], { format, timeZone });
  return row.split(",")[0];
}

describe("timeFormat says the form of the times", () => {
  // Expected by Python 3.11: datetime.strptime(text, form), made UTC
  it.each([
    ["05.01.2026 13:04:05", "%d.%m.%Y %H:%M:%S", "2026-01-05T13:04:05.000Z"],
    ["1/5/2026 3:04:05 PM", "%m/%d/%Y %I:%M:%S %p", "2026-01-05T15:04:05.000Z"],
    ["1/5/2026 12:04:05 AM", "%m/%d/%Y %I:%M:%S %p", "2026-01-05T00:04:05.000Z"],
    ["Mon Jan  5 13:04:05 2026", "%c", "2026-01-05T13:04:05.000Z"],
    ["05 January 2026, 13:04 +0530", "%d %B %Y, %H:%M %z", "2026-01-05T07:34:00.000Z"],
    ["26-01-05T13:04:05,1234567", "%y-%m-%dT%T,%f", "2026-01-05T13:04:05.123Z"],
    ["2026-01-05 13:04:05.7 UTC", "%F %T.%f %Z", "2026-01-05T13:04:05.700Z"],
    ["t=1767618245", "t=%s", "2026-01-05T13:04:05.000Z"],
  ])("%s is %s: %s", async (text, form, expected) => {
    expect(await timeOf(text, form)).toBe(expected);
  });

  it("reads the log's clock where the form has no zone, and not where it has one", async () => {
    expect(await timeOf("2026-07-05 13:04", "%F %R", "Europe/Berlin")).toBe("2026-07-05T11:04:00.000Z");
    expect(await timeOf("2026-07-05 13:04 UTC", "%F %R %Z", "Europe/Berlin")).toBe(
      "2026-07-05T13:04:00.000Z",
    );
  });

  it.each([
    ["2026-02-30 10:00", "%F %R"],
    ["2026-01-05 10:00 and more", "%F %R"],
    ["2026-01-05 10:00 CST", "%F %R %Z"], // America's or China's
    ["05/01/2026 10:00", "%F %R"],
  ])("makes no record of %s by %s", async (text, form) => {
    expect(await timeOf(text, form)).toBe("");
  });

  it.each([
    ["%d/%m %H:%M", /says no year \(%Y\)$/],
    ["%H:%M:%S", /says no year \(%Y\) and no month \(%m or %b\) and no day \(%d\)$/],
    ["%F %I:%M", /hours up to twelve \(%I\)/],
    ["%F %Q", /^format.timeFormat: %Q in "%F %Q"/],
    ["", /^format.timeFormat: ""/],
  ])("refuses %s, which is no moment", async (form, why) => {
    await expect(timeOf("x", form)).rejects.toThrow(
      expect.objectContaining({ name: "InputError", message: expect.stringMatching(why) }),
    );
  });
});

const [at, clock] = ["2026-01-05", "10:00:01.5"];
const row = "2026-01-05T10:00:01.500Z,192.0.2.1,/a,200,12.00";

describe("a date apart from its time of day", () => {
  it.each<[string, string[]]>([
    ["in CSV", ["date,time,client_ip,path,status,took_ms", `${at},${clock},192.0.2.1,/a,200,12`]],
    [
      "in JSON",
      [JSON.stringify({ date: at, time: clock, ip: "192.0.2.1", path: "/a", status: 200, took_ms: 12 })],
    ],
  ])("is put together, %s", async (_, lines) => {
    expect(await rowsOf(lines)).toEqual([row]);
  });

  it.each<[string, OwnFormat, string]>([
    [
      "in a pattern",
      {
        name: "own",
        pattern: "^(?<d>\\S+) (?<c>\\S+) (?<ip>\\S+) (?<path>\\S+) (?<status>\\d+) (?<took_ms>\\d+)$",
        fields: { timestamp: ["d", "c"] },
        timeFormat: "%d.%m.%Y %H:%M:%S,%f",
      },
      "05.01.2026 10:00:01,5 192.0.2.1 /a 200 12",
    ],
    [
      "in quoted cells",
      {
        name: "own",
        kind: "csv",
        columns: ["status", "d", "c", "ip", "path", "took_ms"],
        fields: { timestamp: ["d", "c"] },
        timeFormat: "%m/%d/%y %I:%M:%S.%f %p",
      },
      '200;"1/5/26";"10:00:01.5 AM";"192.0.2.1";"/a";12',
    ],
  ])("has names and a form of one's own, %s", async (_, format, line) => {
    expect(await rowsOf([line], { format })).toEqual([row]);
  });

  it("is asked for where two fields may be the time of day", async () => {
    await expect(
      rowsOf(["date,start,stop,ip,path,status", `${at},10:00:00,10:00:01,192.0.2.1,/a,200`]),
    ).rejects.toThrow(/"start" or "stop" may be the time of day: say which/);
  });
});

describe("a table without a header", () => {
  const columns = ["time", "ip", "path", "status"];

  it("is TSV in which a quote is a byte as others are", async () => {
    const format: OwnFormat = { name: "own", kind: "tsv", columns };
    expect(await rowsOf([`${at}T10:00:00Z\t192.0.2.1\t/a"b,c\t200`], { format })).toEqual([
      '2026-01-05T10:00:00.000Z,192.0.2.1,"/a""b,c",200,',
    ]);
  });

  it.each<[Partial<OwnFormat>, RegExp]>([
    [{ kind: "csv", columns: ["a", "b", "a", "c"] }, /^format.columns: /],
    [
      { kind: "csv", columns: columns.slice(0, 3) },
      /^format: the first line has 4 cells and format.columns 3 names/,
    ],
    [{ kind: "json", columns }, /^format.columns: only the kinds "csv" and "tsv"/],
    [{ kind: "csv", columns, pattern: "x" }, /^format.pattern: kind is "csv"/],
    [
      { kind: "csv", columns, fields: { timestamp: ["time", "clock"] } },
      /^fields: the time of day is "clock"/,
    ],
    [
      { kind: "csv", columns, fields: { timestamp: ["time"] as never } },
      /^format.fields.timestamp: .* nor two names/,
    ],
  ])("is refused as %j", async (own, why) => {
    const lines = [`${at}T10:00:00Z,192.0.2.1,/a,200`];
    await expect(rowsOf(lines, { format: { name: "own", ...own } })).rejects.toThrow(
      expect.objectContaining({ name: "InputError", message: expect.stringMatching(why) }),
    );
  });
});

describe("JSON objects within objects", () => {
  const entry = {
    time: `${at}T10:00:01.5Z`,
    http: { request: { path: "/a" }, response: { status_code: 200 }, took_ms: 12 },
    net: { client: { ip: "192.0.2.1" }, server: { ip: "10.0.0.1" } },
  };

  it("are looked through for the usual names", async () => {
    expect(await rowsOf([JSON.stringify(entry)])).toEqual([row]);
  });

  it("come behind the names of the whole", async () => {
    expect(await rowsOf([JSON.stringify({ ...entry, status: 404 })])).toEqual([row.replace("200", "404")]);
  });

  it("are asked about where two of them end with the name", async () => {
    const two = { ...entry, net: { a: { ip: "192.0.2.1" }, b: { ip: "10.0.0.1" } } };
    await expect(rowsOf([JSON.stringify(two)])).rejects.toThrow(
      /"net.a.ip", such as "192.0.2.1", or "net.b.ip", such as "10.0.0.1", may be the client address: say which/,
    );
    const format: OwnFormat = { name: "own", kind: "json", fields: { ip_address: "net.a.ip" } };
    expect(await rowsOf([JSON.stringify(two)], { format })).toEqual([row]);
  });

  it("have no response time without a question where it is in an object of its own", async () => {
    const { http, ...rest } = entry;
    const apart = { ...rest, http: { ...http, took_ms: undefined }, db: { duration_ms: 12 } };
    await expect(rowsOf([JSON.stringify(apart)])).rejects.toThrow(
      /^timeField: "db.duration_ms", such as "12", may be the response time, or that of something else/,
    );
    expect(await rowsOf([JSON.stringify(apart)], { timeField: "db.duration_ms" })).toEqual([row]);
    expect(await rowsOf([JSON.stringify(apart)], { timeUnit: "none" })).toEqual([row.replace("12.00", "")]);
  });

  it("and lists are gone into by paths", async () => {
    const { net, ...rest } = entry;
    const listed = {
      ...rest,
      hops: [[{ ip: "10.0.0.1" }, { ip: "192.0.2.1" }]],
      headers: { "X-Real-Ip": ["10.0.0.2"] },
    };
    const format: OwnFormat = { name: "own", kind: "json", fields: { ip_address: "hops.0.1.ip" } };
    expect(await rowsOf([JSON.stringify(listed)], { format })).toEqual([row]);
  });
});

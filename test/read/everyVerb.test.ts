/** The options that say how a log is read mean the same to every verb that takes a log. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { validate } from "#lib/check/validate/validate";
import { readSeries } from "#lib/monitor/readSeries";
import { watch } from "#lib/monitor/watch/watch";
import { type ReadOptions, read } from "#lib/read/read";
import { report } from "#lib/report/report";
import { ask } from "#lib/warehouse/ask";
import { load } from "#lib/warehouse/load";

const folder = mkdtempSync(join(tmpdir(), "every-verb-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const put = (name: string, content: Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

type Reading = Omit<ReadOptions, "out" | "quarantine">;

const day = (second: number) => `05/Jan/2026:00:00:0${second}`;
const combined = (client: string, second: number, path: string, rest = "") =>
  `${client} - - [${day(second)} +0000] "GET ${path} HTTP/1.1" 200 5 "-" "x"${rest}`;

/** For each option a log that cannot be read, or is read differently, without it. */
const cases: Record<string, { lines: string[]; options: Reading; rows: string[] }> = {
  "timeField and timeUnit": {
    lines: [combined("192.0.2.1", 0, "/a", " 702 4302"), combined("192.0.2.1", 1, "/b", " 811 3920")],
    options: { timeField: "2", timeUnit: "us" },
    rows: [
      "2026-01-05T00:00:00.000Z,192.0.2.1,/a,200,4.30",
      "2026-01-05T00:00:01.000Z,192.0.2.1,/b,200,3.92",
    ],
  },
  logFormat: {
    lines: ["200 /a 192.0.2.1 1767571200.000 0.012", "500 /b 192.0.2.2 1767571201.000 1.500"],
    options: { logFormat: "$status $request_uri $remote_addr $msec $request_time" },
    rows: [
      "2026-01-05T00:00:00.000Z,192.0.2.1,/a,200,12.00",
      "2026-01-05T00:00:01.000Z,192.0.2.2,/b,500,1500.00",
    ],
  },
  clientNames: {
    lines: [combined("host.example.com", 0, "/a"), combined("192.0.2.1", 1, "/b")],
    options: { clientNames: "stand-in" },
    rows: [
      "2026-01-05T00:00:00.000Z,2001:0db8:2ed4:715c:ff8d:8ab6:adca:d920,/a,200,",
      "2026-01-05T00:00:01.000Z,192.0.2.1,/b,200,",
    ],
  },
  client: {
    lines: [combined("198.51.100.3", 0, "/a", ' "203.0.113.7"'), combined("198.51.100.4", 1, "/b", ' "-"')],
    options: { client: "forwarded" },
    rows: ["2026-01-05T00:00:00.000Z,203.0.113.7,/a,200,", "2026-01-05T00:00:01.000Z,198.51.100.4,/b,200,"],
  },
  timeZone: {
    lines: ["timestamp,ip,path,status", "2026-01-05 01:00:00,192.0.2.1,/a,200"],
    options: { timeZone: "Europe/Berlin" },
    rows: ["2026-01-05T00:00:00.000Z,192.0.2.1,/a,200,"],
  },
  query: {
    lines: [combined("192.0.2.1", 0, "/a?x=1")],
    options: { query: "keep" },
    rows: ["2026-01-05T00:00:00.000Z,192.0.2.1,/a?x=1,200,"],
  },
  identifiers: {
    lines: [combined("192.0.2.1", 0, "/users/7")],
    options: { identifiers: "fold" },
    rows: ["2026-01-05T00:00:00.000Z,192.0.2.1,/users/{id},200,"],
  },
  "a format of one's own": {
    lines: ["05.01.2026\t00:00:00\t192.0.2.1\t/a\t200\t12", "05.01.2026\t00:00:01\t192.0.2.1\t/b\t200\t13"],
    options: {
      format: {
        name: "own",
        kind: "tsv",
        columns: ["day", "clock", "ip", "path", "status", "took_ms"],
        fields: { timestamp: ["day", "clock"] },
        timeFormat: "%d.%m.%Y %H:%M:%S",
      },
    },
    rows: [
      "2026-01-05T00:00:00.000Z,192.0.2.1,/a,200,12.00",
      "2026-01-05T00:00:01.000Z,192.0.2.1,/b,200,13.00",
    ],
  },
};

const sql = `SELECT strftime(timestamp, '%Y-%m-%dT%H:%M:%S.%gZ') || ',' || ip_address || ',' || endpoint || ',' ||
  status_code || ',' || coalesce(printf('%.2f', response_time_ms), '') AS line FROM requests ORDER BY timestamp`;
const slos = [{ name: "availability", kind: "availability", objective: 0.99 }] as const;

describe.each(Object.entries(cases))("%s", (name, { lines, options, rows }) => {
  const path = join(folder, `${name}.log`);
  writeFileSync(path, `${lines.join("\n")}\n`);

  it("read", async () => {
    const out = join(folder, `${name}.csv`);
    await read(path, { ...options, out });
    expect(readFileSync(out, "utf8").split("\n").slice(1, -1)).toEqual(rows);
  });

  it("ask", async () => {
    expect((await ask(sql, path, {}, options)).line).toEqual(rows);
  });

  it("load", async () => {
    const to = join(folder, `${name}.duckdb`);
    await load(path, { ...options, to });
    expect((await ask(sql, to)).line).toEqual(rows);
  });

  it("validate", async () => {
    expect(await validate(path, options)).toMatchObject({ valid: true, records: rows.length });
  });

  it("report", async () => {
    const html = (await report([path], options)).html.replaceAll("<wbr>", ""); // where a path may be broken
    expect(html).toContain(rows[0].split(",")[2]);
  });

  it("series", async () => {
    const { series, records } = await readSeries(path, { ...options, allowance: 0 });
    expect(records).toBe(rows.length);
    expect([...series.endpoints.keys()].sort()).toEqual(rows.map((row) => row.split(",")[2]));
  });

  it("watch", async () => {
    expect(await watch([path], { ...options, slos: [...slos], once: true })).toMatchObject({
      records: rows.length,
      quarantined: 0,
    });
  });
});

it("read tells that times without a zone are taken for UTC, unless a zone is given or theirs is known", async () => {
  const csv = Buffer.from("time,ip,path,status\n2026-01-05 10:00:00,192.0.2.1,/a,200\n");
  const words = "its times name no zone and are taken for UTC (--time-zone says another)";
  const why = async (log: Buffer, options: ReadOptions = {}) => (await read(log, options)).sources[0].why;
  expect(await why(csv)).toContain(words);
  expect(await why(csv, { timeZone: "UTC" })).not.toContain(words);
  expect(await why(Buffer.from(csv.toString().replace("10:00:00", "10:00:00Z")))).not.toContain(words);
  const iis = "#Fields: date time c-ip cs-uri-stem sc-status\n2026-01-05 10:00:00 192.0.2.1 /a 200\n";
  expect(await why(Buffer.from(iis))).not.toContain(words);
});

it("validate and read tell of years that are unlikely", async () => {
  const csv = Buffer.from(
    "timestamp,ip_address,endpoint,status_code,response_time_ms\n1970-01-01T00:00:07.000Z,192.0.2.1,/a,200,1.00\n",
  );
  const words = "a record has the time 1970-01-01T00:00:07.000Z: a year outside of 1990 to 2100 is unlikely";
  const result = await validate(put("y1.csv", csv));
  expect(result).toMatchObject({ valid: true, warnings: [words] });
  expect(result.summary).toContain(words);
  expect((await read(csv)).warnings).toContain(words);
  const sound = Buffer.from(csv.toString().replace("1970", "2026"));
  expect((await validate(put("y2.csv", sound))).warnings).toEqual([]);
});

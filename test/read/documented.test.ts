/** Every format reads what its manual shows, by itself and behind whatever may wrap it. */
import { describe, expect, it } from "vitest";
import { type ReadOptions, read } from "#lib/read/read";
import { type Documented, documented } from "./documented.js";
import { wrappers } from "./wrappers.js";

async function readLines(lines: string[], options: ReadOptions = {}) {
  const log = await read(Buffer.from(`${lines.join("\n")}\n`), options);
  return { log, rows: Buffer.from(log.csv!).toString().split("\n").slice(1, -1) };
}

const all = Object.entries(documented);

describe.each(all)("%s", (_, { format, lines, rows }: Documented) => {
  it("is told by its first lines, and read", async () => {
    const { log, rows: found } = await readLines(lines);
    expect(found).toEqual(rows);
    expect(log.sources[0].format).toBe(format);
    expect(log.records + log.skipped).toBe(lines.length);
  });

  it("is read when asked for, and without response times on request", async () => {
    expect((await readLines(lines, { format } as ReadOptions)).rows).toEqual(rows);
    const without = await readLines(lines, { format, timeUnit: "none" } as ReadOptions);
    expect(without.rows).toEqual(rows.map((row) => row.replace(/[^,]*$/, "")));
  });
});

describe.each(Object.entries(wrappers))("behind %s", (_, wrap) => {
  it.each(all)("%s", async (_, { lines, rows }) => {
    const { log, rows: found } = await readLines(lines.map(wrap));
    expect(found).toEqual(rows);
    expect(log.records + log.skipped).toBe(lines.length);
  });
});

const whole = all.filter(([, { lines }]) => lines.at(-1) !== "]"); // which ends a list, and is no message
it.each(whole)("syslog says that the last message came three times more: %s", async (_, { lines, rows }) => {
  const wrap = wrappers["journalctl -o short"];
  const again = `message repeated 3 times: [ ${lines.at(-1)}]`;
  const { log, rows: found } = await readLines([...lines, again].map(wrap));
  expect(found).toEqual([...rows, ...Array(3).fill(rows.at(-1))]);
  expect(log.records + log.quarantined + log.skipped).toBe(log.lines);
});

describe("what wraps a line", () => {
  const line = documented["nginx-json"].lines[0];
  const [row] = documented["nginx-json"].rows;

  it("is opened also for a format that is asked for", async () => {
    const { rows, log } = await readLines([wrappers.CRI(line)], { format: "json" });
    expect(rows).toEqual([row]);
    expect(log.sources[0].why).toMatch(/as asked, inside Kubernetes/);
  });

  it("is opened twice for a format that is asked for, where it is wrapped itself", async () => {
    const { rows, log } = await readLines([wrappers["Docker's json-file in the journal"](line)], {
      format: "json",
    });
    expect(rows).toEqual([row]);
    expect(log.sources[0].why).toMatch(/as asked, inside Docker's json-file, inside syslog/);
  });

  it("keeps a line that the runtime cut out of the records, with the reason", async () => {
    const cri = (tag: string, text: string) => `2016-10-06T00:17:09.669794202Z stdout ${tag} ${text}`;
    const { rows, log } = await readLines([
      ...Array(28).fill(cri("F", line)),
      cri("P", line.slice(0, 50)),
      cri("F", line.slice(50)),
      cri("F", line),
    ]);
    expect(rows).toEqual(Array(29).fill(row));
    expect(log.reasons).toEqual({
      reason: ["a piece of a line that the container's runtime cut"],
      lines: [2],
    });
  });

  it("may hold lines that are no requests: they go into quarantine, as do lines that it does not wrap", async () => {
    const wrapped = Array(20).fill(wrappers.CRI(line));
    const { rows, log } = await readLines([...wrapped, wrappers.CRI("worker started"), "junk"]);
    expect(rows).toEqual(Array(20).fill(row));
    expect(log.reasons.reason.toSorted()).toEqual([
      "no time, stream and tag of a container's runtime",
      "not a JSON object in UTF-8",
    ]);
  });

  it("is named when the lines inside are of no format", async () => {
    await expect(readLines([wrappers.CRI("worker started")])).rejects.toThrow(/which begin "worker started"/);
  });
});

describe("a line that has lost its own time", () => {
  const json = (time: object) =>
    JSON.stringify({ ...time, remote_addr: "192.0.2.1", uri: "/a", status: 200 });
  const own = {
    name: "mine",
    pattern: "^(?<timestamp>[^ ]*) (?<client>\\S+) (?<path>\\S+) (?<status>\\d+)$",
  };
  const logs: [string, { sound: string; lost: string; header?: string; options?: ReadOptions }][] = [
    ["JSON", { sound: json({ time: "2026-01-05T09:00:00Z" }), lost: json({}) }],
    [
      "CSV",
      {
        header: "time,ip,path,status",
        sound: "2026-01-05T09:00:00Z,192.0.2.1,/a,200",
        lost: ",192.0.2.1,/a,200",
      },
    ],
    [
      "LTSV",
      {
        sound: "time:2026-01-05T09:00:00Z\thost:192.0.2.1\turi:/a\tstatus:200",
        lost: "time:-\thost:192.0.2.1\turi:/a\tstatus:200",
      },
    ],
    [
      "a pattern of one's own",
      { sound: "2026-01-05T09:00:00Z 192.0.2.1 /a 200", lost: " 192.0.2.1 /a 200", options: { format: own } },
    ],
  ];

  it.each(logs)("goes into quarantine: %s; that of its receipt is by another clock", async (_, log) => {
    const { header, sound, lost, options } = log;
    const lines = [...(header === undefined ? [] : [header]), ...Array(20).fill(sound), lost];
    const { rows, log: read } = await readLines(lines.map(wrappers.CRI), options);
    expect(rows).toEqual(Array(20).fill("2026-01-05T09:00:00.000Z,192.0.2.1,/a,200,"));
    expect(read).toMatchObject({ quarantined: 1, reasons: { reason: [expect.stringMatching(/time/)] } });
  });
});

describe("a format without a time of its own", () => {
  const line = '192.0.2.7:50000 - "GET /items/5?q=1 HTTP/1.1" 200 OK';

  it("has the time at which a runtime received the line", async () => {
    const { rows } = await readLines([`2026-01-05T10:00:00.123456789Z stdout F INFO:     ${line}`]);
    expect(rows).toEqual(["2026-01-05T10:00:00.123Z,192.0.2.7,/items/5,200,"]);
  });

  it("makes no record where nobody tells a time, or one without a year", async () => {
    for (const bare of [`INFO:     ${line}`, `Jan  5 10:00:00 web1 uvicorn[7]: INFO:     ${line}`]) {
      const { log } = await readLines([bare], { format: "uvicorn" });
      expect([log.records, log.quarantined]).toEqual([0, 1]);
      await expect(readLines([bare])).rejects.toThrow(/cannot tell/);
    }
  });
});

describe("a W3C extended log", () => {
  const fields = "#Fields: date time c-ip cs-uri-stem cs-uri-query sc-status time-taken";
  const line = (taken: string) => `2026-01-05 00:00:01 203.0.113.9 /a b=c 200 ${taken}`;

  it("asks for the unit of whole numbers that IIS may not have written", async () => {
    await expect(readLines([fields, line("36")])).rejects.toThrow(
      /^timeUnit: time-taken has whole numbers, such as 36/,
    );
    expect((await readLines([fields, line("36")], { timeUnit: "s" })).rows).toEqual([
      "2026-01-05T00:00:01.000Z,203.0.113.9,/a,200,36000.00",
    ]);
  });

  it("takes quotes in it for IIS's own bytes, and for those around a string of others", async () => {
    const lines = [
      '2026-01-05 00:00:01 203.0.113.9 /a"b "c="d 200 36',
      '2026-01-05 00:00:01 203.0.113.9 "/a" "b" 200 36',
    ];
    const software = ["#Software: Microsoft Internet Information Services 10.0", "#Software: Blue Coat SGOS"];
    const found = software.map((name) =>
      readLines([name, fields, ...lines], { query: "keep", timeUnit: "ms" }),
    );
    const [iis, other] = await Promise.all(found);
    const start = "2026-01-05T00:00:01.000Z,203.0.113.9,";
    expect(iis.rows).toEqual([`${start}"/a""b?""c=""d",200,36.00`]);
    expect(iis.log.reasons.reason).toEqual(["the request's target is not a path"]);
    expect(other.rows).toEqual([`${start}/a?b,200,36.00`]);
    expect(other.log.reasons.reason).toEqual(["text behind a quote"]);
  });

  it("keeps the query on request", async () => {
    const { rows } = await readLines([fields, line("0.25")], { query: "keep" });
    expect(rows).toEqual(["2026-01-05T00:00:01.000Z,203.0.113.9,/a?b=c,200,250.00"]);
  });

  it("makes no records of lines whose #Fields are missing, say too little, or are more or fewer", async () => {
    const lines = [
      line("1.5"),
      fields,
      line("1.5"),
      `${line("1.5")} more`,
      "2026-01-05 00:00:01",
      "#Fields: date time cs-uri-stem",
      "2026-01-05 00:00:01 /a",
    ];
    const { rows, log } = await readLines(lines, { format: "w3c" });
    expect(rows).toHaveLength(1);
    expect(log.headers).toBe(2);
    expect(log.reasons.reason.toSorted()).toEqual([
      "fewer fields than #Fields says",
      "more fields than #Fields says",
      "no #Fields stand before the line",
      "the #Fields before the line have no c-ip and no sc-status",
    ]);
  });
});

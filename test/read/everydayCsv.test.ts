/** Tables as people export them: other names of columns, units as names, decimal commas. */
import { describe, expect, it } from "vitest";
import { read } from "#lib/read/read";

const table = (names: string, times: readonly string[], delimiter = ",") =>
  Buffer.from(
    [
      names.replaceAll(",", delimiter),
      ...times.map((time, i) => `2026-01-05T00:00:0${i}Z,10.0.0.1,/a,200,`.replaceAll(",", delimiter) + time),
      "",
    ].join("\n"),
  );
const timesOf = async (...[source, options]: Parameters<typeof read>) =>
  Buffer.from((await read(source, options)).csv!)
    .toString()
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",")[4]);

describe("a column that is called by a unit of time", () => {
  it("is the response time, where its numbers cannot be a second's milliseconds", async () => {
    expect(await timesOf(table("when,client,url,code,ms", ["72.7", "5"]))).toEqual(["72.70", "5.00"]);
    expect(await timesOf(table("time,ip,path,status,Millis", ["7", "1200"]))).toEqual(["7.00", "1200.00"]);
  });

  it("is asked about where they can, and an answer is taken", async () => {
    const log = table("when,client,url,code,ms", ["72", "999"]);
    await expect(read(log)).rejects.toThrow(
      /^timeField: "ms", such as "72", may be the response time: say so/,
    );
    expect(await timesOf(log, { timeField: "ms" })).toEqual(["72.00", "999.00"]);
    expect(await timesOf(log, { timeUnit: "ms" })).toEqual(["72.00", "999.00"]);
    expect(await timesOf(log, { timeUnit: "none" })).toEqual(["", ""]);
  });

  it.each([
    ["ms", "72.70"],
    ["upstream_wait_ms", "72.70"],
    ["waitSeconds", "72700.00"],
    ["wait (us)", "0.07"],
  ])("says its unit where a map names it: %s", async (name, time) => {
    const fields = {
      timestamp: "when",
      ip_address: "client",
      endpoint: "url",
      status_code: "code",
      response_time_ms: name,
    };
    expect(
      await timesOf(table(`when,client,url,code,${name}`, ["72.7"]), { format: { kind: "csv", fields } }),
    ).toEqual([time]);
  });
});

it("numbers with a comma are told of, whoever named their column", async () => {
  const log = table("when,client,url,code,took", ["72,7", "5,25"], ";");
  const fields = { timestamp: "when", response_time_ms: "took" };
  for (const options of [
    {},
    { timeUnit: "ms" as const },
    { format: { kind: "csv" as const, fields }, timeUnit: "ms" as const },
  ])
    await expect(read(log, options)).rejects.toThrow(
      /^timeUnit: the numbers of "took", such as "72,7", have a comma/,
    );
  expect(await timesOf(log, { timeUnit: "none" })).toEqual(["", ""]);
});

it.each([
  ["ms", ["251", "-"], ["251.00", ""], ["-", "1251"]],
  ["seconds", ["0.251", "1.5"], ["251.00", "1500.00"], ["0.2", "75"]],
  ["micros", ["251", "999999"], ["0.25", "1000.00"], ["251", "1000000"]],
  ["ns", ["251000", "999999999"], ["0.25", "1000.00"], ["251000", "1000000000"]],
])(
  "a column %s is asked about where it may be a part of the time, and is the response time beyond",
  async (name, within, times, beyond) => {
    const log = table(`when,client,url,code,${name}`, within);
    await expect(read(log)).rejects.toThrow(
      `timeField: "${name}", such as "${within[0]}", may be the response time: say so`,
    );
    expect(await timesOf(log, { timeField: name })).toEqual(times);
    expect((await timesOf(table(`when,client,url,code,${name}`, beyond)))[1]).not.toBe("");
  },
);

describe("a table that is refused says what reads it", () => {
  /** The answer to what the error advises; of two readings, the first. */
  const followed = async (log: Buffer, advice: (error: string) => object) => {
    const error = await read(log).then(
      () => "it was read",
      ({ message }: Error) => message,
    );
    expect(error).not.toContain("ltsv says");
    return (await read(log, { format: { kind: "csv", ...advice(error) } })).csv!;
  };
  const told = (name: string, error: string) =>
    JSON.parse(error.match(`"${name}": ("[^"]*"|[[{].*?[\\]}])`)?.[1] ?? "null");

  it.each([
    ["02.03.2026 10:11:12", "%d.%m.%Y %H:%M:%S", "2026-03-02T10:11:12.000Z"],
    ["02/03/2026 10:11", "%d/%m/%Y %H:%M", "2026-03-02T10:11:00.000Z"],
    ["2026.03.02 10:11:12.5", "%Y.%m.%d %H:%M:%S.%f", "2026-03-02T10:11:12.500Z"],
    ["03-22-2026 01:11:12 PM", "%m-%d-%Y %I:%M:%S %p", "2026-03-22T13:11:12.000Z"],
  ])("the form of %s, as far as it is certain", async (time, form, moment) => {
    const log = Buffer.from(`when;client;url;code\n${time};192.0.2.1;/a;200\n`);
    const csv = await followed(log, (error) => {
      expect(told("timeFormat", error)).toBe(form);
      expect(/" or "%m/.test(error)).toBe(time.startsWith("02"));
      return { fields: told("fields", error), timeFormat: form };
    });
    expect(Buffer.from(csv).toString().split("\n")[1]).toBe(`${moment},192.0.2.1,/a,200,`);
  });

  it("the names of its columns, where it has no header; of two addresses the first", async () => {
    const [first, second] = [
      "2026-03-02T10:11:12Z,192.0.2.1,/a,10.0.0.1,200",
      "2026-03-02T10:11:13Z,192.0.2.1,/b,10.0.0.1,404",
    ];
    const csv = await followed(Buffer.from(`${first}\n${second}\n`), (error) => {
      expect(error).toContain("the first line has values and is no header");
      expect(told("columns", error)).toEqual(["timestamp", "ip_address", "endpoint", "column 4", "column 5"]);
      return { columns: told("columns", error).with(4, "status") };
    });
    expect(Buffer.from(csv).toString().split("\n")[2]).toBe("2026-03-02T10:11:13.000Z,192.0.2.1,/b,404,");
  });
});

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

/** The ends of what a record may be, each with the value just inside and the value just outside. */
import { describe, expect, it } from "vitest";
import { read } from "#lib/read/read";

it("a record's time lies from the first moment of 1970 to the last of 9999, in UTC", async () => {
  const inside = ["2026-01-05T00:00:00.000Z", "1970-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"];
  // the last is the first moment of the year 10000
  const outside = [
    "1969-12-31T23:59:59.999Z",
    "1970-01-01T00:00:59.999+00:01",
    "9999-12-31T23:59:00.000-00:01",
  ];
  const lines = [...inside, ...outside].map((time) => `${time},192.0.2.1,/a,200,1.00\n`);
  const log = await read(
    Buffer.from(`timestamp,ip_address,endpoint,status_code,response_time_ms\n${lines.join("")}`),
    { format: "csv" },
  );
  expect(log.records).toBe(inside.length);
  expect(log.examples.map(({ line }) => line)).toEqual([5, 6, 7]);
  expect(log.examples[2].reason).toBe("the time lies after the year 9999");
});

it("a method is letters, digits, dashes and underscores, and begins with a letter", async () => {
  // RFC 9110 allows a few more characters in a token, but no server's log has them.
  const bytes = Array.from({ length: 0x7f - 0x21 }, (_, i) => String.fromCharCode(0x21 + i)).filter(
    (byte) => byte !== '"' && byte !== "\\",
  );
  const methods = [...bytes.flatMap((byte) => [`${byte}ET`, `G${byte}T`])];
  const lines = ["GET", "POST", ...methods].map(
    (method) => `192.0.2.1 - - [05/Jan/2026:10:00:00 +0000] "${method} /a HTTP/1.1" 200 5 "-" "-"\n`,
  );
  const log = await read(Buffer.from(lines.join("")), { format: "combined" });
  const wrong = methods.filter((method) => !/^[A-Za-z][A-Za-z0-9_-]*$/.test(method));
  expect(wrong.length).toBeGreaterThan(60);
  expect([log.records, log.quarantined]).toEqual([lines.length - wrong.length, wrong.length]);
});

it("a method has 32 letters at most, in a line as in an object", async () => {
  const requests = [32, 33].map((length) => `${"A".repeat(length)} /a HTTP/1.1`);
  const lines = requests.map(
    (request) => `192.0.2.1 - - [05/Jan/2026:10:00:00 +0000] "${request}" 200 5 "-" "-"\n`,
  );
  const objects = requests.map(
    (request) =>
      `${JSON.stringify({ time: "2026-01-05T10:00:00Z", remote_addr: "192.0.2.1", request, status: 200 })}\n`,
  );
  for (const [format, log] of Object.entries({ combined: lines, json: objects }) as [
    "combined" | "json",
    string[],
  ][]) {
    const { records, examples } = await read(Buffer.from(log.join("")), { format });
    expect([format, records, examples.map(({ line, reason }) => [line, reason])]).toEqual([
      format,
      1,
      [[2, "the request has no method"]],
    ]);
  }
});

describe("a log whose numbers behind the request are the bytes and the status", () => {
  const answers = ["318 200", "146 404", "590 200", "200 304"];
  const log = Buffer.from(
    answers
      .map((pair) => `192.0.2.1 - - [05/Jan/2026:10:00:00 +0000] "GET /a HTTP/1.1" ${pair} "-" "-"\n`)
      .join(""),
  );

  it("is not taken for one with the status first", async () => {
    await expect(read(log)).rejects.toThrow(
      /^logFormat: the numbers behind the request, such as "318 200", may be the status and the bytes, or the bytes and the status/,
    );
  });

  it("is read as its own format says", async () => {
    const { csv } = await read(log, { logFormat: '%h %l %u %t "%r" %b %>s "%{Referer}i" "%{User-Agent}i"' });
    const statuses = Buffer.from(csv!)
      .toString()
      .split("\n")
      .slice(1, -1)
      .map((row) => row.split(",")[3]);
    expect(statuses).toEqual(["200", "404", "200", "304"]);
  });

  it("is one with the status first where most of these are status codes", async () => {
    const usual = log.toString().replace("318 200", "200 318").replace("146 404", "404 200");
    expect((await read(Buffer.from(usual))).records).toBe(4);
  });
});

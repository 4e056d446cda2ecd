/** One line cannot keep the reader busy: each of these took minutes or for ever, and so failed by the test's time limit. */
import { describe, expect, it } from "vitest";
import { read } from "#lib/read/read";

const combined = (i: number) =>
  `10.0.0.${i % 250} - - [05/Jan/2026:00:00:${String(i % 60).padStart(2, "0")} +0000] "GET /a HTTP/1.1" 200 5 "-" "x"`;

describe("a first line that no header has", () => {
  // 250,000 quotes took 73 s, and an unbroken line of blanks or of blanks and quotes was as bad.
  const lines = ['"', " ", '" ', '",', "x", '"";'].map((text) => text.repeat(250_000 / text.length));

  it.each(lines)("is refused as CSV at once (%#)", async (line) => {
    await expect(read(Buffer.from(`${line}\n`), { format: "csv" })).rejects.toThrow(/^format: /);
  });

  it("goes into quarantine where the lines below show the format", async () => {
    const rest = Array.from({ length: 50 }, (_, i) => combined(i));
    const log = await read(Buffer.from(`${[lines[0].slice(50_000), ...rest].join("\n")}\n`));
    expect(log).toMatchObject({ records: 50, quarantined: 1 });
  });
});

describe("a pattern of one's own", () => {
  const line = (request: string) => `2026-01-05T00:00:00Z 10.0.0.1 ${request} 200`;
  const text = (...lines: string[]) => Buffer.from(`${lines.join("\n")}\n`);

  it("that goes back 2^40 times on a line is matched in linear time", async () => {
    const pattern = String.raw`^(?<timestamp>\S+) (?<client>\S+) /(?<request>(a+)+) (?<status>\d+)$`;
    const fields = { endpoint: "request" };
    const log = await read(text(line("/aaa"), line(`/${"a".repeat(200)}b`)), {
      format: { name: "bomb", pattern, fields },
    });
    expect(log.lines).toBe(2);
    expect(log.reasons.reason).toContain("the line does not match the pattern");
  });

  it("of five `.*`, whose time was the fifth power of a line's length, is too", async () => {
    const pattern = '(?<timestamp>.*) (?<client>.*) "(?<request>.*)" (?<status>.*) (?<duration>.*)';
    const sound = '2026-01-05T00:00:00Z 10.0.0.1 "GET /a HTTP/1.1" 200 12';
    const log = await read(text(sound, ' "'.repeat(100_000), '" '.repeat(100_000)), {
      format: { name: "quad", timeUnit: "ms", pattern },
    });
    expect(log).toMatchObject({ records: 1, quarantined: 2 });
  });

  it.each([
    ["lookahead", "(?=a)b(?<status>.)"],
    ["lookbehind", "(?<!x)(?<status>.)"],
    ["back-references", String.raw`(?<status>.)\1`],
    ["the flag i", /(?<status>a)/i],
    ["the flag u", /(?<status>a)/u],
  ])("with %s has no linear time, and is refused by its name", async (_, pattern) => {
    const source = pattern instanceof RegExp ? pattern.source : pattern;
    await expect(read(text("x"), { format: { name: "mine", pattern } })).rejects.toThrow(
      `format.pattern: ${JSON.stringify(source)}`,
    );
    await expect(read(text("x"), { format: { name: "mine", pattern } })).rejects.toThrow(
      /cannot be matched in linear time/,
    );
  });
});

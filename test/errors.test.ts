import { describe, expect, it } from "vitest";
import { quoted } from "#lib/errors";

describe("a value in an error", () => {
  it.each(
    [
      ["a\nb", '"a\\nb"'],
      [Number.NaN, "NaN"],
      [10n, "10"],
      [undefined, "undefined"],
      [{ a: [1, { b: null }] }, '{"a":[1,{"b":null}]}'],
      [new Uint8Array([1, 2]), '{"0":1,"1":2}'],
      [new Date(0), '"1970-01-01T00:00:00.000Z"'],
      [Array.from({ length: 100 }, (_, i) => i), `${JSON.stringify([...Array(100).keys()]).slice(0, 57)}...`],
    ].map(([value, text]) => ({ value, text })),
  )("is quoted as $text", ({ value, text }) => {
    expect(quoted(value)).toBe(text);
  });

  it("shows a circle and what cannot be written as text", () => {
    const circle: Record<string, unknown> = { a: 1 };
    circle.self = circle;
    expect(quoted(circle)).toBe("[object Object]");
  });

  it.each([
    ["list", (counted: object) => counted],
    ["object that holds one", (counted: object) => ({ counts: { requests: counted } })],
    ["list of lists", (counted: object) => [[counted, counted], Array(1000).fill(counted)]],
  ])("is looked at only where it is shown: a %s of a million numbers", (_, holding) => {
    let reads = 0;
    const counted = new Proxy(new Array(1_000_000).fill(0), {
      get(target, name, receiver) {
        reads++;
        return Reflect.get(target, name, receiver);
      },
    });
    expect(quoted(holding(counted))).toHaveLength(60);
    expect(reads).toBeLessThan(10_000);
  });
});

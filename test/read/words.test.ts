import fc from "fast-check";
import { expect, it } from "vitest";
import { nextByte } from "#lib/files/nextByte";
import { partEnd, quoteEnd } from "#lib/read/fields/words";

const [QUOTE, BACKSLASH, SPACE] = [34, 92, 32];

/** Few letters, so that what is looked for is often there, at the edges and more than once. */
const text = fc.array(fc.constantFrom("a", '"', "\\", " "), { maxLength: 40 });
const place = fc.nat(42);

/** Compares with a loop, for any part of a text that goes on behind the part. */
function sameAs(
  found: (bytes: Uint8Array, start: number, end: number) => number,
  loop: (bytes: Uint8Array, start: number, end: number) => number,
) {
  const property = fc.property(text, place, place, (letters, a, b) => {
    const bytes = Buffer.from(letters.join(""));
    const end = Math.min(bytes.length, Math.max(a, b));
    const start = Math.min(a, b, end);
    expect([letters.join(""), start, end, found(bytes, start, end)]).toEqual([
      letters.join(""),
      start,
      end,
      loop(bytes, start, end),
    ]);
  });
  fc.assert(property, { numRuns: 5000, seed: 1 });
}

it("the next byte of a part is the first one, or the part's end", () => {
  const loop = (bytes: Uint8Array, start: number, end: number) => {
    for (let i = start; i < end; i++) if (bytes[i] === QUOTE) return i;
    return end;
  };
  sameAs((bytes, start, end) => nextByte(bytes, QUOTE, start, end), loop);
});

it("a byte is found behind the first two gibibytes", () => {
  const start = 2 ** 31 + 5;
  const bytes = new Uint8Array(start + 20);
  bytes[start + 9] = QUOTE;
  expect(nextByte(bytes, QUOTE, start, bytes.length)).toBe(start + 9);
});

it("a quoted text ends at the first quote that no backslash escapes", () => {
  sameAs(quoteEnd, (bytes, start, end) => {
    for (let i = start; i < end; i++) {
      if (bytes[i] === QUOTE) return i;
      if (bytes[i] === BACKSLASH) i++;
    }
    return -1;
  });
});

it("a part ends at the next separator, whatever stands before it", () => {
  sameAs(
    (bytes, start, end) => partEnd(bytes, SPACE, start, end),
    (bytes, start, end) => {
      let i = start;
      while (i < end && bytes[i] !== SPACE) i++;
      return i;
    },
  );
});

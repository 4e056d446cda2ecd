import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { packText, putAddress, putHundredths, putSeconds, putText, putWhole } from "#lib/encode/text";
import { writtenForm } from "#lib/encode/writtenForm";
import { withoutExtensions } from "#lib/files/extensions";

/** What a function writes, as text. */
function written(put: (view: DataView) => number): string {
  const view = new DataView(new ArrayBuffer(4096));
  return Buffer.from(view.buffer, 0, put(view)).toString("latin1");
}

const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe("prepared text", () => {
  test("comes out as it went in, eight bytes at a time, whatever printable ASCII it is", () => {
    const ascii = fc.string({
      unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
    });
    fc.assert(
      fc.property(fc.array(ascii, { minLength: 1 }), (pieces) => {
        const text = packText(pieces);
        const out = written((view) => pieces.reduce((at, _, i) => putText(view, at, text, i), 0));
        expect(out).toBe(pieces.join(""));
      }),
    );
  });

  test("numbers are what JavaScript writes", () => {
    fc.assert(
      fc.property(word, (number) => {
        expect(written((view) => putWhole(view, 0, number))).toBe(String(number));
        expect(written((view) => putHundredths(view, 0, number))).toBe(
          `${Math.floor(number / 100)}.${String(number % 100).padStart(2, "0")}`,
        );
        expect(written((view) => putSeconds(view, 0, number))).toBe(
          (Math.floor(number / 100) / 1000).toFixed(3),
        );
        const octets = [number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255];
        expect(written((view) => putAddress(view, 0, number))).toBe(octets.join("."));
      }),
      { examples: [[0], [999], [1000], [99_999], [100_000], [999_999], [1_000_000], [2 ** 32 - 1]] },
    );
  });
});

describe("the form of a file", () => {
  test.each([
    ["x.csv", "csv", undefined],
    ["X.CSV.GZ", "csv", "gzip"],
    ["x.ndjson.zst", "ndjson", "zstd"],
    ["x.jsonl", "ndjson", undefined],
    ["access.log", "combined", undefined],
    ["x.parquet", "parquet", undefined],
    ["-", "csv", undefined],
    ["/dev/null", "csv", undefined],
    ["folder.d/log", "csv", undefined],
    ["x.gz", "csv", "gzip"],
  ])("%s stands for %s, compressed: %s", (out, format, compression) => {
    expect(writtenForm(undefined, out)).toEqual(compression ? { format, compression } : { format });
  });

  test("a name goes before the ending, which still compresses", () => {
    expect(writtenForm("combined-timed", "access.txt.gz")).toEqual({
      format: "combined-timed",
      compression: "gzip",
    });
  });

  test.each([
    ["x.cvs", undefined, /^out: "x\.cvs" ends in \.cvs, which stands for no format.*did you mean "\.csv"\?$/],
    ["x.json", undefined, /^out: "x\.json" ends in \.json, which stands for no format/],
    ["x.csv", "ndjsn", /^format: "ndjsn" is not a format that can be written; did you mean "ndjson"\?/],
    ["x.csv", 7, /^format: 7 is not a format/],
    ["x.csv", "constructor", /^format: "constructor" is not a format/],
    ["x.parquet.zst", undefined, /^out: must not end in \.zst for Parquet/],
  ])("%s as %s is refused", (out, format, message) => {
    expect(() => writtenForm(format, out)).toThrow(message);
  });

  test.each([
    ["a/b.csv.gz", "a/b"],
    ["a/b.LOG", "a/b"],
    ["a/b.tar.zst", "a/b.tar"],
    ["a.d/b", "a.d/b"],
  ])("what stands beside %s is called after %s", (path, name) => {
    expect(withoutExtensions(path)).toBe(name);
  });
});

/** The walk through JSON finds what `JSON.parse` finds, and refuses what it refuses. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonFields } from "#lib/read/fields/jsonFields";

// The walk looks at 16 bytes of a string at a time, and at 8 of a name.
const long = "x".repeat(65);
const paths = ["a", "a.b", "a.b.c", "b", "é", 'q"', "b.a", "abcdefgh", "abcdefghi", long];
const json = new JsonFields(paths);

/** The value at a path, a name with dots before the steps through objects. */
function valueAt(value: unknown, path: string): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return;
  for (const [name, inner] of Object.entries(value).reverse()) {
    if (name === path) return inner;
    const found = path.startsWith(`${name}.`) ? valueAt(inner, path.slice(name.length + 1)) : undefined;
    if (found !== undefined) return found;
  }
}

function agrees(bytes: Uint8Array): boolean {
  let expected: unknown;
  try {
    expected = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {}
  const isObject = typeof expected === "object" && expected !== null && !Array.isArray(expected);
  expect(json.read(bytes, 0, bytes.length)).toBe(isObject);
  if (!isObject) return false;
  paths.forEach((path, slot) => {
    const value = valueAt(expected, path);
    const text = json.text(slot);
    if (typeof value === "string") expect(text).toBe(Buffer.from(value).toString());
    else if (typeof value === "number") expect(Number(text)).toBe(value);
    else expect(text).toBeUndefined();
  });
  return true;
}

const name = fc.constantFrom("a", "b", "c", "é", 'q"', "x", "", "abcdefgh", "abcdefghi", "abcdefghj", long);
const leaf = fc.oneof(
  fc.string({ unit: "binary", maxLength: 50 }),
  fc.double({ noNaN: true }),
  fc.constantFrom(null, true, -0, 1e300),
);
const { object } = fc.letrec<{ object: object; value: unknown }>((tie) => ({
  object: fc.dictionary(name, tie("value"), { maxKeys: 4 }),
  value: fc.oneof({ maxDepth: 4 }, leaf, tie("object"), fc.array(tie("value"), { maxLength: 3 })),
}));

describe("nginx's escapes without escape=json", () => {
  const read = (text: string) => {
    const bytes = Buffer.from(text);
    return json.read(bytes, 0, bytes.length);
  };

  it("any bytes, as nginx writes them, are found again", () => {
    /** What ngx_http_log_escape does. */
    const byNginx = (bytes: Uint8Array) =>
      [...bytes]
        .map((byte) =>
          byte < 32 || byte === 34 || byte === 92 || byte > 126
            ? `\\x${byte.toString(16).toUpperCase().padStart(2, "0")}`
            : String.fromCharCode(byte),
        )
        .join("");
    fc.assert(
      fc.property(fc.uint8Array(), fc.string({ unit: "binary" }), (bytes, text) => {
        expect(read(`{"a":"${byNginx(bytes)}","b":"${byNginx(Buffer.from(text))}"}`)).toBe(true);
        expect(json.text(0)).toBe(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
        expect(json.text(3)).toBe(Buffer.from(text).toString());
      }),
      { numRuns: 3000, seed: 4 },
    );
  });

  it.each(['{"a":"\\x2"}', '{"a":"\\xg0"}', '{"\\x41":"b"}', '{"a":"\\x41","b":"\\u0041"}', '{"a":"\\x4'])(
    "%s is neither",
    (text) => expect(read(text)).toBe(false),
  );
});

describe("JSON as it may stand in a log", () => {
  it("any object, however it is spaced", () => {
    const spaced = fc.tuple(object, fc.constantFrom(undefined, " ", "\t"));
    fc.assert(
      fc.property(spaced, ([value, space]) => {
        expect(agrees(new TextEncoder().encode(JSON.stringify(value, null, space)))).toBe(true);
      }),
      { numRuns: 5000, seed: 1 },
    );
  });

  it("an object damaged at random", () => {
    const pieces = [
      '"',
      "\\",
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      "0",
      "-",
      ".",
      "e",
      "\\u12",
      "\\ud800",
      "\0",
      "\x7f",
      "é",
      " ",
      "tru",
      "null",
    ];
    const put = fc.oneof(
      fc.constantFrom(...pieces).map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 3 }),
    );
    let whole = 0;
    fc.assert(
      fc.property(object, fc.nat(999), fc.nat(3), put, (value, at, cut, added) => {
        const bytes = Buffer.from(JSON.stringify(value));
        const from = Math.floor((at * bytes.length) / 1000);
        if (agrees(Buffer.concat([bytes.subarray(0, from), added, bytes.subarray(from + cut)]))) whole++;
      }),
      { numRuns: 10_000, seed: 2 },
    );
    expect(whole).toBeGreaterThan(500); // some damage lies inside a string: about a tenth
  });

  it.each([
    "",
    " ",
    "{",
    "[]",
    "1",
    '{"a":01}',
    '{"a":1.}',
    '{"a":+1}',
    '{"a":1,}',
    '{"a" 1}',
    "{}{}",
    '{"a":tru}',
    '{"a":"\t"}',
    "\ufeff{}",
  ])("%j is none", (text) => {
    expect(agrees(new TextEncoder().encode(text))).toBe(false);
  });

  it("a string with any byte at any place up to the 40th", () => {
    for (let at = 0; at < 40; at++)
      for (let byte = 0; byte < 256; byte++) {
        const bytes = Buffer.from(`{"b":"${"-".repeat(40)}","a":1}`);
        bytes[6 + at] = byte;
        agrees(bytes);
      }
  });

  it("lists whose elements are looked for, which other objects are read between", () => {
    const lists = new JsonFields(["list.0", "list.2", "list.10"]);
    const bytes = Buffer.from(`{"list":[${Array.from({ length: 12 }, (_, i) => `"${i}é"`).join(", ")}]}`);
    for (let i = 0; i < 2; i++) {
      expect(lists.read(bytes, 0, bytes.length)).toBe(true);
      expect(agrees(Buffer.from('{"a":{"b":2}}'))).toBe(true);
      expect([0, 1, 2].map((slot) => lists.text(slot))).toEqual(["0é", "2é", "10é"]);
    }
  });

  it("an object longer than any before", () => {
    for (const length of [100_000, 1_000_000, 3_000_000])
      expect(agrees(Buffer.from(JSON.stringify({ a: "y".repeat(length), b: { a: 1 } })))).toBe(true);
  });

  it("an object that other bytes follow", () => {
    const bytes = Buffer.from('{"a":12345,"b":"t"}67"}');
    expect(json.read(bytes, 0, 19)).toBe(true);
    expect([json.text(0), json.text(3)]).toEqual(["12345", "t"]);
    for (let end = 0; end < 19; end++) expect(json.read(bytes, 0, end)).toBe(false);
  });

  it("objects nested deeper than any log's are refused and do not exhaust the stack", () => {
    const deep = new TextEncoder().encode(`${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`);
    expect(json.read(deep, 0, deep.length)).toBe(false);
  });
});

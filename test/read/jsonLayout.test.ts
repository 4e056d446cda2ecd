/** JSON objects however they are laid out: a list, over many lines, or all on one; each is read, and counts as a line. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { elementFill, isSpreadJson } from "#lib/files/jsonElements";
import { read } from "#lib/read/read";

const entries = Array.from({ length: 40 }, (_, i) => ({
  ts: `2026-01-05T00:00:${String(i).padStart(2, "0")}Z`,
  remote_addr: `192.0.2.${i}`,
  request: `GET /p${i}?a=[{ HTTP/1.1`,
  status: 200,
  tags: [["a", { b: 1 }], {}],
  agent: 'quotes " and \\ and }',
}));
const rows = entries.map(({ ts }, i) => `${ts.replace("Z", ".000Z")},192.0.2.${i},/p${i},200,`);

async function readText(text: string | Uint8Array) {
  const log = await read(Buffer.from(text));
  expect(log.records + log.quarantined + log.skipped).toBe(log.lines);
  return { log, rows: Buffer.from(log.csv!).toString().split("\n").slice(1, -1) };
}

const pretty = JSON.stringify(entries, null, 2);
const layouts: Record<string, string> = {
  "a list on one line": JSON.stringify(entries),
  "a list on one line, with spaces": JSON.stringify(entries).replaceAll("},{", "}, {"),
  "a list over many lines": pretty,
  "a list over many lines, with tabs and CR LF": JSON.stringify(entries, null, "\t").replaceAll("\n", "\r\n"),
  "objects over many lines": entries.map((entry) => JSON.stringify(entry, null, 4)).join("\n"),
  "objects side by side": entries.map((entry) => JSON.stringify(entry)).join(""),
  "a list behind a byte-order mark": `\ufeff${pretty}`,
};

it.each(Object.entries(layouts))("%s", async (_, text) => {
  const { log, rows: found } = await readText(text);
  expect(found).toEqual(rows);
  expect(log).toMatchObject({ lines: entries.length, quarantined: 0 });
  expect(log.sources[0].why).toMatch(/each object of its JSON counts as a line$/);
});

describe("what is broken spoils its own object", () => {
  it.each([
    [
      "a brace is missing",
      pretty.replace(
        '\n  },\n  {\n    "ts": "2026-01-05T00:00:08Z"',
        '\n  {\n    "ts": "2026-01-05T00:00:08Z"',
      ),
    ],
    ["a quote is missing", pretty.replace('/p7?a=[{ HTTP/1.1"', "/p7?a=[{ HTTP/1.1")],
    ["a colon is missing", pretty.replace('"remote_addr": "192.0.2.7"', '"remote_addr" "192.0.2.7"')],
  ])("%s", async (_, text) => {
    expect(text).not.toBe(pretty);
    const { log, rows: found } = await readText(text);
    expect(found).toEqual(rows.toSpliced(7, 1));
    expect(log.examples.map(({ line }) => line)).toEqual([8]);
  });

  it("and the last, where the log was cut", async () => {
    const { log, rows: found } = await readText(pretty.slice(0, -100));
    expect(found).toEqual(rows.slice(0, -1));
    expect(log.quarantined).toBe(1);
  });

  it("what is no object is a line of its own", async () => {
    const { log, rows: found } = await readText(JSON.stringify([...entries, null, "x", 5], null, 2));
    expect(found).toEqual(rows);
    expect(log.examples.map(({ text }) => text)).toEqual(["null", '"x"', "5"]);
  });
});

it("NDJSON and a list with an object on each line stay lines", () => {
  const lines = entries.map((entry) => JSON.stringify(entry));
  for (const text of [
    lines.join("\n"),
    `[\n${lines.join(",\n")}\n]`,
    `[${lines.join(",\n")}]`,
    "[",
    "{",
    '{"a":\n',
  ])
    expect(isSpreadJson(Buffer.from(text))).toBe(false);
});

it("any objects, laid out in any way and read in pieces of any size, come out one on each line", async () => {
  const object = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 5 });
  const layout = fc.record({
    indent: fc.constantFrom(0, 1, 2, 4, "\t"),
    inList: fc.boolean(),
    piece: fc.integer({ min: 1, max: 40 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(object, { minLength: 1, maxLength: 6 }),
      layout,
      async (objects, { indent, inList, piece }) => {
        const text = inList
          ? JSON.stringify(objects, null, indent)
          : objects.map((each) => JSON.stringify(each, null, indent)).join(indent === 0 ? "" : "\n");
        const bytes = Buffer.from(text);
        let at = 0;
        const fill = elementFill(async (into, offset, length) => {
          const part = bytes.subarray(at, at + Math.min(length, piece));
          into.set(part, offset);
          at += part.length;
          return part.length;
        });
        const out = new Uint8Array(3 * bytes.length + 10);
        let length = 0;
        for (let got = -1; got !== 0; length += got) got = await fill(out, length, piece);
        const lines = Buffer.from(out.subarray(0, length)).toString().split("\n").slice(0, -1);
        expect(lines.map((line) => JSON.parse(line))).toEqual(JSON.parse(JSON.stringify(objects)));
      },
    ),
    { numRuns: 300, seed: 1 },
  );
});

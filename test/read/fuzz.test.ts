import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ReadOptions, read } from "#lib/read/read";
import { documented } from "./documented.js";
import { samples } from "./lines.js";

/** A record as every reader must write it, whatever the log holds. */
const record =
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z,[\da-fA-F.:]+,(?:"\/(?:[^"\u0000-\u001f]|"")*"|\/[^",\u0000-\u001f]*),[1-5]\d\d,(?:\d+\.\d\d)?$/;

/** Lines of a log by an independent count. */
function linesOf(bytes: Uint8Array): number {
  const text = Buffer.from(bytes).toString("latin1");
  return text === "" ? 0 : text.replace(/\n$/, "").split("\n").length;
}

/** Random bytes without the mark of UTF-16, which would be decoded: half as many characters, and fewer line ends. */
const randomBytes = fc
  .uint8Array({ maxLength: 300, size: "max" })
  .filter(([first, second]) => !(first + second === 0xff + 0xfe && Math.abs(first - second) === 1));

async function nothingIsLost(bytes: Uint8Array, options: ReadOptions) {
  const log = await read(bytes, options).catch((error) => {
    // A changed peer may be a public one.
    if (!error.message.startsWith("client: on ")) throw error;
    return read(bytes, { ...options, client: "forwarded" });
  });
  const rows = Buffer.from(log.csv!).toString("utf8").split("\n").slice(1, -1);
  if (log.lines !== linesOf(bytes)) expect(log.lines).toBe(linesOf(bytes));
  if (log.records + log.quarantined + log.skipped !== log.lines) expect(log.summary).toBe("adds up");
  if (rows.length !== log.records) expect(rows).toHaveLength(log.records);
  for (const row of rows) if (!record.test(row)) expect(row).toMatch(record);
  const inReasons = log.reasons.lines.reduce<number>((sum, lines) => sum + Number(lines), 0);
  if (inReasons !== log.quarantined) expect(inReasons).toBe(log.quarantined);
  return log;
}

const hostile = [
  " ",
  '"',
  ",",
  ";",
  "[",
  "]",
  "{",
  "}",
  "/",
  "\\",
  "\\x2",
  "\\u00",
  "-",
  "-1",
  "%",
  "\n",
  "\r\n",
  "\r",
  "\t",
  "\0",
  "é",
  "😀",
  "\ufeff",
  "<BADREQ>",
  "9".repeat(30),
  "1e999",
  "null",
  '""',
  '\\"',
  "GET ",
  "http://",
  "31/Feb/2012",
  "+9999",
].map((text) => Buffer.from(text));

/** A change of a line: what stands at a place, from 0 to 1, is cut out, and something put in. */
const change = fc.record({
  line: fc.nat(999),
  at: fc.nat(999),
  cut: fc.nat(30),
  put: fc.oneof(
    fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
    fc.constantFrom(...hostile),
  ),
});

const formats = [
  ...Object.entries(samples).map(([name, lines]) => ({
    name,
    format: name === "timed" ? "combined" : name,
    lines,
  })),
  ...Object.entries(documented).map(([name, { format, lines }]) => ({ name, format, lines })),
];

/** The lines of a log without which the others say nothing. */
function headerOf(format: string, lines: readonly string[]): string {
  const first = format === "csv" ? 1 : lines.findIndex((line) => !line.startsWith("#"));
  return lines
    .slice(0, first)
    .map((line) => `${line}\n`)
    .join("");
}

/** Logs of about twenty lines for each format; many more on request: `FUZZ_RUNS=10000 npx vitest run test/read/fuzz.test.ts` */
const runs = Number(process.env.FUZZ_RUNS ?? 500);

describe("10,000 real lines, changed at random, are none of them lost", () => {
  it.each(formats)("read as $name", async ({ name, format, lines: texts }) => {
    const header = Buffer.from(headerOf(format, texts));
    const lines = texts.map((line) => Buffer.from(`${line}\n`));
    const plain = texts.filter((line) => line.length > 1 && !header.includes(`${line}\n`));
    // Where the damage lies among the first lines, it is asked which field is the response time.
    const answers: Record<string, ReadOptions> = {
      combined: { timeUnit: "none" },
      common: { timeUnit: "none" },
      timed: { timeUnit: "s", timeField: "rt" },
      "nginx-json": { timeUnit: "s" },
      "gunicorn and Tomcat": { timeUnit: "none" },
    };
    const options = { format, query: "keep", identifiers: "fold", ...answers[name] } as ReadOptions;
    let records = 0;
    let quarantined = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 15, maxLength: 25 }), async (changes) => {
        const changed = changes.flatMap(({ line, at, cut, put }) => {
          const bytes = lines[line % lines.length];
          const from = Math.floor((at * bytes.length) / 1000);
          return [bytes.subarray(0, from), put, bytes.subarray(from + cut)];
        });
        const whole = Buffer.from(`${plain[changes.length % plain.length]}\n`); // so that a time in it is found by the sample
        const log = await nothingIsLost(Buffer.concat([header, whole, ...changed]), options);
        records += log.records;
        quarantined += log.quarantined;
      }),
      { numRuns: runs, seed: 1 },
    );
    // The changes are such that both happen often, so that the property says something.
    expect(records).toBeGreaterThan(300);
    expect(quarantined).toBeGreaterThan(500);
  });
});

/** A format may rule lines out by their first ones; only an error that says so may come of it. */
function isRefused(error: unknown) {
  expect(error).toMatchObject({
    name: "InputError",
    message: expect.stringMatching(/^(format|path|timeField): /),
  });
}

describe("random bytes lose no line", () => {
  it.each(formats.filter(({ format }) => format !== "csv" && format !== "json"))(
    "read as $name",
    async ({ format, lines }) => {
      const header = Buffer.from(headerOf(format, lines));
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 300, size: "max" }), async (bytes) => {
          const log = Buffer.concat([header, bytes]);
          await nothingIsLost(log, { format } as ReadOptions).catch(isRefused);
        }),
        { numRuns: 200, seed: 2 },
      );
    },
  );

  it("behind a header of CSV, an object of JSON, and to a pattern of one's own", async () => {
    const own = { name: "own", pattern: "^(?<ip>.*?) (?<time>.*?) (?<path>.*?) (?<status>.*)$" };
    const cases: [string, ReadOptions][] = [
      [`${samples.csv[0]}\n`, { format: "csv" }],
      [`${samples.json[0]}\n`, { format: "json" }],
      ["", { format: own }],
    ];
    for (const [head, options] of cases) {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 300, size: "max" }), (bytes) =>
          nothingIsLost(Buffer.concat([Buffer.from(head), bytes]), options).then(() => {}),
        ),
        { numRuns: 400, seed: 3 },
      );
    }
  });
});

it("what no format fits is refused or read without loss, whatever its bytes", async () => {
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(randomBytes, async (bytes) => {
      const log = await nothingIsLost(bytes, {}).catch((error) => error);
      if (log instanceof Error) {
        expect([log.name, log.message]).toEqual([
          "InputError",
          expect.stringMatching(/^format: cannot tell/),
        ]);
        refused++;
      }
    }),
    { numRuns: 400, seed: 4 },
  );
  expect(refused).toBeGreaterThan(360);
});

/** The answer key and `read` agree on every format: what the key calls readable is a record, the rest is in quarantine. */
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { verify } from "#lib/check/verify/verify";
import type { FormatName } from "#lib/encode/formats";
import { formats } from "#lib/encode/formats";
import { type ReadLog, read } from "#lib/read/read";
import { defectKinds, UNREADABLE } from "#lib/scenario/defects";
import type { AnswerKey } from "#lib/truth/answerKey";
import { type GenerateOptions, generate } from "#lib/write/generate";
import { folder, hostile, readAs } from "./logs.js";

const path = folder();
const textFormats = (Object.keys(formats) as FormatName[]).filter((name) => name !== "parquet");

const unreadableOf = ({ defects }: AnswerKey) =>
  defectKinds.slice(0, UNREADABLE).reduce((sum, kind) => sum + defects[kind], 0);

async function readBack(
  format: FormatName,
  options: GenerateOptions,
  query: "cut" | "keep",
): Promise<{ log: ReadLog; key: AnswerKey }> {
  const { path: file, key } = await generate({ ...options, format, out: join(path, "made.log"), key: false });
  const log = await read(file!, { ...readAs(format), query });
  return { log, key };
}

describe.each(textFormats)("%s", (format) => {
  it.each([...defectKinds, "all"])(
    "with %s: records and quarantine are what the key says, and in the key's table",
    async (kind) => {
      // What a format's fields mean is told by its first lines, of which nine in ten must be sound.
      const share = fc.double({ min: 0.001, max: 0.1, noNaN: true });
      const options = fc.record({
        rows: fc.integer({ min: 200, max: 600 }),
        seed: fc.nat(),
        scenario: fc.constantFrom("demo", "mobile-api", hostile),
        share,
        query: fc.constantFrom("cut" as const, "keep" as const),
      });
      await fc.assert(
        fc.asyncProperty(options, async ({ share, query, ...what }) => {
          const kinds = kind === "all" ? defectKinds : [kind];
          const defects = Object.fromEntries(kinds.map((each) => [each, share]));
          const { log, key } = await readBack(format, { ...what, defects }, query);
          const unreadable = unreadableOf(key);
          expect([log.records, log.quarantined]).toEqual([key.lines.written - unreadable, unreadable]);
          expect(log.lines - log.skipped).toBe(key.lines.written);
          expect(key.counts.requests.reduce((sum, requests) => sum + requests, 0)).toBe(log.records);
        }),
        { numRuns: kind === "all" ? 10 : 2, seed: 1 },
      );
    },
  );
});

it.each(["csv", "ndjson"] as const)("what `read` makes of damaged %s is equal to the key", async (format) => {
  const share = {
    malformed: 0.02,
    missing: 0.02,
    wrongType: 0.02,
    badEncoding: 0.02,
    duplicated: 0.02,
    late: 0.02,
  };
  for (const scenario of ["demo", hostile]) {
    const { log, key } = await readBack(format, { rows: 3000, scenario, defects: share }, "keep");
    expect(await verify(log, key)).toMatchObject({ valid: true, unreadable: 0 });
  }
});

it("bytes that Apache and nginx escaped are what a client sent; raw ones that are no UTF-8 are damage", async () => {
  const line = (request: string) =>
    `192.0.2.1 - - [05/Jan/2026:00:22:28 +0000] "${request}" 200 5 "-" "agent \xc3(" 0.001\n`;
  const requests = [
    "GET /\\xC3( HTTP/1.1",
    "GET /\xc3\xa9?a=\xc3\xa9 HTTP/1.1",
    "GET /%C3( HTTP/1.1",
    "GET /\xc3( HTTP/1.1",
    "GET /a?b=\xc3( HTTP/1.1",
    "GET /a\\x22\xff HTTP/1.1",
    "GET /\xe9 HTTP/1.1",
  ];
  const log = await read(Buffer.from(requests.map(line).join(""), "latin1"), { format: "combined" });
  const paths = Buffer.from(log.csv!)
    .toString()
    .split("\n")
    .slice(1, -1)
    .map((row) => row.split(",")[2]);
  expect(paths).toEqual(["/%C3(", "/é", "/%C3("]);
  expect(log.reasons).toEqual({ reason: ["the path is not UTF-8"], lines: [4] });
});

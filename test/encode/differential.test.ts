/**
 * Whatever is written, in whatever packing, pieces or envelope, is read as the CSV of the same plan says. Many more
 * logs on request: `FUZZ_RUNS=1000 npx vitest run test/encode/differential.test.ts`
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { FormatName } from "#lib/encode/formats";
import { loadZstd } from "#lib/files/zstd";
import { read } from "#lib/read/read";
import { defectKinds, UNREADABLE } from "#lib/scenario/defects";
import { presets } from "#lib/scenario/presets";
import type { PresetName } from "#lib/scenario/types";
import { generate } from "#lib/write/generate";
import { wrappers } from "../read/wrappers.js";
import { folder, keeps, kept, readAs } from "./logs.js";

const path = folder();
const zst = await loadZstd();
const spoiled = new Set<string>(defectKinds.slice(0, UNREADABLE));
const headerOf = (line: string) => /^(?:#|timestamp,)/.test(line);

/** What a careless writer or reader stumbles over in a path. */
const pieces = fc.constantFrom(
  ...'" "" , \' \\ \\\\ \\x22 \\u0041 \\n \\xC3 %20 %22 %C3%A9 % %zz + &amp; <b> | ; [ ] { } ( ) # ~ ^ $ * @ = : ::1 // /./ /../ . - _ / / /'
    .concat(
      " HTTP/1.1 http://x https://y:443/ GET 200 null {id} favicon.ico ? ?a=b ?q=%22x%22 ?u=http://a/b?c &c=d",
    )
    .split(" "),
  "x".repeat(700),
);
const route = fc
  .array(pieces, { minLength: 1, maxLength: 6 })
  .map((parts) =>
    `/${parts.filter((part, i) => part !== "{id}" || parts.indexOf(part) === i).join("")}`.slice(0, 1990),
  );
const endpoint = fc.record({
  route,
  // Of logs whose every request takes several seconds, it is asked which unit they have.
  latency: fc.integer({ min: 1, max: 100_000 }).map((hundredths) => hundredths / 100),
  status: fc.integer({ min: 100, max: 599 }).map((status) => ({ [status]: 1 })),
});
const share = fc.integer({ min: 0, max: 20 }).map((thousandths) => thousandths / 1000);

const plan = fc.record({
  rows: fc.integer({ min: 50, max: 300 }),
  seed: fc.nat(),
  scenario: fc.record({
    preset: fc.constantFrom(...(Object.keys(presets) as PresetName[])),
    site: fc.record(
      {
        endpoints: fc.uniqueArray(endpoint, { minLength: 1, maxLength: 6, selector: (each) => each.route }),
        identifiers: fc.boolean(),
      },
      { requiredKeys: ["identifiers"] },
    ),
    randomIncidents: fc.nat(3),
    defects: fc.record(Object.fromEntries(defectKinds.map((kind) => [kind, share])), { requiredKeys: [] }),
  }),
});

type Way = (lines: string[], file: string) => string | string[];

const lf = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join("");

const linesOf = (file: string) => readFileSync(file, "latin1").split("\n").slice(0, -1);

/** Puts a text of bytes into a file. @returns its path */
function put(file: string, bytes: string | Uint8Array): string {
  writeFileSync(file, bytes, "latin1");
  return file;
}

/** What happens to a log on its way. */
const ways: Record<string, Way> = {
  plain: (lines, file) => put(file, lf(lines)),
  "gzip in two members": (lines, file) => {
    const text = Buffer.from(lf(lines), "latin1");
    const half = text.length >> 1;
    return put(
      `${file}.gz`,
      Buffer.concat([text.subarray(0, half), text.subarray(half)].map((part) => gzipSync(part))),
    );
  },
  zstd: (lines, file) => put(`${file}.zst`, zst(Buffer.from(lf(lines), "latin1"))),
  "line ends of Windows, a mark of UTF-8 first, none last": (lines, file) =>
    put(file, `\xef\xbb\xbf${lines.join("\r\n")}`),
  "three files": (lines, file) => {
    const headers = lines.filter(headerOf);
    const body = lines.slice(headers.length);
    const third = Math.ceil(body.length / 3);
    return [0, 1, 2].map((i) =>
      put(`${file}.${i}`, lf([...headers, ...body.slice(i * third, (i + 1) * third)])),
    );
  },
  ...Object.fromEntries(
    Object.entries(wrappers).map(([name, wrap]): [string, Way] => [
      name,
      (lines, file) => put(file, Buffer.from(lf(lines.map((line) => wrap(line))), "utf8")),
    ]),
  ),
};

const runs = Number(process.env.FUZZ_RUNS ?? 2);

const all = ["csv", ...Object.keys(keeps)] as FormatName[];

it.each(all)("%s", async (format) => {
  const keep = keeps[format] ?? { step: 1 };
  let records = 0;
  await fc.assert(
    fc.asyncProperty(plan, fc.constantFrom(...Object.keys(ways)), async ({ scenario, ...rest }, how) => {
      // A string of JSON holds no bytes that are not UTF-8.
      const defects = { ...scenario.defects, ...(how in wrappers && { badEncoding: 0 }) };
      const options = { ...rest, scenario: { ...scenario, defects }, key: false, workers: 1 };
      const csv = await generate({ ...options, labels: true, out: join(path, "log.csv") });
      const labels = linesOf(csv.labelsPath!).map((line) => line.slice(line.lastIndexOf(",") + 1));
      const rows = linesOf(csv.path!).filter((_, i) => !spoiled.has(labels[i]));
      const made = await generate({ ...options, format, out: join(path, "log") });
      const log = await read(ways[how](linesOf(made.path!), join(path, "sent")), {
        ...readAs(format),
        query: "keep",
      });
      const found = Buffer.from(log.csv!).toString().split("\n").slice(1, -1);
      expect(found).toEqual(rows.slice(1).map((row) => kept(row, keep)));
      expect(log.quarantined).toBe(labels.filter((label) => spoiled.has(label)).length);
      records += log.records;
    }),
    { numRuns: runs, seed: all.indexOf(format), endOnFailure: true },
  );
  expect(records).toBeGreaterThan(40 * runs);
});

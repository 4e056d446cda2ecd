/** A damaged packed log is told by every command, and is never taken in part. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { validate } from "#lib/check/validate/validate";
import { verify } from "#lib/check/verify/verify";
import { read } from "#lib/read/read";
import { ask } from "#lib/warehouse/ask";
import { load } from "#lib/warehouse/load";
import { type GeneratedLog, generate } from "#lib/write/generate";

const folder = mkdtempSync(join(tmpdir(), "packed-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const put = (name: string, bytes: Uint8Array): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};

let log: GeneratedLog;
/** The log's CSV in three members of gzip, each of whole lines. */
let members: Buffer[];

beforeAll(async () => {
  log = await generate({ rows: 300, seed: 9 });
  const lines = Buffer.from(log.csv!)
    .toString()
    .split(/(?<=\n)/);
  members = [0, 100, 200].map((from) =>
    gzipSync(lines.slice(from, from === 200 ? undefined : from + 100).join("")),
  );
});

const changed = (bytes: Buffer, at: number, xor: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[copy.length + at < copy.length ? copy.length + at : at] ^= xor;
  return copy;
};

/** What a disk, a bad line or a crash leave of a file of several members; `gzip -dc` refuses or warns of each. */
const damages: [string, (m: Buffer[]) => Buffer[]][] = [
  ["a flipped bit in the first byte of a later member", ([a, b, c]) => [a, changed(b, 0, 1), c]],
  ["a flipped bit in the second byte of a later member", ([a, b, c]) => [a, changed(b, 1, 1), c]],
  ["a later member that begins with zeros", ([a, b, c]) => [a, Buffer.alloc(2), b.subarray(2), c]],
  ["zeros between two members", ([a, b, c]) => [a, Buffer.alloc(512), b, c]],
  ["zeros between two members that fill more than a read", ([a, b, c]) => [a, Buffer.alloc(600_000), b, c]],
  ["something else behind the last member", ([a, b, c]) => [a, b, c, Buffer.from("garbage")]],
  ["one zero and then something else behind the last member", ([a, b, c]) => [a, b, c, Buffer.from("\0x")]],
  ["a later member cut after its first byte", ([a, b]) => [a, b.subarray(0, 1)]],
  ["a later member cut after its second byte", ([a, b]) => [a, b.subarray(0, 2)]],
  ["a wrong checksum (CRC-32)", ([a, b, c]) => [a, changed(b, b.length - 8, 1), c]],
  ["a wrong length", ([a, b, c]) => [a, changed(b, b.length - 4, 1), c]],
];

const damaged = (damage: (m: Buffer[]) => Buffer[]) => put("damaged.csv.gz", Buffer.concat(damage(members)));
const words = /the gzip data are cut short or damaged/;

it.each(damages)("gzip with %s is damaged to read", async (_, damage) => {
  const outcome = await read(damaged(damage));
  expect(outcome.damaged).toBe(true);
  expect(outcome.summary).toMatch(words);
});

it.each(damages.filter((_, i) => i % 3 === 0))(
  "gzip with %s is not valid, differs, and is refused by ask and load, which take no part of it",
  async (_, damage) => {
    const path = damaged(damage);
    expect(await validate(path)).toMatchObject({ valid: false });
    expect(await verify(path, log.key)).toMatchObject({ valid: false });
    await expect(ask("overview", path)).rejects.toThrow(words);
    const to = join(folder, "part.duckdb");
    await expect(load(path, { to })).rejects.toThrow(words);
    // With an option for reading it is read line by line first, as a server's own log is.
    await expect(load(path, { to, query: "keep" })).rejects.toThrow(words);
    expect(existsSync(to)).toBe(false);
  },
);

it.each([1, 600_000])(
  "gzip with %i zeros behind it, as tar pads a block, is whole to every command",
  async (zeros) => {
    const path = put(`padded${zeros}.csv.gz`, Buffer.concat([...members, Buffer.alloc(zeros)]));
    const outcome = await read(path);
    expect(outcome).toMatchObject({ records: 300, damaged: false, warnings: [] });
    expect(Buffer.from(outcome.csv!)).toEqual(Buffer.from(log.csv!));
    expect(await validate(path)).toMatchObject({ valid: true, records: 300 });
    expect(await verify(path, log.key)).toMatchObject({ valid: true });
    expect((await ask("overview", path)).requests).toEqual([300]);
    expect(await load(path, { to: join(folder, `padded${zeros}.duckdb`) })).toMatchObject({ records: 300 });
  },
);

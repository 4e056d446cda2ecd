/** Our own packed files carry checksums: no flipped bit of them gives other records in silence. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { parquetMetadata } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { afterAll, expect, it } from "vitest";
import { InputError } from "#lib/errors";
import { read } from "#lib/read/read";
import { ask } from "#lib/warehouse/ask";
import { generate } from "#lib/write/generate";

const folder = mkdtempSync(join(tmpdir(), "checksums-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const make = async (name: string) => {
  const path = join(folder, name);
  await generate({ rows: 300, seed: 5, out: path, key: false });
  return { path, bytes: readFileSync(path) };
};
const records = async (path: string) => Buffer.from((await read(path)).csv!).toString();

it("a zstd frame carries a checksum of its content, which the reference tool finds right, and wrong when changed", async () => {
  const { path, bytes } = await make("a.csv.zst");
  // RFC 8878, 3.1.1.1.1: bit 2 of the frame header's descriptor says that there is one.
  expect(bytes[4] & 4).toBe(4);
  expect(execFileSync("zstd", ["-q", "-c", "-d", path]).toString()).toBe(await records(path));
  bytes[bytes.length - 1] ^= 1;
  writeFileSync(path, bytes);
  expect(() => execFileSync("zstd", ["-q", "-t", path], { stdio: "pipe" })).toThrow(/checksum/i);
});

it("no flipped bit of a zstd file passes for the whole log", async () => {
  const { bytes } = await make("b.csv.zst");
  for (let at = 0; at < bytes.length; at += 37) {
    const flipped = Uint8Array.from(bytes);
    flipped[at] ^= 1 << (at % 8);
    const outcome = await read(flipped, { format: "csv" }).catch((error) => error);
    if (!(outcome instanceof InputError)) expect([at, outcome.damaged]).toEqual([at, true]);
  }
});

it("no flipped bit of a Parquet file gives other records: pages, their headers, the footer", async () => {
  const { path, bytes } = await make("c.parquet");
  const whole = await records(path);
  // every byte of the headers before the pages, which begin with zstd's magic number; a sample of the rest
  const places = new Set<number>();
  const magic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
  for (let page = bytes.indexOf(magic); page >= 0; page = bytes.indexOf(magic, page + 1))
    for (let at = page - 24; at < page; at++) places.add(at);
  for (let at = 0; at < bytes.length; at += 97) places.add(at);
  let told = 0;
  for (const at of places) {
    const flipped = Uint8Array.from(bytes);
    flipped[at] ^= 1 << (at % 8);
    writeFileSync(path, flipped);
    const outcome = await records(path).catch((error) => error);
    if (outcome instanceof Error) told++;
    else expect([at, outcome === whole]).toEqual([at, true]);
  }
  expect(told).toBeGreaterThan(places.size / 2);
  writeFileSync(path, bytes);
  bytes[magic.length + bytes.indexOf(magic) + 20] ^= 1;
  writeFileSync(path, bytes);
  await expect(ask("overview", path)).rejects.toThrow(/is not a sound Parquet file/);
});

it("each Parquet page's header holds the CRC-32 of the page", async () => {
  const { bytes } = await make("d.parquet");
  const buffer = Uint8Array.from(bytes).buffer;
  let pages = 0;
  for (const { columns } of parquetMetadata(buffer).row_groups) {
    for (const { meta_data } of columns) {
      const chunk = meta_data!;
      const start = Number(chunk.dictionary_page_offset ?? chunk.data_page_offset);
      const end = start + Number(chunk.total_compressed_size);
      for (const reader = { view: new DataView(buffer), offset: start }; reader.offset < end; pages++) {
        const { crc, compressed_page_size: length } = parquetHeader(reader);
        expect(crc! >>> 0).toBe(crc32(bytes.subarray(reader.offset, reader.offset + length)));
        reader.offset += length;
      }
    }
  }
  expect(pages).toBe(9); // a column of times, and four of a dictionary and their numbers
});

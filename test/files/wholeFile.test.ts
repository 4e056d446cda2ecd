/** How files are written: whole, by one run at a time, where a link leads, with the mode that they had. */
import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { verify } from "#lib/check/verify/verify";
import { ownName } from "#lib/files/owner";
import { WholeFile } from "#lib/files/wholeFile";
import { generate } from "#lib/write/generate";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "whole-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);
const bytes = (text: string) => new TextEncoder().encode(text);

it("a file that is replaced keeps its mode; the neighbour is no more open than it", async () => {
  writeFileSync(at("a"), "old");
  chmodSync(at("a"), 0o640);
  const file = await WholeFile.create(at("a"));
  const partial = readdirSync(folder).find((name) => name.endsWith(".partial"))!;
  expect(statSync(at(partial)).mode & 0o137).toBe(0);
  await file.write(bytes("new"));
  await file.commit();
  expect([readFileSync(at("a"), "utf8"), statSync(at("a")).mode & 0o7777]).toEqual(["new", 0o640]);
  expect(readdirSync(folder)).toEqual(["a"]);
});

it("a link stays, and the file is written where it leads, though nothing is there yet", async () => {
  symlinkSync("target", at("link"));
  const file = await WholeFile.create(at("link"));
  await file.write(bytes("x"));
  await file.commit();
  expect([readlinkSync(at("link")), readFileSync(at("target"), "utf8")]).toEqual(["target", "x"]);
});

it("a second run that writes the same file is refused, and the first is not disturbed", async () => {
  const first = await WholeFile.create(at("a"));
  await expect(WholeFile.create(at("a"))).rejects.toThrow(
    new RegExp(`^out: cannot write .*: another run, process ${process.pid}, is writing it$`),
  );
  await first.write(bytes("first"));
  await first.commit();
  expect(readdirSync(folder)).toEqual(["a"]);
  await (await WholeFile.create(at("a"))).discard(); // free again
});

it("what a process left that runs no more is cleared; what one left elsewhere, when it is a day old", async () => {
  const child = spawn("true");
  const dead = child.pid!;
  await new Promise((resolve) => child.on("exit", resolve));
  const [, start, here, number] = ownName().split("-");
  const killed = [dead, start, here, number].join("-");
  const reused = [process.pid, "1", here, number].join("-"); // the number, given to this process, was another's
  const elsewhere = [dead, start, "00000000", number].join("-"); // another container
  symlinkSync(killed, at(".a.writing"));
  for (const owner of [killed, reused, elsewhere]) writeFileSync(at(`.a.${owner}.partial`), "x");
  await (await WholeFile.create(at("a"))).discard();
  expect(readdirSync(folder)).toEqual([`.a.${elsewhere}.partial`]);

  symlinkSync(elsewhere, at(".a.writing"));
  await expect(WholeFile.create(at("a"))).rejects.toThrow(/another run, process \d+, is writing it/);
  const dayBefore = Date.now() / 1000 - 25 * 3600;
  utimesSync(at(`.a.${elsewhere}.partial`), dayBefore, dayBefore);
  await expect(WholeFile.create(at("a"))).rejects.toThrow(/another run/); // the lock is young
  rmSync(at(".a.writing"));
  await (await WholeFile.create(at("a"))).discard();
  expect(readdirSync(folder)).toEqual([]);
});

it("a name that fills what a file system takes is written", async () => {
  const name = "ä".repeat(127);
  const file = await WholeFile.create(at(name));
  await file.commit();
  expect(readdirSync(folder)).toEqual([name]);
});

it("a run that lost its claim, having shown no sign of life for a day, gives none of its files a name", async () => {
  const log = await WholeFile.create(at("log"));
  const key = await WholeFile.create(at("key"));
  await log.write(bytes("1"));
  await key.write(bytes("1"));
  rmSync(at(".log.writing"));
  symlinkSync("1-1-00000000-00000000", at(".log.writing"));
  await expect(WholeFile.commitAll([log, key])).rejects.toThrow(/another run has begun to write it/);
  expect([existsSync(at("log")), existsSync(at("key"))]).toEqual([false, false]);
});

it("verify notices labels of an earlier log beside a new one", async () => {
  const options = { rows: 200, out: at("o.csv"), labels: true };
  const old = await generate({ ...options, seed: 1, defects: { malformed: 0.1 } });
  const before = readFileSync(old.labelsPath!);
  const log = await generate({ ...options, seed: 2, defects: { malformed: 0.1 } });
  expect((await verify(log)).valid).toBe(true);
  expect(log.key.file?.labels?.name).toBe(basename(log.labelsPath!));
  writeFileSync(log.labelsPath!, before); // as after a kill before the last rename
  const stale = await verify(at("o.csv"));
  expect([stale.valid, stale.summary]).toEqual([
    false,
    expect.stringMatching(/the labels ".*o.labels.csv" are not those of this log/),
  ]);
  await generate({ rows: 200, out: at("o.csv"), seed: 2 });
  const unknown = await verify(at("o.csv"));
  expect([unknown.valid, unknown.notes.join()]).toEqual([
    true,
    expect.stringMatching(/the answer key does not know the labels/),
  ]);
  expect(lstatSync(at("o.csv")).isFile()).toBe(true);
});

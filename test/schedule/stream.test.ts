import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { ownName } from "#lib/files/owner";
import { type Clock, LogClock } from "#lib/schedule/clock";
import type { StreamSink } from "#lib/schedule/sink";
import { StreamFileSink } from "#lib/schedule/sinks/fileSink";
import { type Ahead, type StreamOptions, stream } from "#lib/schedule/stream";
import { streamTo } from "#lib/schedule/streamTo";
import type { Stretch } from "#lib/schedule/stretch";
import { generate } from "#lib/write/generate";

const folder = mkdtempSync(join(tmpdir(), "server-logs-stream-"));
afterAll(() => rmSync(folder, { recursive: true }));

const START = Date.UTC(2026, 0, 5);
/** An hour with an incident and with all that can go wrong between a server and its log. */
const log = {
  start: "2026-01-05T00:00:00Z",
  end: "2026-01-05T01:00:00Z",
  rows: 3000,
  seed: 7,
  incidents: ["checkout_outage"],
  defects: { late: 0.02, outOfOrder: 0.05, skewedClock: 0.02, duplicated: 0.02, malformed: 0.01 },
} satisfies StreamOptions;

/** The bytes that `generate` makes. */
async function made(options: Parameters<typeof generate>[0] = log): Promise<Buffer> {
  return Buffer.from((await generate({ ...options, format: "csv" })).csv!);
}

/** A clock that stands still but for waits, and for what is done to it at its looks. */
class TestClock implements Clock {
  time: number;
  readonly #jumps: number[];
  #looks = 0;
  constructor(time: number, jumps: number[] = []) {
    this.time = time;
    this.#jumps = jumps;
  }
  now(): number {
    return this.time;
  }
  async wait(milliseconds: number): Promise<void> {
    this.time += milliseconds + (this.#jumps[this.#looks++] ?? 0);
  }
}

/** Keeps what it is given, and when. */
class Kept implements StreamSink {
  readonly pieces: { bytes: Buffer; at: number; due: Float64Array }[] = [];
  readonly clock: TestClock;
  readonly slow: number;
  constructor(clock: TestClock, slow = 0) {
    this.clock = clock;
    this.slow = slow;
  }
  async open(_: unknown, { from }: { from: number }) {
    return { at: from, skip: 0 };
  }
  async put({ bytes, due }: Stretch) {
    this.pieces.push({ bytes, due, at: this.clock.time });
    this.clock.time += this.slow;
  }
  async idle() {}
  async end() {}
  async abandon() {}
  get bytes(): Buffer {
    return Buffer.concat(this.pieces.map(({ bytes }) => bytes));
  }
}

describe("what is streamed", () => {
  it("is what generate makes, never ahead of the clock, whatever the speed, the pauses and the clock", async () => {
    const whole = await made();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(undefined, 0.5, 1, 60, 3600, 1e6),
        fc.integer({ min: -7200, max: 1800 }), // seconds at which the clock begins, before or in the log
        fc.array(fc.oneof(fc.constant(0), fc.integer({ min: -5000, max: 600_000 })), { maxLength: 200 }),
        fc.constantFrom(0, 3, 400),
        async (speed, begin, jumps, slow) => {
          const clock = new TestClock(START + begin * 1000, jumps);
          const kept = new Kept(clock, slow);
          const began = clock.time;
          const streamed = await stream({ ...log, speed }, kept, { clock });
          expect(kept.bytes.equals(whole)).toBe(true);
          expect(streamed.sha256).toBe(createHash("sha256").update(whole).digest("hex"));
          expect(streamed.ended).toBe(true);
          const [header, ...pieces] = kept.pieces;
          expect([header.bytes.toString().split("\n").length, header.due.length]).toEqual([2, 0]);
          for (const { bytes, due } of pieces)
            expect(bytes.toString("latin1").split("\n").length - 1).toBe(due.length);
          for (const { due, at } of kept.pieces) {
            const now = speed === undefined ? at : START + (at - began) * speed;
            if (due.length > 0) expect(due[due.length - 1]).toBeLessThanOrEqual(now);
          }
        },
      ),
      { numRuns: 12 },
    );
  });

  it("comes when its time comes: what the clock waited for is at most a tick late", async () => {
    const clock = new TestClock(START);
    const kept = new Kept(clock);
    await stream({ ...log, defects: undefined, incidents: [] }, kept, { clock });
    const lines = kept.pieces.slice(1).flatMap(({ bytes, at }) =>
      bytes
        .toString()
        .trimEnd()
        .split("\n")
        .map((line) => at - Date.parse(line.slice(0, 24))),
    );
    expect(lines).toHaveLength(3000);
    expect(Math.min(...lines)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...lines)).toBeLessThanOrEqual(10);
  });

  it("ends where it says, when it is stopped", async () => {
    for (const after of [1, 2, 333]) {
      const clock = new TestClock(START);
      const stop = new AbortController();
      const kept = new Kept(clock);
      const put = kept.put.bind(kept);
      kept.put = async (stretch) => {
        await put(stretch);
        if (kept.pieces.length === after) stop.abort();
      };
      const { from, to, ended } = await stream({ ...log, speed: 30 }, kept, { clock, signal: stop.signal });
      expect(ended).toBe(false);
      expect(kept.bytes.toString()).toBe((await made({ ...log, from, to })).toString());
    }
  });

  it("waits with a word when the clock is set back", async () => {
    const said: string[] = [];
    const clock = new TestClock(START, [0, 0, -60_000]);
    const kept = new Kept(clock);
    await stream(log, kept, { clock, tell: (words) => said.push(words) });
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/^the clock was set back by (59|60) s/);
    expect(kept.bytes.equals(await made())).toBe(true);
  });

  it("says each time by how much the clock was set back, from its first look on", () => {
    const said: string[] = [];
    const clock = new TestClock(START);
    const time = new LogClock(clock, undefined, START, (words) => said.push(words));
    for (const seconds of [-5, -6, 1, 0.5, -3]) {
      clock.time = START + 1000 * seconds;
      expect(time.now()).toBe(clock.time);
    }
    const by = said.map((words) => /^the clock was set back by (\d+) s/.exec(words)![1]);
    expect(by).toEqual(["5", "4"]); // half a second is no report
  });

  it("says at its beginning how much lies ahead, and until when", async () => {
    const said: Ahead[] = [];
    const begun = (ahead: Ahead) => said.push(ahead);
    const day = { start: "2026-01-05T00:00:00Z", end: "2026-01-06T00:00:00Z", rows: 100 };
    const noon = "2026-01-05T12:00:00.000Z";
    const run = async (options: StreamOptions, now: string) => {
      const clock = new TestClock(Date.parse(now));
      await stream({ ...day, ...options }, new Kept(clock), { clock, begun });
    };
    await run({ speed: 100 }, noon);
    await run({ from: noon }, day.end);
    expect(said).toEqual([
      {
        records: 100,
        isExact: true,
        from: "2026-01-05T00:00:00.000Z",
        to: "2026-01-06T00:00:00.000Z",
        milliseconds: 864_000,
      },
      { records: 50, isExact: false, from: noon, to: "2026-01-06T00:00:00.000Z", milliseconds: 0 },
    ]);
  });

  it("tells it in one line on standard error, with what makes it faster", () => {
    const program = fileURLToPath(new URL("../../lib/bin/server-logs.js", import.meta.url));
    const log = "--start 2026-01-05 --end 2026-01-05T00:00:02Z --rows 1 --speed 2".split(" ");
    const { stderr } = spawnSync(process.execPath, [program, "stream", ...log], { encoding: "utf8" });
    expect(stderr.split("\n")).toEqual([
      "streaming 1 record from 2026-01-05T00:00:00.000Z to 2026-01-05T00:00:02.000Z, 1 a second on average",
      expect.stringMatching(/^1 record streamed, to the log's end; /),
      "",
    ]);
    const slow = spawn(process.execPath, [program, "stream", "--rows", "100", "--out", "/dev/null"]);
    return once(slow.stderr, "data").then(([words]) => {
      slow.kill("SIGINT");
      expect(String(words)).toMatch(
        /^streaming 100 records from .*, one every 14 min on average; --speed N lets the time pass N times as fast, a larger --rate or --rows makes more records\n$/,
      );
    });
  });

  it("is refused before anything is opened when it cannot be streamed", async () => {
    const kept = new Kept(new TestClock(START));
    await expect(stream({ speed: 0 }, kept)).rejects.toThrow("speed: must be a number above 0");
    await expect(stream({ format: "parquet" }, kept)).rejects.toThrow(
      "format: only formats of lines can be streamed, and parquet is not one",
    );
    await expect(streamTo({ out: "x.csv.gz" })).rejects.toThrow("out: a file that grows is plain text");
    await expect(streamTo({ out: "-", rotation: { bytes: 1 } })).rejects.toThrow("rotate: needs a file");
  });
});

/** What the files of a stream hold together, the closed ones first. */
function joined(name: string): { names: string[]; parts: Buffer[]; bytes: Buffer } {
  const stem = name.replace(/\.csv$/, "");
  const names = readdirSync(folder)
    .filter((file) => file.startsWith(`${stem}-`))
    .sort();
  const parts = [...names, name].map((file) => {
    const bytes = readFileSync(join(folder, file));
    return file.endsWith(".gz") ? gunzipSync(bytes) : bytes;
  });
  return { names, parts, bytes: Buffer.concat(parts) };
}

describe("a file that rotates", () => {
  it("by size never grows beyond it, and the files together are the log", async () => {
    const out = join(folder, "size.csv");
    await streamTo({ ...log, out, rotation: { bytes: 20_000 } });
    const { names, parts, bytes } = joined("size.csv");
    expect(bytes.equals(await made())).toBe(true);
    expect(names.length).toBeGreaterThan(5);
    for (const part of parts) expect(part.length).toBeLessThanOrEqual(20_000);
    for (const part of parts.slice(0, -1)) {
      expect(part.length).toBeGreaterThan(19_000); // the next line had no room
      expect(part.at(-1)).toBe(0x0a);
    }
  });

  it("by time holds what generate makes for that time, compressed", async () => {
    const out = join(folder, "time.csv");
    const clock = new TestClock(START);
    await streamTo({ ...log, out, rotation: { every: 600_000, gzip: true } }, { clock });
    const { names, parts } = joined("time.csv");
    expect(names).toEqual(
      [0, 1, 2, 3, 4, 5].map((i) => `time-20260105T00${i}000.000Z.csv.gz`).slice(0, names.length),
    );
    expect(names.length).toBeGreaterThanOrEqual(5);
    for (const [i, part] of parts.slice(0, 5).entries()) {
      const moment = (minutes: number) => new Date(START + minutes * 60_000).toISOString();
      const there = await made({ ...log, from: moment(10 * i), to: moment(10 * i + 10) });
      expect(part.toString()).toBe(there.toString());
    }
  });

  it("keeps as many closed ones as were asked for, the newest", async () => {
    const out = join(folder, "keep.csv");
    writeFileSync(join(folder, "keep-notes.csv"), "mine");
    await streamTo({ ...log, out, rotation: { bytes: 10_000, keep: 3 } });
    const { names, bytes } = joined("keep.csv");
    expect(names.filter((name) => name !== "keep-notes.csv")).toHaveLength(3);
    expect(names).toContain("keep-notes.csv");
    const whole = await made();
    const kept = Buffer.from(bytes.toString().replace("mine", ""));
    expect(kept.length).toBeGreaterThan(29_000);
    expect(kept.equals(whole.subarray(whole.length - kept.length))).toBe(true);
  });

  it("goes on where it was stopped, byte for byte, and refuses another log or a changed file", async () => {
    const out = join(folder, "resumed.csv");
    const rotation = { bytes: 15_000 };
    for (let runs = 0; runs < 6; runs++) {
      const stop = new AbortController();
      const clock = new TestClock(START + runs * 600_000);
      const wait = clock.wait.bind(clock);
      clock.wait = async (milliseconds) => {
        await wait(milliseconds);
        if (clock.time > START + (runs + 0.7) * 600_000) stop.abort();
      };
      await streamTo({ ...log, out, rotation }, { clock, signal: stop.signal });
    }
    await expect(streamTo({ ...log, seed: 8, out, rotation })).rejects.toThrow("belongs to another log");
    await streamTo({ ...log, out, rotation });
    expect(joined("resumed.csv").bytes.equals(await made())).toBe(true);
    writeFileSync(out, "other");
    await expect(streamTo({ ...log, out, rotation })).rejects.toThrow("does not hold what the stream wrote");
    rmSync(StreamFileSink.progressOf(out));
    await expect(streamTo({ ...log, out, rotation })).rejects.toThrow(
      "exists and is not the beginning of a stream",
    );
    expect(readFileSync(out, "utf8")).toBe("other");
  });
});

const program = new URL("../../lib/bin/server-logs.js", import.meta.url).pathname;

/** Ends when a file is there, or the process is gone. */
async function until(child: ChildProcess, isSo: () => boolean): Promise<void> {
  while (child.exitCode === null && !isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe("the command line", () => {
  const options = ["--rows", "60000", "--start", "2026-01-05", "--defects", "late=0.01"];

  it("streams to standard output what generate writes there", () => {
    const run = (...args: string[]) =>
      execFileSync(process.execPath, [program, ...args], {
        maxBuffer: 1e8,
        stdio: ["ignore", "pipe", "ignore"],
      });
    expect(run("stream", ...options).equals(run("generate", ...options))).toBe(true);
  });

  it("loses nothing and doubles nothing when it is killed (kill -9) again and again", async () => {
    const out = join(folder, "killed.csv");
    const args = [program, "stream", ...options, "--out", out, "--rotate", "100kB", "--gzip"];
    const closed = () => readdirSync(folder).filter((name) => /^killed-.*Z.*gz$/.test(name)).length;
    for (let kill = 0; kill < 3; kill++) {
      const before = closed();
      const child = spawn(process.execPath, args, { stdio: "ignore" });
      await until(child, () => closed() > before + kill);
      const gone = child.exitCode === null ? once(child, "exit") : undefined;
      child.kill("SIGKILL");
      await gone;
    }
    execFileSync(process.execPath, args, { stdio: "ignore" });
    const whole = execFileSync(process.execPath, [program, "generate", ...options], {
      maxBuffer: 1e8,
      stdio: ["ignore", "pipe", "ignore"],
    });
    expect(joined("killed.csv").bytes.equals(whole)).toBe(true);
    expect(statSync(out).size).toBeLessThanOrEqual(100_000);
    expect(existsSync(join(folder, ".killed.csv.writing"))).toBe(false);

    // killed at the end, while it noted how far it had come: nothing of it is to be noted any more, yet its lock goes
    const child = spawn("true");
    await once(child, "exit");
    const [, ...others] = ownName().split("-");
    const lock = join(folder, "..killed.csv.stream.writing");
    symlinkSync([child.pid, ...others].join("-"), lock);
    execFileSync(process.execPath, args, { stdio: "ignore" });
    expect(lstatSync(lock, { throwIfNoEntry: false })).toBeUndefined();
    expect(joined("killed.csv").bytes.equals(whole)).toBe(true);
  }, 60_000);
});

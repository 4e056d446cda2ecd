import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shell } from "../cli/shell.js";

const program = fileURLToPath(new URL("../../lib/bin/server-logs.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "server logs watch-"));
const file = (name: string) => join(folder, name);
const objective = ["--availability", "0.98"];
const run = (...args: string[]) => spawnSync("node", [program, ...args], { encoding: "utf8" });
let lines: string[];
let expected: string[];

beforeAll(() => {
  const made = ["--rate", "5", "--seed", "3", "--end", "2026-01-05T02:00:00Z", "--no-key"];
  run("generate", ...made, "--out", file("whole.csv"));
  lines = readFileSync(file("whole.csv"), "utf8").trimEnd().split("\n");
  const whole = run("watch", "--once", file("whole.csv"), ...objective);
  expected = whole.stdout.trimEnd().split("\n");
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** A watcher whose alerts are added to a file. */
function follow(log: string, out: string): ChildProcess {
  const args = [program, "watch", log, ...objective, "--state", file("state")];
  return spawn("node", args, { stdio: ["ignore", openSync(out, "a"), "ignore"] });
}

/** Waits until the watcher has read all of its log, as its state says. */
async function caughtUp(log: string): Promise<void> {
  for (let i = 0; i < 400; i++) {
    const { place } = JSON.parse(readFileSync(file("state"), "utf8").split("\n")[0]);
    const { ino, size } = statSync(log);
    if (place.inode === ino && place.offset === size) return;
    await sleep(50);
  }
  throw new Error("the watcher does not catch up");
}

/** Waits until the file has so many lines. */
async function waitFor(out: string, count: number): Promise<string[]> {
  for (let i = 0; i < 200; i++) {
    const found = readFileSync(out, "utf8").split("\n").slice(0, -1);
    if (found.length >= count) return found;
    await sleep(50);
  }
  return readFileSync(out, "utf8").split("\n").slice(0, -1);
}

describe("watch", () => {
  it("finds in a log that is read at once what it finds on standard input", () => {
    expect(expected.length).toBeGreaterThan(6);
    const piped = execFileSync("node", [program, "watch", "-", ...objective], {
      input: readFileSync(file("whole.csv")),
      encoding: "utf8",
      stdio: ["pipe", "pipe", "ignore"],
    });
    expect(piped.trimEnd().split("\n")).toEqual(expected);
    for (const line of expected) {
      const { event, alert, severity, start, id } = JSON.parse(line);
      expect([event === "began" || event === "ended", alert, severity]).toEqual([
        true,
        "availability",
        severity,
      ]);
      expect([Date.parse(start) % 10_000, typeof id]).toEqual([0, "string"]);
    }
  });

  it("loses and doubles no alert when its log is rotated and it is killed", async () => {
    const log = file("access.csv");
    const out = file("alerts.ndjson");
    writeFileSync(log, "");
    writeFileSync(out, "");
    let watcher = follow(log, out);
    for (let i = 0; i < 400 && !existsSync(file("state")); i++) await sleep(50); // it is looking
    const part = Math.floor(lines.length / 6);
    const grow = async (from: number, to: number) => {
      for (let at = from; at < to; at += 400) {
        const text = lines.slice(at, Math.min(to, at + 400)).join("\n");
        appendFileSync(log, `${text.slice(0, -5)}`); // a line is there in two pieces
        appendFileSync(log, `${text.slice(-5)}\n`);
        await sleep(15);
      }
    };
    const rename = () => {
      if (existsSync(`${log}.1`)) renameSync(`${log}.1`, `${log}.2`);
      renameSync(log, `${log}.1`);
      writeFileSync(log, `${lines[0]}\n`);
    };
    await grow(0, part);
    rename();
    await grow(part, 2 * part);
    await caughtUp(log); // what is not read when a file is truncated is lost to every reader
    renameSync(`${log}.1`, `${log}.2`);
    copyFileSync(log, `${log}.1`);
    truncateSync(log, 0);
    await grow(2 * part, 3 * part);
    watcher.kill("SIGKILL");
    await grow(3 * part, 4 * part);
    rename();
    rename();
    watcher = follow(log, out);
    await grow(4 * part, 5 * part);
    watcher.kill("SIGKILL");
    watcher = follow(log, out);
    await grow(5 * part, lines.length);
    // the last step of the log has not ended: it stays open
    const last = Date.parse(lines.at(-1)!.slice(0, 24));
    const ended = expected.filter((line) => {
      const { start, end } = JSON.parse(line);
      return Date.parse(end ?? start) <= last;
    });
    expect(await waitFor(out, ended.length)).toEqual(ended);
    const closed = new Promise((done) => watcher.on("close", done));
    watcher.kill("SIGINT");
    expect(await closed).toBe(JSON.parse(expected.at(-1)!).budget_left < 0 ? 1 : 130);
    expect(readFileSync(out, "utf8").trimEnd().split("\n")).toEqual(ended);
  }, 60_000);

  it("tells a change that comes alone at once, and not with the next", async () => {
    const momentOf = (line: string) => Date.parse(JSON.parse(line).end ?? JSON.parse(line).start);
    const moments = [...expected.map(momentOf), Number.POSITIVE_INFINITY];
    const alone = moments.findIndex(
      (time, i) => time > (moments[i - 1] ?? 0) && time + 30_000 < moments[i + 1],
    );
    expect(alone).toBeGreaterThanOrEqual(0);
    const until = new Date(moments[alone] + 20_000).toISOString();
    const part = lines.filter((line, i) => i === 0 || line < until);
    writeFileSync(file("part.csv"), `${part.join("\n")}\n`);
    writeFileSync(file("part.ndjson"), "");
    const watcher = spawn("node", [program, "watch", file("part.csv"), ...objective], {
      stdio: ["ignore", openSync(file("part.ndjson"), "a"), "ignore"],
    });
    const told = await waitFor(file("part.ndjson"), alone + 1);
    const closed = new Promise((done) => watcher.on("close", done));
    watcher.kill("SIGINT");
    await closed;
    expect(told).toEqual(expected.slice(0, alone + 1));
  }, 60_000);

  it("begins with a log whose first line is half-written, and goes on when it is whole", async () => {
    const [log, out, state] = ["half.csv", "half.alerts", "half.state"].map(file);
    const whole = readFileSync(file("whole.csv"));
    const half = whole.indexOf("\n") + 20;
    writeFileSync(log, whole.subarray(0, half));
    const args = [program, "watch", log, ...objective, "--state", state];
    const watcher = spawn("node", args, { stdio: ["ignore", openSync(out, "a"), "ignore"] });
    try {
      while (!existsSync(state)) {
        expect(watcher.exitCode).toBe(null);
        await sleep(20);
      }
      appendFileSync(log, whole.subarray(half));
      const told = await waitFor(out, expected.length - 1);
      expect(told.length).toBeGreaterThan(6);
      expect(told).toEqual(expected.slice(0, told.length));
    } finally {
      watcher.kill();
    }
  });

  it("judges no step by the clock while its lines wait in the new file of a rotation", async () => {
    const log = file("rotated.csv");
    const ago = (seconds: number) => new Date(Date.now() - 1000 * seconds).toISOString();
    const ended = (seconds: number) => `${ago(seconds)},203.0.113.9,/,503,12.5\n`.repeat(20);
    writeFileSync(log, `${lines[0]}\n${ended(20)}`);
    const watcher = spawn("node", [program, "watch", log, "--step", "1", "--state", file("rotated.state")]);
    let told = "";
    watcher.stderr.setEncoding("utf8").on("data", (text) => {
      told += text;
    });
    for (let i = 0; i < 400 && !existsSync(file("rotated.state")); i++) await sleep(50);
    await sleep(300); // it looks now and then
    watcher.kill("SIGSTOP");
    await sleep(2500); // the clock ends steps meanwhile
    appendFileSync(log, ended(2.2));
    renameSync(log, `${log}.1`);
    writeFileSync(log, ended(1.9) + ended(1.5));
    watcher.kill("SIGCONT");
    await sleep(1500);
    const closed = new Promise((done) => watcher.on("close", done));
    watcher.kill("SIGINT");
    await closed;
    expect(told).toContain("80 records, 0 other lines");
    expect(told).not.toContain("came after their step had ended");
  }, 60_000);

  it("ends with 1 when an objective is broken, with 0 when none is", async () => {
    expect((await shell(["watch", "--once", file("whole.csv"), "--availability", "0.999"])).status).toBe(1);
    const kept = await shell([
      "watch",
      "--once",
      file("whole.csv"),
      "--availability",
      "0.5",
      "--latency",
      "0.1",
    ]);
    expect([kept.status, kept.stdout]).toEqual([0, ""]);
    expect(kept.stderr).toMatch(
      /latency: 10 % of the requests within 300 ms, over 30 days; \d+\.?\d* % of the error/,
    );
  });

  it("counts in the budget what comes too late for an alert, and says how much that is", async () => {
    const [header, ...records] = lines;
    writeFileSync(file("backwards.csv"), `${[header, ...records.reverse()].join("\n")}\n`);
    const told = async (name: string) => {
      const { status, stdout, stderr } = await shell([
        "watch",
        "--once",
        file(name),
        "--availability",
        "0.99",
      ]);
      return {
        status,
        alerts: stdout,
        stderr,
        left: /(?<=the error budget is used )[\d.]+(?= times over)/.exec(stderr)?.[0],
      };
    };
    const [whole, backwards] = [await told("whole.csv"), await told("backwards.csv")];
    expect(Number(whole.left)).toBeGreaterThan(1);
    expect([backwards.status, backwards.left, backwards.alerts]).toEqual([1, whole.left, ""]);
    const [, late] = /^([\d,]+) records came after their step had ended/m.exec(backwards.stderr)!;
    expect(Number(late.replaceAll(",", ""))).toBeGreaterThan(0.9 * records.length);
    expect(whole.stderr).not.toContain("had ended");
  });

  writeFileSync(file("earlier"), '{"version":1}\nwritten\n');

  it.each([
    [["watch", "a.csv", "b.csv"], "path: one log is followed at a time"],
    [["watch", "-", "--state", "x"], "state: is for a log that is followed"],
    [["watch", "x.csv", "--availability", "99.9"], "slo[0].objective: must be a share above 0 and below 1"],
    [["watch", "x.csv", "--milliseconds", "3"], "milliseconds: is for --latency"],
    [["watch", "x.csv", "--step", "600"], "step: must be at most 300 s"],
    [["watch", "x.csv", "--state", program], "is not a state of watch"],
    [["watch", "x.csv", "--state", file("earlier")], "is of an earlier version of watch; give another file"],
    [["watch", "x.csv", "--state", "x.csv"], "would stand on the log itself"],
  ])("refuses %j in one sentence", async (args, sentence) => {
    const { status, stderr, stdout } = await shell(args);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(sentence);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});

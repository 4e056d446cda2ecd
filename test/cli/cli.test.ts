import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
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
import * as library from "server-logs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InputError } from "#lib/errors";
import { GENERATOR_VERSION } from "#lib/generate/plan";
import { generate as write } from "#lib/write/generate";
import { shell } from "./shell.js";

const cli = fileURLToPath(new URL("../../lib/bin/server-logs.js", import.meta.url));
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "server-logs-cli-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: string[]) => shell(args, folder);
const runAsProcess = (...args: string[]) =>
  spawnSync(process.execPath, [cli, ...args], { cwd: folder, encoding: "utf8", maxBuffer: 1e9 });
const untouched = () => readdirSync(folder);

describe("a wrong call ends with code 2, one sentence on standard error, nothing on standard output and no file", () => {
  const wrong: [string, string[], RegExp][] = [
    ["negative rows", ["--rows", "-1"], /rows: must be a whole number from 0 to 10000000000, not -1/],
    ["too many rows", ["--rows", "1e99"], /rows: must be a whole number .* not 1e\+99/],
    ["half a row", ["--rows", "1.5"], /rows: .* not 1.5/],
    ["rows that are no number", ["--rows", "many"], /rows: must be a number, not "many"/],
    ["no number at all", ["--rows", ""], /rows: must be a number, not ""/],
    ["a seed that is no number", ["--seed", "x"], /seed: must be a number, not "x"/],
    ["a negative seed", ["--seed", "-3"], /seed: must be a whole number/],
    ["a seed that numbers cannot hold", ["--seed", "9007199254740993"], /seed: must be a whole number/],
    ["an unknown option", ["--bogus"], /unknown option '--bogus'/],
    ["a misspelt option, with the right one", ["--sed", "4"], /--sed.*--seed/],
    ["a word too many", ["what"], /too many arguments/],
    ["rows and rate together", ["--rows", "5", "--rate", "2"], /rows and rate: give one of them/],
    ["a rate of nothing", ["--rate", "0"], /rate: must be a number above 0/],
    [
      "more records than there may be",
      ["--rate", "1e6", "--start", "2026-01-01T00:00:00Z", "--end", "2027-01-01T00:00:00Z"],
      /10 billion/,
    ],
    ["a start that is no moment", ["--start", "yesterdy"], /start: .*"yesterdy"/],
    [
      "an end before the start",
      ["--start", "2026-01-05T00:00:00Z", "--end", "2026-01-04T00:00:00Z"],
      /end: must be after start \(2026-01-05T00:00:00Z\), not 2026-01-04T00:00:00Z/,
    ],
    ["a start in another zone", ["--start", "2026-01-05T00:00:00+01:00"], /: start: must be a moment/],
    ["a start before 1970", ["--start", "1969-12-31"], /: start: "1969-12-31" lies outside of the years/],
    ["a start before 1970, as a moment", ["--start", "1969-12-31T00:00:00Z"], /: start: must be 1970-01-01T/],
    ["a start long ago", ["--start", "now-999999w"], /: start: "now-999999w" lies outside of the years 1970/],
    ["a start without a day behind it", ["--start", "9999-12-31"], /: start: must be before 9999-12-31/],
    ["a day that does not exist", ["--from", "2026-02-30T00:00:00Z"], /from: must be a moment/],
    ["a part outside the log", ["--from", "2025-01-01T00:00:00Z"], /from: must be inside the log/],
    [
      "a part that ends before it begins",
      ["--from", "2026-01-05T10:00:00Z", "--to", "2026-01-05T09:00:00Z"],
      /to: must be after from/,
    ],
    [
      "a defect given twice",
      ["--defects", "malformed=0.1", "malformed=0.2"],
      /: defects: "malformed" is given twice/,
    ],
    ["a preset that does not exist", ["--scenario", "dmo"], /there is no preset "dmo"; did you mean "demo"/],
    [
      "a scenario file that does not exist",
      ["--scenario", "./none.json"],
      /cannot read the file ".\/none.json"/,
    ],
    ["a folder that does not exist", ["--out", "none/x.csv"], /out: cannot write .*there is no folder/],
    ["a folder as the file", ["--out", "."], /out: cannot write .*it is a folder/],
    ["a file as the folder", ["--out", `${cli}/x.csv`], /out: cannot write .*(not a folder|is not a folder)/],
    ["an empty name", ["--out", ""], /out: must be the path of a file/],
  ];
  it.each(wrong)("%s", async (_, args, sentence) => {
    const before = untouched();
    const { status, stdout, stderr } = await run(
      "generate",
      ...(args.includes("--out") ? args : [...args, "--out", "x.csv"]),
    );
    expect(stderr).toMatch(sentence);
    expect(stderr.trim().split("\n").length).toBe(1);
    expect([status, stdout, untouched()]).toEqual([2, "", before]);
  });

  it("a scenario file with a misspelt key, at its path", async () => {
    writeFileSync(join(folder, "s.json"), '{ "traffic": { "burstines": 1 } }');
    const { status, stderr } = await run("generate", "--scenario", "./s.json", "--out", "x.csv");
    expect([status, stderr.trim()]).toEqual([
      2,
      'server-logs: traffic.burstines: unknown key; did you mean "burstiness"?',
    ]);
    rmSync(join(folder, "s.json"));
  });

  it("a scenario's file without its folder, with how it is written", async () => {
    writeFileSync(join(folder, "mine.json"), "{}");
    const { status, stderr } = await run("generate", "--scenario", "mine", "--out", "x.csv");
    expect([status, stderr]).toEqual([
      2,
      expect.stringContaining("but a file of this name: write ./mine.json"),
    ]);
    rmSync(join(folder, "mine.json"));
  });

  it("a scenario file that holds no object", async () => {
    for (const text of ["null", "[]", "5"]) {
      writeFileSync(join(folder, "s.json"), text);
      const { status, stderr } = await run("generate", "--scenario", "./s.json", "--out", "x.csv");
      expect([status, stderr.trim()]).toEqual([
        2,
        `server-logs: scenario: must be a preset's name or an object, not ${text}`,
      ]);
    }
    rmSync(join(folder, "s.json"));
  });

  it("a scenario file that is not JSON", async () => {
    writeFileSync(join(folder, "s.json"), "{ nonsense");
    const { status, stderr } = await run("generate", "--scenario", "./s.json", "--out", "x.csv");
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(/^server-logs: scenario: "\.\/s\.json" is not JSON.*\n$/),
    ]);
    rmSync(join(folder, "s.json"));
  });

  it("a folder that may not be written to", async () => {
    if (process.getuid?.() === 0) {
      // root may write anywhere but in /proc
      expect((await run("generate", "--out", "/proc/x.csv")).status).toBe(2);
      return;
    }
    chmodSync(folder, 0o500);
    const { status, stderr } = await run("generate", "--out", "x.csv");
    chmodSync(folder, 0o700);
    expect([status, stderr]).toEqual([2, expect.stringContaining("no permission")]);
  });

  it("no command, or an unknown one", async () => {
    expect((await run()).status).toBe(2);
    expect(await run("generat")).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringContaining("generate"),
    });
    expect(runAsProcess("foo")).toMatchObject({
      status: 2,
      stdout: "",
      stderr: "server-logs: unknown command 'foo'; --help lists the commands\n",
    });
  });
});

describe("a wrong call of the library is refused in one sentence", () => {
  const refused = async (call: () => Promise<unknown>, sentence: string) => {
    const error = await call().then(
      () => undefined,
      (thrown) => thrown,
    );
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toContain(sentence);
  };
  const wrong: [unknown, string][] = [
    [null, "options: must be an object, not null"],
    [5, "options: must be an object, not 5"],
    ["shop", 'options: must be an object, not "shop"'],
    [[], "options: must be an object, not []"],
    [{ scenario: null }, "scenario: must be a preset's name or an object, not null"],
    [{ scenario: 5, rows: 5 }, "scenario: must be a preset's name or an object, not 5"],
    [{ scenario: [] }, "scenario: must be a preset's name or an object, not []"],
    [{ scenario: new Map() }, "scenario: must be plain data, not a Map"],
    [{ scenario: new Date(0), rows: 5 }, "scenario: must be plain data, not a Date"],
    [{ scenario: () => 1 }, "scenario: must be a preset's name or an object"],
    [{ scenario: { traffic: 5 }, rows: 5 }, "traffic: must be an object, not 5"],
    [{ row: 5 }, 'options: there is no option "row"; did you mean "rows"?'],
    [{ labels: "yes" }, 'labels: must be true or false, not "yes"'],
    [{ key: 5 }, "key: must be the path of a file, not 5"],
    [{ seed: "42" }, 'seed: must be a whole number from 0 to 9007199254740991, not "42"'],
    [{ signal: 5 }, "signal: must be an AbortSignal"],
    [{ onProgress: 5 }, "onProgress: must be a function, not 5"],
  ];
  it.each(wrong)("generate(%j)", async (options, sentence) => {
    await refused(() => library.generate(options as never), sentence);
    await refused(() => write(options as never), sentence);
  });

  it("the options of the other verbs", async () => {
    const log = await library.generate({ rows: 5 });
    const misspelt = "options: there is no option";
    await refused(() => library.verify(log, log.key, { limt: 5 } as never), `${misspelt} "limt"; did you`);
    await refused(() => library.verify(log, log.key, null as never), "options: must be an object, not null");
    await refused(() => library.verify(log, log.key, {}, { signal: 5 } as never), "signal: must be an");
    await refused(
      () => library.verifyCounts({ n: [5] }, log.key, { limt: 5 } as never),
      `${misspelt} "limt"`,
    );
    await refused(() => library.validate(log, { ordr: "error" } as never), `${misspelt} "ordr"`);
    await refused(() => library.validate(log, { order: "eror" } as never), 'order: must be "error" or');
    await refused(() => library.read("x.log", { qery: "keep" } as never), `${misspelt} "qery"`);
    await refused(() => library.load("x.log", { too: "x.duckdb" } as never), `${misspelt} "too"`);
    await refused(() => library.ask("overview", log, {}, 5 as never), "options: must be an object, not 5");
  });
});

describe("generate", () => {
  it("writes the same bytes to a file and to standard output, and tells where and how many", async () => {
    const file = await run("generate", "--rows", "1000", "--seed", "42", "--out", "a.csv");
    expect(file).toMatchObject({ status: 0, stdout: "", stderr: expect.stringContaining("1,000 records") });
    const piped = await run("generate", "--rows", "1000", "--seed", "42");
    expect(piped.stdout).toBe(readFileSync(join(folder, "a.csv"), "utf8"));
    // counted by an independent tool
    const counted = execFileSync(
      "awk",
      ["-F,", "NR>1 { n++; if (NF != 5) bad++ } END { print n, bad + 0 }", "a.csv"],
      { cwd: folder },
    );
    expect(counted.toString().trim()).toBe("1000 0");
  });

  it("tells the outcome as JSON, the hash being that of the file", async () => {
    const { stdout } = await run("generate", "--rows", "500", "--out", "b.csv", "--json");
    const told = JSON.parse(stdout);
    const bytes = readFileSync(join(folder, "b.csv"));
    expect(told).toMatchObject({
      records: 500,
      seed: 42,
      generatorVersion: GENERATOR_VERSION,
      bytes: bytes.length,
    });
    expect(told.sha256).toBe(createHash("sha256").update(bytes).digest("hex"));
  });

  it("leaves the answer key of another log alone, as long as that log is there", async () => {
    const made = (name: string, ...more: string[]) => run("generate", "--rows", "5", "--out", name, ...more);
    expect((await made("k.csv")).status).toBe(0);
    expect((await made("k.csv")).status).toBe(0); // its own key
    expect(await made("k.ndjson")).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/key: "k\.truth\.json" is the answer key of "k\.csv".*--no-key/),
    });
    expect(untouched().filter((name) => name.startsWith("k.") || name.startsWith(".k."))).toEqual([
      "k.csv",
      "k.truth.json",
    ]);
    expect((await made("k.ndjson", "--no-key")).status).toBe(0);
    rmSync(join(folder, "k.csv"));
    expect((await made("k.ndjson")).status).toBe(0);
  });

  it("replaces what a link points at, not the link", async () => {
    writeFileSync(join(folder, "real.csv"), "old");
    symlinkSync("real.csv", join(folder, "link.csv"));
    await run("generate", "--rows", "1", "--out", "link.csv");
    expect(readFileSync(join(folder, "real.csv"), "utf8")).toContain("timestamp,");
  });

  it("reads a scenario file with the byte order mark of editors on Windows", async () => {
    writeFileSync(join(folder, "mark.json"), '\uFEFF{ "preset": "website" }');
    const marked = await run("generate", "--scenario", "./mark.json", "--rows", "5");
    expect(marked).toMatchObject({
      status: 0,
      stdout: (await run("generate", "--scenario", "website", "--rows", "5")).stdout,
    });
  });

  it("prints help and its version of the options", async () => {
    expect(runAsProcess("generate", "--help")).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("--rows <n>"),
    });
  });
});

describe("when the machine fails", () => {
  it("a full disk ends in one sentence, with nothing left behind", () => {
    const before = untouched();
    // /dev/full answers each write as a full disk does; a file size limit stops a real file halfway.
    expect(runAsProcess("generate", "--rows", "1000", "--out", "/dev/full")).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^server-logs: cannot write "\/dev\/full": the disk is full\n$/),
    });
    const limited = spawnSync(
      "bash",
      ["-c", `ulimit -f 1000; exec "${process.execPath}" "${cli}" generate --rows 1000000 --out big.csv`],
      { cwd: folder, encoding: "utf8" },
    );
    expect(limited.status).toBe(1);
    expect(limited.stderr.trim().split("\n").length).toBe(1);
    expect(untouched()).toEqual(before);
  });

  it("a disk that is full at the last of several files leaves the first as it was", async () => {
    await run("generate", "--rows", "5", "--out", "beside.csv");
    const old = readFileSync(join(folder, "beside.csv"), "utf8");
    rmSync(join(folder, "beside.truth.json"));
    symlinkSync("/dev/full", join(folder, "beside.truth.json"));
    expect(await run("generate", "--rows", "700", "--out", "beside.csv")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("the disk is full"),
    });
    expect(readFileSync(join(folder, "beside.csv"), "utf8")).toBe(old);
    writeFileSync(join(folder, "junk.csv"), `${old}junk\n`);
    expect((await run("read", "junk.csv", "--out", "beside.csv", "--quarantine", "/dev/full")).status).toBe(
      1,
    );
    expect(readFileSync(join(folder, "beside.csv"), "utf8")).toBe(old);
  });

  it.each([
    ["generate", ["generate", "--rows", "1000"]],
    [
      "read",
      ["read", fileURLToPath(new URL("../../data/haproxy_excerpt.log", import.meta.url)), "--out", "-"],
    ],
  ])("so does standard output on a full disk: %s", (_, args) => {
    const full = openSync("/dev/full", "w");
    const { status, stderr } = spawnSync(process.execPath, [cli, ...args], {
      cwd: folder,
      stdio: ["ignore", full, "pipe"],
      encoding: "utf8",
    });
    closeSync(full);
    expect([status, stderr]).toEqual([1, "server-logs: cannot write standard output: the disk is full\n"]);
  });

  it("a reader that goes away ends in one sentence", () => {
    const script = `"${process.execPath}" "${cli}" generate --rows 2000000 | head -n 2`;
    const { stdout, stderr } = spawnSync("bash", ["-c", script], { encoding: "utf8" });
    expect(stdout.split("\n").length).toBe(3);
    expect(stderr.trim().split("\n")).toEqual([
      "server-logs: stopped, since nobody reads the output any more",
    ]);
  });

  const writing = async (child: ChildProcess, name: string) => {
    const partial = () =>
      readdirSync(folder).find(
        (file) =>
          file.startsWith(`.${name}.`) &&
          file.endsWith(".partial") &&
          statSync(join(folder, file)).size > 1e6,
      );
    while (!partial() && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 5));
    return partial();
  };

  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "%s leaves nothing behind and exits with 130",
    async (signal) => {
      const child = spawn(process.execPath, [cli, "generate", "--rows", "100000000", "--out", "c.csv"], {
        cwd: folder,
      });
      expect(await writing(child, "c.csv")).toBeDefined();
      child.kill(signal);
      const end = await new Promise((resolve) => child.on("exit", (code, signal) => resolve(code ?? signal)));
      expect([130, "SIGINT"]).toContain(end); // a shell tells both as 130; by the signal, while threads still compile
      expect(readdirSync(folder).filter((file) => file.includes("c.csv"))).toEqual([]);
    },
  );

  it("a run that was stopped and told to go on makes the same log", async () => {
    const child = spawn(process.execPath, [cli, "generate", "--rows", "300000", "--out", "paused.csv"], {
      cwd: folder,
    });
    expect(await writing(child, "paused.csv")).toBeDefined();
    child.kill("SIGSTOP");
    await new Promise((resolve) => setTimeout(resolve, 300));
    child.kill("SIGCONT");
    expect(await new Promise((resolve) => child.on("exit", resolve))).toBe(0);
    await run("generate", "--rows", "300000", "--out", "going.csv");
    const [paused, going] = ["paused.csv", "going.csv"].map((name) => readFileSync(join(folder, name)));
    expect(paused.equals(going)).toBe(true);
  });

  // Node 20 hangs when a thread ends while V8 still compiles for it, as it does for long where cores are few.
  it.each([800, 1200])("eight threads on one core end, interrupted after %i ms", async (wait) => {
    const generate = [process.execPath, cli, "generate", "--rows", "100000000", "--workers", "8"];
    const args = ["-c", "0", ...generate, "--defects", "late=0.01", "--out", "young.csv"];
    const child = spawn("taskset", args, { cwd: folder, stdio: "ignore" });
    await new Promise((resolve) => setTimeout(resolve, wait));
    child.kill("SIGINT");
    const end = await new Promise((resolve) => child.on("exit", (code, signal) => resolve(code ?? signal)));
    expect([130, "SIGINT"]).toContain(end); // on a slow machine it may still be loading
    expect(readdirSync(folder).filter((file) => file.includes("young.csv"))).toEqual([]);
  });

  it("kill -9 leaves no file under the final name, and the next run clears what it left", async () => {
    const child = spawn(process.execPath, [cli, "generate", "--rows", "100000000", "--out", "killed.csv"], {
      cwd: folder,
    });
    const left = await writing(child, "killed.csv");
    child.kill("SIGKILL");
    await new Promise((resolve) => child.on("exit", resolve));
    expect([existsSync(join(folder, "killed.csv")), existsSync(join(folder, left!))]).toEqual([false, true]);
    await run("generate", "--rows", "10", "--out", "killed.csv");
    expect(readdirSync(folder).filter((file) => file.includes("killed.csv"))).toEqual(["killed.csv"]);
  });

  it("an older file stays whole when its replacement fails", async () => {
    await run("generate", "--rows", "10", "--out", "o.csv");
    const old = readFileSync(join(folder, "o.csv"), "utf8");
    const child = spawn(process.execPath, [cli, "generate", "--rows", "100000000", "--out", "o.csv"], {
      cwd: folder,
    });
    await writing(child, "o.csv");
    child.kill("SIGTERM");
    await new Promise((resolve) => child.on("exit", resolve));
    expect(readFileSync(join(folder, "o.csv"), "utf8")).toBe(old);
  });
});

describe("read, validate, ask and questions", () => {
  const excerpt = fileURLToPath(new URL("../../data/haproxy_excerpt.log", import.meta.url));

  it("read a real log to CSV, check it and answer about it", async () => {
    const lines = readFileSync(excerpt, "utf8").trimEnd().split("\n").length;
    const read = await run("read", excerpt, "--format", "haproxy", "--out", "r.csv");
    expect(read).toMatchObject({
      status: 0,
      stdout: "",
      stderr: expect.stringContaining(`${lines} lines = ${lines} records`),
    });
    expect(runAsProcess("validate", "r.csv").status).toBe(1); // a real log has lines out of order
    expect((await run("validate", "r.csv", "--unordered")).status).toBe(0);
    const answer = JSON.parse((await run("ask", "overview", "--on", "r.csv", "--json")).stdout);
    expect(answer[0].requests).toBe(lines);
    const top = (await run("ask", "failing_endpoints", "--on", "r.csv", "--set", "top=2", "--csv")).stdout
      .trim()
      .split("\n");
    expect(top.length).toBe(3);
    const known = runAsProcess("questions").stdout;
    expect(known).toContain("\nstatus_codes\n  How many requests ended with each status code?\n");
    expect(known).toMatch(
      /\n {2}--set top \(integer, default chosen\): how many endpoints, .* NULL for all\n/,
    ); // whole
  });

  it("read tells what a log holds, and writes nothing, when no file is named", async () => {
    const [before, read] = [readdirSync(folder), await run("read", excerpt)];
    expect(read).toMatchObject({ status: 0, stdout: "", stderr: expect.stringContaining("--out FILE") });
    expect(read.stderr).toMatch(/HAProxy HTTP log: \d+ of its first/);
    expect(readdirSync(folder)).toEqual(before);
  });

  it("read takes the field of the response time and the server's own format", async () => {
    const line = '203.0.113.9 - - [05/Jan/2026:10:00:00 +0000] "GET /a HTTP/1.1" 200 612 "-" "x" 530 12345\n';
    writeFileSync(join(folder, "io.log"), line);
    expect(await run("read", "io.log")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("--time-field 1"),
    });
    const rows = async (...options: string[]) =>
      (await run("read", "io.log", "--out", "-", ...options)).stdout.split("\n")[1];
    const record = "2026-01-05T10:00:00.000Z,203.0.113.9,/a,200,12.35";
    expect(await rows("--time-field", "2", "--time-unit", "us")).toBe(record);
    const format = '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i" %I %D';
    expect(await rows("--log-format", format)).toBe(record);
  });

  it("say in one sentence what was wrong with the call", async () => {
    expect(await run("ask", "overveiw", "--on", "r.csv")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("overview"),
    });
    expect(await run("ask", "overview", "--on", "none.csv")).toMatchObject({ status: 2, stdout: "" });
    expect(await run("ask", "overview")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("--on"),
    });
    expect(await run("read", excerpt, "--format", "nginxx", "--out", "n.csv")).toMatchObject({
      status: 2,
      stdout: "",
    });
    expect(await run("validate", "none.csv")).toMatchObject({ status: 2, stdout: "" });
    expect(await run("ask", "failing_endpoints", "--on", "r.csv", "--set", "top")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("name=value"),
    });
    expect(await run("ask", "failing_endpoints", "--on", "r.csv", "--set", "top=2", "top=3")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('set: "top" is given twice'),
    });
    expect(await run("verify", "r.csv", "--bucket-seconds", "60")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("--bucket-seconds: needs --counts"),
    });
  });
});

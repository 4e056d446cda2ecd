/** Schedules: which runs a job has, what they make, and that nothing is lost, doubled or half-made. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
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
import { Ajv } from "ajv";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { verify } from "#lib/check/verify/verify";
import type { Clock } from "#lib/schedule/clock";
import { CronTimes } from "#lib/schedule/jobs/cron";
import { FileNames } from "#lib/schedule/jobs/fileNames";
import { nextRuns, runSchedule } from "#lib/schedule/jobs/run";
import type { Job, Makes, Schedule } from "#lib/schedule/jobs/schedule";
import { type PlannedRun, plannedRuns, type RunRule } from "#lib/schedule/jobs/windows";
import { Zone } from "#lib/schedule/jobs/zone";
import { ask } from "#lib/warehouse/ask";
import { generate } from "#lib/write/generate";
import { startServer } from "../warehouse/server.js";

const folder = mkdtempSync(join(tmpdir(), "server-logs-jobs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const cli = new URL("../../lib/bin/server-logs.js", import.meta.url).pathname;
let count = 0;
/** A new, empty folder. */
const emptyFolder = () => {
  const path = join(folder, String(++count));
  mkdirSync(path);
  return path;
};

const HOUR = 3_600_000;
const at = (moment: string) => Date.parse(moment);
const text = (moment: number) => new Date(moment).toISOString().replace(".000", "");

const ruleOf = (cron: string, timeZone: string, makes: Makes, start: string, end: string): RunRule => {
  const zone = new Zone(timeZone);
  return { cron: new CronTimes(cron, zone, "cron"), zone, makes, start: at(start), end: at(end) };
};
const runsOf = (...rule: Parameters<typeof ruleOf>) => [...plannedRuns(ruleOf(...rule))];
const hoursOf = ({ from, to }: PlannedRun) => (to - from) / HOUR;

describe("the part that a run makes", () => {
  // Clock changes of 2026 as the IANA database has them; of Lord Howe by half an hour, of Cairo and Beirut at midnight.
  const zones = [
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Asia/Beirut",
    "America/Santiago",
    "America/Havana",
    "Atlantic/Azores",
    "Africa/Casablanca",
    "Asia/Kolkata",
    "UTC",
    "+05:30",
  ];

  /** The days around each clock change of a year, midnight of UTC; of a zone without any, some in March. */
  const periodsOf = (zone: string) => {
    const { offsetAt } = new Zone(zone);
    const days = Array.from({ length: 365 }, (_, day) => at("2026-01-01T00:00:00Z") + day * 24 * HOUR);
    const changes = days.filter((day) => offsetAt(day) !== offsetAt(day + 24 * HOUR));
    const around = changes.length > 0 ? changes : [at("2026-03-29T00:00:00Z")];
    return around.map((day) => [text(day - 24 * HOUR), text(day + 72 * HOUR)] as const);
  };

  it.each(zones)("in %s, put together, is all of the time, whatever the clock is put to", (zone) => {
    for (const [start, end] of periodsOf(zone)) {
      for (const [cron, makes] of [
        ["5 * * * *", "last-hour"],
        ["0 6 * * *", "yesterday"],
        ["*/20 * * * *", "since-last-run"],
      ] as const) {
        const runs = runsOf(cron, zone, makes, start, end);
        expect([runs[0].from, runs.at(-1)!.to]).toEqual([at(start), at(end)]);
        expect(runs.filter(({ from }, i) => i > 0 && from !== runs[i - 1].to)).toEqual([]);
        // A run never makes what lies after the moment for which it is planned.
        expect(runs.filter(({ planned, to }) => to > planned)).toEqual([]);
      }
    }
  });

  it.each([
    // zone, day, its first moment and its end: `TZ=… date -d` says the same
    ["Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 23],
    ["Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 25],
    ["America/New_York", "2026-03-08", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z", 23],
    ["America/New_York", "2026-11-01", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z", 25],
    ["Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z", 23],
    ["Africa/Cairo", "2026-10-29", "2026-10-28T21:00:00Z", "2026-10-29T22:00:00Z", 25],
    ["Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00:00Z", "2026-04-05T13:30:00Z", 24.5],
    ["Asia/Kolkata", "2026-10-25", "2026-10-24T18:30:00Z", "2026-10-25T18:30:00Z", 24],
  ])("yesterday in %s, %s, is from %s to %s: %f hours", (zone, day, from, to, hours) => {
    const next = text(at(`${day}T00:00:00Z`) + 3 * 24 * HOUR);
    const runs = runsOf("0 6 * * *", zone, "yesterday", "2026-01-01T00:00:00Z", next);
    const run = runs.find((each) => text(each.from) === from)!;
    expect([text(run.to), hoursOf(run)]).toEqual([to, hours]);
  });

  it("is each of the two hours that autumn repeats, and none for the hour that spring leaves out", () => {
    const autumn = runsOf(
      "0 * * * *",
      "Europe/Berlin",
      "last-hour",
      "2026-10-24T22:00:00Z",
      "2026-10-25T03:00:00Z",
    );
    expect(autumn.map(({ from, to }) => [text(from).slice(11, 16), text(to).slice(11, 16)])).toEqual([
      ["22:00", "23:00"],
      ["23:00", "00:00"],
      ["00:00", "01:00"],
      ["01:00", "02:00"],
      ["02:00", "03:00"],
    ]);
    const zone = new Zone("Europe/Berlin");
    expect(autumn.slice(2, 4).map(({ from }) => zone.text(from))).toEqual([
      "2026-10-25T02:00:00+02:00",
      "2026-10-25T02:00:00+01:00",
    ]);
    const spring = runsOf(
      "0 * * * *",
      "Europe/Berlin",
      "last-hour",
      "2026-03-29T00:00:00Z",
      "2026-03-29T03:00:00Z",
    );
    expect(spring.map(({ from }) => zone.text(from).slice(11))).toEqual([
      "01:00:00+01:00",
      "03:00:00+02:00",
      "04:00:00+02:00",
    ]);
  });

  it("at a fixed time of the doubled hour is made once, at one of the missing hour after it", () => {
    const planned = (start: string, end: string) =>
      runsOf("30 2 * * *", "Europe/Berlin", "since-last-run", start, end).map((run) => text(run.planned));
    expect(planned("2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z")).toEqual([
      "2026-10-25T00:30:00Z",
      "2026-10-26T01:30:00Z",
      "2026-10-27T01:30:00Z",
    ]);
    expect(planned("2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z")).toEqual([
      "2026-03-29T01:00:00Z",
      "2026-03-30T00:30:00Z",
      "2026-03-31T00:30:00Z",
    ]);
  });

  it("is the same wherever one goes on", () => {
    const rule = ruleOf(
      "*/45 * * * *",
      "Europe/Berlin",
      "since-last-run",
      "2026-10-24T12:00:00Z",
      "2026-10-26T00:00:00Z",
    );
    const all = [...plannedRuns(rule)];
    for (const [i, done] of all.entries()) expect([...plannedRuns(rule, done)]).toEqual(all.slice(i + 1));
  });

  it("is made once where several runs would make it", () => {
    const runs = runsOf("0,30 6,7 * * *", "UTC", "yesterday", "2026-01-05T00:00:00Z", "2026-01-08T00:00:00Z");
    expect(runs.map(({ planned }) => text(planned))).toEqual([
      "2026-01-06T06:00:00Z",
      "2026-01-07T06:00:00Z",
      "2026-01-08T06:00:00Z",
    ]);
  });

  it.each(zones)("in %s has a file name of its own", (zone) => {
    for (const period of periodsOf(zone)) {
      const rule = ruleOf("5 * * * *", zone, "last-hour", ...period);
      const names = new FileNames("a/{yyyy}{MM}{dd}{HH}{offset}.csv", "/", rule, "file");
      const all = [...plannedRuns(rule)].map((run) => names.pathOf(run));
      expect(new Set(all).size).toBe(all.length);
    }
  });
});

/** A clock that stands still but for waits. */
class TestClock implements Clock {
  time: number;
  constructor(time: string) {
    this.time = at(time);
  }
  now(): number {
    return this.time;
  }
  async wait(milliseconds: number): Promise<void> {
    this.time += milliseconds;
  }
}

const log = {
  rate: 0.3,
  seed: 7,
  start: "2026-10-24T20:00:00Z",
  end: "2026-10-25T08:00:00Z",
  incidents: ["checkout_outage"],
};
const hourly: Job = {
  name: "hourly",
  cron: "5 * * * *",
  timeZone: "Europe/Berlin",
  makes: "last-hour",
  file: "out/{yyyy}-{MM}-{dd}/{HH}{offset}.csv",
};
const afterEnd = "2026-10-25T14:00:00Z";

/** A folder with a schedule; its jobs write into `out` and `lake`. */
function scheduleFolder(jobs: Job[] = [hourly], own: Partial<Schedule> = {}): { path: string; in: string } {
  const base = emptyFolder();
  mkdirSync(join(base, "out"));
  mkdirSync(join(base, "lake"));
  const path = join(base, "schedule.json");
  writeFileSync(path, JSON.stringify({ log, jobs, ...own } satisfies Schedule));
  return { path, in: base };
}

/** The files in a folder, with their hashes; the state tells no hash. */
function filesIn(base: string): Record<string, string> {
  const files = readdirSync(base, { recursive: true, encoding: "utf8" })
    .filter(
      (name) => statSync(join(base, name), { throwIfNoEntry: false })?.isFile() && !name.endsWith(".duckdb"),
    )
    .sort();
  return Object.fromEntries(
    files.map((name) => [
      name,
      createHash("sha256")
        .update(readFileSync(join(base, name)))
        .digest("hex"),
    ]),
  );
}

const runAt = (path: string, time: string, tell?: (level: string, words: string) => void) =>
  runSchedule(path, { once: true, clock: new TestClock(time), tell });

const run = (args: string[], cwd?: string) =>
  spawnSync(process.execPath, [cli, ...args], { cwd, encoding: "utf8" });

const total = async (database: string) => {
  const { requests } = await ask(
    "SELECT count(*) AS requests, count(DISTINCT (timestamp, ip_address, endpoint, response_time_ms)) AS n FROM requests",
    database,
  );
  return Number(requests[0]);
};

describe("a schedule", () => {
  it("makes files which, put together, are the log, each with an answer key", async () => {
    const { path, in: base } = scheduleFolder();
    const { runs, records, failed } = await runAt(path, afterEnd);
    const whole = await generate(log);
    expect({ runs, records, failed }).toEqual({ runs: 12, records: whole.records, failed: [] });
    const names = Object.keys(filesIn(base)).filter((name) => name.endsWith(".csv"));
    expect(names).toContain(join("out", "2026-10-25", "02+0200.csv"));
    expect(names).toContain(join("out", "2026-10-25", "02+0100.csv"));
    // by time, not by name: 02+0200 comes before 02+0100
    const parts = names.map((name) => readFileSync(join(base, name), "utf8"));
    const begin = (part: string) => part.split("\n")[1].slice(0, 24);
    parts.sort((a, b) => (begin(a) < begin(b) ? -1 : 1));
    const header = `${parts[0].split("\n", 1)[0]}\n`;
    expect(parts.every((part) => part.startsWith(header))).toBe(true);
    const joined = header + parts.map((part) => part.slice(header.length)).join("");
    expect(createHash("sha256").update(joined).digest("hex")).toBe(whole.sha256);
    const paths = names.map((name) => join(base, name));
    const keys = paths.map((name) => name.replace(/csv$/, "truth.json"));
    expect(await verify(paths, keys)).toMatchObject({ valid: true, records: whole.records });
  });

  it("fills a lake by date and hour and a table, each record once", async () => {
    const { path, in: base } = scheduleFolder([
      { name: "lake", cron: "0 6 * * *", timeZone: "Asia/Kolkata", makes: "yesterday", lake: "lake" },
      {
        name: "table",
        cron: "50 */3 * * *",
        timeZone: "Europe/Berlin",
        makes: "since-last-run",
        table: "x.duckdb",
      },
    ]);
    await runAt(path, "2026-10-27T00:00:00Z");
    const whole = await generate({ ...log, out: join(base, "whole.csv") });
    expect(await total(join(base, "x.duckdb"))).toBe(whole.records);
    const files = Object.keys(filesIn(base));
    // The day of Kolkata ends at 18:30 UTC, within an hour; the log, at 8:00.
    expect(files).toContain("lake/requests/date=2026-10-25/hour=07/20261025T070000Z.parquet");
    expect(files).toContain("lake/keys/20261025T070000Z.json");
    const read = await ask(
      "status_codes",
      files.filter((name) => name.endsWith(".parquet")).map((name) => join(base, name)),
    );
    expect(read).toEqual(await ask("status_codes", join(base, "whole.csv")));
  });

  it("makes the same, whenever and however often it runs", async () => {
    const table: Job = { name: "table", cron: "10 */3 * * *", makes: "since-last-run", table: "x.duckdb" };
    const night = { ...log, start: "2026-10-24T23:00:00Z", end: "2026-10-25T04:00:00Z" };
    const { path: expectedPath, in: expectedIn } = scheduleFolder([hourly], { log: night });
    await runAt(expectedPath, afterEnd);
    const expected = filesIn(expectedIn);
    const { records } = await generate(night);
    const moment = fc.integer({ min: at(night.start) - HOUR, max: at(night.end) + 2 * HOUR });
    await fc.assert(
      fc.asyncProperty(
        fc.array(moment, { minLength: 2, maxLength: 4 }),
        fc.boolean(),
        async (moments, forgets) => {
          const { path, in: base } = scheduleFolder([hourly, table], { log: night });
          for (const now of moments) {
            await runAt(path, text(now)); // the clock goes back, too
            if (forgets) rmSync(join(base, "schedule.state.json"), { force: true });
          }
          await runAt(path, afterEnd);
          const made = filesIn(base);
          for (const each of [made, expected]) {
            delete each["schedule.state.json"];
            delete each["schedule.json"];
          }
          expect(made).toEqual(expected);
          expect(await total(join(base, "x.duckdb"))).toBe(records);
        },
      ),
      { numRuns: 3, seed: 1 },
    );
  });

  it("goes on by itself until its logs end, and makes nothing before its time", async () => {
    const { path, in: base } = scheduleFolder();
    const clock = new TestClock("2026-10-24T22:30:00Z");
    const told: [string, number][] = [];
    const { runs } = await runSchedule(path, { clock, tell: (_, words) => told.push([words, clock.time]) });
    expect(runs).toBe(12);
    const made = told.filter(([words]) => words.includes("records in"));
    for (const [words, time] of made) {
      const [, to] = /to (\S+Z):/.exec(words)!;
      expect(time).toBeGreaterThanOrEqual(at(to) + 5 * 60_000);
      if (at(to) > at("2026-10-24T22:30:00Z")) expect(time).toBeLessThan(at(to) + 5 * 60_000 + 1000);
    }
    expect(told.at(-1)![0]).toBe("hourly: its log has ended, there are no more runs");
    expect(Object.keys(filesIn(base)).filter((name) => name.endsWith(".csv"))).toHaveLength(12);
  });

  it("tells that runs were missed", async () => {
    const { path } = scheduleFolder();
    const told: string[] = [];
    const tell = (level: string, words: string) => level === "warn" && told.push(words);
    await runAt(path, "2026-10-24T23:00:00Z", tell);
    expect(told).toEqual([]);
    await runAt(path, "2026-10-25T03:30:00Z", tell);
    expect(told).toEqual(["hourly: runs were missed from 2026-10-25T01:05:00+02:00 on: they are made now"]);
  });

  it("lists its next runs, those that are due first", async () => {
    const { path } = scheduleFolder();
    await runAt(path, "2026-10-24T22:30:00Z");
    const rows = await nextRuns(path, { count: 3, clock: new TestClock("2026-10-25T00:10:00Z") });
    expect(rows).toMatchObject({
      planned: ["2026-10-25T01:05:00+02:00", "2026-10-25T02:05:00+02:00", "2026-10-25T02:05:00+01:00"],
      from: ["2026-10-24T22:00:00Z", "2026-10-24T23:00:00Z", "2026-10-25T00:00:00Z"],
      to: ["2026-10-24T23:00:00Z", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z"],
      when: ["due", "due", "later"],
    });
  });

  it("may be an object, with a file for its state", async () => {
    const base = emptyFolder();
    const own = { log, jobs: [{ ...hourly, file: join(base, "{from}.csv") }] };
    await expect(runSchedule(own)).rejects.toThrow("state: must name a file");
    const state = join(base, "state.json");
    const { runs } = await runSchedule(own, { once: true, state, clock: new TestClock(afterEnd) });
    expect([runs, JSON.parse(readFileSync(state, "utf8")).version]).toEqual([12, 1]);
  });

  it("has a JSON Schema that takes what the library takes, and marks a misspelt key", () => {
    const schema = JSON.parse(
      readFileSync(new URL("../../lib/dist/schedule/schedule.schema.json", import.meta.url), "utf8"),
    );
    const check = new Ajv({ allErrors: true }).compile(schema);
    expect(check({ $schema: "x", log, jobs: [hourly] })).toBe(true);
    expect(check({ log, jobs: [{ ...hourly, crom: "* * * * *" }] })).toBe(false);
    expect(check({ log: { ...log, scenario: { traffic: { hourz: [] } } }, jobs: [hourly] })).toBe(false);
    const { properties } = schema.properties.jobs.items;
    for (const [name, { description }] of Object.entries<{ description?: string }>(properties))
      expect([name, typeof description]).toEqual([name, "string"]);
  });
});

describe("into PostgreSQL", { tags: ["postgres"] }, () => {
  it("each record comes once, whatever became of the state", async () => {
    const server = startServer();
    try {
      const table = server.database();
      const { path, in: base } = scheduleFolder([{ name: "pg", cron: "@hourly", makes: "last-hour", table }]);
      await runAt(path, "2026-10-25T03:00:00Z");
      rmSync(join(base, "schedule.state.json"));
      const told: string[] = [];
      await runAt(path, afterEnd, (_, words) => told.push(words));
      expect(told.filter((words) => words.includes("which has them already"))).toHaveLength(7);
      const { records } = await generate(log);
      expect(server.psql(table, "SELECT count(*) FROM requests")).toBe(String(records));
    } finally {
      server.stop();
    }
  });
});

describe("two runners", () => {
  it("at once do no harm: the second says in one sentence that the first is at it", async () => {
    const { path, in: base } = scheduleFolder([hourly], { log: { ...log, rate: 20 } });
    const first = spawn(process.execPath, [cli, "run", path, "--once"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const ended = once(first, "exit");
    await once(first.stderr, "data"); // it has made its first file
    first.kill("SIGSTOP"); // it would be done too soon
    const second = run(["run", path, "--once"]);
    expect(second.status).toBe(2);
    expect(second.stderr).toMatch(
      new RegExp(
        `^server-logs: state: cannot write ".*schedule.state.json": another run, process ${first.pid}, is writing it\n$`,
      ),
    );
    first.kill("SIGCONT");
    expect((await ended)[0]).toBe(0);
    expect(Object.keys(filesIn(base)).filter((name) => name.endsWith(".csv"))).toHaveLength(12);
  });

  it("of which one was killed: its lock is seen to be stale", async () => {
    const { path, in: base } = scheduleFolder();
    // what a process leaves that was killed; no process has this number
    symlinkSync("4194304-1-00000000-00000000", join(base, ".schedule.state.json.writing"));
    const foreign = run(["run", path, "--once"]); // it may run in another container
    expect(foreign.stderr).toContain("another run, process 4194304, is writing it");
    rmSync(join(base, ".schedule.state.json.writing"));
    const killed = spawn(process.execPath, [cli, "run", path, "--once"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    await once(killed.stderr, "data");
    const gone = once(killed, "exit");
    killed.kill("SIGKILL");
    await gone;
    const { status, stderr } = run(["run", path, "--once", "--log-level", "error"]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(readdirSync(base).filter((name) => name.startsWith("."))).toEqual([]);
  });
});

describe("what is wrong is told in one sentence, before anything is made", () => {
  const fileless: Partial<Job> = { file: undefined };
  const withJob = (change: Partial<Job>) => ({ log, jobs: [{ ...hourly, ...change }] });
  const cases: [what: string, schedule: unknown, message: string][] = [
    [
      "a misspelt key",
      withJob({ crom: "* * * * *" } as object),
      'jobs[0].crom: unknown key; did you mean "cron"?',
    ],
    [
      "a misspelt key of the log",
      { log: { ...log, sede: 3 }, jobs: [hourly] },
      'log.sede: unknown key; did you mean "seed"?',
    ],
    [
      "an unknown zone",
      withJob({ timeZone: "Europe/Berln" }),
      'jobs[0].timeZone: "Europe/Berln" is not a time zone',
    ],
    [
      "an expression that never fires",
      withJob({ cron: "0 0 30 2 *" }),
      'jobs[0].cron: "0 0 30 2 *" never fires: there is no such day',
    ],
    [
      "no expression",
      withJob({ cron: "61 * * * *" }),
      'jobs[0].cron: "61 * * * *" is not a cron expression: Invalid value for minute: 61',
    ],
    [
      "seconds",
      withJob({ cron: "* * * * * *" }),
      'jobs[0].cron: "* * * * * *" is not a cron expression: give minute, hour',
    ],
    [
      "a date",
      withJob({ cron: "2026-01-05T00:00:00" }),
      'jobs[0].cron: "2026-01-05T00:00:00" is not a cron expression',
    ],
    [
      "what is made",
      withJob({ makes: "last hour" as Makes }),
      'jobs[0].makes: must be "last-hour", "yesterday" or "since-last-run", not "last hour"; did you mean "last-hour"?',
    ],
    ["no place", withJob(fileless), "jobs[0]: must have one of file, lake and table, not none"],
    [
      "two places",
      withJob({ lake: "lake" }),
      "jobs[0]: must have one of file, lake and table, not file and lake",
    ],
    [
      "names that several runs share",
      withJob({ file: "out/{yyyy}.csv" }),
      'jobs[0].file: "out/{yyyy}.csv" would be the file of several runs: it needs {MM} {dd} {HH}, or {from}',
    ],
    [
      "names that two runs share in autumn",
      withJob({ file: "{yyyy}{MM}{dd}{HH}.csv" }),
      "would be the file of two runs when the clock of Europe/Berlin is put back: it needs {offset}, or {from}",
    ],
    [
      "an unknown placeholder",
      withJob({ file: "{form}.csv" }),
      'has the placeholder {form}; did you mean "from"?; there are',
    ],
    [
      "a format by its ending",
      withJob({ file: "{from}.txt" }),
      'jobs[0].file: "{from}.txt" ends in .txt, which stands for no format',
    ],
    [
      "labels of a table",
      withJob({ ...fileless, table: "x.duckdb", labels: true }),
      "jobs[0].labels: is for a job that writes a file",
    ],
    [
      "spoilt lines in a table",
      { log: { ...log, defects: { malformed: 0.1 } }, jobs: [{ ...hourly, ...fileless, table: "x.duckdb" }] },
      "log.defects.malformed: must be 0 for a table",
    ],
    ["no end", { log: { ...log, end: undefined }, jobs: [hourly] }, "log.end: is missing"],
    ["no log", { jobs: [hourly] }, "jobs[0].log: is missing"],
    ["a log's option", { log: { ...log, rate: -1 }, jobs: [hourly] }, "log.rate: must be a number above 0"],
    [
      "a name twice",
      { log, jobs: [hourly, { ...hourly, file: "{from}.csv" }] },
      'jobs[1].name: "hourly" is there twice',
    ],
    [
      "a file twice",
      { log, jobs: [hourly, { ...hourly, name: "b" }] },
      'is also where the job "hourly" writes',
    ],
    [
      "records twice",
      {
        log,
        jobs: [
          { ...hourly, ...fileless, table: "x.duckdb" },
          { ...hourly, ...fileless, name: "b", table: "x.duckdb" },
        ],
      },
      "its records would be there twice",
    ],
    [
      "another database",
      withJob({ ...fileless, table: "mysql://me:secret@host/x" }),
      'jobs[0].table: "mysql://…" is not the address of a database',
    ],
    ["no jobs", { log, jobs: [] }, "jobs: must have at least one job"],
  ];
  it.each(cases)("%s", async (_, schedule, message) => {
    const { path, in: base } = scheduleFolder();
    writeFileSync(path, JSON.stringify(schedule));
    const before = filesIn(base);
    const error = await runAt(path, afterEnd).then(
      () => undefined,
      (found: Error) => found,
    );
    expect(error?.name).toBe("InputError");
    expect(error!.message).toContain(message);
    expect(error!.message).not.toMatch(/\n|secret/);
    expect(filesIn(base)).toEqual(before);
  });

  it("a state that is damaged, of another schedule, of another job, or of another generator", async () => {
    const { path, in: base } = scheduleFolder();
    await runAt(path, afterEnd);
    const state = join(base, "schedule.state.json");
    const content = readFileSync(state, "utf8");
    const tries: [string, RegExp][] = [
      [
        content.slice(0, 40),
        /^state: ".*" is not the state of a schedule: remove it, and everything is made again$/,
      ],
      [content.replace(/"planned": "2026/, '"planned": "soon'), /is not the state of a schedule/],
      [content.replace(/"to": "2026/, '"to": "soon'), /is not the state of a schedule/],
      [content.replace(/("from": (".*?"),\s*"to": )".*?"/, "$1$2"), /is not the state of a schedule/],
      [
        content.replace('"hourly"', '"daily"'),
        /^state: ".*" belongs to another schedule, with the jobs daily: give each/,
      ],
      [
        content.replace(/"job": "./, '"job": "g'),
        /is of another job "hourly": its log, its times or its place were different/,
      ],
      [
        content.replace(/"generator_version": \d+/, '"generator_version": 1'),
        /is of generator version 1, but this is \d+, which makes other bytes/,
      ],
    ];
    for (const [damaged, message] of tries) {
      writeFileSync(state, damaged);
      await expect(runAt(path, afterEnd)).rejects.toThrow(message);
      await expect(nextRuns(path)).rejects.toThrow(message);
      expect(readFileSync(state, "utf8")).toBe(damaged);
    }
  });

  it("a state that is the schedule itself", async () => {
    const { path } = scheduleFolder();
    await expect(runSchedule(path, { state: path })).rejects.toThrow("is the schedule itself");
  });
});

describe("what fails while it runs", () => {
  it("a folder that vanishes: one sentence, the other jobs go on, and nothing is lost when it is back", async () => {
    const { path, in: base } = scheduleFolder([
      hourly,
      { name: "other", cron: "5 * * * *", makes: "last-hour", file: "lake/{from}.csv" },
    ]);
    await runAt(path, "2026-10-25T00:10:00Z");
    rmSync(join(base, "out"), { recursive: true });
    const told: string[] = [];
    const { runs, failed } = await runAt(
      path,
      afterEnd,
      (level, words) => level === "error" && told.push(words),
    );
    expect(runs).toBe(8);
    expect(failed).toEqual([
      { job: "hourly", reason: expect.stringMatching(/^cannot write to ".*out": there is no such folder$/) },
    ]);
    expect(told).toEqual([
      expect.stringMatching(/^hourly: 2026-10-25T00:00:00Z to 2026-10-25T01:00:00Z: cannot write/),
    ]);
    mkdirSync(join(base, "out"));
    expect(await runAt(path, afterEnd)).toMatchObject({ runs: 8, failed: [] });
    expect(readdirSync(join(base, "out", "2026-10-25"))).toHaveLength(2 * 8 + 0);
  });

  it("is tried again by one that goes on, at ever longer intervals", async () => {
    const { path, in: base } = scheduleFolder();
    rmSync(join(base, "out"), { recursive: true });
    const clock = new TestClock("2026-10-25T08:30:00Z");
    const failures: number[] = [];
    const { runs } = await runSchedule(path, {
      clock,
      tell: (level) => {
        if (level !== "error") return;
        failures.push(clock.time);
        if (failures.length === 4) mkdirSync(join(base, "out"));
      },
    });
    expect(failures.map((time) => Math.round((time - failures[0]) / 1000))).toEqual([0, 30, 90, 210]);
    expect(runs).toBe(12);
  });

  it("a full disk: one sentence, exit code 1, no half file; with room again the log is whole", {
    tags: ["smallDisk"],
  }, async () => {
    const { in: base } = scheduleFolder([{ ...hourly, key: false }], { log: { ...log, rate: 2 } });
    const script = `
      mount -t tmpfs -o size=600k tmpfs out
      "$NODE" "$CLI" run schedule.json --once --log-level error; echo "code $?"
      find out -name '.*' -type f; mkdir kept && cp -r out kept/before
      mount -o remount,size=100m out
      "$NODE" "$CLI" run schedule.json --once --log-level error; echo "code $?"
      cp -r out kept/after`;
    const { stdout, stderr } = spawnSync("unshare", ["--mount", "sh", "-c", script], {
      cwd: base,
      encoding: "utf8",
      env: { ...process.env, NODE: process.execPath, CLI: cli },
    });
    expect(stdout).toBe("code 1\ncode 0\n");
    expect(stderr).toMatch(
      /^\S+ ERROR hourly: \S+ to \S+: cannot write "[^"\n]*"?(\.\.\.)?: the disk is full\n$/,
    );
    const { path: other, in: soundIn } = scheduleFolder([{ ...hourly, key: false }], {
      log: { ...log, rate: 2 },
    });
    await runAt(other, afterEnd);
    const sound = filesIn(join(soundIn, "out"));
    expect(filesIn(join(base, "kept", "after"))).toEqual(sound);
    for (const [name, hash] of Object.entries(filesIn(join(base, "kept", "before"))))
      expect([name, hash]).toEqual([name, sound[name]]);
  });
});

describe("server-logs run", () => {
  it("prints the next runs, as a table or as JSON, and makes nothing", () => {
    const { path, in: base } = scheduleFolder();
    const before = filesIn(base);
    const { status, stdout } = run(["run", path, "--dry-run", "--runs", "2", "--json"]);
    expect([status, JSON.parse(stdout).length]).toEqual([0, 2]);
    expect(run(["run", path, "--dry-run"]).stdout).toMatch(/2026-10-24T23:05:00\+02:00\s+2026-10-24T20:00Z/);
    expect(filesIn(base)).toEqual(before);
  });

  it("ends with 0, 1, 2 or 130, and tells no more than its level", () => {
    const { path, in: base } = scheduleFolder();
    const wrong = run(["run", join(base, "none.json"), "--once"]);
    expect([wrong.status, wrong.stderr]).toEqual([
      2,
      expect.stringMatching(
        /^server-logs: schedule: cannot read the file ".*none.json": there is no such file or folder\n$/,
      ),
    ]);
    const first = run(["run", path, "--once", "--json"]);
    expect([first.status, JSON.parse(first.stdout).runs]).toEqual([0, 12]);
    expect(first.stderr.split("\n")[0]).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO {2}hourly: 2026-10-24T20:00:00Z to 2026-10-24T21:00:00Z: [\d,]+ records in .*22\+0200.csv, sha256 [0-9a-f]{64}$/,
    );
    rmSync(join(base, "schedule.state.json"));
    rmSync(join(base, "out"), { recursive: true });
    const second = run(["run", path, "--once", "--log-level", "error"]);
    expect([second.status, second.stderr.split("\n").length]).toEqual([1, 2]);
  });

  it("that waits is stopped by SIGTERM as a service is: exit code 0, and the lock is gone", async () => {
    const coming = {
      ...log,
      start: "2026-10-24T20:00:00Z",
      end: "2070-01-01T00:00:00Z",
      rate: 0.001,
      incidents: [],
    };
    const yearly: Job = { name: "yearly", cron: "@yearly", makes: "since-last-run", file: "out/{from}.csv" };
    const { path, in: base } = scheduleFolder([yearly], { log: coming });
    const child = spawn(process.execPath, [cli, "run", path], { stdio: ["ignore", "ignore", "pipe"] });
    const ended = once(child, "exit");
    await lockOf(base, child);
    child.kill("SIGTERM");
    expect((await ended)[0]).toBe(0);
    expect(readdirSync(base).sort()).toEqual(
      ["lake", "out", "schedule.json"].concat(
        existsSync(join(base, "schedule.state.json")) ? ["schedule.state.json"] : [],
      ),
    );
  });

  it("with --once, interrupted again and again by SIGINT and kill -9, makes the very files in the end", async () => {
    const days = { ...log, rate: 6, start: "2026-10-20T00:00:00Z", end: "2026-10-22T00:00:00Z" };
    const { path: soundPath, in: soundIn } = scheduleFolder([hourly], { log: days });
    await runAt(soundPath, afterEnd);
    const { path, in: base } = scheduleFolder([hourly], { log: days });
    const made = () => Object.keys(filesIn(join(base, "out"))).filter((name) => name.endsWith(".csv")).length;
    let interrupted = 0;
    for (let i = 0; i < 8; i++) {
      const child: ChildProcess = spawn(process.execPath, [cli, "run", path, "--once"], {
        stdio: ["ignore", "ignore", "pipe"],
      });
      const ended = once(child, "exit");
      for (let line = 0; line <= i % 3; line++) await Promise.race([once(child.stderr!, "data"), ended]);
      child.kill(i % 2 === 0 ? "SIGINT" : "SIGKILL");
      const [code] = await ended;
      if (code !== 0) interrupted++;
      if (i % 2 === 0 && code !== 0) expect(code).toBe(130);
    }
    expect(interrupted).toBeGreaterThan(2);
    expect(made()).toBeLessThanOrEqual(48);
    expect(run(["run", path, "--once"]).status).toBe(0);
    const [mine, sound] = [filesIn(join(base, "out")), filesIn(join(soundIn, "out"))];
    expect(Object.keys(sound)).toHaveLength(96);
    expect(mine).toEqual(sound);
  });
});

/** Waits until a runner holds its lock. */
async function lockOf(base: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null && !readdirSync(base).includes(".schedule.state.json.writing"))
    await new Promise((resolve) => setTimeout(resolve, 20));
}

describe("the README's examples", () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  const block = (language: string) =>
    new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(
      readme.slice(readme.indexOf("## On a schedule")),
    )![1];

  /** A folder with the README's schedule, of which a little is due, and a program `server-logs` to be found there. */
  const installed = () => {
    const base = emptyFolder();
    mkdirSync(join(base, "logs"));
    mkdirSync(join(base, "lake"));
    const bin = join(base, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "server-logs"), `#!/bin/sh\nexec "${process.execPath}" "${cli}" "$@"\n`, {
      mode: 0o755,
    });
    const schedule = JSON.parse(block("json")) as Schedule;
    const now = Math.floor(Date.now() / HOUR) * HOUR;
    schedule.log = { ...schedule.log!, rate: 0.2, start: text(now - 3 * HOUR), end: text(now + HOUR) };
    writeFileSync(join(base, "schedule.json"), JSON.stringify(schedule));
    return { base, PATH: `${bin}:/usr/bin:/bin` };
  };
  const command = (words: string, base: string) => words.replace("/srv/logs/", `${base}/`);

  it("the schedule is one", async () => {
    const base = emptyFolder();
    writeFileSync(join(base, "schedule.json"), block("json"));
    expect((await nextRuns(join(base, "schedule.json"), { count: 1 })).job).toEqual([
      "hourly",
      "lake",
      "table",
    ]);
  });

  it("cron's line makes what is due, silently, when cron runs it", () => {
    const { base, PATH } = installed();
    const [, words] = /^(?:\S+ ){5}(.*)$/m.exec(block("crontab"))!;
    const cron = () =>
      spawnSync("/bin/sh", ["-c", command(words, base)], {
        cwd: "/",
        env: { PATH, HOME: "/" },
        encoding: "utf8",
      });
    const { status, stdout, stderr } = cron();
    expect([status, stdout, stderr]).toEqual([0, "", ""]);
    expect(existsSync(join(base, "requests.duckdb"))).toBe(true);
    expect(Object.keys(filesIn(join(base, "logs"))).length).toBeGreaterThanOrEqual(4);
    expect(cron().status).toBe(0);
  });

  it("systemd's units are sound, and ExecStart makes what is due", { tags: ["systemd"] }, () => {
    const { base, PATH } = installed();
    const units = block("systemd")
      .split(/^# \/etc\/systemd\/system\/(\S+)\n/m)
      .slice(1);
    for (let i = 0; i < units.length; i += 2) writeFileSync(join(base, units[i]), units[i + 1]);
    const names = readdirSync(base).filter((name) => /\.(service|timer)$/.test(name));
    expect(names).toEqual(["server-logs.service", "server-logs.timer"]);
    const verified = spawnSync("systemd-analyze", ["verify", ...names.map((name) => join(base, name))], {
      encoding: "utf8",
    });
    expect([verified.status, verified.stderr]).toEqual([0, ""]);
    const [, words] = /^ExecStart=(.*)$/m.exec(readFileSync(join(base, "server-logs.service"), "utf8"))!;
    const { status } = spawnSync("/bin/sh", ["-c", `exec ${command(words, base)}`], {
      cwd: "/",
      env: { PATH },
      encoding: "utf8",
    });
    expect(status).toBe(0);
    expect(existsSync(join(base, "requests.duckdb"))).toBe(true);
  });
});

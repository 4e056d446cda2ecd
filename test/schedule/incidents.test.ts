import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { Clock } from "#lib/schedule/clock";
import type { StreamOptions, StreamWork } from "#lib/schedule/stream";
import { HandIncidents, type Wish } from "#lib/schedule/streamIncidents";
import { streamTo } from "#lib/schedule/streamTo";
import { generate } from "#lib/write/generate";

const folder = mkdtempSync(join(tmpdir(), "server-logs-by-hand-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

const START = Date.UTC(2026, 0, 5);
const log = {
  start: "2026-01-05T00:00:00Z",
  end: "2026-01-05T00:20:00Z",
  rows: 1500,
  seed: 7,
  format: "csv",
} satisfies StreamOptions;

/** A clock that goes on when it is waited for, and does things at their times. */
class ActingClock implements Clock {
  time = START;
  readonly #acts: { at: number; act: () => void }[];
  /** @param acts seconds after the log's beginning, and what is done then; rising */
  constructor(acts: readonly [second: number, act: () => void][]) {
    this.#acts = acts.map(([second, act]) => ({ at: START + second * 1000, act }));
  }
  now = () => this.time;
  async wait(milliseconds: number): Promise<void> {
    this.time += milliseconds;
    while (this.#acts.length > 0 && this.#acts[0].at <= this.time) this.#acts.shift()!.act();
  }
}

/** Streams with incidents by hand, and makes the same again from the answer key. */
async function streamedAndMade(
  options: StreamOptions,
  acts: (incidents: HandIncidents) => [number, () => void][],
  work: StreamWork = {},
) {
  const incidents = new HandIncidents();
  const name = `log ${Math.random()}.csv`;
  const clock = new ActingClock(acts(incidents));
  const streamed = await streamTo(
    { ...options, out: at(name), key: at(`${name}.json`) },
    { ...work, clock, incidents },
  );
  const key = JSON.parse(readFileSync(at(`${name}.json`), "utf8"));
  const { scenario, seed, from, to } = key;
  const withoutIncidents = key.incidents.flatMap(({ id, happened }: { id: string; happened: boolean }) =>
    happened ? [] : [id],
  );
  await generate({ scenario, seed, from, to, withoutIncidents, out: at(`again ${name}`), key: false });
  return { streamed, key, bytes: readFileSync(at(name)), again: readFileSync(at(`again ${name}`)) };
}

const wishes: Wish[] = [
  { what: "outage", size: 0.5 },
  { what: "checkout_outage" },
  { what: "error_burst", clients: 0.3 },
  { what: "latency_spike", size: 8 },
  { what: "traffic_drop" },
  { what: "bad_deploy" },
  { what: "slow_leak", seconds: 200 },
  { what: "traffic_surge", seconds: 120 },
  { what: "scraper", seconds: 90 },
  { what: "credential_stuffing", seconds: 150 },
  { what: "dependency_failure", seconds: 100 },
  { what: "outage", shape: "ramp", seconds: 60 },
];

describe("incidents by hand", () => {
  it("of all kinds, whenever they are begun and stopped, give a log that is made again from its key", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(
            fc.constantFrom(...wishes),
            fc.integer({ min: 0, max: 1190 }),
            fc.integer({ min: 0, max: 300 }),
          ),
          {
            minLength: 1,
            maxLength: 4,
          },
        ),
        fc.constantFrom<NonNullable<StreamOptions["defects"]>>(
          {},
          { late: 0.05, outOfOrder: 0.1, duplicated: 0.05, malformed: 0.02, skewedClock: 0.02 },
        ),
        fc.constantFrom<StreamOptions>(
          {},
          { incidents: ["error_burst"], randomIncidents: 3 },
          { incidents: ["outage"], withoutIncidents: true },
        ),
        async (chosen, defects, others) => {
          const faults: unknown[] = [];
          let begun = 0;
          const { bytes, again, key, streamed } = await streamedAndMade(
            { ...log, defects, ...others },
            (incidents) =>
              chosen
                .flatMap(([wish, second, length], i): [number, () => void][] => {
                  const id = `by_hand_${i}`;
                  const start = () =>
                    void incidents.start({ ...wish, id }).then(
                      () => begun++,
                      (error) => faults.push(error),
                    );
                  const stop = () => void incidents.stop(id).catch(() => {});
                  return wish.seconds === undefined
                    ? [
                        [second, start],
                        [second + length, stop],
                      ]
                    : [[second, start]];
                })
                .sort(([a], [b]) => a - b),
          );
          expect(faults).toEqual([]);
          expect(bytes.equals(again)).toBe(true);
          expect(streamed.incidents).toHaveLength(begun);
          const inKey = key.incidents.filter(({ id }: { id: string }) => id.startsWith("by_hand_"));
          expect(inKey).toHaveLength(begun);
          for (const { id, start, happened } of inKey) {
            expect(happened).toBe(true);
            const second = (Date.parse(start) - START) / 1000;
            expect(second).toBeGreaterThan(chosen[Number(id.at(-1))][1]); // never before it was begun
            expect(second).toBeLessThanOrEqual(chosen[Number(id.at(-1))][1] + 2);
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  it("change nothing before they begin, and what they shall from then on", async () => {
    const { bytes, key } = await streamedAndMade(log, (incidents) => [
      [300, () => void incidents.start({ what: "outage" })],
      [420, () => void incidents.stop()],
    ]);
    const twin = Buffer.from((await generate(log)).csv!)
      .toString()
      .trimEnd()
      .split("\n");
    const lines = bytes.toString().trimEnd().split("\n");
    const first = lines.findIndex((line, i) => line !== twin[i]);
    const [{ start, end, added, altered, dropped }] = key.incidents;
    expect(lines[first] >= start.slice(0, 19)).toBe(true);
    expect((Date.parse(end) - Date.parse(start)) / 1000).toBe(120);
    expect(altered).toBeGreaterThan(30);
    expect(lines.length - twin.length).toBe(added - dropped);
  });

  it("are gone on with when the stream was killed and is run again", async () => {
    const run = (signal?: AbortSignal, acts: [number, () => void][] = [], incidents = new HandIncidents()) =>
      streamTo(
        { ...log, out: at("killed.csv"), key: at("killed.json") },
        { clock: new ActingClock(acts), incidents, signal },
      );
    const stop = new AbortController();
    const incidents = new HandIncidents();
    await run(
      stop.signal,
      [
        [100, () => void incidents.start({ what: "outage", size: 0.7 })],
        [200, () => stop.abort()],
      ],
      incidents,
    );
    await run();
    const { scenario, seed, incidents: there } = JSON.parse(readFileSync(at("killed.json"), "utf8"));
    expect(there).toHaveLength(1);
    const { csv } = await generate({ scenario, seed });
    expect(readFileSync(at("killed.csv")).equals(Buffer.from(csv!))).toBe(true);
  });

  it("are refused in a sentence, and the log goes on as it was", async () => {
    const refused: string[] = [];
    const { bytes } = await streamedAndMade(log, (incidents) => {
      const no = (asked: () => Promise<unknown>) => () =>
        void asked().then(
          () => refused.push("taken"),
          ({ message }) => refused.push(message),
        );
      return [
        [10, no(() => incidents.start({ what: "outrage" }))],
        [11, no(() => incidents.start({ what: "scraper" }))],
        [12, no(() => incidents.start({ what: "outage", size: 7 }))],
        [13, no(() => incidents.start({ what: "outage", endpoints: ["/nowhere"] }))],
        [14, no(() => incidents.stop())],
        [1199.5, no(() => incidents.start({ what: "outage" }))],
      ];
    });
    expect(refused).toEqual([
      expect.stringMatching(/^incident: there is no "outrage"; did you mean "outage"\?; there are outage,/),
      expect.stringMatching(/^duration: scraper needs a duration/),
      expect.stringMatching(/size/),
      expect.stringMatching(/nowhere/),
      "incident: no incident that was begun by hand is running",
      "incident: the log ends at 2026-01-05T00:20:00Z, before one can begin",
    ]);
    expect(bytes.equals(Buffer.from((await generate(log)).csv!))).toBe(true);
  });
});

describe("the command incident", () => {
  it("begins, lists and ends incidents of a stream that runs, at a socket that is its user's alone", async () => {
    const program = join(import.meta.dirname, "../../lib/bin/server-logs.js");
    const temporary = mkdtempSync(join(folder, "tmp-"));
    const env = { ...process.env, TMPDIR: temporary };
    const call = async (...args: string[]) => {
      const run = promisify(execFile)(process.execPath, [program, "incident", ...args], { env });
      return run.then(
        ({ stdout }) => JSON.parse(stdout),
        ({ stderr, code }) => `${code}: ${stderr.trim()}`,
      );
    };
    expect(await call("list", "--json")).toBe("2: server-logs: stream: none of yours runs on this machine");
    const stream = spawn(
      process.execPath,
      [program, "stream", "--rate", "50", "--out", at("cli.csv"), "--key", at("cli.json")],
      { env, stdio: ["ignore", "ignore", "pipe"] },
    );
    try {
      for (;;) {
        const found = await call("list", "--json");
        if (Array.isArray(found)) break;
      }
      const [{ name }] = readdirSync(temporary, { withFileTypes: true });
      expect(statSync(join(temporary, name)).mode & 0o777).toBe(0o700);
      const begun = await call("start", "outage", "--size", "0.5", "--json");
      expect(begun).toMatchObject([{ id: "outage", kind: "outage", size: 0.5, isOpen: true }]);
      expect(await call("start", "outage", "--size", "50", "--json")).toMatch(/^2: server-logs: .*size/);
      expect(await call("list", "--json", "--stream", "1")).toBe(
        `2: server-logs: stream: no stream runs as process 1; there are ${stream.pid}`,
      );
      const [stopped] = await call("stop", "--json");
      expect(stopped).toMatchObject({ id: "outage", isOpen: false });
      expect(await call("list", "--json")).toEqual([stopped]);
    } finally {
      stream.kill("SIGINT");
      await once(stream, "exit");
    }
    expect(readdirSync(temporary)).toEqual([]);
    const again = (...args: string[]) =>
      spawnSync(process.execPath, [program, "generate", "--again", at("cli.json"), ...args]);
    expect(JSON.parse(readFileSync(at("cli.json"), "utf8")).incidents).toMatchObject([{ id: "outage" }]);
    expect(readFileSync(at("cli.csv")).equals(again().stdout)).toBe(true);
    expect(String(again("--seed", "3").stderr)).toBe(
      "server-logs: again: the answer key says which log it is, so leave out --seed\n",
    );
    expect(String(again("--out", at("new.csv"), "--key", at("cli.json")).stderr)).toMatch(
      /^server-logs: key: ".*cli.json" is the answer key\n$/,
    );
  }, 60_000);
});

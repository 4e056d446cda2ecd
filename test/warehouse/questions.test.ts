/** What each question answers, on DuckDB and on PostgreSQL, held to a reference in plain Python and to awk. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { read } from "#lib/read/read";
import { csvHeader } from "#lib/record";
import { ask } from "#lib/warehouse/ask";
import { load } from "#lib/warehouse/load";
import { questions } from "#lib/warehouse/questions";
import { generate } from "#lib/write/generate";
import { canServe, type Server, startServer } from "./server.js";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "questions-test-"));
const names = questions().question as string[];
let server: Server | undefined;
beforeAll(() => {
  if (canServe) server = startServer();
});
afterAll(() => {
  server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

type Answers = Record<string, Record<string, unknown[]>>;

function reference(log: string): Answers {
  const text = execFileSync("python3", [here("reference.py"), log], { encoding: "utf8", maxBuffer: 1e9 });
  return JSON.parse(text);
}

/** Machines among people: one that polls, one that bursts, one that fails, one that scans; and awkward values. */
function withMachines(csv: string): string {
  const lines: string[] = [];
  const add = (second: number, ip: string, path: string, status: number, ms: string) => {
    const time = new Date(Date.UTC(2026, 0, 5, 6) + 1000 * second).toISOString();
    lines.push(`${time},${ip},${path},${status},${ms}`);
  };
  for (let i = 0; i < 50; i++) add(30 * i + (i % 2), "198.51.100.1", "/health", 200, "1.00");
  for (let i = 0; i < 90; i++) add(i * 0.25, "198.51.100.2", "/search", 200, "");
  for (let i = 0; i < 40; i++) add(i * i, "2001:db8::7", "/login", 401, "12.50");
  for (const path of ["/.env", "/wp-login.php", "/robots.txt", "/a/../b", "/cgi-bin/x"])
    add(7200, "198.51.100.4", path, 404, "0.00");
  // Order is by bytes on every engine: a server's language would put these elsewhere.
  for (const path of ["/Zebra", "/apple", "/ähre", "/_under", "/-dash", "/😀"])
    add(9000, "198.51.100.5", path, 500, "3.33");
  add(9001, "198.51.100.5", '"/quo""ted, it\'s"', 599, "10000000.01");
  const all = [...csv.trimEnd().split("\n").slice(1), ...lines].sort();
  return `${[csvHeader, ...all].join("\n")}\n`;
}

/** Clients, status codes and times that stand exactly at a rule's bound, beside others just outside of it. */
function atBounds(): string {
  const lines: string[] = [];
  const add = (ip: string, milliseconds: number, status = 200) => {
    const time = new Date(Date.UTC(2026, 0, 5, 6) + milliseconds).toISOString();
    lines.push(`${time},${ip},/,${status},1.00`);
  };
  for (let i = 0; i < 60; i++) add("198.51.100.60", 250 * i); // bursts
  for (let i = 0; i < 59; i++) add("198.51.100.59", 250 * i);
  for (let i = 0; i < 20; i++) add("198.51.100.10", 1000 * i * i, i < 10 ? 499 : 200); // many errors: half of 20
  for (let i = 0; i < 20; i++) add("198.51.100.9", 1000 * i * i, i < 9 ? 400 : 200);
  for (let i = 0; i < 19; i++) add("198.51.100.19", 1000 * i * i, 404); // too few to be judged
  for (let i = 0; i < 20; i++) add("198.51.100.1", 1000 * i); // even gaps, of one second
  for (let i = 0; i < 3; i++) add("192.0.2.1", 60_000 * i, 500); // 1 % of 300 requests
  for (let i = 0; i < 4; i++) add("192.0.2.2", 60_000 * i, 503);
  while (lines.length < 300) add(`203.0.113.${lines.length - 200}`, 1000 * lines.length);
  return `${[csvHeader, ...lines].join("\n")}\n`;
}

const logs: Record<string, () => Promise<string>> = {
  "50,000 generated records": async () => {
    const path = join(folder, "generated.csv");
    await generate({ rows: 50_000, seed: 6, out: path });
    return path;
  },
  "a real HAProxy log": async () => {
    const path = join(folder, "haproxy.csv");
    await read(here("../../data/haproxy_excerpt.log"), { format: "haproxy", out: path });
    return path;
  },
  "people and machines, with awkward values": async () => {
    const path = join(folder, "machines.csv");
    const log = await generate({ rows: 2000, seed: 8 });
    writeFileSync(path, withMachines(Buffer.from(log.csv!).toString()));
    return path;
  },
  "values at the bounds": async () => {
    const path = join(folder, "bounds.csv");
    writeFileSync(path, atBounds());
    return path;
  },
  "one record": async () => {
    const path = join(folder, "one.csv");
    writeFileSync(path, `${csvHeader}\n2026-01-05T00:00:00.000Z,192.0.2.1,/,200,1.00\n`);
    return path;
  },
};

describe.each(Object.keys(logs))("of %s", (title) => {
  let path: string;
  let expected: Answers;
  let database: string | undefined;
  beforeAll(async () => {
    path = await logs[title]();
    expected = reference(path);
    database = server?.database();
    if (database) await load(path, { to: database });
  });

  it.each(names)("%s is what plain Python works out", async (name) => {
    expect(await ask(name, path)).toEqual(expected[name]);
  });

  it.each(names)("%s is the same on PostgreSQL, in each cell", { tags: ["postgres"] }, async (name) => {
    expect(await ask(name, database!)).toEqual(await ask(name, path));
  });
});

it("the reference knows every question", async () => {
  expect(Object.keys(reference(await logs["one record"]())).sort()).toEqual(names);
});

it("counts are what awk counts", async () => {
  const path = await logs["50,000 generated records"]();
  const awk = (program: string) => execFileSync("awk", ["-F,", program, path], { encoding: "utf8" }).trim();
  const codes = await ask("status_codes", path);
  expect(codes.status_code.map((code, i) => `${code} ${codes.requests[i]}`).join("\n")).toBe(
    awk('NR > 1 { n[$4]++ } END { for (s in n) print s, n[s] | "sort" }'),
  );
  const { ip_address, requests } = await ask("busiest_clients", path, { top: 1 });
  expect(`${requests[0]} ${ip_address[0]}`).toBe(
    awk("NR > 1 { n[$2]++ } END { for (c in n) if (n[c] > most) { most = n[c]; who = c } print most, who }"),
  );
});

it("what stands at a bound belongs to what the bound names", async () => {
  const path = await logs["values at the bounds"]();
  const { ip_address, because } = await ask("suspected_bots", path);
  expect(Object.fromEntries(ip_address.map((ip, i) => [ip, because[i]]))).toEqual({
    "198.51.100.60": "bursts",
    "198.51.100.10": "many errors",
    "198.51.100.1": "even gaps",
  });
  const strict = await ask("suspected_bots", path, { even_gaps: 0 });
  expect(strict.ip_address).toEqual(ip_address);
  expect((await ask("rare_status_codes", path)).status_code).toEqual([500]);
});

describe("a parameter", () => {
  const rows = [
    ["00:00:00.000", "/a", 200, "10"],
    ["00:00:30.000", "/b", 200, "100"],
    ["00:01:00.000", "/b", 500, "200"],
    ["00:02:00.000", "/b", 404, "400"],
  ].map(([time, path, status, ms]) => `2026-01-05T${time}Z,192.0.2.1,${path},${status},${ms}.00`);
  const log = { csv: Buffer.from(`${[csvHeader, ...rows].join("\n")}\n`), records: rows.length };

  it.each([
    "2026-01-05T00:01:00Z",
    "2026-01-05 00:01",
    "2026-01-05T01:01:00+01:00",
    new Date("2026-01-05T00:01:00Z"),
  ])("of moment may be %s, and that instant belongs to after", async (moment) => {
    expect((await ask("before_and_after", log, { moment })).requests).toEqual([2, 2]);
  });

  it.each(["2026-02-30T00:00:00Z", "yesterday", "2026-01-05T25:00:00Z", 5, "", "2026-01-05T00:00:00Z'; --"])(
    "of moment may not be %s",
    async (moment) => {
      await expect(ask("before_and_after", log, { moment })).rejects.toThrow(
        /params: moment: .* is not a moment such as/,
      );
    },
  );

  it("limits what is compared on each side of the moment", async () => {
    const answer = await ask("before_and_after", log, { moment: "2026-01-05T00:01:00Z", minutes: 1 });
    expect(answer).toMatchObject({
      period: ["before", "after"],
      from_time: ["2026-01-05T00:00:00Z", "2026-01-05T00:01:00Z"],
      to_time: ["2026-01-05T00:01:00Z", "2026-01-05T00:02:00Z"],
      requests: [2, 1],
      requests_per_minute: [2, 1],
      server_error_percent: [0, 100],
      p50_ms: [55, 200],
    });
  });

  it("names the windows whose growth is asked for", async () => {
    const answer = await ask("top_growth", log, {
      first_from: "2026-01-05T00:00:00Z",
      first_to: "2026-01-05T00:01:00Z",
      second_from: "2026-01-05T00:01:00Z",
      second_to: "2026-01-05T00:03:00Z",
    });
    expect(answer).toEqual({
      endpoint: ["/b", "/a"],
      first_requests: [1, 1],
      second_requests: [2, 0],
      first_per_minute: [1, 1],
      second_per_minute: [1, 0],
      grown_per_minute: [0, -1],
      grown_percent: [0, -100],
    });
  });

  it("names a window that ends before it begins: nothing is known of the rate in it", async () => {
    const backwards = { first_from: "2026-01-05T00:02:00Z", first_to: "2026-01-05T00:00:00Z" };
    const answer = await ask("top_growth", log, { ...backwards, second_from: "2026-01-05T00:01:00Z" });
    expect(answer).toMatchObject({
      endpoint: ["/b"],
      first_requests: [0],
      first_per_minute: [null],
      grown_per_minute: [null],
      grown_percent: [null],
    });
    const early = await ask("before_and_after", log, { moment: "2026-01-04T00:00:00Z" });
    expect(early).toMatchObject({ requests: [0, 4], requests_per_minute: [null, expect.any(Number)] });
  });

  it("sets Apdex's threshold: up to it satisfied, up to four times of it tolerating", async () => {
    const answer = await ask("apdex", log, { threshold_ms: 100 });
    // /a is satisfied; of /b one is, the 500 is frustrated, 400 ms is still tolerated: (1 + 1/2) / 3
    expect(answer).toMatchObject({
      endpoint: ["/b", "/a"],
      apdex: [0.5, 1],
      frustrated: [1, 0],
      tolerating: [1, 0],
    });
  });

  it("says when a visit ends", async () => {
    const minute = await ask("sessions", log, { gap_minutes: 1 });
    expect(minute.sessions).toEqual([0, 0, 1, 0, 0, 0, 0, 0]);
  });
});

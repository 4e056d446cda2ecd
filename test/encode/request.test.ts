import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { folder, write } from "./logs.js";

interface Line {
  address: string;
  method: string;
  path: string;
  status: number;
  size: number;
  referrer: string;
  agent: string;
}

const pattern = /^(\S+) - - \[[^\]]+\] "(\S+) (\S+) HTTP\/1\.1" (\d+) (\d+) "([^"]*)" "([^"]*)"$/;

function linesOf(file: string): Line[] {
  return readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [, address, method, path, status, size, referrer, agent] = pattern.exec(line)!;
      return { address, method, path, status: Number(status), size: Number(size), referrer, agent };
    });
}

const own = (line: Line) => line.referrer.startsWith("https://www.example.com");
const isBot = (line: Line) => /bot|UptimeRobot|python-requests/i.test(line.agent);
const share = (lines: Line[], test: (line: Line) => boolean) => lines.filter(test).length / lines.length;

describe("what the combined log says beyond the five fields", () => {
  const path = folder();
  let lines: Line[];
  beforeAll(async () => {
    const [file] = await write(path, { rows: 50_000, seed: 3 }, "a.log");
    lines = linesOf(file);
  });

  test("a visitor keeps its user agent", () => {
    const agents = new Map<string, string>();
    const several = new Set<string>();
    for (const { address, agent } of lines) {
      if ((agents.get(address) ?? agent) !== agent) several.add(address);
      agents.set(address, agent);
    }
    // Two of n visitors have one address by chance in n²/2^33 of the logs, here one of a hundred: never three pairs.
    expect(several.size).toBeLessThan(3);
    expect(new Set(agents.values()).size).toBeGreaterThan(40);
  });

  test("bots, 6 % of the requests by the scenario, have bots' user agents and no referrer", () => {
    const standardError = Math.sqrt((0.06 * 0.94) / lines.length);
    expect(Math.abs(share(lines, isBot) - 0.06)).toBeLessThan(5 * standardError);
    expect(lines.filter(isBot).every(({ referrer }) => referrer === "-")).toBe(true);
  });

  test("people come from elsewhere or nowhere at first, and then from the site's own pages", () => {
    const people = lines.filter((line) => !isBot(line));
    const home = people.filter(({ path }) => path === "/"); // asked for most at the beginning of a visit
    const cart = people.filter(({ path }) => path === "/cart"); // and this at its end
    expect(share(home, own)).toBeLessThan(0.75);
    expect(share(cart, own)).toBeGreaterThan(0.95);
    expect(people.filter(({ method }) => method === "POST").every(own)).toBe(true);
    const pages = new Set(lines.map(({ path }) => path));
    for (const { referrer } of lines.filter(own)) expect(pages).toContain(new URL(referrer).pathname);
  });

  test("an answer without a body has the size 0, a file always the same one", () => {
    for (const { status, size } of lines) expect(size === 0).toBe(status === 304);
    const banner = lines.filter(({ path, status }) => path === "/images/banner.jpg" && status === 200);
    expect(new Set(banner.map(({ size }) => size)).size).toBe(1);
  });

  test("sizes follow the endpoint's lognormal: median 20,000, σ 0.5", async () => {
    const endpoint = {
      route: "/page",
      method: "GET" as const,
      popularity: 1,
      latency: { p50: 30, spread: 0.3, tail: 0.02, tailIndex: 2 },
      size: { median: 20_000, spread: 0.5 },
      status: { 200: 1 },
    };
    const [file] = await write(
      path,
      { rows: 50_000, scenario: { site: { endpoints: [endpoint] } } },
      "s.log",
    );
    const logs = linesOf(file)
      .map(({ size }) => Math.log(size / 20_000) / 0.5)
      .sort((a, b) => a - b);
    // Kolmogorov–Smirnov: a true normal passes 2.7 / √n once in a million cases
    const normal = (x: number) => 0.5 * (1 + erf(x / Math.SQRT2));
    const gap = Math.max(...logs.map((x, i) => Math.abs((i + 0.5) / logs.length - normal(x))));
    expect(gap).toBeLessThan(2.7 / Math.sqrt(logs.length));
  });

  test("apps and services name themselves and send no referrer", async () => {
    for (const agents of ["app", "services"] as const) {
      const [file] = await write(path, { rows: 2000, scenario: { visitors: { agents } } }, `${agents}.log`);
      const made = linesOf(file);
      expect(made.every(({ referrer }) => referrer === "-")).toBe(true);
      expect(made.filter((line) => !isBot(line)).some(({ agent }) => agent.startsWith("Mozilla"))).toBe(
        false,
      );
    }
  });

  test("another seed brings other clients", async () => {
    const [file] = await write(path, { rows: 2000, seed: 4 }, "other.log");
    const known = new Set(lines.map(({ referrer }) => referrer));
    expect(linesOf(file).some(({ referrer }) => !known.has(referrer))).toBe(true);
  });
});

/** Abramowitz & Stegun 7.1.26; error below 1.5e-7. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const tail =
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) *
    Math.exp(-x * x);
  return Math.sign(x) * (1 - tail);
}

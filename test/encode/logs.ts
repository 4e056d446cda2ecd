import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { FormatName } from "#lib/encode/formats";
import type { ReadFormat } from "#lib/read/formats/formats";
import type { ReadOptions } from "#lib/read/read";
import type { ScenarioInput } from "#lib/scenario/types";
import { type GenerateOptions, generate } from "#lib/write/generate";

/** A folder of its own for the files of a test file, removed when it is done. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "server-logs-formats-"));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const endpoint = (
  route: string,
  method: "GET" | "POST" = "GET",
  status = { 200: 90, 304: 4, 404: 4, 500: 2 },
) => ({
  route,
  method,
  popularity: 1,
  latency: { p50: 40, spread: 0.5, tail: 0.05, tailIndex: 1.2 },
  status,
});

/** Routes that break a careless writer of CSV, JSON or quoted text. */
export const hostile: Exclude<ScenarioInput, string> = {
  traffic: { start: "2026-02-28T12:00:00Z", end: "2026-03-01T12:00:00Z", rows: 20_000 },
  site: {
    identifiers: true,
    endpoints: [
      endpoint("/plain"),
      endpoint('/a"quoted"'),
      endpoint("/comma,separated"),
      endpoint("/back\\slash\\"),
      endpoint("/escape\\x22d"),
      endpoint("/%22{id}'"),
      endpoint('/x/{id}/"y",z'),
      endpoint("/{id}"),
      endpoint("/[<script>&amp;]~"),
      endpoint("/a?b=c&d=%0A", "POST"),
    ],
  },
};

/** The name of a written format in `read`, if it differs; a combined log has no response time. */
export function readAs(format: FormatName): ReadOptions {
  const names: Partial<Record<FormatName, ReadFormat>> = {
    ndjson: "json",
    "nginx-json": "json",
    "combined-timed": "combined",
    "vhost-combined": "combined",
    cloudfront: "w3c",
  };
  const timeless = format === "combined" || format === "vhost-combined";
  return { format: names[format] ?? (format as ReadFormat), ...(timeless && { timeUnit: "none" }) };
}

/** What a format keeps of a record: whole seconds, and how many hundredths of a millisecond its smallest step has. */
export const keeps: Partial<
  Record<FormatName, { seconds?: true; step: number; path?: (path: string) => string }>
> = {
  ndjson: { step: 1 },
  combined: { seconds: true, step: 0 },
  "combined-timed": { seconds: true, step: 100 },
  "vhost-combined": { seconds: true, step: 0 },
  "nginx-json": { seconds: true, step: 100 },
  "ingress-nginx": { seconds: true, step: 100 },
  // A dash stands for no query.
  w3c: { seconds: true, step: 100, path: (text) => text.replace(/^([^?]*)\?-?("?)$/, "$1$2") },
  cloudfront: { seconds: true, step: 100, path: (text) => text.replace(/^([^?]*)\?-?("?)$/, "$1$2") },
  alb: {
    step: 100,
    path: (text) => text.replaceAll('""', "%22").replaceAll("\\", "%5C").replaceAll('"', ""),
  },
  caddy: { step: 1 },
  "envoy-json": { step: 100 },
  ecs: { step: 1 },
};

/** A row of the CSV as a format keeps it. */
export function kept(
  row: string,
  { seconds, step, path = (text) => text }: NonNullable<(typeof keeps)[FormatName]>,
): string {
  const [, time, address, endpoint, status, took] = /^([^,]*),([^,]*),(.*),(\d+),([\d.]*)$/.exec(row)!;
  const hundredths = Math.round(Number(took) * 100);
  const printed = step === 0 ? "" : ((hundredths - (hundredths % step)) / 100).toFixed(2);
  // A cell is quoted for a comma and a quote; what a path loses of these, the cell loses, too.
  const cell = path === undefined ? endpoint : requoted(path(endpoint), endpoint);
  return [seconds ? time.replace(/\d{3}Z$/, "000Z") : time, address, cell, status, printed].join(",");
}

const requoted = (text: string, before: string) =>
  before.startsWith('"') && !text.startsWith('"') && text.includes(",") ? `"${text}"` : text;

/** Writes the same log in several forms, one after the other. @returns the paths, in order */
export async function write(folder: string, options: GenerateOptions, ...names: string[]): Promise<string[]> {
  const paths: string[] = [];
  for (const name of names) {
    const format = name.startsWith("timed") ? ("combined-timed" as const) : undefined;
    const log = await generate({ ...options, key: false, out: join(folder, name), format });
    paths.push(log.path!);
  }
  return paths;
}

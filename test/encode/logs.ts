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

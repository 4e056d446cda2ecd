import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "#lib/write/generate";
import { MeasuredLog } from "../measures/log.js";

/**
 * Makes a log, opens it for measuring and removes it again.
 * @template T
 * @param {import("#lib/write/generate").GenerateOptions} options
 * @param {(log: MeasuredLog) => Promise<T>} measure
 * @param {(csv: string, folder: string) => Promise<MeasuredLog>} [open]
 * @returns {Promise<T>}
 */
export async function withLog(options, measure, open = MeasuredLog.open) {
  const folder = await mkdtemp(join(tmpdir(), "realism-"));
  try {
    const out = join(folder, "log.csv");
    await generate({ seed: 42, ...options, out });
    const log = await open(out, folder);
    try {
      return await measure(log);
    } finally {
      log.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A week from a Monday. @param {string} preset @param {number} rows */
export function week(preset, rows) {
  return { scenario: preset, rows, start: "2026-01-05T00:00:00Z", end: "2026-01-12T00:00:00Z" };
}

/**
 * A day of a preset whose intensity is steady: 1 (its mean over the week) from 02:00 to 10:00, 2 from 15:00 to 17:00.
 * @param {string} preset @param {number} rows
 */
export function doubledIntensity(preset, rows) {
  const hours = Array.from({ length: 24 }, (_, hour) =>
    hour >= 1 && hour <= 10 ? 1 : hour >= 14 && hour <= 17 ? 2 : 0.6,
  );
  const weekdays = new Array(7).fill(1);
  return { scenario: { preset, traffic: { hours, weekdays, trend: 0, burstiness: 0 } }, rows };
}

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { InputError, quoted } from "../errors.js";
import { reason } from "../files/fault.js";
import { WholeFile } from "../files/wholeFile.js";
import { GENERATOR_VERSION, type Plan } from "../generate/plan.js";
import { momentText } from "../scenario/moment.js";
import type { LogSlice } from "../write/sliceEncoder.js";
import type { HandIncident } from "./streamIncidents.js";
import type { Position } from "./stretch.js";

/** The checkpoint of a stream, kept in a small file, from which the next run continues. */
export interface StreamProgress extends Position {
  readonly version: 1;
  /** Identifies scenario, seed, window and format: SHA-256, hexadecimal. */
  readonly log: string;
  /** The log's first moment and its end, for a run whose options do not give them. */
  readonly start: string;
  readonly end: string;
  /** The new name of the previous file, while that file is being renamed. */
  readonly rotating?: string | undefined;
  /** Incidents that were begun by hand. `log` does not include them. */
  readonly incidents?: readonly HandIncident[] | undefined;
}

/** What identifies a log, without the progress. */
export function identityOf(plan: Plan, slice: LogSlice): Omit<StreamProgress, "at" | "skip"> {
  const { scenario, seed, without, format, from, to } = slice;
  const text = JSON.stringify([GENERATOR_VERSION, scenario, seed, without, format, from, to]);
  return {
    version: 1,
    log: createHash("sha256").update(text).digest("hex"),
    start: momentText(plan.start),
    end: momentText(plan.end),
  };
}

/**
 * Reads the checkpoint of a stream; undefined if there is no such file.
 * @throws InputError naming `argument` when the file is something else
 */
export async function readProgress(path: string, argument: string): Promise<StreamProgress | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new InputError(`${argument}: cannot read ${quoted(path)}: ${reason(error, "read")}`);
  }
  let value: Partial<StreamProgress> | undefined;
  try {
    value = JSON.parse(text);
  } catch {
    // reported below
  }
  const isSound =
    value?.version === 1 &&
    [value.log, value.start, value.end].every((each) => typeof each === "string") &&
    [value.at, value.skip].every((each) => Number.isSafeInteger(each)) &&
    (value.incidents === undefined || Array.isArray(value.incidents));
  if (!isSound)
    throw new InputError(
      `${argument}: ${quoted(path)} is not the checkpoint of a stream; remove it to begin again`,
    );
  return value as StreamProgress;
}

/** Writes the checkpoint of a stream. The file is replaced as a whole. */
export async function writeProgress(path: string, progress: StreamProgress, argument: string): Promise<void> {
  const file = await WholeFile.create(path, argument);
  try {
    await file.write(new TextEncoder().encode(`${JSON.stringify(progress)}\n`));
    await file.commit();
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/** @throws InputError when the checkpoint is that of another log */
export function checkSameLog(progress: StreamProgress, log: string, path: string, argument: string): void {
  if (progress.log === log) return;
  throw new InputError(
    `${argument}: ${quoted(path)} belongs to another log, from ${progress.start} to ${progress.end}: give the same scenario, seed, window and format to go on, or another file`,
  );
}

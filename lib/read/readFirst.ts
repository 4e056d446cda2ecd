import { rm } from "node:fs/promises";
import { join } from "node:path";
import { InputError, quoted } from "../errors.js";
import { elementLines, isSpreadJson } from "../files/jsonElements.js";
import { contentOf, Lines } from "../files/lines.js";
import { scratchFolder } from "../files/scratch.js";
import { csvHeader, type Source } from "../record.js";
import type { Work } from "../work.js";
import { firstLines, recognise, sampleSize } from "./detect.js";
import { lineFormats } from "./formats/formats.js";
import { type ReadLog, read } from "./read.js";
import { checkReadOptions, type ReadOptions, readOptions } from "./readOptions.js";
import { eitherClient, Row } from "./row.js";

/**
 * How to read a server's own log when a question or a check needs its records: the options of `read`, except for its
 * files.
 */
export interface ReadingOptions extends Omit<ReadOptions, "out" | "quarantine"> {
  /** Receives the counts of the lines of a log that had to be read first. */
  onRead?: ((log: ReadLog) => void) | undefined;
}

/** Names of these options. */
export const readingOptions: readonly string[] = [
  ...readOptions.filter((name) => name !== "out" && name !== "quarantine"),
  "onRead",
];

/** Whether any option says how to read. Then even a five-field CSV is read as a log. */
export const saysHow = ({ onRead: _, ...how }: ReadingOptions): boolean =>
  Object.values(how).some((option) => option !== undefined);

/**
 * Whether the first lines look like a server's own log and not like a CSV, valid or not.
 * | @throws InputError if the source cannot be opened
 */
export async function isServersOwn(source: Source, work: Work): Promise<boolean> {
  const head = await new Lines(contentOf(source), "source").sample(sampleSize, work);
  const first = firstLines(isSpreadJson(head) ? elementLines(head) : head);
  if (
    first.length === 0 ||
    Buffer.from(first[0].subarray(0, csvHeader.length)).equals(Buffer.from(csvHeader))
  )
    return false;
  try {
    const { name, reading } = recognise(lineFormats, checkReadOptions({}).formatOptions, first, "the log");
    const row = new Row();
    return (
      name !== "csv" &&
      first.some((line) => [undefined, eitherClient].includes(reading.read(line, 0, line.length, row)))
    );
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

/** @throws InputError if a log was damaged, since a part of a log would give wrong answers */
export function refuseDamaged({ sources }: ReadLog): void {
  for (const { name, damage } of sources)
    if (damage !== undefined) throw new InputError(`source: ${quoted(name)} is damaged: ${damage}`);
}

/**
 * Calls `use` with a private CSV of a log's records, which is removed afterwards.
 * | @throws InputError if the log cannot be read or its format is unclear
 */
export async function withRecords<T>(
  source: Source,
  { onRead, ...options }: ReadingOptions,
  work: Work,
  use: (csv: string, log: ReadLog) => Promise<T>,
): Promise<T> {
  const folder = await scratchFolder();
  try {
    const csv = join(folder, "requests.csv");
    const log = await read(contentOf(source), { ...options, out: csv }, work);
    onRead?.(log);
    return await use(csv, log);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

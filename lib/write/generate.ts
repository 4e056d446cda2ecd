import { closeSync, openSync, readSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { FormatName } from "../encode/formats.js";
import { InputError, quoted } from "../errors.js";
import { Digest } from "../files/digest.js";
import { Outputs } from "../files/outputs.js";
import { checkPlaces } from "../files/places.js";
import { MemorySink } from "../files/sink.js";
import { GENERATOR_VERSION, type Plan } from "../generate/plan.js";
import type { Log } from "../record.js";
import type { Scenario } from "../scenario/types.js";
import { type AnswerKey, answerKey } from "../truth/answerKey.js";
import { labelHeader } from "../truth/labels.js";
import { Pace, type Work } from "../work.js";
import { type GenerateOptions, noPlaceForLabels, type Prepared, prepare } from "./options.js";
import { pieces, workerCount } from "./pieces.js";
import { logPlaces, placesOfLog } from "./places.js";
import { hasHeader, type LogSlice } from "./sliceEncoder.js";

export type { GenerateOptions } from "./options.js";

/** A generated log: where it is and how it was made. */
export interface GeneratedLog extends Log {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly generatorVersion: number;
  readonly format: FormatName;
  /** The log lies between these two moments, ISO 8601; the second is excluded. */
  readonly from: string;
  readonly to: string;
  /** Size of the file. */
  readonly bytes: number;
  /** SHA-256 of the file, hexadecimal. */
  readonly sha256: string;
  /** The exact answers to questions about the log. */
  readonly key: AnswerKey;
  /** Path of the answer key, if it was written. */
  readonly keyPath?: string;
  /** Path of the labels, if they were written. */
  readonly labelsPath?: string;
  /**
   * The first lines of the log as text. Available for logs in memory and for whole text files.
   * @param count how many lines
   */
  lines(count: number): string[];
}

/**
 * Makes a log. The same scenario and seed always give the same bytes, on any machine.
 *
 * @example const logs = await generate({ rows: 1_000, seed: 42, out: "data/server_logs.csv" });
 *
 * @throws InputError that names the argument, its value and the rule, before anything is written
 * @throws InterruptedError if `signal` stops it; nothing is left behind
 */
export async function generate(options: GenerateOptions = {}): Promise<GeneratedLog> {
  return generatePrepared(prepare(options), options);
}

/** Makes a log whose options were checked: a caller that makes many parts of one plans it once. */
export async function generatePrepared(
  { plan, slice, out, compression }: Prepared,
  options: Pick<GenerateOptions, "key" | "workers" | keyof Work>,
): Promise<GeneratedLog> {
  const { from, to } = slice;
  const workers = workerCount(options.workers, plan, from, to);
  const places = await logPlaces(out, { key: options.key ?? true, labels: slice.labels });
  if (slice.labels && places.labels === undefined) noPlaceForLabels();
  await checkPlaces([], placesOfLog(places));
  const outputs = new Outputs(options);
  const memory = new MemorySink();
  const log = new Digest();
  const labels = new Digest();
  let making: ReturnType<typeof pieces> | undefined;
  try {
    const file = out === undefined ? undefined : await outputs.open(out, "out", { compression, digest: log });
    const name = file?.path === undefined ? "" : basename(file.path);
    if (places.key !== undefined && typeof options.key !== "string") await refuseOtherKey(places.key, name);
    const keyFile = places.key === undefined ? undefined : await outputs.open(places.key, "key");
    const labelFile =
      places.labels === undefined
        ? undefined
        : await outputs.open(places.labels, "labels", { digest: labels });
    if (hasHeader(slice, plan)) await labelFile?.put(new TextEncoder().encode(labelHeader));
    const put = async (bytes: Uint8Array) => {
      if (file) return file.put(bytes);
      log.add(bytes);
      await memory.write(bytes);
    };
    const pace = new Pace(options);
    const known = exactRows(plan, slice);
    let records = 0;
    let until = from;
    making = pieces(slice, plan, workers);
    let step = await making.next();
    for (; !step.done; step = await making.next()) {
      const piece = step.value;
      records += piece.records;
      if (piece.bytes.length > 0) await put(piece.bytes);
      if (piece.labels) await labelFile!.put(piece.labels.slice());
      // Incidents and defects add and drop records, so the rest is estimated from the part of the time that has been
      // made.
      until = Math.min(to, Math.max(until, piece.until ?? from));
      const left = plan.rate * plan.intensity.sum(Math.floor(until / 1000), Math.ceil(to / 1000));
      await pace.step(records, known ?? records + Math.round(left), "records");
    }
    await outputs.end();
    pace.check();
    options.onProgress?.({ done: records, total: records, unit: "records" });
    const { bytes, sha256 } = log.result();
    const made = file?.path === undefined ? undefined : { name, format: slice.format, bytes, sha256 };
    const besides = labelFile && { name: basename(places.labels!), ...labels.result() };
    const key = answerKey(
      plan,
      from,
      to,
      step.value,
      made && { ...made, ...(besides && { labels: besides }) },
    );
    await keyFile?.put(new TextEncoder().encode(`${JSON.stringify(key)}\n`));
    await outputs.commit();
    const inMemory = out === undefined ? memory.bytes() : undefined;
    return {
      ...(file?.path !== undefined && { path: file.path }),
      ...(inMemory && slice.format === "csv" && { csv: inMemory }),
      records,
      scenario: plan.scenario,
      seed: plan.seed,
      generatorVersion: GENERATOR_VERSION,
      format: slice.format,
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      bytes,
      sha256,
      key,
      ...(keyFile?.path !== undefined && { keyPath: keyFile.path }),
      ...(places.labels !== undefined && { labelsPath: places.labels }),
      lines: (count) => {
        if (compression || slice.format === "parquet")
          throw new InputError(`lines: ${name} is compressed; read a log of plain text`);
        return beginningOf(inMemory, file?.path, count);
      },
    };
  } catch (error) {
    await making?.return([]); // ends the workers
    await outputs.discard();
    throw error;
  }
}

/**
 * Refuses to overwrite the answer key of another log while that log exists: x.csv and x.parquet would share
 * x.truth.json.
 * @throws InputError that names the other log
 */
async function refuseOtherKey(path: string, name: string): Promise<void> {
  const isFile = async (file: string) => (await stat(file).catch(() => undefined))?.isFile() === true;
  if (!(await isFile(path))) return;
  const key = await readFile(path, "utf8")
    .then(JSON.parse)
    .catch(() => undefined); // a file that is not an answer key may be overwritten
  const other: unknown = key?.file?.name;
  if (typeof other !== "string" || other === name || !(await isFile(join(dirname(path), basename(other)))))
    return;
  throw new InputError(
    `key: ${quoted(basename(path))} is the answer key of ${quoted(other)}, which stands beside it: give out another name, or leave the key away (key: false, --no-key)`,
  );
}

/** The number of records, if it is known in advance: that of a whole log in which nothing adds or removes records. */
function exactRows(
  { start, end, rows, happening, scenario }: Plan,
  { from, to }: LogSlice,
): number | undefined {
  const whole = from === start * 1000 && to === end * 1000;
  return whole && happening.length === 0 && scenario.defects.duplicated === 0 ? rows : undefined;
}

function beginningOf(bytes: Uint8Array | undefined, path: string | undefined, count: number): string[] {
  if (!Number.isInteger(count) || count < 0 || count > 10_000) {
    throw new InputError(`count: must be a whole number from 0 to 10000, not ${quoted(count)}`);
  }
  let head = bytes?.subarray(0, (count + 1) * 4096);
  if (head === undefined && path !== undefined) {
    const descriptor = openSync(path, "r");
    head = new Uint8Array((count + 1) * 4096);
    head = head.subarray(0, readSync(descriptor, head));
    closeSync(descriptor);
  }
  const lines = new TextDecoder().decode(head).split("\n");
  return lines.slice(0, Math.min(count, lines.length - 1));
}

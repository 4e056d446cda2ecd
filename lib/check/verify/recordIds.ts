import { counted, grouped } from "../../digits.js";
import { formats } from "../../encode/formats.js";
import { InputError, quoted } from "../../errors.js";
import { openBytes, readSize } from "../../files/bytes.js";
import { standardInput } from "../../files/places.js";
import { type Batch, copyRow, newBatch } from "../../generate/batch.js";
import { LogStream } from "../../generate/logStream.js";
import { type Plan, planOf } from "../../generate/plan.js";
import type { Columns } from "../../record.js";
import { UNREADABLE } from "../../scenario/defects.js";
import { recordId, recordIdPrefix } from "../../truth/recordId.js";
import { Pace, type Work } from "../../work.js";
import { answerKeyOf, type KeySource } from "./key.js";

/** How the ids in what a collector wrote compare with those that were streamed. */
export interface IdVerification {
  /** Whether each id is there just once, and no other of this log. */
  readonly valid: boolean;
  /** Records streamed, those with a line that a defect spoiled left out. */
  readonly expected: number;
  /** Number of ids that were found, with repetitions. */
  readonly found: number;
  /** Number of records whose id was not found. */
  readonly missing: number;
  /** Number of surplus copies of streamed ids. */
  readonly doubled: number;
  /** Number of ids in this log's format that none of its records has. */
  readonly unexpected: number;
  /** The first of each kind: `difference`, `record_id`, `delivered`, `copies`, and the record as `line` of JSON. */
  readonly differences: Columns;
  /** All of this in a few lines of text. */
  readonly summary: string;
}

/**
 * Number of records that are looked for at a time. For a longer log, the copies are read again for each further part.
 */
const PART = 1 << 22;

/**
 * Names the records that a collector lost or doubled, by the ids with which they were streamed (`stream --record-ids`).
 * An id is a word, which is found anywhere: in lines, syslog messages, OTLP's JSON, or an export of Loki. Memory is
 * bounded, about 50 MB more than the process, for any number of records.
 *
 * @param copies the files that the collector wrote: plain, gzip or zstd, or "-" for standard input
 * @param key the answer key of what was streamed
 * @param limit differences of each kind that are shown
 * @throws InputError when a copy or the key cannot be read
 */
export async function verifyRecordIds(
  copies: readonly string[],
  key: KeySource,
  limit: number,
  work: Work = {},
): Promise<IdVerification> {
  if (!Number.isInteger(limit) || limit < 0 || limit > 10_000)
    throw new InputError(`limit: must be a whole number from 0 to 10000, not ${quoted(limit)}`);
  const { scenario, seed, incidents, from, to } = await answerKeyOf([], key);
  for (const path of copies) if (path !== standardInput) await (await openBytes(path, "copy")).close();
  const without = incidents.filter(({ happened }) => !happened).map(({ id }) => id);
  const plan = planOf(scenario, seed, without);
  const prefix = recordIdPrefix(scenario, seed);
  const [begin, end] = [Date.parse(from), Date.parse(to)];
  const counts = { expected: 0, found: 0, missing: 0, doubled: 0, unexpected: 0, bare: 0 };
  const shown = { missing: 0, doubled: 0 };
  const differences: Record<string, (string | number)[]> = {
    difference: [],
    record_id: [],
    delivered: [],
    copies: [],
    line: [],
  };
  let isFirst = true;
  for await (const part of partsOf(plan, begin, end, work)) {
    if (!isFirst && copies.includes(standardInput))
      throw new InputError(
        `copy: standard input can be read once only, and a log of more than ${grouped(PART)} records is read in parts: give a file`,
      );
    isFirst = false;
    for (const path of copies)
      await findIds(path, prefix, work, (at, skip) => {
        if (at < part.from || at >= part.to) return;
        counts.found++;
        const row = part.rowOf(at, skip);
        if (row === undefined) counts.unexpected++;
        else if (part.seen[row] < 255) part.seen[row]++;
      });
    for (let row = 0; row < part.length; row++) {
      const seen = part.seen[row];
      if (part.spoiled[row] === 0) counts.expected++;
      else if (seen === 0) counts.bare++;
      if (seen > 1) counts.doubled += seen - 1;
      if (seen === 0 && part.spoiled[row] === 0) counts.missing++;
      const kind = seen > 1 ? "doubled" : seen === 0 && part.spoiled[row] === 0 ? "missing" : undefined;
      if (kind === undefined || shown[kind] >= limit) continue;
      shown[kind]++;
      const { at, skip } = part.placeOf(row);
      differences.difference.push(kind);
      differences.record_id.push(recordId(prefix, at, skip));
      differences.delivered.push(new Date(at).toISOString());
      differences.copies.push(seen);
      differences.line.push(await lineAt(plan, at, skip));
    }
  }
  const { missing, doubled, unexpected, expected, found, bare } = counts;
  const valid = missing + doubled + unexpected === 0;
  const differing = [
    ...(missing > 0 ? [`${grouped(missing)} missing`] : []),
    ...(doubled > 0 ? [`${grouped(doubled)} doubled`] : []),
    ...(unexpected > 0 ? [`${grouped(unexpected)} ids that no record of this log has`] : []),
  ];
  const inWords = `${counted(expected, "record")} streamed, ${counted(found, "id")} found`;
  const summary = [
    valid ? `equal: ${inWords}, each once` : `not equal: ${inWords}: ${differing.join(", ")}`,
    ...(bare > 0
      ? [
          `  note: ${grouped(bare)} lines that a defect spoiled when the log was written have no id and are not expected`,
        ]
      : []),
  ].join("\n");
  return { valid, expected, found, missing, doubled, unexpected, differences, summary };
}

/** Records of a log in order of delivery, and how often the id of each was seen. */
class Part {
  length = 0;
  /** The part has the records that are delivered from this moment on and before `to`; milliseconds since 1970. */
  from = Number.NEGATIVE_INFINITY;
  to = Number.POSITIVE_INFINITY;
  seen = new Uint8Array(0);
  #at = new Float64Array(1 << 16);
  #spoiled = new Uint8Array(1 << 16);

  get spoiled(): Uint8Array {
    return this.#spoiled;
  }

  add(at: number, isSpoiled: boolean): void {
    if (this.length === this.#at.length) {
      const [moments, spoiled] = [this.#at, this.#spoiled];
      this.#at = new Float64Array(2 * this.length);
      this.#at.set(moments);
      this.#spoiled = new Uint8Array(2 * this.length);
      this.#spoiled.set(spoiled);
    }
    this.#at[this.length] = at;
    this.#spoiled[this.length++] = Number(isSpoiled);
  }

  /** When the last record was delivered. */
  get last(): number {
    return this.#at[this.length - 1];
  }

  /** The record after `skip` others of the same moment; undefined if there is none. */
  rowOf(at: number, skip: number): number | undefined {
    const row = this.#firstAt(at) + skip;
    return row < this.length && this.#at[row] === at ? row : undefined;
  }

  placeOf(row: number): { at: number; skip: number } {
    const at = this.#at[row];
    return { at, skip: row - this.#firstAt(at) };
  }

  /** The first record that is not delivered before a moment. */
  #firstAt(at: number): number {
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#at[middle] < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A log's records, some million at a time. The records of one moment are never in two parts. */
async function* partsOf(plan: Plan, begin: number, end: number, work: Work): AsyncGenerator<Part> {
  const stream = new LogStream(plan);
  const pace = new Pace(work);
  let part = new Part();
  for (const batch of stream.batches(begin, end)) {
    for (let row = 0; row < batch.length; row++) {
      const at = stream.deliveredAt(batch, row);
      if (part.length >= PART && at !== part.last) {
        part.to = at;
        part.seen = new Uint8Array(part.length);
        yield part;
        part = new Part();
        part.from = at;
      }
      part.add(at, batch.defect[row] > 0 && batch.defect[row] <= UNREADABLE);
    }
    await pace.step(part.length, undefined, "records");
  }
  part.seen = new Uint8Array(part.length);
  yield part;
}

const LONGEST_ID = 64;

/** Finds the ids in a file, each with its moment and its number within that moment. */
async function findIds(
  path: string,
  prefix: string,
  work: Work,
  take: (at: number, skip: number) => void,
): Promise<void> {
  const stream = await openBytes(path, "copy");
  const { signal } = work;
  const stop = () => void stream.close().catch(() => {}); // standard input may stay silent for ever
  if (path === standardInput) signal?.addEventListener("abort", stop, { once: true });
  const pace = new Pace(work);
  const form = new RegExp(`(?<![0-9a-f])${prefix}-(\\d{13,15})-(\\d{5,9})(?!\\d)`, "g");
  const buffer = Buffer.alloc(readSize + 2 * LONGEST_ID);
  try {
    for (let kept = 0; ; ) {
      const got = await stream.fill(buffer, kept, readSize);
      const length = kept + got;
      const text = buffer.toString("latin1", 0, length);
      // An id that begins so near the end may continue after it, and is searched again.
      const certain = got === 0 ? length : Math.max(0, length - LONGEST_ID);
      let next = certain;
      form.lastIndex = 0;
      for (let found = form.exec(text); found !== null; found = form.exec(text)) {
        if (found.index >= certain) break;
        take(Number(found[1]), Number(found[2]));
        next = Math.max(next, form.lastIndex);
      }
      if (got === 0) break;
      // One more byte shows what precedes an id.
      const keepFrom = Math.max(0, next - 1);
      buffer.copy(buffer, 0, keepFrom, length);
      kept = length - keepFrom;
      await pace.step(stream.position(), stream.size, "bytes");
    }
    const damage = stream.damage();
    if (damage !== undefined) throw new Error(`${quoted(path)}: ${damage}`);
    pace.check();
  } catch (error) {
    pace.check(); // after an interrupt, reading fails with its own message
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
    await stream.close().catch(() => {});
  }
}

/** A record as a line of JSON, made again. */
async function lineAt(plan: Plan, at: number, skip: number): Promise<string> {
  const one: Batch = newBatch();
  for (const batch of new LogStream(plan).batches(at, at + 1)) {
    if (skip >= batch.length) {
      skip -= batch.length;
      continue;
    }
    copyRow(batch, skip, one, 0);
    one.length = 1;
    break;
  }
  const [bytes] = (await formats.ndjson.encoder(plan)).encode(one);
  return Buffer.from(bytes).toString().trimEnd();
}

import { HASH, OPEN_BRACE } from "../ascii.js";
import { InputError, quoted } from "../errors.js";
import { Line } from "../files/lines.js";
import { CsvWriter } from "./csvWriter.js";
import { type Opened, opened } from "./envelopes/envelopes.js";
import {
  eitherClient,
  type FormatOptions,
  isHeader,
  isOtherFormat,
  isUnreadableRequest,
  type LineFormat,
  OtherFormatError,
  type Reading,
  Row,
} from "./row.js";

/** A format chosen by the beginning of a log. */
export interface Recognised {
  readonly name: string;
  readonly reading: Reading;
  /** Why it was chosen, for people to read. */
  readonly why: string;
  /** How many of the first lines it makes records of, where that chose it. */
  readonly records?: number;
}

/** Number of bytes of a log that decide, and the largest number of lines. */
export const sampleSize = 1 << 18;
const sampleLines = 1000;

/**
 * The first lines of a log, without byte-order mark, line ends, blank lines, and without a last line that is not whole.
 */
export function firstLines(head: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  const isWhole = head.length < sampleSize;
  const block = { bytes: head, end: head.length };
  const line = new Line();
  for (let at = 0; at < head.length && lines.length < sampleLines; at = line.next) {
    line.cut(block, at, at === 0);
    if (!line.isTerminated && !isWhole) break;
    const { start, end } = line;
    if (end > start) lines.push(new Uint8Array(head.buffer, head.byteOffset + start, end - start));
  }
  return lines;
}

/**
 * Chooses the format of a log's lines. If no format fits them, it chooses the format of the lines inside their
 * envelope.
 * | @param path - what errors call the log
 * | @throws InputError if no format fits, with what the nearest formats say of the lines, or if more than one fits
 */
export function recognise(
  formats: Readonly<Record<string, LineFormat>>,
  options: FormatOptions,
  lines: readonly Uint8Array[],
  path: string,
): Recognised {
  if (lines.length === 0) {
    return {
      name: "empty",
      reading: { read: () => "the log began without a line to tell its format by" },
      why: "it has no lines",
    };
  }
  const { found, misses, innermost } = attempt(formats, options, lines, path);
  if (found !== undefined) return found;
  const first = new TextDecoder().decode(innermost.subarray(0, 200));
  throw new InputError(
    `format: cannot tell the format of ${quoted(path)} from its first ${lines.length} lines, which begin ${quoted(first)}${misses}; give one of ${Object.keys(formats).join(", ")}, the server's own log format (--log-format), or a format of your own`,
  );
}

/**
 * Tries all formats on the lines, then on the lines inside an envelope. If none fits, it returns what the nearest
 * formats say.
 */
function attempt(
  formats: Readonly<Record<string, LineFormat>>,
  options: FormatOptions,
  lines: readonly Uint8Array[],
  path: string,
): { found?: Recognised; misses: string; innermost: Uint8Array } {
  const innermost = lines[0];
  const likely = chosen(trialsOf(likelyOf(formats, options, lines), options, lines), options, lines, path);
  const inside = likely === undefined || isText(lines[0]) ? opened(options, lines) : undefined;
  if (likely !== undefined && inside === undefined) return { found: likely, misses: "", innermost };
  const within = inside && attempt(formats, { ...options, received: inside.received }, inside.lines, path);
  // A format that passes over the header takes the line for its own also where the line inside is another's.
  const isBetter = (found: Recognised) =>
    likely === undefined ||
    (found.name !== likely.name &&
      (found.records ?? 0) >= least(formats[found.name], likely.name) * (likely.records ?? 0));
  if (likely !== undefined && !(within?.found !== undefined && isBetter(within.found)))
    return { found: likely, misses: "", innermost };
  if (inside && within?.found !== undefined) {
    const { found } = within;
    return {
      misses: "",
      innermost,
      found: {
        ...found,
        reading: unwrapping(inside, found.reading),
        why: `${found.why}, inside ${inside.title}`,
      },
    };
  }
  if (inside && within)
    return { misses: ` inside ${inside.title}${within.misses}`, innermost: within.innermost };
  const trials = trialsOf(formats, options, lines);
  const found = chosen(trials, options, lines, path);
  return { ...(found && { found }), misses: nearMisses(trials), innermost };
}

/**
 * How many lines a format must read for each that another reads, to be chosen before it. A damaged line of a format may
 * still be one of another that gets less from it.
 */
const least = (format: LineFormat, other: string) => (format.over?.includes(other) ? 0.9 : 1);

/** Whether a line is no JSON object, so that a format may pass over what is put before it. */
const isText = (line: Uint8Array) => line[0] !== OPEN_BRACE;

/** Number of lines that rule out most formats before all lines are tried. */
const fewLines = 48;

/**
 * The formats that can read some of a few lines: the first ones, and others from all parts of the sample. The other
 * formats would read almost none of the lines. Directives (`#Fields`) are always among the few, since the lines after
 * them depend on them.
 */
function likelyOf(
  formats: Readonly<Record<string, LineFormat>>,
  options: FormatOptions,
  lines: readonly Uint8Array[],
): Readonly<Record<string, LineFormat>> {
  if (lines.length <= 2 * fewLines) return formats;
  const places = new Set<number>();
  for (let i = 0; i < fewLines / 4; i++) places.add(i);
  // Multiples of the golden ratio are spread evenly and follow no pattern of the log.
  for (let i = 1; places.size < fewLines; i++) places.add(Math.floor(((i * goldenRatio) % 1) * lines.length));
  const few = lines.filter((line, i) => places.has(i) || line[0] === HASH);
  return Object.fromEntries(
    Object.entries(formats).filter(([, format]) => {
      const { reading, records, unreadable, headers, miss } = trialOf("", format, options, few);
      const isAsking = reading === undefined && miss !== undefined; // more lines may decide it
      return isAsking || records + unreadable + headers > 0;
    }),
  );
}

const goldenRatio = (Math.sqrt(5) - 1) / 2;

/**
 * Prepares a format that was requested, for the lines of a log as they are. If they give no records, it prepares the
 * format for the lines inside an envelope.
 * | @throws InputError if the lines rule the format out
 */
export function readingAsked(
  format: LineFormat,
  options: FormatOptions,
  lines: readonly Uint8Array[],
): { reading: Reading; inside?: string } {
  const bare = readingOf(format, options, lines);
  if (bare === undefined || (lines.length > 0 && !hasRecord(bare, lines, options.standIns))) {
    const within = readingWithin(format, options, lines);
    if (within !== undefined) return within;
  }
  return { reading: format.reading(options, lines) }; // made again, as the one that was tried may remember the lines
}

/** The same for the lines inside an envelope, or inside one within it: docker's in the journal. */
function readingWithin(
  format: LineFormat,
  options: FormatOptions,
  lines: readonly Uint8Array[],
): { reading: Reading; inside: string } | undefined {
  const inside = opened(options, lines);
  if (inside === undefined) return;
  const own = { ...options, received: inside.received };
  const reading = readingOf(format, own, inside.lines);
  if (
    reading &&
    (reading.unsure !== undefined || countOf(reading, inside.lines, options.standIns).records > 0)
  )
    return { reading: unwrapping(inside, format.reading(own, inside.lines)), inside: inside.title };
  const deeper = readingWithin(format, own, inside.lines);
  return (
    deeper && {
      reading: unwrapping(inside, deeper.reading),
      inside: `${deeper.inside}, inside ${inside.title}`,
    }
  );
}

const unwrapping = (inside: Opened, reading: Reading): Reading => ({
  ...reading,
  read: inside.wrap(reading.read),
});

/** How well a format fits the first lines. */
interface Trial {
  readonly name: string;
  readonly format: LineFormat;
  /** Undefined if the lines rule the format out. */
  readonly reading?: Reading;
  readonly records: number;
  /** Number of lines in this format with a request that the server could not read. */
  readonly unreadable: number;
  readonly headers: number;
  /** Why most of the other lines are not records; undefined if they are in another format altogether. */
  readonly miss?: string | undefined;
}

function trialsOf(
  formats: Readonly<Record<string, LineFormat>>,
  options: FormatOptions,
  lines: readonly Uint8Array[],
): Trial[] {
  const trials = Object.entries(formats).map(([name, format]) => trialOf(name, format, options, lines));
  return trials.sort(
    (a, b) =>
      likeness(b) - likeness(a) ||
      Number(a.format.general ?? false) - Number(b.format.general ?? false) ||
      b.records - a.records,
  );
}

function trialOf(
  name: string,
  format: LineFormat,
  options: FormatOptions,
  lines: readonly Uint8Array[],
): Trial {
  try {
    const reading = format.reading(options, lines);
    return { name, format, reading, ...countOf(reading, lines, options.standIns) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const miss = error instanceof OtherFormatError ? undefined : error.message.replace(/^format: /, "");
    return { name, format, records: 0, unreadable: 0, headers: 0, miss };
  }
}

const likeness = ({ records, unreadable }: Trial) => records + unreadable;

/**
 * The format that reads records from at least half of the first lines (counting requests that the server could not
 * read), and from at least twice as many as any other format; or the format to which all of them are headers.
 * | @throws InputError if more than one format fits
 */
function chosen(
  trials: readonly Trial[],
  options: FormatOptions,
  lines: readonly Uint8Array[],
  path: string,
): Recognised | undefined {
  const isEnough = (trial: Trial) =>
    likeness(trial) > 0 && likeness(trial) >= (lines.length - trial.headers) / 2;
  const known = trials.some((trial) => !trial.format.general && trial.reading && isEnough(trial));
  const fitting = trials.filter(
    (trial) =>
      trial.reading !== undefined &&
      !(known && trial.format.general) &&
      !trials.some(
        (other) =>
          other.format.over?.includes(trial.name) &&
          likeness(other) >= least(other.format, trial.name) * likeness(trial),
      ),
  );
  // A log without records so far, such as the CSV of a log in which every line was quarantined.
  const bare = fitting.find(({ headers }) => headers === lines.length);
  if (bare?.reading !== undefined) {
    return {
      name: bare.name,
      reading: bare.reading,
      why: `${bare.format.title}: a header and nothing behind it`,
    };
  }
  const [best] = fitting;
  if (best === undefined || !isEnough(best)) return;
  const second = fitting.find((other) => other !== best && !other.format.general);
  if (second !== undefined && likeness(second) > likeness(best) / 2) {
    throw new InputError(
      `format: the first ${lines.length} lines of ${quoted(path)} may be ${best.name} (${best.records} read) or ${second.name} (${second.records}): say which`,
    );
  }
  const headers = best.headers > 0 ? " behind a header" : "";
  return {
    name: best.name,
    records: best.records,
    reading: best.format.reading(options, lines), // made again, as the one that was tried may remember the lines
    why: `${best.format.title}: ${best.records} of its first ${lines.length - best.headers} lines${headers} read so`,
  };
}

/** What the nearest formats say of the lines, as `--format` with their names would report it. */
function nearMisses(trials: readonly Trial[]): string {
  return (
    trials
      .filter(({ records, miss }) => records > 0 || miss !== undefined)
      // What a format says of the names that it found comes before what it says of single lines.
      .sort(
        (a, b) => b.records - a.records || Number(a.reading !== undefined) - Number(b.reading !== undefined),
      )
      .slice(0, 3)
      .map(({ name, records, miss }) =>
        records > 0
          ? `; the nearest, ${name}, reads ${records} of them${miss === undefined ? "" : `, and of others says: ${miss}`}`
          : `; ${name} says: ${miss}`,
      )
      .join("")
  );
}

function readingOf(
  format: LineFormat,
  options: FormatOptions,
  lines: readonly Uint8Array[],
): Reading | undefined {
  try {
    return format.reading(options, lines);
  } catch (error) {
    if (error instanceof InputError) return;
    throw error;
  }
}

/** Whether any of the lines is a record; the first one decides. */
function hasRecord(reading: Reading, lines: readonly Uint8Array[], standIns = false): boolean {
  return lines.some((line) => countOf(reading, [line], standIns).records > 0);
}

/** Counts how the lines are read. */
function countOf(reading: Reading, lines: readonly Uint8Array[], standIns = false) {
  const row = new Row();
  const rows = new CsvWriter(1 << 12, false, standIns);
  const misses = new Map<string, number>();
  let records = 0;
  let unreadable = 0;
  let headers = 0;
  for (const line of lines) {
    const reason = reading.read(line, 0, line.length, row) ?? rows.put(row);
    rows.take();
    if (reason === undefined || reason === eitherClient) records++;
    else if (reason === isHeader) headers++;
    else if (isUnreadableRequest(reason)) unreadable++;
    else if (!isOtherFormat(reason)) misses.set(reason, (misses.get(reason) ?? 0) + 1);
  }
  const [most] = [...misses].sort((a, b) => b[1] - a[1]);
  return { records, unreadable, headers, miss: most?.[0] };
}

import { InputError, quoted } from "../errors.js";
import { CsvRows } from "./encodeRows.js";
import { type Opened, opened } from "./envelopes/envelopes.js";
import { type FormatOptions, isHeader, type LineFormat, type Reading, Row } from "./row.js";

/** A format chosen by a log's beginning. */
export interface Recognised {
  readonly name: string;
  readonly reading: Reading;
  /** Why it was chosen, for people. */
  readonly why: string;
}

/** Bytes of a log that decide; and at most this many of its lines. */
export const sampleSize = 1 << 18;
const sampleLines = 1000;

/** The first lines of a log, without byte-order mark, line ends, blank lines and a last one that is not whole. */
export function firstLines(head: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  const whole = head.length < sampleSize;
  let at = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
  while (at < head.length && lines.length < sampleLines) {
    const newline = head.indexOf(LF, at);
    if (newline < 0 && !whole) break;
    let end = newline < 0 ? head.length : newline;
    const next = end + 1;
    if (end > at && head[end - 1] === CR) end--;
    if (end > at) lines.push(new Uint8Array(head.buffer, head.byteOffset + at, end - at));
    at = next;
  }
  return lines;
}

/**
 * Chooses the format of a log's lines or, when no format fits them, of the lines inside what wraps them.
 * @param path - what errors call the log
 * @throws InputError when no format or more than one fits, with what each one made of the lines.
 */
export function recognise(
  formats: Readonly<Record<string, LineFormat>>,
  options: FormatOptions,
  lines: readonly Uint8Array[],
  path: string,
): Recognised {
  try {
    return recogniseBare(formats, options, lines, path);
  } catch (error) {
    const inside = error instanceof NoFormatError ? opened(options, lines) : undefined;
    if (inside === undefined) throw error;
    const found = recognise(formats, { ...options, received: inside.received }, inside.lines, path);
    return {
      ...found,
      reading: unwrapping(inside, found.reading),
      why: `${found.why}, inside ${inside.title}`,
    };
  }
}

/**
 * Makes a format that was asked for ready, for a log's lines as they are or, when they make no record so, for the
 * lines inside what wraps them.
 * @throws InputError when the lines rule the format out
 */
export function readingAsked(
  format: LineFormat,
  options: FormatOptions,
  lines: readonly Uint8Array[],
): { reading: Reading; inside?: string } {
  const bare = readingOf(format, options, lines);
  if (bare === undefined || (lines.length > 0 && countOf(bare, lines).records === 0)) {
    const inside = opened(options, lines);
    const own = { ...options, received: inside?.received ?? false };
    const reading = inside && readingOf(format, own, inside.lines);
    if (inside && reading && (reading.unsure !== undefined || countOf(reading, inside.lines).records > 0))
      return { reading: unwrapping(inside, format.reading(own, inside.lines)), inside: inside.title };
  }
  return { reading: format.reading(options, lines) };
}

const unwrapping = (inside: Opened, reading: Reading): Reading => ({
  ...reading,
  read: inside.wrap(reading.read),
});

/**
 * Chooses the format that makes records of the first lines: of at least half of them, and of at least twice as
 * many as any other format; or the format of which all of them are headers.
 * @param path - what errors call the log
 * @throws InputError when no format or more than one fits, with what each one made of the lines.
 */
/** No format fits: one of what is inside may. */
class NoFormatError extends InputError {}

function recogniseBare(
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
  const all = Object.entries(formats)
    .flatMap(([name, format]) => {
      const reading = readingOf(format, options, lines);
      return reading ? [{ name, format, reading, ...countOf(reading, lines) }] : [];
    })
    .sort(
      (a, b) =>
        b.records - a.records || Number(a.format.general ?? false) - Number(b.format.general ?? false),
    );
  const tried = all.filter(
    ({ name, records }) =>
      !all.some((other) => other.format.over?.includes(name) && other.records >= records),
  );
  // A log without a record yet, such as the CSV of a log whose lines were all quarantined.
  const bare = tried.find(({ headers }) => headers === lines.length);
  if (bare !== undefined) {
    return {
      name: bare.name,
      reading: bare.reading,
      why: `${bare.format.title}: a header and nothing behind it`,
    };
  }
  const [best] = tried;
  const second = tried.find((other) => other !== best && !other.format.general);
  const first = new TextDecoder().decode(lines[0].subarray(0, 200));
  if (best === undefined || best.records === 0 || best.records < (lines.length - best.headers) / 2) {
    const nearest = best?.records ? `; the nearest, ${best.name}, reads ${best.records} of them` : "";
    throw new NoFormatError(
      `format: cannot tell the format of ${quoted(path)} from its first ${lines.length} lines, which begin ${quoted(first)}${nearest}; give one of ${Object.keys(formats).join(", ")}, or a format of your own`,
    );
  }
  if (second !== undefined && second.records > best.records / 2) {
    throw new InputError(
      `format: the first ${lines.length} lines of ${quoted(path)} may be ${best.name} (${best.records} read) or ${second.name} (${second.records}): say which`,
    );
  }
  const headers = best.headers > 0 ? " behind a header" : "";
  return {
    name: best.name,
    reading: best.format.reading(options, lines), // anew: the one that was tried may remember the lines
    why: `${best.format.title}: ${best.records} of its first ${lines.length - best.headers} lines${headers} read so`,
  };
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

/** How many of the lines become records. */
function countOf(reading: Reading, lines: readonly Uint8Array[]): { records: number; headers: number } {
  const row = new Row();
  const rows = new CsvRows(1 << 12);
  let records = 0;
  let headers = 0;
  for (const line of lines) {
    const reason = reading.read(line, 0, line.length, row) ?? rows.put(row);
    if (reason === undefined) records++;
    if (reason === isHeader) headers++;
    rows.take();
  }
  return { records, headers };
}

const LF = 10;
const CR = 13;

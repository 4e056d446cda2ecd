import { HASH, MINUS, QUESTION, QUOTE, SPACE, TAB } from "../../ascii.js";
import { FieldTexts, FORWARDED, fieldReader } from "../fields/fields.js";
import { damagedTarget } from "../fields/request.js";
import { moment } from "../fields/time.js";
import { partEnd } from "../fields/words.js";
import {
  type FormatOptions,
  isHeader,
  type LineFormat,
  otherFormat,
  type Reading,
  type Reason,
  type TimeUnit,
} from "../row.js";
import { CLIENT, DURATION, isText, STATUS, TARGET } from "./wordLog.js";

/**
 * The W3C's extended log file format, whose `#Fields` lines say what follows them, and may change in the middle: IIS and
 * Azure App Service (spaces between the fields), Amazon CloudFront's standard log (tabs), and others.
 *
 *     #Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status …
 *     2026-01-05 00:00:01 10.0.0.4 GET /default.htm - 443 - 203.0.113.5 Mozilla/5.0+(X11) 200 0 0 36
 *
 * The client is `c-ip`, or the left-most address of X-Forwarded-For where it is among the fields and `c-ip` is private.
 * To CloudFront's manual X-Forwarded-For is the viewer's own address wherever it is there. The time is UTC. `time-taken` is in milliseconds to IIS and in seconds to others: values with decimals are seconds, whole
 * ones milliseconds where `#Software` or the fields are those of IIS; else it must be said.
 * Source: W3C, "Extended Log File Format" (WD-logfile-960323); Microsoft, "W3C logging"; AWS, "Standard logging
 * (access logs)" of CloudFront.
 */
export const w3c: LineFormat = {
  title: "W3C extended log",
  isUtc: true,
  reading: (options, sample) => w3cReading(options, sample),
};

function w3cReading(options: FormatOptions, sample: readonly Uint8Array[]): Reading {
  const { unit, decided, unsure } = unitOf(options, sample);
  const layout = new Layout();
  const texts = new FieldTexts();
  const edge = sample.some((line) => line[0] === HASH && utf8.decode(line).includes(" x-edge-location"));
  const client = options.client ?? (edge ? "forwarded" : undefined);
  const readFields = fieldReader({ ...options, client }, unit, true);
  const clock = new Uint8Array(64);
  let clockLength = 0;
  let time = -1;
  let target = new Uint8Array(4096);
  return {
    decided,
    unsure,
    clients: ["c-ip", headerIn(sample)],
    read: (bytes, start, end, row): Reason => {
      if (bytes[start] === HASH) {
        layout.hear(bytes, start, end);
        return isHeader;
      }
      if (layout.missing !== undefined) return layout.missing;
      const wrong = layout.read(bytes, start, end);
      if (wrong !== undefined) return wrong;
      const { from, to } = layout;
      const dateLength = to[DATE] - from[DATE];
      const timeLength = to[TIME] - from[TIME];
      if (dateLength + timeLength > 60) return "the time is not a real date and time";
      // Most lines have the same time as the line before.
      let same = clockLength === dateLength + 1 + timeLength;
      for (let i = timeLength - 1; same && i >= 0; i--)
        same = clock[dateLength + 1 + i] === bytes[from[TIME] + i];
      for (let i = dateLength - 1; same && i >= 0; i--) same = clock[i] === bytes[from[DATE] + i];
      if (!same) {
        clockLength = 0;
        for (let i = from[DATE]; i < to[DATE]; i++) clock[clockLength++] = bytes[i];
        clock[clockLength++] = SPACE;
        for (let i = from[TIME]; i < to[TIME]; i++) clock[clockLength++] = bytes[i];
        time = clockLength < 19 ? -1 : moment(clock, 0, clockLength, options.toUtc);
      }
      if (time < 0) return "the time is not a real date and time";
      row.time = time;
      texts.bytes = bytes; // the timestamp and the clock stay empty
      texts.start[CLIENT] = from[C_IP];
      texts.end[CLIENT] = to[C_IP];
      texts.start[FORWARDED] = from[HEADER];
      texts.end[FORWARDED] = to[HEADER];
      texts.start[TARGET] = from[STEM];
      texts.end[TARGET] = to[STEM];
      texts.start[STATUS] = from[SC_STATUS];
      texts.end[STATUS] = to[SC_STATUS];
      texts.start[DURATION] = from[TAKEN];
      texts.end[DURATION] = to[TAKEN];
      const failed = readFields(texts, row) ?? damagedTarget(bytes, from[STEM], to[STEM]);
      const hasQuery =
        to[QUERY] > from[QUERY] && !(to[QUERY] - from[QUERY] === 1 && bytes[from[QUERY]] === MINUS);
      if (failed !== undefined || !options.keepQuery || !hasQuery) return failed;
      // Address, path and query, put together.
      const { addressStart, addressEnd, pathStart, pathEnd } = row;
      const length = addressEnd - addressStart + pathEnd - pathStart + 1 + to[QUERY] - from[QUERY];
      if (target.length < length) target = new Uint8Array(2 * length);
      let at = 0;
      for (let i = addressStart; i < addressEnd; i++) target[at++] = bytes[i];
      row.pathStart = at;
      for (let i = pathStart; i < pathEnd; i++) target[at++] = bytes[i];
      target[at++] = QUESTION;
      for (let i = from[QUERY]; i < to[QUERY]; i++) target[at++] = bytes[i];
      row.bytes = target;
      row.addressStart = 0;
      row.addressEnd = addressEnd - addressStart;
      row.pathEnd = at;
    },
  };
}

// The fields to look for.
const [DATE, TIME, C_IP, STEM, SC_STATUS, QUERY, TAKEN, HEADER] = [0, 1, 2, 3, 4, 5, 6, 7];
const wanted: readonly (readonly string[])[] = [
  ["date"],
  ["time"],
  ["c-ip"],
  ["cs-uri-stem", "cs-uri"],
  ["sc-status"],
  ["cs-uri-query"],
  ["time-taken"],
  ["x-forwarded-for", "cf-connecting-ip", "true-client-ip", "x-client-ip", "x-real-ip"].flatMap((name) => [
    name,
    `cs(${name})`,
  ]),
];
/** The first five of these are required. */
const needed = 5;

/** The name of the header that names a client, in the first lines that have one. */
function headerIn(sample: readonly Uint8Array[]): string {
  const named = sample.flatMap((line) =>
    line[0] === HASH
      ? utf8
          .decode(line)
          .toLowerCase()
          .split(/[ \t]+/)
      : [],
  );
  return named.find((name) => wanted[HEADER].includes(name)) ?? wanted[HEADER][0];
}

const software = "#Software:";
const fields = "#Fields:";
/** What tells IIS and its modules. */
const ofIis =
  /^#Software:.*(Internet Information|IIS)|^#Fields:.*\b(sc-win32-status|s-sitename|s-computername)\b/i;
/** IIS itself: its module Advanced Logging puts strings in quotes. */
const iisSoftware = /Microsoft Internet Information/i;

/** The fields that the last `#Fields` named, and their positions in the last line. */
class Layout {
  /** Why lines are not records: `#Fields` names too few fields, or is missing. */
  missing: Reason = otherFormat("no #Fields stand before the line");
  readonly from = new Int32Array(wanted.length);
  readonly to = new Int32Array(wanted.length);
  /** For each column, the field that it holds, or −1. */
  #columns = new Int8Array(0);
  #separator = 0;
  /** Whether a quote opens a string. To IIS it is a byte like any other: it writes spaces as plus signs. */
  #quotes = true;

  /** Takes a directive into account. */
  hear(bytes: Uint8Array, start: number, end: number): void {
    const begins = (name: string) => isText(bytes, start, Math.min(end, start + name.length), name);
    if (begins(software)) this.#quotes = !iisSoftware.test(utf8.decode(bytes.subarray(start, end)));
    if (begins(fields)) this.#set(bytes, start + fields.length, end);
  }

  #set(bytes: Uint8Array, start: number, end: number): void {
    const names = utf8
      .decode(bytes.subarray(start, end))
      .trim()
      .toLowerCase()
      .split(/[ \t]+/);
    this.#columns = Int8Array.from(names, (name) => wanted.findIndex((all) => all.includes(name)));
    const lacks = wanted.slice(0, needed).filter((_, field) => !this.#columns.includes(field));
    this.missing =
      lacks.length === 0
        ? undefined
        : `the #Fields before the line have no ${lacks.map(([name]) => name).join(" and no ")}`;
    this.#separator = 0;
  }

  read(bytes: Uint8Array, start: number, end: number): Reason {
    const columns = this.#columns;
    if (this.#separator === 0) {
      const tab = bytes.subarray(start, end).includes(TAB);
      this.#separator = tab ? TAB : SPACE;
    }
    const separator = this.#separator;
    const { from, to } = this;
    for (let field = 0; field < wanted.length; field++) from[field] = to[field] = start;
    let column = 0;
    for (let at = start; at <= end; column++) {
      let cell = at;
      let stop: number;
      if (at < end && bytes[at] === QUOTE && this.#quotes) {
        cell = ++at;
        while (at < end && bytes[at] !== QUOTE) at++;
        if (at >= end) return "a quote is not closed";
        stop = at++;
        if (at < end && bytes[at] !== separator) return "text behind a quote";
      } else stop = at = partEnd(bytes, separator, at, end);
      const field = column < columns.length ? columns[column] : -1;
      // Of several headers that name a client, the first one counts that is on the line.
      if (field >= 0 && (field !== HEADER || to[field] - from[field] < 2)) {
        from[field] = cell;
        to[field] = stop;
      }
      at++;
    }
    // Programs other than IIS may write a space at the end of a line.
    if (column === columns.length + 1 && bytes[end - 1] === separator) column--;
    if (column !== columns.length)
      return `${column < columns.length ? "fewer" : "more"} fields than #Fields says`;
  }
}

function unitOf(
  { timeUnit }: FormatOptions,
  sample: readonly Uint8Array[],
): { unit: TimeUnit | "none"; decided?: string; unsure?: string } {
  if (timeUnit !== undefined) return { unit: timeUnit };
  const layout = new Layout();
  const values: string[] = [];
  let iis = false;
  for (const line of sample) {
    const text = utf8.decode(line);
    if (line[0] === HASH) {
      layout.hear(line, 0, line.length);
      if (ofIis.test(text)) iis = true;
    } else if (layout.missing === undefined && layout.read(line, 0, line.length) === undefined) {
      const value = text.length === line.length ? text.slice(layout.from[TAKEN], layout.to[TAKEN]) : "";
      if (/^\d+(\.\d+)?$/.test(value)) values.push(value);
    }
  }
  if (values.length === 0) return { unit: "none", decided: "no response time" };
  if (values.some((value) => value.includes(".")))
    return { unit: "s", decided: "response time = time-taken in seconds, as it has decimals" };
  if (iis) return { unit: "ms", decided: "response time = time-taken in milliseconds, as IIS writes it" };
  return {
    unit: "none",
    unsure: `timeUnit: time-taken has whole numbers, such as ${values[0]}, and nothing says that IIS wrote them in milliseconds; the W3C's unit is seconds: give "s" or "ms"`,
  };
}

const utf8 = new TextDecoder();

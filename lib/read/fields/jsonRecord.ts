import { CLOSE_BRACE, CLOSE_BRACKET, COMMA, MINUS, OPEN_BRACE, OPEN_BRACKET, SPACE } from "../../ascii.js";
import { recordFields } from "../../record.js";
import {
  type FormatOptions,
  isHeader,
  type LineReader,
  otherFormat,
  type Reason,
  type TimeUnit,
} from "../row.js";
import { FieldTexts, FORWARDED, fieldReader } from "./fields.js";
import { JsonFields } from "./jsonFields.js";

/**
 * Which values of an object hold a record's fields: in their order, for each the paths that may hold it, the surest
 * first. A sixth is the time of day, where it stands apart from the date, and a seventh X-Forwarded-For.
 */
export type FieldPaths = readonly (readonly string[])[];

/** Objects that are no records, although they have all fields of one: those whose text at a path begins so. */
export interface OtherEntry {
  readonly path: string;
  readonly begins: string;
  /** They have a status of at least this, so that most lines need no look. */
  readonly from: number;
  readonly reason: string;
}

/**
 * Makes the reader of lines that are JSON objects, or elements of a list with one element on each line. Of a field's
 * paths, the first one counts whose value on the line is neither empty nor "-".
 * | @param unit of the response time
 * @param other - which objects are no records, although they have all fields of one
 */
export function jsonRecords(
  options: FormatOptions,
  paths: FieldPaths,
  unit: TimeUnit | "none",
  other?: OtherEntry,
): LineReader {
  const all = paths.flat();
  const json = new JsonFields(other === undefined ? all : [...all, other.path]);
  const begins = utf8.encode(other?.begins);
  const isOther = (bytes: Uint8Array) => {
    const slot = all.length;
    if (json.escaped[slot] === 1) return json.text(slot)?.startsWith(other?.begins ?? "");
    const start = json.start[slot];
    if (start < 0 || json.end[slot] - start < begins.length) return false;
    let i = 0;
    while (i < begins.length && bytes[start + i] === begins[i]) i++;
    return i === begins.length;
  };
  const first = paths.map((_, field) => paths.slice(0, field).flat().length);
  const last = paths.map((own, field) => first[field] + own.length);
  const texts = new FieldTexts();
  const count = paths.length;
  const received = options.received && paths[0].length === 0;
  const isNeeded = [!received, false, true, true, false, (paths[5]?.length ?? 0) > 0, false];
  const readFields = fieldReader(options, unit, received);
  return (bytes, start, end, row): Reason => {
    let from = start;
    let to = end;
    if (bytes[start] !== OPEN_BRACE || bytes[end - 1] !== CLOSE_BRACE) {
      from = elementStart(bytes, start, end);
      to = elementEnd(bytes, from, end);
      if (from >= to) return isHeader; // a bracket that opens or closes the list
    }
    if (!json.read(bytes, from, to)) return notJson;
    texts.bytes = bytes;
    for (let field = 0; field < count; field++) {
      let slot = first[field];
      while (slot < last[field] && isEmpty(bytes, json.start[slot], json.end[slot])) slot++;
      if (slot === last[field]) {
        for (slot = first[field]; slot < last[field] && json.start[slot] < 0; slot++);
        if (slot === last[field]) {
          if (isNeeded[field]) return missing[field];
          texts.start[field] = texts.end[field] = start;
          chosen[field] = -1;
          continue;
        }
      }
      chosen[field] = slot;
      texts.start[field] = json.start[slot];
      texts.end[field] = json.end[slot];
    }
    if (chosen[CLIENT] < 0 && (count <= FORWARDED || chosen[FORWARDED] < 0)) return missing[CLIENT];
    if (json.anyEscaped)
      for (let field = 0; field < count; field++)
        if (chosen[field] >= 0 && json.escaped[chosen[field]] === 1) texts.unescape(field);
    const wrong = readFields(texts, row);
    if (wrong !== undefined || other === undefined || row.status < other.from || !isOther(bytes))
      return wrong;
    row.status = -1; // another entry counts it
    return other.reason;
  };
}

const utf8 = new TextEncoder();
const CLIENT = 1;
const chosen = new Int32Array(FORWARDED + 1);
const notJson = otherFormat("not a JSON object in UTF-8");
const missing = [...recordFields.map(({ name }) => name), "time of day"].map((name) =>
  otherFormat(`the JSON object has no ${name}`),
);

const isEmpty = (bytes: Uint8Array, start: number, end: number) =>
  start < 0 || start === end || (end - start === 1 && bytes[start] === MINUS);

/** The element of a list in bytes[start, end), without its separators. */
export function elementIn(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const from = elementStart(bytes, start, end);
  return bytes.subarray(from, elementEnd(bytes, from, end));
}

/** The position after the spaces, bracket or comma that may come before an element of a list. */
function elementStart(bytes: Uint8Array, start: number, end: number): number {
  let at = afterSpace(bytes, start, end);
  if (at < end && (bytes[at] === OPEN_BRACKET || bytes[at] === COMMA)) at = afterSpace(bytes, at + 1, end);
  return at < end && bytes[at] === CLOSE_BRACKET && afterSpace(bytes, at + 1, end) === end ? end : at;
}

/** The position before the comma, bracket and spaces that may follow an element of a list. */
function elementEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = end;
  const space = () => {
    while (at > start && bytes[at - 1] <= SPACE) at--;
  };
  space();
  if (at > start && (bytes[at - 1] === COMMA || bytes[at - 1] === CLOSE_BRACKET)) at--;
  space();
  return at;
}

function afterSpace(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && bytes[at] <= SPACE) at++;
  return at;
}

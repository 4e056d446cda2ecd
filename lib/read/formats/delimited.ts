import { QUOTE } from "../../ascii.js";
import { InputError, quoted } from "../../errors.js";
import type { FieldName } from "../../record.js";
import { FieldTexts, FORWARDED, fieldReader } from "../fields/fields.js";
import { type FieldEvidence, fits } from "../fields/fits.js";
import { headerBeside } from "../fields/forwarded.js";
import { type FieldMap, type Mapped, mapFields } from "../fields/mapFields.js";
import { damagedTarget } from "../fields/request.js";
import { type FormatOptions, isHeader, type LineFormat, OtherFormatError, type Reading } from "../row.js";

/**
 * CSV with a header. Columns come in any order and are found by their usual names or by a map. They are separated by
 * comma, semicolon, tab or bar, as in the header. A cell in double quotes may contain whatever RFC 4180 allows, except
 * a line end. The text is UTF-8, and a line whose path is not is not a record.
 */
export function delimited(title: string, fields: FieldMap = {}, layout: Layout = {}): LineFormat {
  return {
    title,
    hearsTimeField: true,
    reading: (options, sample) => csvReading(options, sample, fields, layout),
  };
}

/** What is known of a table but its fields. */
interface Layout {
  /** Names of the columns, where no header says them. */
  readonly columns?: readonly string[] | undefined;
  /** Whether tabs part the cells, and a quote is a byte as others are. */
  readonly tabs?: boolean;
}

/** CSV whose columns have their usual names. */
export const csv = delimited("CSV with a header");

/**
 * Names for the columns of a table whose first line has a moment and an address, and so is no header; undefined for any
 * other line. Cells whose text does not tell what they hold get a number.
 */
function namesOfValues(cells: readonly string[]): string[] | undefined {
  const fields = cells.map((cell): FieldName | undefined => {
    const known = { values: () => [cell] };
    if (fits("", "timestamp", known) && /\D/.test(cell)) return "timestamp";
    return fits("", "ip_address", known) ? "ip_address" : cell.startsWith("/") ? "endpoint" : undefined;
  });
  if (!fields.includes("timestamp") || !fields.includes("ip_address")) return;
  return fields.map((field, i) => (field && fields.indexOf(field) === i ? field : `column ${i + 1}`));
}

function csvReading(
  options: FormatOptions,
  sample: readonly Uint8Array[],
  fields: FieldMap,
  { columns, tabs = false }: Layout,
): Reading {
  if (sample.length === 0) return { read: () => "there was no header" };
  const header = columns === undefined ? sample[0].slice() : none;
  const text = utf8.decode(sample[0]);
  const cuts = (tabs ? ["\t"] : [",", ";", "\t", "|"]).map((each) => ({
    delimiter: each,
    cells: cellsOf(text, each, tabs),
  }));
  const { delimiter, cells: first } = cuts.reduce((best, one) =>
    one.cells.length > best.cells.length ? one : best,
  );
  const names = columns ?? first;
  if (columns !== undefined && first.length !== columns.length)
    throw new OtherFormatError(
      `format: the first line has ${first.length} cells and format.columns ${columns.length} names: ${quoted(text)}`,
    );
  if (names.length < 4) {
    throw new OtherFormatError(
      `format: the first line is not a header of CSV with four columns or more: ${quoted(text)}`,
    );
  }
  const missing = columns === undefined ? namesOfValues(first) : undefined;
  if (missing !== undefined)
    throw new InputError(
      `format: the first line has values and is no header: name its columns in a format of your own, {"kind": "${tabs ? "tsv" : "csv"}", "columns": [${missing.map((name) => quoted(name)).join(", ")}]}`,
    );
  const rows = sample
    .slice(columns === undefined ? 1 : 0)
    .map((line) => cellsOf(utf8.decode(line), delimiter, tabs));
  const values = (name: string) => rows.map((cells) => cells[names.indexOf(name)] ?? "");
  const mapped = mapColumns(names, fields, { ...options, values });
  const {
    header: forwarded,
    clients,
    decided,
  } = headerBeside(mapped, fields, names, { values }, options.client);
  const fieldOf = new Int8Array(names.length).fill(-1);
  const again: [number, number][] = []; // columns that hold a field that another column holds, too
  [...mapped.names, mapped.clock].forEach((name, field) => {
    if (name === undefined) return;
    const column = names.indexOf(name);
    if (fieldOf[column] < 0) fieldOf[column] = field;
    else again.push([fieldOf[column], field]);
  });
  if (forwarded !== undefined) fieldOf[names.indexOf(forwarded)] = FORWARDED;
  const texts = new FieldTexts();
  const readFields = fieldReader(options, mapped.unit, options.received && mapped.names[0] === undefined);
  const separator = delimiter.charCodeAt(0);
  return {
    decided,
    clients,
    unsure: mapped.unsure,
    read: (bytes, start, end, row) => {
      texts.bytes = bytes;
      let column = 0;
      let doubled = false;
      for (let at = start; ; column++) {
        const field = column < fieldOf.length ? fieldOf[column] : -1;
        let cellStart = at;
        let cellEnd: number;
        if (bytes[at] === QUOTE && at < end && !tabs) {
          cellStart = ++at;
          for (;;) {
            while (at < end && bytes[at] !== QUOTE) at++;
            if (at >= end) return "a quoted cell is not closed";
            if (at + 1 >= end || bytes[at + 1] !== QUOTE) break;
            if (field >= 0) doubled = true;
            at += 2;
          }
          cellEnd = at++;
          if (at < end && bytes[at] !== separator) return "text behind a quoted cell";
        } else {
          while (at < end && bytes[at] !== separator) at++;
          cellEnd = at;
        }
        if (field >= 0) {
          texts.start[field] = cellStart;
          texts.end[field] = cellEnd;
        }
        if (at >= end) break;
        at++; // an empty cell may follow the last separator
      }
      if (column + 1 !== names.length) {
        if (isSame(bytes, start, end, header)) return isHeader;
        return `${column + 1 < names.length ? "fewer" : "more"} cells than the header has`;
      }
      if (mapped.names[4] === undefined) texts.start[4] = texts.end[4] = start;
      for (const [from, to] of again) {
        texts.start[to] = texts.start[from];
        texts.end[to] = texts.end[from];
      }
      if (doubled) texts.unquote();
      const wrong =
        readFields(texts, row) ?? damagedTarget(texts.bytes, texts.start[TARGET], texts.end[TARGET]);
      return wrong !== undefined && isSame(bytes, start, end, header) ? isHeader : wrong;
    },
  };
}

const utf8 = new TextDecoder();

/** Like `mapFields`, but if the cells of a line are not names, it says that the line is not a header. */
function mapColumns(names: readonly string[], fields: FieldMap, known: FieldEvidence): Mapped {
  try {
    return mapFields(names, fields, known, "the columns of the header");
  } catch (error) {
    if (error instanceof InputError && names.some((name) => !/^[\w .:()%/@#-]{1,60}$/.test(name)))
      throw new OtherFormatError(error.message);
    throw error;
  }
}

const none = new Uint8Array(0);

/** The cells of a line, with or without quotes. A delimiter in quotes is part of a name. It takes linear time. */
function cellsOf(header: string, delimiter: string, bare: boolean): string[] {
  if (bare) return header.split(delimiter);
  const cells: string[] = [];
  let from = 0;
  let isBlank = true; // whether the cell has only white space so far
  let inQuotes = false;
  for (let at = 0; at <= header.length; at++) {
    const character = header[at];
    if (at === header.length || (character === delimiter && !inQuotes)) {
      cells.push(header.slice(from, at));
      from = at + 1;
      isBlank = true;
      continue;
    }
    if (character === '"' && (inQuotes || isBlank || header[from] === '"')) inQuotes = !inQuotes;
    if (isBlank && character.trim() !== "") isBlank = false;
  }
  return cells.map((cell) => cell.trim().replace(/^"(.*)"$/, (_, name) => name.replaceAll('""', '"')));
}

function isSame(bytes: Uint8Array, start: number, end: number, other: Uint8Array): boolean {
  if (end - start !== other.length) return false;
  for (let i = 0; i < other.length; i++) if (bytes[start + i] !== other[i]) return false;
  return true;
}

/** Index of the path among the texts of the five fields. */
const TARGET = 2;

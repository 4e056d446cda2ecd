import { isUtf8 } from "node:buffer";
import { didYouMean, InputError, quoted } from "../../errors.js";
import { type FieldName, recordFields } from "../../record.js";
import { FieldTexts, fieldReader } from "../fields/fields.js";
import { headerBeside } from "../fields/forwarded.js";
import { type FieldMap, mapFields } from "../fields/mapFields.js";
import { notUtf8 } from "../fields/request.js";
import { timestampForm } from "../fields/strftime.js";
import type { FormatOptions, LineFormat, Reading, TimeUnit } from "../row.js";
import { delimited } from "./delimited.js";
import { jsonLines } from "./jsonLines.js";
import { inLinearTime } from "./linearTime.js";

/**
 * A format of your own, as one plain object.
 * @example { name: "shop", kind: "tsv", columns: ["day", "clock", "client", "path", "status", "took_ms"], fields: {
 * timestamp: ["day", "clock"] }, timeFormat: "%d.%m.%Y %H:%M:%S,%f" }
 * @example { name: "mine", timeUnit: "ms", pattern: "^(?<timestamp>\\S+) (?<client>\\S+) \"(?<request>[^\"]*)\"
 * (?<status>\\d+) took=(?<duration>\\S+)" }
 * @example { name: "gateway", kind: "json", fields: { ip_address: "http.client", response_time_ms: "took" }, timeUnit:
 * "us" }
 */
export interface OwnFormat {
  /** Its name in summaries. Default `own`. */
  readonly name?: string;
  /**
   * How a line is taken apart: by a `pattern` (the default), as JSON, as CSV (comma, semicolon, tab or bar between the
   * cells) or as TSV, in which a quote is an ordinary byte.
   */
  readonly kind?: "pattern" | "json" | "csv" | "tsv";
  /**
   * A regular expression with named groups; a line that it does not match goes into quarantine. It must be one that
   * can be matched in linear time: without lookaround, back-references and the flags i and u.
   */
  readonly pattern?: string | RegExp;
  /**
   * Which group, JSON field (`a.b` for a nested one, `a.0` for the first of a list) or column holds which field. The
   * others are found by their usual names. A separate date and time of day are two names for the timestamp.
   */
  readonly fields?: FieldMap;
  /** Names of the columns of a CSV or TSV without a header. */
  readonly columns?: readonly string[];
  /**
   * Format of the timestamps in the directives of strftime and strptime, such as `%d/%m/%Y %I:%M:%S %p`; for a separate
   * date and time of day, with a space in between. Default: the usual formats are recognised, including ISO 8601 and
   * Unix times. Names of months are English; `%f` is any fraction of a second.
   */
  readonly timeFormat?: string;
  /** Unit of the response time. It is needed unless the name tells it (as `took_ms` does). */
  readonly timeUnit?: TimeUnit;
}

/** The default name of a user's own format. */
export const ownName = "own";

const keys = ["name", "kind", "pattern", "fields", "columns", "timeFormat", "timeUnit"];
const timeUnits = ["s", "ms", "us", "ns"];

/**
 * Makes a format from the user's object.
 * | @throws InputError that names the part that is wrong
 */
export function ownFormat(own: unknown): LineFormat {
  if (typeof own !== "object" || own === null || Array.isArray(own)) {
    throw new InputError(`format: ${quoted(own)} is neither the name of a format nor an object`);
  }
  for (const key of Object.keys(own)) {
    if (!keys.includes(key))
      throw new InputError(`format: there is no key ${quoted(key)}${didYouMean(key, keys)}`);
  }
  const {
    name = ownName,
    kind = "pattern",
    pattern,
    fields = {},
    columns,
    timeFormat,
    timeUnit,
  } = own as Partial<OwnFormat>;
  if (typeof name !== "string" || !/^[\w .-]{1,60}$/.test(name)) {
    throw new InputError(
      `format.name: ${quoted(name)} must be 1 to 60 letters, digits, spaces, dots and dashes`,
    );
  }
  if (timeUnit !== undefined && !timeUnits.includes(timeUnit)) {
    throw new InputError(`format.timeUnit: ${quoted(timeUnit)}: give "s", "ms", "us" or "ns"`);
  }
  checkFields(fields);
  const isTable = kind === "csv" || kind === "tsv";
  if (columns !== undefined) checkColumns(columns, isTable);
  if (pattern !== undefined && kind !== "pattern")
    throw new InputError(`format.pattern: kind is ${quoted(kind)}, which has none`);
  const readTime = timeFormat === undefined ? undefined : timestampForm(timeFormat, "format.timeFormat");
  const says = { ...(timeUnit && { timeUnit }), ...(readTime && { readTime }) };
  if (kind === "json") return saying(jsonLines(name, fields), says);
  if (isTable) return saying(delimited(name, fields, { columns, tabs: kind === "tsv" }), says);
  if (kind !== "pattern")
    throw new InputError(`format.kind: ${quoted(kind)}: give "pattern", "json", "csv" or "tsv"`);
  if (pattern === undefined)
    throw new InputError('format: give a kind, "csv", "tsv" or "json", or the pattern of a line');
  return saying(patternFormat(name, expression(pattern), fields), says);
}

function checkColumns(columns: unknown, isTable: boolean): void {
  if (!isTable) throw new InputError('format.columns: only the kinds "csv" and "tsv" have columns');
  const sound = Array.isArray(columns) && columns.every((name) => typeof name === "string" && name !== "");
  if (!sound || new Set(columns).size < columns.length)
    throw new InputError(`format.columns: ${quoted(columns)} is no list of names that differ`);
}

function checkFields(fields: unknown): asserts fields is FieldMap {
  if (typeof fields !== "object" || fields === null) {
    throw new InputError(`format.fields: ${quoted(fields)} is not an object`);
  }
  const known = recordFields.map(({ name }) => name);
  for (const [field, value] of Object.entries(fields)) {
    if (!known.includes(field as FieldName)) {
      throw new InputError(`format.fields: there is no field ${quoted(field)}: ${known.join(", ")}`);
    }
    const isPair = field === "timestamp" && Array.isArray(value) && value.length === 2;
    const names = isPair ? value : [value];
    if (!names.every((name) => typeof name === "string" && name !== "")) {
      throw new InputError(
        `format.fields.${field}: ${quoted(value)} is not the name of a group, JSON field or column${field === "timestamp" ? ", nor two names, the date's and the time of day's" : ""}`,
      );
    }
  }
}

function expression(pattern: unknown): RegExp {
  if (typeof pattern !== "string" && !(pattern instanceof RegExp)) {
    throw new InputError(`format.pattern: ${quoted(pattern)} is not a regular expression`);
  }
  let compiled: RegExp;
  try {
    compiled = new RegExp(pattern);
  } catch (error) {
    throw new InputError(`format.pattern: ${(error as Error).message}`);
  }
  return inLinearTime(compiled);
}

/** The format with its own settings for all its logs. A unit that was requested takes precedence. */
function saying(
  format: LineFormat,
  { timeUnit, readTime }: Pick<FormatOptions, "readTime"> & { timeUnit?: TimeUnit },
): LineFormat {
  return {
    ...format,
    reading: (options, sample) =>
      format.reading(
        { ...options, timeUnit: options.timeUnit ?? timeUnit, ...(readTime && { readTime }) },
        sample,
      ),
  };
}

/** Reads the lines of a pattern. The names of its groups are found by matching it against nothing. */
function patternFormat(title: string, pattern: RegExp, fields: FieldMap): LineFormat {
  const groups = Object.keys(new RegExp(`${pattern.source}|`, pattern.flags).exec("")?.groups ?? {});
  if (groups.length === 0)
    throw new InputError("format.pattern: it has no named groups, such as (?<status>\\d+)");
  mapFields(groups, fields, { timeUnit: "s" }, "the groups of the pattern"); // reports errors before any work
  return {
    title,
    hearsTimeField: true,
    reading: (options, sample) => patternReading(options, sample, pattern, groups, fields),
  };
}

function patternReading(
  options: FormatOptions,
  sample: readonly Uint8Array[],
  pattern: RegExp,
  groups: readonly string[],
  fields: FieldMap,
): Reading {
  const matches = sample.map((line) => pattern.exec(utf8.decode(line))?.groups);
  const valuesOf = (name: string) => matches.map((found) => found?.[name] ?? "");
  const mapped = mapFields(groups, fields, { ...options, values: valuesOf }, "the groups of the pattern");
  const texts = new FieldTexts();
  const { names, clock, unit, unsure } = mapped;
  const known = { values: valuesOf };
  const { header, clients, decided } = headerBeside(mapped, fields, groups, known, options.client);
  const all = [...names, clock, header];
  const values: (string | undefined)[] = new Array(all.length);
  const readFields = fieldReader(options, unit, options.received && names[0] === undefined);
  return {
    decided,
    clients,
    unsure,
    read: (bytes, start, end, row) => {
      const line = bytes.subarray(start, end);
      const found = pattern.exec(utf8.decode(line))?.groups;
      if (found === undefined) return "the line does not match the pattern";
      for (let i = 0; i < all.length; i++) {
        const name = all[i];
        values[i] = name === undefined ? undefined : found[name];
      }
      // Decoding turns bytes that are not UTF-8 into this character, which would make a path that nobody requested.
      if (values[TARGET]?.includes("\ufffd") && !isUtf8(line)) return notUtf8;
      texts.setAll(values);
      return readFields(texts, row);
    },
  };
}

/** Index of the path among the five fields. */
const TARGET = 2;

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

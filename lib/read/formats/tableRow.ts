import { readClient } from "../fields/client.js";
import { FieldTexts, fieldReader } from "../fields/fields.js";
import { pathOf } from "../fields/request.js";
import type { FormatOptions, Reason, Row, TimeUnit } from "../row.js";

/**
 * A row as a database hands it over. Nearly all rows are usual: whole milliseconds, a status of three digits, a
 * response time of at most two decimals. Theirs come as numbers and bytes, since five texts cost several times as
 * much to make, to hand over and to read. Any other row comes as its texts, and so nothing is decided twice.
 */
export class TableRow {
  usual = false;
  /** Milliseconds since 1970, from its second day to the year 2199, so that no clock moves it out of what is read. */
  time = 0;
  /** Whether the time is UTC, whatever the log's clock. */
  zoned = false;
  status = 0;
  /** Response time in hundredths of a millisecond; -1 when the row has none. */
  hundredths = -1;
  /** Where the address and the path stand, neither of them empty. */
  bytes: Uint8Array = new Uint8Array(0);
  addressStart = 0;
  addressEnd = 0;
  pathStart = 0;
  pathEnd = 0;
  /** The five fields of a row that is not usual, as the database writes them; null where it has none. */
  readonly texts: (string | null)[] = new Array(5).fill(null);
}

/** First and last millisecond of a usual time: 1970-01-02 and the end of 2199. */
export const usualTimes = [86_400_000, 7_258_118_399_999] as const;

/** Most bytes that the address and the path of a usual row have together. */
export const usualBytes = 1 << 16;

/** Whether a status is usual, in SQL. @param status name of a column of whole numbers */
export const usualStatus = (status: string): string => `${status} BETWEEN 100 AND 999`;

/**
 * Whether a response time in milliseconds is usual, in SQL. A number of so few digits is written with them by every
 * database; -0 is none of them, as it is written with a sign.
 * @param took name of a column of type DOUBLE
 */
export const usualDuration = (took: string): string =>
  `CASE WHEN ${took} IS NULL THEN true WHEN ${took} > 0 AND ${took} < 1e9 THEN round(${took} * 100) / 100 = ${took} ` +
  `ELSE CAST(${took} AS VARCHAR) IN ('0', '0.0') END`;

/** Name of a column as SQL writes it, whatever it holds. */
export const sqlName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Longest row that can be a record, as text in characters. */
const longestRow = 1 << 18;

/** Makes the function that reads the rows of a table. @param unit of the response times that are texts */
export function tableReader(
  options: FormatOptions,
  unit: TimeUnit | "none",
): (from: TableRow, row: Row) => Reason {
  const { toUtc, keepQuery } = options;
  const fields = new FieldTexts();
  const readTexts = fieldReader(options, unit);
  return (from, row) => {
    if (!from.usual) {
      const { texts } = from;
      let length = 0;
      for (let i = 0; i < 5; i++) length += texts[i]?.length ?? 0;
      if (length > longestRow) return "the row is longer than 256 KiB";
      fields.setAll(texts);
      return readTexts(fields, row);
    }
    const { bytes } = from;
    row.bytes = bytes;
    row.time = from.zoned ? from.time : toUtc(from.time);
    row.status = from.status;
    row.hundredths = from.hundredths;
    readClient(bytes, from.addressStart, from.addressEnd, row);
    return pathOf(bytes, from.pathStart, from.pathEnd, row, keepQuery);
  };
}

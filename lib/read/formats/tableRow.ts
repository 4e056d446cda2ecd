import { readClient } from "../fields/client.js";
import { FieldTexts, fieldReader } from "../fields/fields.js";
import { pathOf } from "../fields/request.js";
import type { FormatOptions, Reason, Row, TimeUnit } from "../row.js";

/**
 * A row as a database delivers it. Almost all rows are usual: the time in whole milliseconds, a status of three digits,
 * a response time of at most two decimals. Usual rows come as numbers and bytes, because five texts cost several times
 * as much to make, to pass on and to read. Any other row comes as texts, which are read like those of a file, so no
 * rule is written twice.
 */
export class TableRow {
  usual = false;
  /**
   * Milliseconds since 1970, from its second day to the year 2199, so that no time zone moves it outside the range that
   * can be read.
   */
  time = 0;
  /** Whether the time is in UTC, whatever the log's time zone. */
  zoned = false;
  status = 0;
  /** Response time in hundredths of a millisecond; −1 if the row has none. */
  hundredths = -1;
  /** The bytes that hold the address and the path, neither of which is empty. */
  bytes: Uint8Array = new Uint8Array(0);
  addressStart = 0;
  addressEnd = 0;
  pathStart = 0;
  pathEnd = 0;
  /** The five fields of an unusual row, as the database writes them; null for a field that it does not have. */
  readonly texts: (string | null)[] = new Array(5).fill(null);
}

/** First and last millisecond of a usual time: 1970-01-02 and the end of 2199. */
export const usualTimes = [86_400_000, 7_258_118_399_999] as const;

/** Largest number of bytes in the address and the path of a usual row together. */
export const usualBytes = 1 << 16;

/** An SQL condition: whether a status is usual. @param status name of a column of whole numbers */
export const usualStatus = (status: string): string => `${status} BETWEEN 100 AND 999`;

/**
 * An SQL condition: whether a response time in milliseconds is usual. Every database writes a number of so few digits
 * with exactly these digits. −0 is excluded, as it is written with a sign.
 * @param took name of a column of type DOUBLE
 */
export const usualDuration = (took: string): string =>
  `CASE WHEN ${took} IS NULL THEN true WHEN ${took} > 0 AND ${took} < 1e9 THEN round(${took} * 100) / 100 = ${took} ` +
  `ELSE CAST(${took} AS VARCHAR) IN ('0', '0.0') END`;

/** The name of a column as an SQL identifier, whatever characters it contains. */
export const sqlName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Longest row that can be a record, in characters as text. */
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

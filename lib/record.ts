/**
 * The record: five fields, in this order. The CSV header and every schema derive from this table,
 * and `validate` reads its rules from it.
 */

/** One field of a record. */
export interface Field {
  readonly name: FieldName;
  /** What the value is. `decimal` has at most two digits after the point. */
  readonly type: "timestamp" | "text" | "integer" | "decimal";
  /** Unit or notation, for people. */
  readonly unit: string;
  /** What values are allowed, for people. */
  readonly bounds: string;
  /** Lowest value (included), for numbers. */
  readonly min?: number;
  /** Highest value (included), for numbers. */
  readonly max?: number;
  /** Whether a log may lack the value: an empty cell in CSV, NULL in a database. */
  readonly optional: boolean;
  /** What the field says about the request. */
  readonly meaning: string;
}

/** Names of the five fields. */
export type FieldName = "timestamp" | "ip_address" | "endpoint" | "status_code" | "response_time_ms";

/** The five fields, in the order of the CSV. */
export const recordFields: readonly Field[] = [
  {
    name: "timestamp",
    type: "timestamp",
    unit: "UTC, ISO 8601, milliseconds",
    bounds: "2026-01-05T00:00:00.000Z form; never before the record above it",
    optional: false,
    meaning: "when the server logged the request",
  },
  {
    name: "ip_address",
    type: "text",
    unit: "IPv4 or IPv6 address",
    bounds: "a valid address",
    optional: false,
    meaning: "who asked",
  },
  {
    name: "endpoint",
    type: "text",
    unit: "URL path",
    bounds: "starts with /",
    optional: false,
    meaning: "what was asked for",
  },
  {
    name: "status_code",
    type: "integer",
    unit: "HTTP status",
    bounds: "100 to 599",
    min: 100,
    max: 599,
    optional: false,
    meaning: "how it ended: 4xx is the client's failure, 5xx the server's",
  },
  {
    name: "response_time_ms",
    type: "decimal",
    unit: "milliseconds",
    bounds: "0 or more, at most two decimals; empty where the log has none",
    min: 0,
    optional: true,
    meaning: "how long the answer took",
  },
];

/** First line of every CSV, without its line end. */
export const csvHeader: string = recordFields.map((field) => field.name).join(",");

/** A log as the rest of the library takes it: five-field CSV, in a file or in memory. */
export interface Log {
  /** Absolute path of the CSV file; absent when the log was made without one. */
  readonly path?: string;
  /** The CSV itself, when there is no file. It has a header, except for a generated part (`from`, `to`, `shard`). */
  readonly csv?: Uint8Array;
  /** Number of records. */
  readonly records: number;
}

/** What can be checked and questioned: a log, or the path of a five-field CSV file. */
export type Source = Log | string;

/** A small table, as columns of equal length: the answer of a question, a check or a summary. */
export type Columns = Record<string, (string | number | null)[]>;

/** One of the existing names, which an editor offers; or another text, which is refused at run time with a message. */
export type Named<Name extends string> = Name | (string & {});

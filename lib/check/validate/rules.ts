import { csvHeader, type FieldName, recordFields } from "../../record.js";

/** A rule of the five-field CSV. */
export interface Rule {
  readonly name: RuleName;
  /** What it asks, in words. */
  readonly means: string;
  /** What it is asked of. */
  readonly of: "file" | "line" | "record";
}

/** `order` is the time stamp's second rule: never before the record above it. */
export type RuleName =
  | "record"
  | "header"
  | "complete"
  | "line_length"
  | "line_end"
  | "text"
  | "fields"
  | "order"
  | FieldName;

/** The rule of a server's own log, which is read before its records are checked. */
export const recordRule: Rule = {
  name: "record",
  means: "every line is a record, or a header, a directive or blank",
  of: "line",
};

/** Every rule, in the order of the table: the file's, the lines', then those of `record.ts`, field by field. */
export const rules: readonly Rule[] = [
  { name: "header", means: `the first line is ${csvHeader}`, of: "file" },
  { name: "complete", means: "a compressed file can be read to its end", of: "file" },
  { name: "line_length", means: "at most 1 MiB", of: "line" },
  { name: "line_end", means: "LF alone, after the last line too", of: "line" },
  { name: "text", means: "UTF-8 without byte-order mark and control characters", of: "line" },
  {
    name: "fields",
    means: `${recordFields.length} fields; quotes as in RFC 4180, closed on their line`,
    of: "line",
  },
  ...recordFields.flatMap(({ name, bounds }): Rule[] => {
    const [first, second] = bounds.split("; ");
    if (name !== "timestamp") return [{ name, means: bounds, of: "record" }];
    return [
      { name, means: first, of: "record" },
      { name: "order", means: second, of: "record" },
    ];
  }),
];

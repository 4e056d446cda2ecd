import { csvHeader, type FieldName, recordFields } from "../../record.js";

/** A rule of the five-field CSV. */
export interface Rule {
  readonly name: RuleName;
  /** What it requires, in words. */
  readonly means: string;
  /** What it applies to. */
  readonly of: "file" | "line" | "record";
}

/** `order` is the second rule for the time stamp: it is never before that of the previous record. */
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

/**
 * Every rule, in the order of the table: those for the file, those for lines, then those of `record.ts`, field by
 * field.
 */
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

/** The rules of a server's own log. All others are of the CSV that is made of its records. */
export const ownLogRules: readonly Rule[] = [
  { name: "record", means: "every line is a record, or a header, a directive or blank", of: "line" },
  ...rules.filter(({ name }) => name === "complete" || name === "order"),
];

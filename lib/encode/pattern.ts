import type { Outcome } from "../generate/batch.js";
import type { Plan } from "../generate/plan.js";
import { CLF_TIME, escapedByNginx, type SecondForm } from "./text.js";

/** Which of the five fields a part writes, by its index in the CSV. */
export type FieldIndex = 0 | 1 | 2 | 3 | 4;

/** A value that differs from record to record. */
export type Drawn =
  /** Whole seconds since 1970. */
  | "epoch"
  /** The millisecond within the second, three digits. */
  | "millisecond"
  | "address"
  /** Size of the body in bytes. */
  | "size"
  /** The response time in seconds, with three decimals, cut off. */
  | "seconds"
  /** The response time in seconds, with five decimals, which is exact. */
  | "seconds5"
  /** The response time in whole milliseconds, cut off. */
  | "milliseconds"
  /** The response time in milliseconds, with two decimals. */
  | "hundredths"
  /** The response time in nanoseconds. */
  | "nanoseconds"
  /** A port of a client, 1024 to 65535. */
  | "port"
  /** The last octet of a server's address, 1 to 8. */
  | "server"
  /** Eight or four hexadecimal digits of an identifier. */
  | "hex8"
  | "hex4";

/** A part of a line: text that is always the same, or a value of the record. */
export type Part =
  | string
  | { readonly second: SecondForm }
  | { readonly drawn: Drawn; readonly field?: FieldIndex }
  /** Text that depends on the outcome. At most one part of a line holds the route's `{id}`. */
  | { readonly outcome: (outcome: Outcome) => string; readonly field?: FieldIndex }
  | { readonly agent: (text: string) => string }
  | { readonly referrer: (text: string) => string };

/** A format of lines, defined by the parts of a line. */
export interface Pattern {
  /** The beginning of a log of this plan. Most formats have none. */
  readonly header?: (plan: Plan) => string;
  /** The parts of a line, without its line feed. */
  readonly parts: readonly Part[];
  /**
   * For JSON formats: the keys of the five fields in the object, undefined for a field that the format does not have.
   */
  readonly json?: readonly (string | undefined)[];
}

/** Parts that all formats of access logs share. */
export const part = {
  address: { drawn: "address", field: 1 },
  size: { drawn: "size" },
  method: { outcome: ({ endpoint }) => endpoint.method },
  status: { outcome: ({ status }) => String(status), field: 3 },
  /** `2026-01-05T00:22:28` */
  iso: { second: { midnight: (day) => day.toISOString().slice(0, 19), clockAt: 11 } },
  /** `05/Jan/2026:00:22:28 +0000` */
  clf: { second: CLF_TIME },
} as const satisfies Record<string, Part>;

/** The route, with `{id}` replaced by the identifier. @param write escapes the route */
export const route = (write: (route: string) => string): Part => ({
  outcome: ({ endpoint }) => write(endpoint.route),
  field: 2,
});

/** Escapes text as in a JSON string, without the quotes around it. */
export const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

/** The parts of a line of the combined log of Apache and nginx. */
export const combinedParts: readonly Part[] = [
  part.address,
  " - - [",
  part.clf,
  '] "',
  part.method,
  " ",
  route(escapedByNginx),
  ' HTTP/1.1" ',
  part.status,
  " ",
  part.size,
  ' "',
  { referrer: escapedByNginx },
  '" "',
  { agent: escapedByNginx },
  '"',
];

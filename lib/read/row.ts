import { InputError } from "../errors.js";
import type { ToUtc } from "./fields/clock.js";

/**
 * What a format finds in one line of a log: where the texts stand, and the numbers. One row is used for
 * all lines, so that reading a line makes no object. What it holds is checked when it is encoded.
 */
export class Row {
  /** The bytes in which the address and the path stand; set by every reader. */
  bytes: Uint8Array = new Uint8Array(0);
  addressStart = 0;
  addressEnd = 0;
  pathStart = 0;
  pathEnd = 0;
  /** Milliseconds since 1970, UTC; whole. */
  time = 0;
  /** HTTP status; -1 until a reader finds one. A reader sets it where it can, even when the line is no record. */
  status = -1;
  /** Response time in hundredths of a millisecond, whole, below 10^14; -1 when the log has none. */
  hundredths = -1;
  /** How many requests the line stands for: syslog writes "message repeated 7 times: [ … ]" for seven like lines. */
  repeats = 1;
  /** Whether the client may be a host's name: the servers that look it up write it in the address's place. */
  mayBeName = false;
}

/** Why a line is not a record, in words; `undefined` when it is one. */
export type Reason = string | undefined;

/** Said of a line that is not a request and is not meant to be one: a header or a directive. */
export const isHeader = "a header or directive";

const otherFormatReasons = new Set<string>();
const unreadableReasons = new Set<string>();

/** Notes that a reason says: the line is of another format altogether. Returns the reason. */
export function otherFormat(reason: string): string {
  otherFormatReasons.add(reason);
  return reason;
}

/** Notes that a reason says: the line is of the format, and its server could not read the request. Returns the reason. */
export function unreadableRequest(reason: string): string {
  unreadableReasons.add(reason);
  return reason;
}

/** Whether a reason says that the line is of another format altogether. */
export const isOtherFormat = (reason: string): boolean => otherFormatReasons.has(reason);

/** Whether a reason says that the line is of the format, and its server could not read the request. */
export const isUnreadableRequest = (reason: string): boolean => unreadableReasons.has(reason);

/** Unit in which a log gives response times. */
export type TimeUnit = "s" | "ms" | "us" | "ns";

/** Reads the moment in bytes[start, end): milliseconds since 1970, UTC; -1 when it is none. */
export type ReadTime = (bytes: Uint8Array, start: number, end: number, toUtc: ToUtc) => number;

/** What a format needs to know. */
export interface FormatOptions {
  /** Whether clients that are hosts' names get addresses in their place. */
  readonly standIns?: boolean;
  /** Turns the log's local time into UTC. */
  readonly toUtc: ToUtc;
  /** Whether a path keeps its query string. */
  readonly keepQuery: boolean;
  /** Unit of response times, or "none" to leave them out; undefined: the format decides. */
  readonly timeUnit: TimeUnit | "none" | undefined;
  /** Field that holds the response time: its name, or its number behind an access log's fixed fields, from "1". */
  readonly timeField?: string | undefined;
  /** Reads timestamps that have a form of their own; left out: those of the forms that are told without being said. */
  readonly readTime?: ReadTime;
  /**
   * Whether what wraps the lines (a container's runtime, syslog) tells when it received each: `row.time` holds it when
   * a line is read, for formats that have no time of their own.
   */
  readonly received?: boolean;
}

/**
 * Reads the line bytes[start, end), its line end left out, into the row. Returns nothing when the line is
 * a request, `isHeader`, or the reason why it is not one. Must not look past `end`.
 */
export type LineReader = (bytes: Uint8Array, start: number, end: number, row: Row) => Reason;

/** A format made ready for one log. */
export interface Reading {
  readonly read: LineReader;
  /** What the log's first lines decided, for people: which field is which, and in which unit. */
  readonly decided?: string | undefined;
  /** What they left open, in a sentence that names the option that decides it; then nothing is read. */
  readonly unsure?: string | undefined;
}

/** Thrown where a log's first lines show that it is of another format altogether. */
export class OtherFormatError extends InputError {}

/** A format of log lines. */
export interface LineFormat {
  /** What it is, for people. */
  readonly title: string;
  /** Whether it is chosen only when no other format reads half of the first lines: its names are anybody's. */
  readonly general?: boolean;
  /** Whether `timeField` says where its response time stands; of other formats it is known. */
  readonly hearsTimeField?: boolean;
  /** Formats that read these lines, too, but know less of them: this one is chosen before them. */
  readonly over?: readonly string[];
  /**
   * Makes it ready to read a log that begins with these lines (without line ends and blank lines; none of an
   * empty log).
   * @throws InputError when the lines rule the format out: they have no header of CSV, say.
   */
  readonly reading: (options: FormatOptions, sample: readonly Uint8Array[]) => Reading;
}

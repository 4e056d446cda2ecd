import { InputError } from "../errors.js";
import type { ToUtc } from "./fields/clock.js";

/**
 * What a format finds in one line of a log: the positions of its texts, and its numbers. The same row is used for all
 * lines, so that reading a line allocates nothing. Its contents are checked when it is encoded.
 */
export class Row {
  /** The bytes that hold the address and the path. Every reader sets them. */
  bytes: Uint8Array = new Uint8Array(0);
  addressStart = 0;
  addressEnd = 0;
  pathStart = 0;
  pathEnd = 0;
  /** Milliseconds since 1970, UTC, a whole number. */
  time = 0;
  /** HTTP status; −1 until a reader finds one. A reader sets it if it can, even when the line is not a record. */
  status = -1;
  /** Response time in hundredths of a millisecond, a whole number below 10^14; −1 if the log has none. */
  hundredths = -1;
  /**
   * Number of requests that the line stands for. Syslog writes "message repeated 7 times: [ … ]" for seven equal lines.
   */
  repeats = 1;
  /** Whether the client may be a host name, which some servers look up and write in place of the address. */
  mayBeName = false;
  /** Where the reason is `eitherClient`: the address that may be the client's besides the row's own. */
  forwardedStart = 0;
  forwardedEnd = 0;
}

/** Why a line is not a record, in words; `undefined` if it is one. */
export type Reason = string | undefined;

/** The reason for a line that is not meant to be a request: a header or a directive. */
export const isHeader = "a header or directive";

const otherFormatReasons = new Set<string>();
const unreadableReasons = new Set<string>();

/** Marks a reason as meaning that the line is in another format altogether. @returns the reason */
export function otherFormat(reason: string): string {
  otherFormatReasons.add(reason);
  return reason;
}

/**
 * Marks a reason as meaning that the line is in this format, but its server could not read the request.
 * @returns the reason
 */
export function unreadableRequest(reason: string): string {
  unreadableReasons.add(reason);
  return reason;
}

/** Whether a reason means that the line is in another format altogether. */
export const isOtherFormat = (reason: string): boolean => otherFormatReasons.has(reason);

/** Whether a reason means that the line is in this format, but its server could not read the request. */
export const isUnreadableRequest = (reason: string): boolean => unreadableReasons.has(reason);

/** The reason for a line with two clients: its peer and another one, and nothing says which of them it is. */
export const eitherClient =
  "the client may be the peer or the one that X-Forwarded-For names: client (--client peer or forwarded) says which";

/** Who the client is where a log has both its peer and X-Forwarded-For. */
export type WhichClient = "peer" | "forwarded";

/** Unit in which a log gives response times. */
export type TimeUnit = "s" | "ms" | "us" | "ns";

/** Reads the moment in bytes[start, end): milliseconds since 1970, UTC; -1 if it is not a moment. */
export type ReadTime = (bytes: Uint8Array, start: number, end: number, toUtc: ToUtc) => number;

/** What a format needs to know. */
export interface FormatOptions {
  /** Whether stand-in addresses replace the host names of clients. */
  readonly standIns?: boolean;
  /** Turns the log's local time into UTC. */
  readonly toUtc: ToUtc;
  /** Whether the zone of that local time was not given, and UTC stands in. */
  readonly isZoneAssumed?: boolean;
  /** Whether a path keeps its query string. */
  readonly keepQuery: boolean;
  /** Unit of response times, or "none" to leave them out; undefined to let the format decide. */
  readonly timeUnit: TimeUnit | "none" | undefined;
  /** Field that holds the response time: its name, or its number after an access log's fixed fields, from "1". */
  readonly timeField?: string | undefined;
  /** Who the client is where a line has a peer and X-Forwarded-For; undefined to decide by the peer's address. */
  readonly client?: WhichClient | undefined;
  /** Reads timestamps in a format that was given. Undefined: timestamps in the formats that are recognised. */
  readonly readTime?: ReadTime;
  /**
   * Whether the envelope of the lines (a container runtime, syslog) tells when it received each line. `row.time` then
   * holds that time when a line is read, for formats that have no time of their own.
   */
  readonly received?: boolean;
}

/**
 * Reads the line bytes[start, end), without its line end, into the row. It must not look beyond `end`.
 * @returns nothing if the line is a request; `isHeader`, or the reason why it is not a request
 */
export type LineReader = (bytes: Uint8Array, start: number, end: number, row: Row) => Reason;

/** A format that is ready to read one log. */
export interface Reading {
  readonly read: LineReader;
  /** What the log's first lines decided, for people to read: which field is which, and in which unit. */
  readonly decided?: string | undefined;
  /** What the log calls the peer and the client that a proxy names, where its lines can have both. */
  readonly clients?: readonly [peer: string, forwarded: string] | undefined;
  /** What they left open, in a sentence that names the option that decides it. Nothing is read then. */
  readonly unsure?: string | undefined;
}

/** Thrown if a log's first lines show that it is in another format altogether. */
export class OtherFormatError extends InputError {}

/** A format of log lines. */
export interface LineFormat {
  /** Its name, for people to read. */
  readonly title: string;
  /** Whether it is chosen only when no other format reads half of the first lines: its names are anybody's. */
  readonly general?: boolean;
  /**
   * Whether the option `timeField` can choose its response time. In other formats, the place of the response time is
   * fixed.
   */
  readonly hearsTimeField?: boolean;
  /** Whether its times are in UTC by their definition, without saying so. */
  readonly isUtc?: boolean;
  /** Other formats that can read these lines but get less from them. This format is chosen before them. */
  readonly over?: readonly string[];
  /**
   * Prepares it to read a log that begins with these lines (without line ends and blank lines; an empty list for an
   * empty log).
   * | @throws InputError if the lines rule the format out, for example because there is no CSV header
   */
  readonly reading: (options: FormatOptions, sample: readonly Uint8Array[]) => Reading;
}

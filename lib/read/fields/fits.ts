import type { FieldName } from "../../record.js";
import { type ReadTime, Row, type TimeUnit } from "../row.js";
import { isAddress } from "./address.js";
import { readClient } from "./client.js";
import { pathOf } from "./request.js";
import { moment } from "./time.js";
import { bare, surest } from "./usualNames.js";

/** What is known about a log besides its names. */
export interface FieldEvidence {
  /** Unit of the response time, if it was given. */
  readonly timeUnit?: TimeUnit | "none" | undefined;
  /** Name of the response time, if it was given. */
  readonly timeField?: string | undefined;
  /** The values of a name on the first lines, unchanged. Absent if they are not available. */
  readonly values?: (name: string) => readonly string[];
  /** Whether the envelope of the lines has a time, so that the lines need no time of their own. */
  readonly received?: boolean | undefined;
  /** Reads the timestamps, if their format was given. */
  readonly readTime?: ReadTime | undefined;
}

/** Whether most of a name's values fit the field. If the values are not available, only its most certain names fit. */
export function fits(name: string, field: FieldName, { values, readTime = moment }: FieldEvidence): boolean {
  if (values === undefined) return surest(field).includes(bare(name));
  const texts = values(name).filter((text) => !isEmpty(text));
  const sound = texts.filter((text) =>
    field === "timestamp" ? momentIn(text, { readTime }) >= 0 : isValue[field](text),
  );
  if (sound.length === 0 || sound.length < texts.length / 2) return false;
  return field !== "endpoint" || !texts.every((text) => logFile.test(text));
}

/** Whether a log writes a value so if there is none. */
export const isEmpty = (text: string) => text === "" || text === "-";
const logFile = /^\/.*(?:\.log(?:[.-]\d+)*(?:\.gz)?|-json\.log|access_log)$|^\/var\/log\//;

/** By field of the record, whether a text can be its value. */
export const isValue: Record<Exclude<FieldName, "timestamp">, (text: string) => boolean> = {
  ip_address: (text) => {
    const bytes = utf8.encode(text);
    readClient(bytes, 0, bytes.length, probe);
    return isAddress(bytes, probe.addressStart, probe.addressEnd);
  },
  endpoint: (text) => {
    const bytes = utf8.encode(text);
    return pathOf(bytes, 0, bytes.length, probe, false) === undefined;
  },
  status_code: (text) => /^[1-5]\d\d(\.0+)?$/.test(text),
  response_time_ms: (text) => /^-?\d{1,15}(\.\d+)?(e[+-]?\d+)?( ?(ns|us|µs|μs|ms|s))?$/i.test(text),
};

/** What a text means as a path or a status; undefined if it can be none. */
export function meant(field: "endpoint" | "status_code", text: string): string | undefined {
  if (isEmpty(text)) return;
  if (field === "status_code") return isValue.status_code(text) ? text.slice(0, 3) : undefined;
  const bytes = utf8.encode(text);
  if (pathOf(bytes, 0, bytes.length, probe, false) !== undefined) return;
  return Buffer.from(bytes.subarray(probe.pathStart, probe.pathEnd)).toString();
}

const utf8 = new TextEncoder();
const probe = new Row();

/** The moment that a text is, without its zone where it has none; −1 if it is none. */
export function momentIn(text: string, { readTime = moment }: FieldEvidence): number {
  const bytes = utf8.encode(text);
  return readTime(bytes, 0, bytes.length, (local) => local);
}

import { inspect } from "node:util";
import { counted, grouped } from "../digits.js";
import { harmless } from "../errors.js";
import type { Columns, Log } from "../record.js";
import { likelyYears } from "./fields/time.js";
import type { Quarantine, QuarantinedLine } from "./quarantine.js";
import type { LineCounts, LineTally } from "./tally.js";

/** One of the logs that were read, and the counts of its lines. */
export interface SourceLog extends Readonly<LineCounts> {
  /** The name that the caller gave. */
  readonly name: string;
  /** Absolute path; "-" for standard input. */
  readonly path: string;
  readonly format: string;
  /** Why this format was chosen, and what the first lines decided. */
  readonly why: string;
  /** Why its data ended too early, if they did. */
  readonly damage: string | undefined;
}

/** Logs that were read, and the counts of their lines: lines = records + quarantined + skipped. */
export interface ReadLog extends Log {
  /** The logs, in the order in which they were read. */
  readonly sources: readonly SourceLog[];
  readonly lines: number;
  readonly quarantined: number;
  /** Number of lines left out on purpose: blank lines, headers and directives. */
  readonly skipped: number;
  readonly blank: number;
  readonly headers: number;
  /** Number of records whose time is before that of the previous record; servers log a request when it ends. */
  readonly outOfOrder: number;
  /** Line of the first of them, in its log; undefined if there are none. */
  readonly firstOutOfOrder: number | undefined;
  /** Whether a log was damaged or cut short, so that lines may be lost. `damage` of the log in `sources` says why. */
  readonly damaged: boolean;
  /** Number of records without a response time. */
  readonly withoutResponseTime: number;
  /** Earliest and latest time stamp; undefined if there are no records. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** Columns `reason` and `lines` of the lines in quarantine. */
  readonly reasons: Columns;
  /** Columns `status_code` and `lines` of the lines in quarantine that still have a status. */
  readonly statusesInQuarantine: Columns;
  /** The first ten lines in quarantine. */
  readonly examples: readonly QuarantinedLine[];
  /** What a reader of the result should know, in sentences. */
  readonly warnings: readonly string[];
  /** The result in a few lines of text. */
  readonly summary: string;
}

/** Builds the result of `read`. */
export function readLogOf(
  where: { path?: string; csv?: Uint8Array },
  sources: readonly SourceLog[],
  tally: LineTally,
  quarantine: Quarantine,
): ReadLog {
  const { lines, records, quarantined, blank, headers, outOfOrder, withoutResponseTime } = tally;
  const skipped = blank + headers;
  const warnings = warningsOf(sources, tally);
  const reasons = quarantine.reasons();
  const statuses = [...tally.statuses].sort((a, b) => a[0] - b[0]);
  const from = records > 0 ? new Date(tally.earliest).toISOString() : undefined;
  const to = records > 0 ? new Date(tally.latest).toISOString() : undefined;
  const words = [
    `${counted(records, "record")}${from ? `, ${from} to ${to}` : ""}`,
    ...sources.map(
      ({ name, why, lines: own }) => `  ${JSON.stringify(name)}: ${counted(own, "line")}, ${why}`,
    ),
    `${counted(lines, "line")} = ${counted(records, "record")} + ${grouped(quarantined)} in quarantine + ${grouped(skipped)} skipped`,
    ...(skipped > 0 ? [`  skipped: ${grouped(blank)} blank, ${grouped(headers)} headers`] : []),
    ...reasons.reason.map((reason, i) => `  quarantine: ${grouped(Number(reasons.lines[i]))} × ${reason}`),
    ...(statuses.length > 0
      ? [
          `  quarantine: by status, ${statuses.map(([status, count]) => `${status}: ${grouped(count)}`).join(", ")}; no question counts them`,
        ]
      : []),
    ...warnings.map((warning) => `  note: ${warning}`),
  ].join("\n");
  const summary = harmless(words);
  const log: ReadLog = {
    ...where,
    sources,
    lines,
    records,
    quarantined,
    skipped,
    blank,
    headers,
    damaged: sources.some(({ damage }) => damage !== undefined),
    outOfOrder,
    firstOutOfOrder: outOfOrder > 0 ? tally.firstOutOfOrder : undefined,
    withoutResponseTime,
    from,
    to,
    reasons,
    statusesInQuarantine: {
      status_code: statuses.map(([status]) => status),
      lines: statuses.map(([, count]) => count),
    },
    examples: quarantine.examples,
    warnings,
    summary,
  };
  // A cell that ends in a log shows its summary instead of its bytes.
  Object.defineProperty(log, inspect.custom, { value: () => summary });
  return log;
}

function warningsOf(sources: readonly SourceLog[], tally: LineTally): string[] {
  const { records, outOfOrder, firstOutOfOrder, ofLog, withoutResponseTime, repeated } = tally;
  const warnings: string[] = [];
  for (const { damage, name, lines } of sources) {
    const place = sources.length > 1 ? ` of ${JSON.stringify(name)}` : "";
    if (damage !== undefined)
      warnings.push(`${damage}: what came after line ${grouped(lines)}${place} is lost`);
  }
  if (outOfOrder > 0) {
    warnings.push(
      `${grouped(outOfOrder)} of ${grouped(records)} records are earlier than the one above them, first on line ${firstOutOfOrder}${ofLog}: the log's order was kept`,
    );
  }
  if (repeated > 0) {
    warnings.push(
      `${grouped(repeated)} ${repeated === 1 ? "line says that its message was" : "lines say that their messages were"} repeated: each counts as the lines for which it stands`,
    );
  }
  const unlikely = unlikelyTime(tally.earliest, tally.latest);
  if (unlikely !== undefined) warnings.push(unlikely);
  if (withoutResponseTime > 0) {
    warnings.push(`${grouped(withoutResponseTime)} of ${grouped(records)} records have no response time`);
  }
  return warnings;
}

/**
 * What is odd about the first and the last time of the records, in milliseconds since 1970: an unlikely year, as from a
 * clock that was never set. Undefined if nothing is odd. The times are infinite if there are no records.
 */
export function unlikelyTime(earliest: number, latest: number): string | undefined {
  const unlikely = [earliest, latest].find((time) => Number.isFinite(time) && !isLikely(time));
  return unlikely === undefined
    ? undefined
    : `a record has the time ${new Date(unlikely).toISOString()}: a year outside of ${likelyYears.join(" to ")} is unlikely`;
}

const isLikely = (time: number) => {
  const year = new Date(time).getUTCFullYear();
  return year >= likelyYears[0] && year <= likelyYears[1];
};

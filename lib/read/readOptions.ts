import { checkOptions, InputError, quoted } from "../errors.js";
import { csvCompression } from "../files/extensions.js";
import { type LogFile, placesOf } from "../files/logFiles.js";
import { checkPlaces, pathOption, standardOutput } from "../files/places.js";
import { clockOf } from "./fields/clock.js";
import { askedFormat, type ReadFormat, type RequestedFormat } from "./formats/formats.js";
import { logFormat } from "./formats/logFormat.js";
import type { OwnFormat } from "./formats/ownFormat.js";
import type { FormatOptions, TimeUnit, WhichClient } from "./row.js";

/** How `read` reads logs. Every option may be left out. */
export interface ReadOptions {
  /**
   * The format of the lines: the name of a format, a format of your own, or "auto" (the default) to recognise it by the
   * first lines.
   */
  format?: ReadFormat | OwnFormat | undefined;
  /**
   * File for the CSV, "-" for standard output. A `.gz` or `.zst` at its end compresses it. Without it, the CSV stays in
   * memory, up to 256 MiB (about 4 million records).
   */
  out?: string | undefined;
  /**
   * File for the lines that are not records, as NDJSON: line number, reason, length, text. "-" is standard output,
   * unless the CSV goes there. A `.gz` or `.zst` at its end compresses it.
   */
  quarantine?: string | undefined;
  /** Time zone of times that name no zone: "UTC" (the default), "+02:00" or "Europe/Berlin". */
  timeZone?: string | undefined;
  /** Unit of the response times, if the log leaves it open; "none" if it has no response times. */
  timeUnit?: TimeUnit | "none" | undefined;
  /**
   * Field that holds the response time, if the log leaves it open: its name (`rt`, `latency`), or its number among the
   * fields after the fixed ones of an access log, from "1".
   */
  timeField?: string | undefined;
  /**
   * The log's format as it is set in the server: nginx's `log_format` or Apache's `LogFormat`, as the line of the
   * configuration or only its string. Used instead of `format`.
   */
  logFormat?: string | undefined;
  /** Whether paths keep their query strings. Default "cut". */
  query?: "cut" | "keep" | undefined;
  /**
   * Whether numbers, UUIDs and hexadecimal texts of 16 digits or more in paths become `{id}` (`/users/123` becomes
   * `/users/{id}`). Default "keep".
   */
  identifiers?: "keep" | "fold" | undefined;
  /**
   * How to treat lines of Apache's and nginx's logs whose client is a host name (`HostnameLookups On`). By default they
   * are quarantined. With "stand-in", an address in 2001:db8::/32, which is reserved for documentation, replaces the
   * name. The same name has the same address in every log.
   */
  clientNames?: "quarantine" | "stand-in" | undefined;
  /**
   * Who the client is where a log has the peer of each request and X-Forwarded-For beside it: "peer", or "forwarded", the
   * left-most address of the header. Left out, it is the header's where the peer's address is private (a proxy), and is
   * asked where it is public.
   */
  client?: WhichClient | undefined;
}

/** Names of the options of `read`. */
export const readOptions = Object.keys({
  format: true,
  out: true,
  quarantine: true,
  timeZone: true,
  timeUnit: true,
  timeField: true,
  logFormat: true,
  query: true,
  identifiers: true,
  clientNames: true,
  client: true,
} satisfies Record<keyof ReadOptions, true>);

/**
 * What the options say, apart from the files to write.
 * | @throws InputError if an option does not exist, or its value is wrong
 */
export function checkReadOptions(options: ReadOptions): {
  asked: RequestedFormat;
  formatOptions: FormatOptions;
} {
  checkOptions(options, readOptions);
  const {
    format = "auto",
    query = "cut",
    timeZone = "UTC",
    timeUnit,
    timeField,
    identifiers = "keep",
    clientNames = "quarantine",
    client,
  } = options;
  const oneOf = (argument: string, value: unknown, allowed: readonly string[]) => {
    if (allowed.includes(value as string)) return;
    throw new InputError(
      `${argument}: ${quoted(value)}: give ${allowed.map((each) => `"${each}"`).join(" or ")}`,
    );
  };
  oneOf("query", query, ["cut", "keep"]);
  oneOf("identifiers", identifiers, ["keep", "fold"]);
  oneOf("clientNames", clientNames, ["quarantine", "stand-in"]);
  if (client !== undefined) oneOf("client", client, ["peer", "forwarded"]);
  if (timeUnit !== undefined) oneOf("timeUnit", timeUnit, ["s", "ms", "us", "ns", "none"]);
  if (timeField !== undefined && (typeof timeField !== "string" || timeField === "" || timeUnit === "none")) {
    throw new InputError(
      timeUnit === "none"
        ? 'timeField: timeUnit is "none", so that no field is read'
        : `timeField: ${quoted(timeField)} is neither a field's name nor its number, such as "1"`,
    );
  }
  const formatOptions = {
    toUtc: clockOf(timeZone),
    isZoneAssumed: options.timeZone === undefined,
    keepQuery: query === "keep",
    standIns: clientNames === "stand-in",
    timeUnit,
    timeField,
    client,
  };
  if (options.logFormat === undefined) return { asked: askedFormat(format), formatOptions };
  if (format !== "auto") throw new InputError("logFormat: format is given as well: give one of them");
  return { asked: { name: "log-format", format: logFormat(options.logFormat) }, formatOptions };
}

/** Checks the files to write, before any of them is touched. */
export async function checkTargets(
  { out, quarantine }: ReadOptions,
  files: readonly LogFile[],
): Promise<void> {
  const outputs = Object.entries({ out, quarantine }).flatMap(([argument, value]) => {
    if (value === undefined) return [];
    const path = pathOption(argument, value);
    return { argument, path, what: argument === "out" ? "the file of the CSV" : "the quarantine" };
  });
  if (out === standardOutput && quarantine === standardOutput) {
    throw new InputError("quarantine: standard output carries the CSV already, give a file");
  }
  await checkPlaces(placesOf(files), outputs);
  if (out !== undefined) csvCompression(out);
}

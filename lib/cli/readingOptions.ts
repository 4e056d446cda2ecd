import type { Command } from "commander";
import type { ReadingOptions } from "../read/readFirst.js";
import { formatOption, keepOptionFile } from "./options.js";
import { tell } from "./output.js";

/** Adds the options for reading a server's own log, the same for every command that takes one. */
export function addReadingOptions(command: Command): Command {
  return command
    .option(
      "--format <name|file>",
      "what the lines look like: auto, a format's name, or a .json file with a format of your own (default: by the first lines)",
    )
    .option(
      "--time-zone <zone>",
      "time zone of times that have none, such as Europe/Berlin or +02:00 (default: UTC)",
    )
    .option("--time-unit <unit>", "unit of response times if the log leaves it open: s, ms, us, ns or none")
    .option(
      "--time-field <field>",
      "field of the response times if the log leaves it open: its name (rt), or its number after an access log's fixed fields (2)",
    )
    .option(
      "--log-format <format>",
      "the log's format as configured in its server: nginx's log_format or Apache's LogFormat, such as '%h %l %u %t \"%r\" %>s %b %D'; instead of --format",
    )
    .option("--keep-query", "keep the query strings of paths")
    .option("--fold-ids", "fold identifiers in paths: /users/123 becomes /users/{id}")
    .option(
      "--client-names <what>",
      "lines whose client is a host name: quarantine (default), or stand-in, an address in 2001:db8::/32 for each name",
    )
    .option(
      "--client <which>",
      "who the client is if a log has X-Forwarded-For beside its peer: peer or forwarded (default: forwarded if the peer's address is private; otherwise you are asked)",
    );
}

/**
 * Converts these options to the library's; those that were not given are left out.
 * @param outputs - files to write, by option; none may be the file of a format
 */
export async function readingOptionsOf(
  given: {
    format?: string;
    timeZone?: string;
    timeUnit?: string;
    timeField?: string;
    logFormat?: string;
    keepQuery?: boolean;
    foldIds?: boolean;
    clientNames?: string;
    client?: string;
  },
  outputs: Record<string, string | undefined>,
): Promise<Omit<ReadingOptions, "onRead">> {
  const { format, timeZone, timeUnit, timeField, logFormat, keepQuery, foldIds, clientNames, client } = given;
  const own = format === undefined ? undefined : formatOption(format);
  if (own !== undefined) await keepOptionFile(own, outputs);
  return {
    format: own?.value,
    timeZone,
    timeUnit: timeUnit as ReadingOptions["timeUnit"],
    timeField,
    logFormat,
    query: keepQuery ? "keep" : undefined,
    identifiers: foldIds ? "fold" : undefined,
    clientNames: clientNames as ReadingOptions["clientNames"],
    client: client as ReadingOptions["client"],
  };
}

/** Reports on standard error how many lines of a server's own log became records, were quarantined or were skipped. */
export const tellRead: NonNullable<ReadingOptions["onRead"]> = ({ summary }) => tell(summary);

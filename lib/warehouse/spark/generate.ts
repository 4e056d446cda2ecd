import { InputError, quoted } from "../../errors.js";
import { type GenerateOptions, prepare } from "../../write/options.js";
import { lakeOption, lakeViews, wholeSql } from "./lake.js";
import { inQuotes, shellWord, sparkSql } from "./text.js";

/** The log to make on Spark, and how to make it. */
export interface SparkGenerateOptions extends GenerateOptions {
  /** Folder of the lake: an absolute path, or an address such as `s3a://bucket/logs`. */
  lake: string;
  /** Whether the executors write the Parquet files themselves, into a folder that all of them share. Default false. */
  files?: boolean | undefined;
  /**
   * Number of tasks, 1 to 100,000. Default: one for each two million records; with `files`, one for each part of an
   * hour.
   */
  shards?: number | undefined;
  /** The shell command with which an executor calls this program. Default `server-logs`. */
  command?: string | undefined;
}

/** Records in a shard, by default: about ten seconds of a core, including the way to Spark. */
const SHARD_RECORDS = 2_000_000;
/** Maximum records in a file that executors write themselves, as a mean over the log: some seconds of a core, 120 MB. */
const FILE_RECORDS = 20_000_000;
/** Possible lengths of such a file in seconds, all divisors of an hour. */
const FILE_SECONDS = [3600, 1800, 1200, 900, 600, 300, 120, 60, 30, 10, 5, 2, 1];
/** Placeholder for the shard number in the command, which xargs replaces. */
const SHARD = "@shard@";

/**
 * The script of Spark SQL that makes a log on a cluster and writes it to a lake, ready for `spark-sql -f`.
 * @throws InputError when an option is wrong, or belongs to a log in one file
 */
export function sparkGenerateSql(options: SparkGenerateOptions): string {
  const { lake: folder, files = false, shards: wanted, command = "server-logs", ...log } = options;
  const lake = lakeOption(folder);
  for (const name of [
    "out",
    "format",
    "from",
    "to",
    "shard",
    "header",
    "labels",
    "key",
    "workers",
  ] as const) {
    if (log[name] !== undefined) throw new InputError(`${name}: is for a log in one file, not for a lake`);
  }
  if (files && !lake.startsWith("/")) {
    throw new InputError(
      `lake: executors that write files themselves need a folder that all of them share, not ${quoted(lake)}: leave out files, and Spark writes it`,
    );
  }
  if (typeof command !== "string" || command.trim() === "" || /[\p{Cc}]/u.test(command))
    throw new InputError(`command: must be a command line, not ${quoted(command)}`);
  if (wanted !== undefined && (!Number.isSafeInteger(wanted) || wanted < 1 || wanted > 100_000))
    throw new InputError(`shards: must be a whole number from 1 to 100000, not ${quoted(wanted)}`);
  if (files && wanted !== undefined)
    throw new InputError(
      "shards: executors that write files themselves make a piece of an hour each; leave it out",
    );
  // Parquet's rules apply: columns have types, so there are no lines that a defect could corrupt.
  const { plan, slice } = prepare({ ...log, out: "lake.parquet" });
  const scenario = JSON.stringify(slice.scenario);
  const without =
    slice.without === true
      ? " --without-incidents"
      : slice.without.length > 0
        ? ` --without-incidents ${slice.without.map(shellWord).join(" ")}`
        : "";
  const generate = `${command} generate --scenario "$scenario" --seed ${plan.seed}${without} --workers 1`;
  const withScenario = (run: string) =>
    inQuotes(
      `scenario=$(mktemp) && trap 'rm -f "$scenario"' EXIT && export scenario && printf %s ${shellWord(scenario)} >"$scenario" && ${run}`,
    );
  const title = [
    `-- ${plan.rows} records from ${plan.scenario.traffic.start} to ${plan.scenario.traffic.end}, seed ${plan.seed}, for the lake ${lake}.`,
    `-- Each executor needs Node 20.19 or newer and \`${command}\`. Run it with spark-sql --conf spark.sql.session.timeZone=UTC`,
    "-- --conf spark.sql.catalogImplementation=in-memory --conf spark.sql.variable.substitute=false -f SCRIPT.",
    "SET spark.sql.session.timeZone = UTC;",
    "",
  ].join("\n");
  const end = `\n\n-- What was made is whole, or this fails.\n${lakeViews(lake)}\n${wholeSql(lake, true)}`;
  if (files) {
    const mean = plan.rows / (plan.end - plan.start);
    const seconds = FILE_SECONDS.find((length) => mean * length <= FILE_RECORDS) ?? 1;
    const first = Math.floor(plan.start / seconds) * seconds;
    const part = [
      `d=${shellWord(lake)}/requests/date=$2/hour=$3`,
      'mkdir -p "$d"',
      `${generate} --from "$0" --to "$1" --format parquet --out "$d/$4" --key -`,
    ].join(" && ");
    return (
      title +
      sparkSql("generate_files", {
        lake: inQuotes(lake),
        first_piece: String(first),
        pieces: String(Math.ceil((plan.end - first) / seconds)),
        seconds: String(seconds),
        start: String(plan.start),
        end: String(plan.end),
        records: withScenario(`xargs -n 5 sh -c ${shellWord(part)}`),
      }) +
      end
    );
  }
  const shards = wanted ?? Math.min(100_000, Math.max(1, Math.ceil(plan.rows / SHARD_RECORDS)));
  const shard = `xargs -I ${SHARD} ${generate} --shard ${SHARD}/${shards} --format csv`;
  return (
    title +
    sparkSql("generate", {
      lake: inQuotes(lake),
      shards: String(shards),
      records: withScenario(`${shard} --out -`),
      keys: withScenario(`${shard} --out /dev/null --key -`),
    }) +
    end
  );
}

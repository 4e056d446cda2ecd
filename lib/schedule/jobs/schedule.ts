import type { FormatName } from "../../encode/formats.js";
import type { GenerateOptions } from "../../write/options.js";

/** Jobs that repeatedly make parts of logs. Plain JSON data, as in a file. */
export interface Schedule {
  /** Address of this schema, for editors. */
  $schema?: string | undefined;
  /**
   * Time zone of the jobs that have none of their own: "UTC", "+02:00" or a name such as "Europe/Berlin". Default UTC.
   */
  timeZone?: string | undefined;
  /** The log of all jobs that have none of their own. */
  log?: ScheduledLog | undefined;
  /** The jobs, 1 to 100. */
  jobs: Job[];
}

/** A log as `generate` makes it, of which each run of a job makes a part. */
export interface ScheduledLog
  extends Pick<
    GenerateOptions,
    | "rows"
    | "rate"
    | "seed"
    | "scenario"
    | "incidents"
    | "randomIncidents"
    | "withoutIncidents"
    | "defects"
    | "workers"
  > {
  /** First moment of the log, such as 2026-01-05T00:00:00Z. Runs in the past are made at once. */
  start: string;
  /** End of the log, excluded; the jobs end with it. */
  end: string;
}

/** Which part of the log a run makes. It depends on the moment for which the run is planned, not on when it happens. */
export type Makes = "last-hour" | "yesterday" | "since-last-run";

/**
 * A job: when it runs, which part of a log it makes, and where it writes it: exactly one of `file`, `lake` and `table`.
 */
export interface Job {
  /** Unique name: a lower-case letter, then up to 39 of a-z, 0-9, _ and -. */
  name: string;
  /** When it runs: minute, hour, day, month and weekday, as in cron, or @hourly, @daily and the like. */
  cron: string;
  /** Time zone in which it runs and of the dates in its file names. Default: the schedule's. */
  timeZone?: string | undefined;
  /**
   * What a run makes: the last whole hour in the job's time zone, the day before, or everything since the previous run.
   */
  makes: Makes;
  /** The log. Default: the schedule's. */
  log?: ScheduledLog | undefined;
  /**
   * A file for each run, named after the beginning of its part: {yyyy}, {MM}, {dd}, {HH}, {mm} and {offset} in the
   * job's zone, {from} in UTC. Folders from the first placeholder on are created. An answer key is written beside it.
   */
  file?: string | undefined;
  /** Format of the file. Default: by its extension. */
  format?: FormatName | undefined;
  /** Whether to write the labels of the lines beside the file. Default false. */
  labels?: boolean | undefined;
  /** Whether to write the answer key beside the file. Default true. */
  key?: boolean | undefined;
  /**
   * A folder that gets Parquet files by date and hour in UTC, as requests/date=2026-01-05/hour=08/…, and their answer
   * keys under keys/: the layout that `spark generate` uses.
   */
  lake?: string | undefined;
  /** A DuckDB file, or postgres://USER@HOST:PORT/DATABASE, whose table `requests` gets the records. */
  table?: string | undefined;
}

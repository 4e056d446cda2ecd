import { type FormatName, formats } from "../encode/formats.js";
import { writtenForm } from "../encode/writtenForm.js";
import { checkOptions, InputError, quoted } from "../errors.js";
import type { Compression } from "../files/extensions.js";
import { pathOption } from "../files/places.js";
import { mostBytesInMemory } from "../files/sink.js";
import { type Plan, planOf } from "../generate/plan.js";
import type { Named } from "../record.js";
import { defectKinds, UNREADABLE } from "../scenario/defects.js";
import { isPlain } from "../scenario/merge.js";
import { millisecondsOf } from "../scenario/moment.js";
import { parseScenario, plainScenario } from "../scenario/parse.js";
import type { Defects, Incident, IncidentName, Scenario, ScenarioInput } from "../scenario/types.js";
import { checkWork, type Work, workOptions } from "../work.js";
import type { LogSlice } from "./sliceEncoder.js";

/**
 * What to generate. Every option may be left out; the default is 1,000 records of the demonstration shop on one Monday.
 */
export interface GenerateOptions extends Work {
  /** Exact number of records, 0 to 10 billion. Default 1,000. */
  rows?: number | undefined;
  /** Requests per second, as a mean over the week; used instead of `rows`. */
  rate?: number | undefined;
  /** Whole number, 0 to 2^53 − 1. Another seed makes another log of the same kind. Default 42. */
  seed?: number | undefined;
  /** The name of a preset, or a preset with changes on top. Default `"demo"`, the demonstration shop. */
  scenario?: ScenarioInput | undefined;
  /** First moment of the log, such as `2026-01-05T00:00:00Z`; in `generate` also `2026-01-05` or `yesterday`. Default: the scenario's. */
  start?: string | undefined;
  /** End of the log, excluded. Default: one day after `start`, or the scenario's. */
  end?: string | undefined;
  /** Make only the part of the log from this moment on. */
  from?: string | undefined;
  /** Make only the part of the log before this moment. */
  to?: string | undefined;
  /** Make only one of n parts of about equal size, in order: `"2/8"`. Put together, the parts are the whole log. */
  shard?: string | undefined;
  /** File to write; `"-"` is standard output. Without it the log stays in memory (up to 256 MiB). */
  out?: string | undefined;
  /**
   * Name of a format, such as csv, ndjson, combined or parquet (`encode/formats.ts` lists them). Default: the format
   * that the file's extension selects, such as .csv, .ndjson, .jsonl, .log (combined) or .parquet; csv without an
   * extension. A further .gz or .zst compresses the file.
   */
  format?: FormatName | undefined;
  /**
   * Whether the file begins with its format's header, such as the names of CSV's columns. By default it does if it
   * begins the log, so that the parts put together are the whole. With true, the file of a part can stand alone.
   */
  header?: boolean | undefined;
  /** Incidents that replace the scenario's: names such as `"checkout_outage"`, or whole incidents. */
  incidents?: (Named<IncidentName> | Incident)[] | undefined;
  /** Number of further incidents to draw from the seed, 0 to 12. Default: the scenario's, usually 0. */
  randomIncidents?: number | undefined;
  /** Incidents to leave out, by id, or true for all of them. The log is the same except for what they touched. */
  withoutIncidents?: true | string[] | undefined;
  /** Faults of the log itself: the share of the lines that have each, such as `{ malformed: 0.001 }`. */
  defects?: Partial<Defects> | undefined;
  /** Whether to write a label for each line beside the log, as `….labels.csv`. Default false. */
  labels?: boolean | undefined;
  /**
   * Whether to write the answer key beside the log, as `….truth.json`; or the file to write it to, `"-"` for standard
   * output. Default true if the log is written to a file.
   */
  key?: boolean | string | undefined;
  /**
   * Number of threads, 1 to 64. No more are used than there are cores, or 8 if there are fewer cores than that. The
   * bytes are the same for any number. Up to 512 MiB wait to be written, and up to 64 MiB for each thread. Default 1
   * below 2 million records, otherwise the number of cores.
   */
  workers?: number | undefined;
}

const known = [
  ...workOptions,
  ...Object.keys({
    rows: true,
    rate: true,
    seed: true,
    scenario: true,
    start: true,
    end: true,
    from: true,
    to: true,
    shard: true,
    out: true,
    format: true,
    header: true,
    incidents: true,
    randomIncidents: true,
    withoutIncidents: true,
    defects: true,
    labels: true,
    key: true,
    workers: true,
  } satisfies Record<Exclude<keyof GenerateOptions, keyof Work>, true>),
];

/**
 * Checks the names of the options. A caller that adds options of its own removes them first.
 * @throws InputError if they are not an object, or one of them does not exist
 */
export function checkGenerateOptions(options: GenerateOptions): void {
  checkOptions(options, known);
  const { signal, onProgress, header, labels, key, out } = options;
  checkWork({ signal, onProgress });
  if (header !== undefined && typeof header !== "boolean")
    throw new InputError(`header: must be true or false, not ${quoted(header)}`);
  if (labels !== undefined && typeof labels !== "boolean")
    throw new InputError(`labels: must be true or false, not ${quoted(labels)}`);
  if (key !== undefined && typeof key !== "boolean") pathOption("key", key);
  if (key === "-" && out === "-")
    throw new InputError("key: standard output carries the log; give the key a file, or the log one");
}

/** Approximate size of a record in bytes, used to refuse early what would not fit. */
const RECORD_BYTES = 66;

/** Options that were checked: which log is made, which part of it, and where to. */
export interface Prepared {
  readonly plan: Plan;
  readonly slice: LogSlice;
  /** Path of the file, or "-". */
  readonly out?: string | undefined;
  readonly compression?: Compression | undefined;
}

/** Checks all options and turns them into a plan and a slice. */
export function prepare(options: GenerateOptions): Prepared {
  checkGenerateOptions(options);
  const { rows, rate, start, end, seed = 42, scenario = "demo" } = options;
  if (rows !== undefined && (!Number.isSafeInteger(rows) || rows < 0 || rows > 1e10)) {
    throw new InputError(`rows: must be a whole number from 0 to 10000000000, not ${quoted(rows)}`);
  }
  if (rate !== undefined && !(typeof rate === "number" && rate > 0 && rate <= 1e6)) {
    throw new InputError(
      `rate: must be a number above 0, up to 1000000 requests a second, not ${quoted(rate)}`,
    );
  }
  if (rows !== undefined && rate !== undefined)
    throw new InputError("rows and rate: give one of them, not both");
  const traffic = {
    ...(rows !== undefined && { rows }),
    ...(rate !== undefined && { rate }),
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
  };
  const base = plainScenario(scenario);
  const parsed = parsedWith(traffic, {
    ...base,
    traffic: trafficWith(traffic, base.traffic),
    ...(options.incidents !== undefined && { incidents: options.incidents }),
    ...(options.randomIncidents !== undefined && { randomIncidents: options.randomIncidents }),
    ...(options.defects !== undefined && { defects: options.defects }),
  });
  const without = withoutOption(options.withoutIncidents);
  const plan = planOf(parsed, seed, without);
  const out = options.out === undefined ? undefined : pathOption("out", options.out);
  const { format, compression } = writtenForm(options.format, out);
  if (out === undefined && !formats[format].concatenable) {
    throw new InputError(`out: must name a file for ${format}, which is not kept in memory`);
  }
  refuseSpoiling(plan, format);
  const part = options.shard === undefined ? undefined : shardOption(options.shard, plan);
  if (part && (options.from !== undefined || options.to !== undefined)) {
    throw new InputError("shard: give either shard or from and to, not both");
  }
  const from = options.from === undefined ? (part?.[0] ?? plan.start * 1000) : moment("from", options.from);
  const to = options.to === undefined ? (part?.[1] ?? plan.end * 1000) : moment("to", options.to);
  if (from < plan.start * 1000 || from > plan.end * 1000) {
    throw new InputError(
      `from: must be inside the log, ${plan.scenario.traffic.start} to ${plan.scenario.traffic.end}, not ${options.from}`,
    );
  }
  if (to < from || to > plan.end * 1000) {
    throw new InputError(
      `to: must be after from and not after the log's end, ${plan.scenario.traffic.end}, not ${options.to}`,
    );
  }
  const share = (to - from) / 1000 / (plan.end - plan.start);
  if (options.out === undefined && plan.rows * share * RECORD_BYTES > mostBytesInMemory) {
    throw new InputError(
      `out: ${plan.rows} records are too many to keep in memory; name a file to write them to`,
    );
  }
  const slice: LogSlice = {
    scenario: parsed,
    seed,
    without,
    format,
    labels: options.labels === true,
    header: options.header,
    from,
    to,
  };
  if (slice.labels && (options.out === undefined || options.out === "-")) noPlaceForLabels();
  return { plan, slice, out, compression };
}

function withoutOption(value: unknown): true | string[] {
  if (value === undefined) return [];
  if (value === true) return true;
  if (Array.isArray(value) && value.every((id) => typeof id === "string")) return value;
  throw new InputError(`withoutIncidents: must be true or a list of ids, not ${quoted(value)}`);
}

/** A columnar file has no lines that could be cut or damaged. */
function refuseSpoiling({ scenario }: Plan, format: FormatName): void {
  if (formats[format].concatenable) return;
  for (const kind of defectKinds.slice(0, UNREADABLE)) {
    if (scenario.defects[kind] === 0) continue;
    throw new InputError(
      `defects.${kind}: must be 0 for ${format}, which has typed columns and no lines to spoil`,
    );
  }
}

/** Begin and end of a shard, in milliseconds. They are at whole seconds that divide the season's traffic evenly. */
function shardOption(shard: unknown, { start, end, intensity }: Plan): [number, number] {
  const [, k, n] = (typeof shard === "string" ? /^(\d{1,6})\/(\d{1,6})$/.exec(shard) : null) ?? [];
  if (n === undefined || Number(k) < 1 || Number(k) > Number(n)) {
    throw new InputError(`shard: must be k/n such as "2/8", with k from 1 to n, not ${quoted(shard)}`);
  }
  const whole = intensity.sum(start, end);
  const edge = (share: number): number => {
    if (share === 0) return start;
    if (share === 1) return end;
    let [low, high] = [start, end];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (intensity.sum(start, middle) <= whole * share) low = middle;
      else high = middle;
    }
    return low;
  };
  return [edge((Number(k) - 1) / Number(n)) * 1000, edge(Number(k) / Number(n)) * 1000];
}

/** Lays the caller's traffic over the scenario's. The caller's amount, rows or a rate, replaces the scenario's. */
function trafficWith(given: object, own: unknown = {}): object {
  if (!isPlain(own)) return own as object; // the rules of scenarios will refuse it
  const { rows, rate, ...others } = own;
  return { ...("rows" in given || "rate" in given ? others : own), ...given };
}

/** Parses the scenario. If a part of the traffic is wrong, the error names the option that gave it. */
function parsedWith(traffic: object, input: ScenarioInput): Scenario {
  try {
    return parseScenario(input);
  } catch (error) {
    const { message } = error as Error;
    const named = Object.keys(traffic).reduce(
      (text, name) => text.replaceAll(`traffic.${name}`, name),
      message,
    );
    throw named === message ? error : new InputError(named);
  }
}

function moment(argument: string, text: unknown): number {
  const milliseconds = typeof text === "string" ? millisecondsOf(text) : undefined;
  if (milliseconds === undefined) {
    throw new InputError(`${argument}: must be a moment such as 2026-01-05T00:00:00Z, not ${quoted(text)}`);
  }
  return milliseconds;
}

/** Refuses labels for a log that is not written to a file. */
export function noPlaceForLabels(): never {
  throw new InputError("labels: need a file in out, beside which they can stand");
}

import "./picture.js"; // first, since it starts a thread
import "./errors.js";
import { relative } from "node:path";
import type { DataFrame } from "danfojs-node";
import { verifyCounts as compareCounts, type VerifyCountsOptions } from "../check/counts/verifyCounts.js";
import {
  type Validation as Checked,
  validate as check,
  checkValidateOptions,
  type ValidateOptions,
} from "../check/validate/validate.js";
import { answerKeyOf } from "../check/verify/key.js";
import {
  type CopySource,
  type KeySource,
  type VerifyOptions,
  verify as verifyCopy,
} from "../check/verify/verify.js";
import { checkOptions } from "../errors.js";
import type { LogSource } from "../files/logFiles.js";
import { type ReadLog, read as readLog } from "../read/read.js";
import { type ReadOptions, readOptions } from "../read/readOptions.js";
import type { Columns, Named, Source } from "../record.js";
import { type Report, type ReportOptions, report as reportOn } from "../report/report.js";
import { momentOption } from "../scenario/spokenMoment.js";
import type { StreamWork } from "../schedule/stream.js";
import { type StreamedTo, type StreamToOptions, streamTo } from "../schedule/streamTo.js";
import { visible } from "../visible.js";
import { type Asked, type AskOptions, ask as askColumns, checkAskOptions } from "../warehouse/ask.js";
import { type CompareOptions, compare as compareLogs } from "../warehouse/compare.js";
import { warm } from "../warehouse/duckdb/duckdb.js";
import { type LoadedLogs, type LoadOptions, load as loadLogs } from "../warehouse/load.js";
import { questions as questionColumns, question as questionNamed } from "../warehouse/questions.js";
import type { QuestionName } from "../warehouse/questionTypes.js";
import type { Work } from "../work.js";
import { type GeneratedLog, type GenerateOptions, generate as generateLog } from "../write/generate.js";
import { checkGenerateOptions } from "../write/options.js";
import { type AnswerFrame, type ParametersOf, remember } from "./answered.js";
import { Comparison } from "./comparison.js";
import { columnsOf, toFrame } from "./frame.js";
import { type Framed, withFrame } from "./logFrame.js";
import { longWork } from "./longWork.js";
import { counted } from "./numbers.js";
import { needPeers } from "./peers.js";
import { Planted } from "./planted.js";
import { inNotebook, showsItself } from "./show.js";
import { columnsTable, htmlTable, textTable } from "./table.js";
import { CountVerification, Verification } from "./verification.js";

// What takes long to load is loaded while the first cells run, beginning with the thread that draws.
if (inNotebook()) warm().catch(() => {}); // if DuckDB is missing, the first question reports it

/**
 * Makes a log: the same scenario and seed give the same bytes, always and anywhere. Stopped halfway, it leaves no file
 * behind.
 *
 * @example const logs = await generate({ rows: 1_000, seed: 42, out: "../data/server_logs.csv" })
 * @example await generate({ rate: 5, start: "yesterday", incidents: ["traffic_surge"] })
 * @example await generate({ scenario: { site: { endpoints: [{ route: "/api/orders", latency: 80 }] } } })
 * @param options rows or rate, seed, scenario, start and end, from and to, out: all may be left out. A moment is written
 *   2026-01-05T08:00:00Z, 2026-01-05, `today`, `yesterday`, `now-7d` or `today+8h`, in UTC
 * @throws InputError naming the option, its value and the rule, before anything is written
 */
export async function generate(options: GenerateOptions = {}): Promise<GeneratedLog & Framed> {
  checkGenerateOptions(options);
  const { signal, onProgress } = options;
  const made = withMoments(options);
  const log = await longWork("Generating", (work) => generateLog({ ...made, ...work }), {
    signal,
    onProgress,
  });
  showsItself(log, () => ({ "text/plain": described(log) }));
  return withFrame(log);
}

/** Moments as people say them, by the clock of this moment, as the moments that a log is made of. */
function withMoments<Options extends Pick<GenerateOptions, (typeof moments)[number]>>(
  options: Options,
): Options {
  const now = Date.now();
  const said = moments.filter((name) => options[name] !== undefined);
  return {
    ...options,
    ...Object.fromEntries(said.map((name) => [name, momentOption(name, options[name], now)])),
  };
}
const moments = ["start", "end", "from", "to"] as const;

/** Milliseconds that a stopped stream has to finish what it began. */
const closing = 1500;

/**
 * Streams a log as it happens: each record at its time, never before. After a pause the stream catches up in order. The
 * bytes are those that `generate` makes with the same options from `from` to `to` of the answer. Stopped (Jupyter's
 * stop button, Ctrl-C or `signal`), it ends in good order.
 *
 * @example await stream({ rate: 50, end: "…", out: "live.ndjson" })
 * @param options as for `generate`, and `speed` (how many times as fast as the clock the log's time passes, above 0, up
 * to 1,000,000; the log's first moment is then now), `out` (`"-"`, a file, or the address of a receiver), `rotation`,
 * `receiver`, `recordIds` and `key`. A log without `start` starts now
 * @param work `signal` ends it; `tell` gets messages for people, such as that a receiver does not answer; `begun`
 * is told once what lies ahead; `incidents`, a `new HandIncidents()`, begins and ends incidents while it runs
 * @throws InputError naming the option, its value and the rule, before anything is sent
 * @throws Error when the output can no longer take the log; the message says how much was taken
 */
export async function stream(options: StreamToOptions = {}, work: StreamWork = {}): Promise<StreamedTo> {
  checkOptions(work, ["signal", "tell", "begun", "incidents", "clock"], "work");
  return longWork(
    "Streaming",
    ({ signal }) => {
      const giveUp = new AbortController();
      signal?.addEventListener("abort", () => setTimeout(() => giveUp.abort(), closing).unref());
      return streamTo(withMoments(options), { ...work, signal, giveUp: giveUp.signal });
    },
    { signal: work.signal },
  );
}

/**
 * A log in words. Its path is relative to the working directory, so that a saved notebook is the same on every machine.
 */
function described(log: GeneratedLog): string {
  const place = log.path === undefined ? "memory" : visible(relative(process.cwd(), log.path));
  return [
    `${counted(log.records, "record")} from ${log.from} to ${log.to}`,
    `${counted(log.bytes, "byte")} in ${place}, sha256 ${log.sha256}`,
    `scenario ${visible(log.scenario.name)}, seed ${log.seed}, generator version ${log.generatorVersion}`,
  ].join("\n");
}

/**
 * Makes one page of all that the five fields of a log say, to hand on: traffic, errors, response times, clients, bots,
 * alerts and, where there is an answer key, incidents. It needs no network.
 *
 * @example await report(log, { out: "report.html" })
 * @example await report("/var/log/nginx/access.log", { out: "report.html", title: "Our shop" })
 * @returns `html`, the page, and `path`, where it was written
 * @throws InputError if an option or the source is wrong, or the log is damaged
 */
export async function report(source: Asked, options: ReportOptions = {}): Promise<Report> {
  const { signal, onProgress } = options;
  const made = await longWork("Reporting", (work) => reportOn(source, { ...options, ...work }), {
    signal,
    onProgress,
  });
  const place = made.path === undefined ? "in memory" : `in ${visible(relative(process.cwd(), made.path))}`;
  const said = `a report of ${Buffer.byteLength(made.html).toLocaleString("en")} bytes, ${place}`;
  showsItself(made, () => ({ "text/plain": said }));
  return made;
}

/**
 * Asks a question in SQL, of a log, of several or of a database that `load` filled, and answers with a frame;
 * `chart.answer(frame)` draws it. Moments are `2026-01-05T00:00:00Z`, dates `2026-01-05`, times of day `00:00:00.001`,
 * intervals `P1DT2H`; a column that has a whole number past 2^53 is text, so that no number is rounded.
 *
 * @param question a built-in question (`questions()` lists them), the path of an .sql file of your own, or SQL itself:
 * one SELECT over the table `requests`
 * @param source a log; the path of a server's own log, a five-field CSV (plain, gzip or zstd), a Parquet or a DuckDB
 * file; a pattern or a list of logs; or `postgres://USER@HOST/DATABASE`
 * @param params values of the question's parameters, by name; in SQL itself, of `$name`
 * @param options how a server's own log is read, as for `read`; `onRead` is called with how many of its lines were
 * read, quarantined and skipped, which by default is printed on standard error
 * @throws InputError when the question, a parameter, an option or the source is wrong, or a log is damaged
 * @example await ask("failing_endpoints", log, { top: 5 })
 * @example await ask("SELECT endpoint, count(*) AS n FROM requests GROUP BY ALL", "/var/log/nginx/access.log")
 */
export async function ask<Question extends Named<QuestionName>>(
  question: Question,
  source: Asked,
  params: ParametersOf<Question> = {} as ParametersOf<Question>,
  options: AskOptions = {},
): Promise<AnswerFrame<Question>> {
  needPeers("frames");
  checkAskOptions(options);
  const { signal, onProgress, ...reading } = { onRead: tellRead, ...options };
  const answer = await longWork(
    "Asking",
    (watched) => askColumns(question, source, params, { ...reading, ...watched }),
    { signal, onProgress },
  );
  return remember(toFrame(answer) as AnswerFrame<Question>, questionNamed(question, params));
}

/** How many lines of a log that had to be read first were read, quarantined and skipped. */
const tellRead = ({ summary }: ReadLog) => console.error(summary);

/**
 * Loads logs into a database that lasts, as the table `requests`: all of them or none. What was loaded before is
 * recognised by its content and left out. A server's own log is read first, as `read` does it.
 *
 * @param source a log, or paths and patterns of logs
 * @param options `to`: a DuckDB file, or `postgres://USER@HOST/DATABASE`; and how to read a server's own log
 * @throws InputError when an option is wrong, or a log or the database cannot be used; nothing is changed then
 * @example await load("../data/server_logs.csv", { to: "requests.duckdb" })
 */
export async function load(
  source: Source | readonly string[],
  options: LoadOptions,
  work: Work = {},
): Promise<LoadedLogs> {
  checkOptions(options, ["to", ...readOptions.filter((name) => name !== "out")]);
  return longWork("Loading", (watched) => loadLogs(source, options, watched), work);
}

/** The built-in questions for `ask`, as a frame: name, the question in words, its parameters, its chart. */
export function questions(): DataFrame {
  return toFrame(questionColumns());
}

/**
 * Checks a log against every rule of the record. In a cell the answer is a table of rules: records checked, records
 * broken, and the first example of each.
 *
 * @param source a log, or the path of a five-field CSV or a server's own log: plain, gzip or zstd
 * @param options order, and how a server's own log is read, as for `read`
 * @throws InputError when the source cannot be read, or the format of a server's own log is unsure
 * @example const { valid, rules } = await validate("data/server_logs.csv")
 */
export async function validate(source: Source, options: ValidateOptions = {}): Promise<Validation> {
  needPeers("frames");
  checkValidateOptions(options);
  const { signal, onProgress, ...how } = { onRead: tellRead, ...options };
  return new Validation(
    await longWork("Validating", (work) => check(source, { ...how, ...work }), { signal, onProgress }),
  );
}

/** Whether a log keeps the rules of the record, and the rules as a frame. */
export class Validation {
  /** Whether no rule is broken, warnings aside. */
  readonly valid: boolean;
  /** Number of records checked. */
  readonly records: number;
  /** One row for each rule. */
  readonly rules: DataFrame;
  /** The outcome in a few lines of text. */
  readonly summary: string;
  readonly #rules: Columns;

  constructor(checked: Checked) {
    this.#rules = checked.rules;
    this.valid = checked.valid;
    this.records = checked.records;
    this.summary = checked.summary;
    this.rules = toFrame(checked.rules);
  }

  static {
    showsItself(Validation.prototype, (validation, textOnly) => {
      const { first_line, example, ...rules } = validation.#rules;
      const isBroken = example!.some((one) => one !== null);
      const table = columnsTable(isBroken ? validation.#rules : rules);
      const words = `${counted(validation.records, "record")}: ${validation.valid ? "valid" : "not valid"}`;
      const text = `${words}\n\n${textTable(table)}`;
      if (textOnly) return { "text/plain": text };
      return { "text/html": `<p>${words}</p>\n${htmlTable(table)}`, "text/plain": text };
    });
  }
}

/**
 * Compares a copy of a log with what was written: the log is made again from its answer key, and the answer names the
 * records that are missing, doubled, changed or unexpected. In a cell it is a table of the first of them.
 *
 * @param copy CSV (plain, gzip or zstd), NDJSON or Parquet, in any order; the table `requests` of a database (a DuckDB
 * file or `postgres://USER@HOST/DATABASE`), which is only read; or several that make it up
 * @param key the answer key or its path, or those of all parts; by default the one beside the file
 * @param options limit: differences of each kind to show, 20 by default
 * @throws InputError when the copy or the key cannot be read, or the key was changed
 * @example await verify("requests.duckdb", "data/server_logs.truth.json")
 */
export async function verify(
  copy: CopySource,
  key?: KeySource,
  options: VerifyOptions = {},
  work: Work = {},
): Promise<Verification> {
  needPeers("frames");
  return new Verification(
    await longWork("Verifying", (watched) => verifyCopy(copy, key, options, watched), work),
  );
}

/**
 * Compares a table of counts, such as a dashboard exports, with the answer key, cell by cell, and says what such a
 * comparison cannot detect. Columns that the table lacks and longer buckets are summed up from the key.
 *
 * @param table a frame, columns, or the path of a CSV: requests, and any of bucket, endpoint and status
 * @param key the answer key or its path, or those of all parts
 * @throws InputError when the table cannot be understood, or its buckets are shorter than the key's
 */
export async function verifyCounts(
  table: DataFrame | Columns | string,
  key: KeySource,
  options: VerifyCountsOptions = {},
): Promise<CountVerification> {
  return new CountVerification(await compareCounts(columnsOf(table), key, options));
}

/**
 * Reveals what was planted in a log: its incidents, its defects and its exact counts. In a cell it is a table.
 *
 * @param source a generated log, an answer key or its path, or the keys of several parts of one log
 * @throws InputError when there is no such key, it breaks its schema, or keys do not belong together
 * @example (await planted("data/server_logs.truth.json")).incidents
 */
export async function planted(source: Pick<GeneratedLog, "key"> | KeySource): Promise<Planted> {
  const ofLog = typeof source === "object" && source !== null && "key" in source;
  return new Planted(await answerKeyOf([], ofLog ? source.key : source));
}

/**
 * Reads servers' own logs (plain, gzip or zstd) into five-field CSV and loses nothing: each line is a record, or in
 * quarantine with the reason, or counted as skipped. Stopped halfway, it leaves no file behind.
 *
 * @example const log = await read("/var/log/nginx/access.log*")
 * @param source a log's path, several, a pattern of paths (rotated logs come oldest first), or a log's bytes
 * @param options format ("auto" goes by the first lines), out, quarantine, timeZone, timeUnit, query, identifiers
 * @throws InputError when an option is wrong, a log's format is unsure or a file cannot be read or written
 */
export async function read(
  source: LogSource,
  options: ReadOptions = {},
  work: Work = {},
): Promise<ReadLog & Framed> {
  return withFrame(await longWork("Reading", (watched) => readLog(source, options, watched), work));
}

/**
 * Puts two logs side by side: counts, status codes, endpoints, response times, and what changed by more than chance. In
 * a cell it is two tables; `chart.comparison` draws it. Chance is computed as if requests were independent, so visitors
 * who make many requests make a difference look more certain than it is.
 *
 * @param a what can be asked: a log, its path, a database
 * @param b likewise
 * @param options `names` of the two, and how a server's own log is read, as for `read`
 * @throws InputError when an option is wrong, or a log cannot be read or holds no record
 * @example await compare(monday, tuesday, { names: ["monday", "tuesday"] })
 */
export async function compare(a: Asked, b: Asked, options: CompareOptions = {}): Promise<Comparison> {
  needPeers("frames");
  const { signal, onProgress, names, ...reading } = { onRead: tellRead, ...options };
  checkAskOptions(reading);
  const compared = await longWork(
    "Comparing",
    (watched) => compareLogs(a, b, { ...(names ? { names } : {}), ...reading, ...watched }),
    { signal, onProgress },
  );
  return new Comparison(compared);
}

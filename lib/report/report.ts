import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { checkOptions, InputError, quoted } from "../errors.js";
import { contentOf } from "../files/lines.js";
import { Outputs } from "../files/outputs.js";
import { checkPlaces, pathOption } from "../files/places.js";
import { alertsOf } from "../monitor/alert.js";
import { BurnRate } from "../monitor/burnRate.js";
import { tableSeries } from "../monitor/tableSeries.js";
import type { ReadLog } from "../read/read.js";
import { type ReadingOptions, readingOptions } from "../read/readFirst.js";
import type { Source } from "../record.js";
import type { AnswerKey } from "../truth/answerKey.js";
import { readKey } from "../truth/readKey.js";
import { keyPathOf } from "../truth/sidecars.js";
import { type Asked, ask } from "../warehouse/ask.js";
import { isPostgres } from "../warehouse/place.js";
import { checkWork, type Work, workOptions } from "../work.js";
import { mostRows, pageOf } from "./sections.js";

/** What a report contains, where it is written, and how a server's own log is read for it. */
export interface ReportOptions extends Omit<ReadingOptions, "onRead">, Work {
  /** File to write, one HTML page; `"-"` is standard output; without it the page is only returned. */
  out?: string | undefined;
  /** Heading of the page. Default: the log's name. */
  title?: string | undefined;
  /** The answer key of a generated log, for its incidents. Default: the one beside the log, if there is one. */
  key?: string | AnswerKey | undefined;
  /** Objective: the share of requests that must not fail on the server's side, above 0 and below 1. Default 0.999. */
  availability?: number | undefined;
}

/** A report that was made. */
export interface Report {
  /** The page. */
  readonly html: string;
  /** Absolute path of its file, if it was written to one. */
  readonly path: string | undefined;
}

const known = [
  ...readingOptions.filter((name) => name !== "onRead"),
  ...workOptions,
  "out",
  "title",
  "key",
  "availability",
];

/**
 * Makes one page of everything that the five fields of a log show: traffic, errors, response times, the slowest
 * requests, clients, bots, burn-rate alerts and, where there is an answer key, incidents. The page needs no network,
 * runs nothing but its own script, and shows a log's text as text.
 * @param source what `ask` takes: logs, or a database that `load` filled
 * @throws InputError when an option or the source is wrong, or the log is damaged
 */
export async function report(source: Asked, options: ReportOptions = {}): Promise<Report> {
  checkOptions(options, known);
  const { out, title, key, availability = 0.999, signal, onProgress, ...reading } = options;
  const work = { signal, onProgress };
  checkWork(work);
  const sources = Array.isArray(source) ? (source as readonly Source[]) : [source as Source];
  const paths = sources.map(contentOf).filter((content) => typeof content === "string");
  if (title !== undefined && (typeof title !== "string" || title === ""))
    throw new InputError(`title: must be a text, not ${quoted(title)}`);
  const slo = { name: "availability", kind: "availability", objective: availability } as const;
  const burnRate = new BurnRate(slo, STEP * 1000); // a wrong objective is refused before any work
  if (out !== undefined) {
    const logs = paths.filter((path) => !isPostgres(path));
    await checkPlaces(
      logs.map((path) => ({ argument: "source", path, what: "the log itself" })),
      [{ argument: "out", path: pathOption("out", out), what: "the report" }],
    );
  }
  const truth = await answerKeyOf(key, paths);

  let read: ReadLog | undefined;
  const onRead = (log: ReadLog) => {
    read = log;
  };
  const answer = (question: string, params: Record<string, unknown> = {}) =>
    ask(question, source, params, { ...reading, ...work, onRead });
  const overview = await answer("overview");
  const answers = {
    overview,
    codes: await answer("status_codes"),
    traffic: await answer("traffic_over_time"),
    times: await answer("response_times_over_time"),
    byEndpoint: await answer("response_times_by_endpoint", { top: mostRows }),
    failing: await answer("failing_endpoints", { top: mostRows }),
    histogram: await answer("response_time_histogram"),
    slowest: await answer("slowest_requests", { top: 50 }),
    clients: await answer("busiest_clients", { top: 50 }),
    bots: await answer("suspected_bots", { top: 50 }),
  };
  const asSource = { ...reading, ...work, onRead };
  const series = await tableSeries(source, { step: STEP, quantiles: false }, asSource);
  const alerts = alertsOf(burnRate, series);
  const end = series.start + series.length * series.step;
  const name =
    title ??
    (paths.length > 0
      ? paths.map((path) => (isPostgres(path) ? "PostgreSQL" : basename(path))).join(", ")
      : "a log in memory");
  const html = pageOf(name, answers, { read, alerts, truth, end, availability });
  return { html, path: out === undefined ? undefined : await written(html, out, work) };
}

/** Length in seconds of the steps in which failures are counted for alerts. */
const STEP = 60;

async function written(html: string, out: string, work: Work): Promise<string | undefined> {
  const outputs = new Outputs(work);
  try {
    const { put, path } = await outputs.open(out, "out");
    await put(new TextEncoder().encode(html));
    await outputs.commit();
    return path;
  } catch (error) {
    await outputs.discard();
    throw error;
  }
}

/** The answer key that was given, or the one beside the only log. */
async function answerKeyOf(
  key: string | AnswerKey | undefined,
  paths: readonly string[],
): Promise<AnswerKey | undefined> {
  if (key !== undefined) return readKey(key);
  if (paths.length !== 1 || isPostgres(paths[0])) return undefined;
  const beside = keyPathOf(paths[0]);
  const found = await stat(beside).catch(() => undefined);
  return found?.isFile() ? readKey(beside) : undefined;
}

import { CR, LF } from "../ascii.js";
import { checkOptions } from "../errors.js";
import { afterMark } from "../files/lines.js";
import { type LogSource, logFiles } from "../files/logFiles.js";
import { type ReadJob, readJobOf } from "../read/readJob.js";
import { checkReadOptions, type ReadOptions, readOptions } from "../read/readOptions.js";
import { Row } from "../read/row.js";
import type { LineCounts } from "../read/tally.js";
import { checkWork, partOf, type Work } from "../work.js";
import { LineCounter } from "./lineCounter.js";
import type { Series } from "./series.js";
import { SeriesCollector } from "./seriesCollector.js";
import { checkedSeriesOptions, type SeriesOptions, seriesOptions } from "./seriesOptions.js";
import type { Steps } from "./steps.js";

/** How logs become a series: how to read and count them. All options may be left out. */
export interface ReadSeriesOptions extends SeriesOptions, Omit<ReadOptions, "out" | "quarantine"> {
  /** Whether identifiers in paths become `{id}`, so that `/users/123` counts with `/users/7`. Default "fold". */
  identifiers?: "keep" | "fold" | undefined;
}

/** The number of lines by outcome: lines = records + quarantined + blank + headers. */
export interface CountedLines extends LineCounts {
  /** Why the first line in quarantine is not a record; empty if there is none. */
  readonly firstReason: string;
  /** Why reading ended before the end of a log's data; undefined if it did not. */
  readonly damage: string | undefined;
}

/** A log as a series, and the counts of its lines. */
export interface ReadSeries extends CountedLines {
  readonly series: Series;
}

const readNames = readOptions.filter((name) => name !== "out" && name !== "quarantine");

/**
 * Makes a series of any log that `read` takes, in one pass and in memory that does not grow with it. The records are
 * those that `read` makes; other lines are counted.
 * @throws InputError when an option is wrong, or a log cannot be read or its format is unsure
 */
export async function readSeries(
  source: LogSource,
  options: ReadSeriesOptions = {},
  work: Work = {},
): Promise<ReadSeries> {
  const collector = new SeriesCollector(picked(options));
  const counted = await countLogs(source, collector.steps, options, work);
  return { series: collector.series(), ...counted };
}

/**
 * Counts all lines of logs into steps. The caller closes the last steps.
 * @param paused - called whenever the counter was paused; counting continues when it resolves
 */
export async function countLogs(
  source: LogSource,
  steps: Steps,
  options: ReadSeriesOptions = {},
  work: Work = {},
  paused?: { counter?: LineCounter; resume: () => Promise<void> },
): Promise<CountedLines> {
  const { asked, formatOptions, counter } = prepareCounting(steps, options);
  checkWork(work);
  if (paused) paused.counter = counter;
  const files = await logFiles(source);
  const jobs: ReadJob[] = [];
  let damage: string | undefined;
  try {
    for (const file of files) jobs.push(await readJobOf(file, asked, formatOptions, work));
    const sizes = files.map(({ size }) => size ?? 0);
    const total = files.some(({ size }) => size === undefined) ? undefined : sizes.reduce((a, b) => a + b, 0);
    let before = 0;
    for (const [i, job] of jobs.entries()) {
      await countOne(job, counter, partOf(work, before, job.file.size, total), paused?.resume);
      if (job.lines.damage !== undefined) damage ??= `${job.file.name}: ${job.lines.damage}`;
      before += sizes[i];
    }
  } finally {
    for (const { parquet } of jobs) parquet?.close();
  }
  const { lines, records, quarantined, blank, headers, firstReason } = counter;
  return { lines, records, quarantined, blank, headers, firstReason, damage };
}

/** Checks the options, and makes what counts lines. @throws InputError when one is wrong */
export function prepareCounting(steps: Steps, options: ReadSeriesOptions) {
  checkOptions(options, [...seriesOptions, ...readNames]);
  const { identifiers = "fold" } = options;
  const reading = Object.fromEntries(
    readNames.map((name) => [name, options[name as keyof ReadSeriesOptions]]),
  );
  const { asked, formatOptions } = checkReadOptions({ ...reading, identifiers });
  const { quantiles, endpoints } = checkedSeriesOptions(picked(options));
  const counter = new LineCounter(steps, {
    fold: identifiers === "fold",
    standIns: formatOptions.standIns === true,
    endpoints,
    quantiles,
  });
  return { asked, formatOptions, counter };
}

/** Picks the options of a series from others. */
function picked(options: ReadSeriesOptions): SeriesOptions {
  return Object.fromEntries(seriesOptions.map((name) => [name, options[name as keyof SeriesOptions]]));
}

async function countOne(
  { lines, reader, parquet }: ReadJob,
  counter: LineCounter,
  work: Work,
  resume: (() => Promise<void>) | undefined,
): Promise<void> {
  if (parquet) {
    const row = new Row();
    const take = (wrong: string | undefined) => {
      counter.row(row, wrong);
      return counter.paused ? resume?.() : undefined;
    };
    await parquet.each(row, take, work);
    return;
  }
  let first = true;
  for await (const { bytes, start, end, overlong } of lines.blocks(work)) {
    let at = start;
    if (first) {
      at = afterMark(bytes, start, end);
      counter.begin(reader, firstLine(bytes.subarray(at, end)));
      first = false;
    }
    if (overlong !== undefined) {
      counter.line(bytes, at, end);
      continue;
    }
    // damaged data end within a line
    const whole = lines.damage === undefined ? end : bytes.lastIndexOf(LF, end - 1) + 1;
    for (;;) {
      at = counter.count(bytes, at, whole);
      if (!counter.paused) break;
      await resume?.();
      counter.paused = false;
    }
    if (whole < end) counter.cutOff(lines.damage!);
  }
}

/** The first line of bytes, without its line end. */
export function firstLine(bytes: Uint8Array): Uint8Array {
  const newline = bytes.indexOf(LF);
  const line = newline < 0 ? bytes : bytes.subarray(0, newline);
  return line.at(-1) === CR ? line.subarray(0, -1) : line;
}

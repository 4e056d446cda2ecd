import type { Touched } from "../generate/incidents/overlay.js";
import type { LogStream, Terms } from "../generate/logStream.js";
import { GENERATOR_VERSION, type Plan } from "../generate/plan.js";
import { type DefectKind, defectKinds } from "../scenario/defects.js";
import { shapeOf } from "../scenario/incidents/incident.js";
import { type IncidentKind, kinds } from "../scenario/incidents/kinds.js";
import type { Scenario } from "../scenario/types.js";
import { Counts, histogramQuantile } from "./counts.js";

/** Version of the answer key's format. A reader refuses other versions. */
export const KEY_VERSION = 1;

/** The exact answer: what a pipeline, a dashboard or an alert should find in a log. */
export interface AnswerKey {
  /** Version of the format. */
  key_version: 1;
  generator_version: number;
  seed: number;
  /** The part of the log that the file holds, by time of delivery; ISO 8601, `to` excluded. */
  from: string;
  to: string;
  /** Name, size and SHA-256 of the file, and of the labels beside it. Absent from a key that covers several parts. */
  file?: KeyFile & { format: string; labels?: KeyFile };
  /** Lines written = base − dropped + added + duplicated, for a whole log. */
  lines: Terms & { written: number };
  /** Every incident of the scenario, including those that were left out. */
  incidents: KeyIncident[];
  /** Number of lines with each defect. */
  defects: Record<DefectKind, number>;
  /**
   * Response times of the readable lines, milliseconds: quantiles to within 0.4 %, and the histogram from which they
   * are read.
   */
  response_time_ms: {
    p50: number | null;
    p90: number | null;
    p95: number | null;
    p99: number | null;
    p999: number | null;
    max: number | null;
    /** Bin numbers and counts; see `binOf` in the library. */
    bins: number[];
    counts: number[];
  };
  /**
   * Readable lines by printed time stamp, route template and status class, as columns. Cells with 0 lines are left out.
   */
  counts: {
    bucket_seconds: number;
    /** Beginning of bucket 0, ISO 8601. */
    first_bucket: string;
    /** The routes that `endpoint` numbers, from 0. */
    endpoints: readonly string[];
    bucket: number[];
    endpoint: number[];
    /** 1 to 5. */
    status_class: number[];
    requests: number[];
  };
  scenario: Scenario;
}

/** A file that belongs to an answer key. */
export interface KeyFile {
  name: string;
  bytes: number;
  /** Hexadecimal. */
  sha256: string;
}

/** An incident in the answer key. */
export interface KeyIncident {
  id: string;
  kind: IncidentKind;
  /** Routes, or null for all routes that suit the kind. */
  endpoints: string[] | null;
  /** Share of the visitors. */
  clients: number;
  start: string;
  end: string;
  shape: string;
  size: number;
  size_means: string;
  /** False in a twin made without the incident. */
  happened: boolean;
  added: number;
  altered: number;
  dropped: number;
}

/** What one producer of lines counted. The tallies of several producers add up. */
export interface Tally {
  readonly counts: Pick<Counts, "cells" | "times" | "defects" | "lines" | "longest">;
  readonly terms: Terms;
  readonly touched: readonly Touched[];
}

/** The tally of a stream and of the counts of its lines. */
export function tallyOf(stream: LogStream, counts: Counts): Tally {
  const { cells, times, defects, lines, longest } = counts;
  return { counts: { cells, times, defects, lines, longest }, terms: stream.terms, touched: stream.touched };
}

/** Makes the answer key of a log from the tallies of all who produced it. */
export function answerKey(
  plan: Plan,
  from: number,
  to: number,
  tallies: readonly Tally[],
  file?: AnswerKey["file"],
): AnswerKey {
  const all = new Counts(plan, from, to);
  const terms: Terms = { base: 0, dropped: 0, added: 0, duplicated: 0 };
  const touched = plan.incidents.map(() => ({ added: 0, altered: 0, dropped: 0 }));
  for (const tally of tallies) {
    all.merge(tally.counts);
    for (const term of ["base", "dropped", "added", "duplicated"] as const) terms[term] += tally.terms[term];
    tally.touched.forEach((part, i) => {
      for (const what of ["added", "altered", "dropped"] as const) touched[i][what] += part[what];
    });
  }
  const moment = (second: number) => new Date(second * 1000).toISOString();
  return {
    key_version: KEY_VERSION,
    generator_version: GENERATOR_VERSION,
    seed: plan.seed,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    ...(file && { file }),
    lines: { ...terms, written: all.lines },
    incidents: plan.incidents.map(({ incident, bit, start, end, size }) => ({
      id: incident.id,
      kind: incident.kind,
      endpoints: incident.endpoints ?? null,
      clients: incident.clients ?? 1,
      start: moment(start),
      end: moment(end),
      shape: shapeOf(incident),
      size,
      size_means: kinds[incident.kind].size.means,
      happened: plan.happening.some((happening) => happening.bit === bit),
      ...touched[bit],
    })),
    defects: Object.fromEntries(
      defectKinds.map((kind, i) => [kind, all.defects[i + 1]]),
    ) as AnswerKey["defects"],
    response_time_ms: responseTimes(all.times, all.longest / 100),
    counts: table(all),
    scenario: plan.scenario,
  };
}

/** The response times of a key, from their histogram. @param longest milliseconds */
export function responseTimes(times: ArrayLike<number>, longest: number): AnswerKey["response_time_ms"] {
  const quantile = (p: number) => histogramQuantile(times, p) ?? null;
  const bins = Array.from(times, (_, bin) => bin).filter((bin) => times[bin] > 0);
  return {
    p50: quantile(0.5),
    p90: quantile(0.9),
    p95: quantile(0.95),
    p99: quantile(0.99),
    p999: quantile(0.999),
    max: bins.length > 0 ? longest : null,
    bins,
    counts: bins.map((bin) => times[bin]),
  };
}

function table({ cells, routes, origin, firstBucket, bucketSeconds }: Counts): AnswerKey["counts"] {
  const columns: AnswerKey["counts"] = {
    bucket_seconds: bucketSeconds,
    first_bucket: new Date(origin * 1000).toISOString(),
    endpoints: routes,
    bucket: [],
    endpoint: [],
    status_class: [],
    requests: [],
  };
  for (let cell = 0; cell < cells.length; cell++) {
    const requests = cells[cell];
    if (requests === 0) continue;
    const route = Math.floor(cell / 5);
    columns.bucket.push(firstBucket + Math.floor(route / routes.length));
    columns.endpoint.push(route % routes.length);
    columns.status_class.push((cell % 5) + 1);
    columns.requests.push(requests);
  }
  return columns;
}

import { fileURLToPath } from "node:url";
import { checkOptions, InputError, quoted } from "../errors.js";
import type { Columns } from "../record.js";
import { type Asked, ask } from "../warehouse/ask.js";
import type { Work } from "../work.js";
import { GrowingColumns, otherEndpoints, type Series, seriesOf } from "./series.js";
import {
  checkedSeriesOptions,
  mostEndpoints,
  mostSteps,
  type SeriesOptions,
  seriesOptions,
} from "./seriesOptions.js";

/**
 * Makes a series of the table `requests` of a database (a DuckDB file or `postgres://…`), or of a five-field log, by
 * SQL: the database groups the records and returns only the steps. A table has no order, so nothing in it is late. The
 * endpoints are those of the table, so fold identifiers when you load it.
 * @throws InputError when an option is wrong or the database cannot be used
 */
export async function tableSeries(
  source: Asked,
  options: SeriesOptions = {},
  work: Work = {},
): Promise<Series> {
  checkOptions(options, seriesOptions);
  const { step, latencyObjective, endpoints, statuses, quantiles } = checkedSeriesOptions(options);
  const counts = await ask(
    file("series_counts"),
    source,
    { step_seconds: step, slow_ms: latencyObjective },
    work,
  );
  const times = quantiles ? await ask(file("series_times"), source, { step_seconds: step }, work) : {};
  const table = new SteppedColumns(numbers(counts, "step"), endpoints);
  counted(table, counts, statuses);
  const late = { requests: 0, clientErrors: 0, serverErrors: 0, timed: 0, slow: 0 };
  const about = { start: table.first * step * 1000, step: step * 1000, latencyObjective, late };
  timesOf(table, times);
  const byEndpoint = new Map([...table.endpoints].map(([name, columns]) => [name, columns.columns()]));
  return seriesOf(table.all.columns(), { ...about, ...(endpoints && { endpoints: byEndpoint }) });
}

function file(name: string): string {
  return fileURLToPath(new URL(`./series/${name}.sql`, import.meta.url));
}

function numbers(columns: Columns, name: string): number[] {
  return (columns[name] ?? []).map(Number);
}

/** The columns in total and by endpoint, which are filled step by step. */
class SteppedColumns {
  readonly all = new GrowingColumns();
  readonly endpoints = new Map<string, GrowingColumns>();
  readonly first: number;
  readonly length: number;
  readonly #byEndpoint: boolean;

  constructor(steps: readonly number[], byEndpoint: boolean) {
    this.first = steps[0] ?? 0;
    this.length = steps.length === 0 ? 0 : steps[steps.length - 1] - this.first + 1;
    if (this.length > mostSteps)
      throw new InputError(`step: there would be ${this.length} steps; the maximum is ${quoted(mostSteps)}`);
    this.#byEndpoint = byEndpoint;
  }

  /** The columns of an endpoint; undefined unless they were requested. */
  of(name: string): GrowingColumns[] {
    if (!this.#byEndpoint) return [this.all];
    const kept = this.endpoints.has(name) || this.endpoints.size < mostEndpoints - 1 ? name : otherEndpoints;
    let columns = this.endpoints.get(kept);
    if (columns === undefined) {
      columns = new GrowingColumns();
      this.endpoints.set(kept, columns);
    }
    return [this.all, columns];
  }
}

function counted(table: SteppedColumns, columns: Columns, statuses: boolean): void {
  const [steps, status, requests, timed, slow] = ["step", "status_code", "requests", "timed", "slow"].map(
    (name) => numbers(columns, name),
  );
  for (let i = 0; i < steps.length; i++) {
    for (const part of table.of(String(columns.endpoint[i]))) {
      part.fillTo(steps[i] - table.first);
      part.add("requests", requests[i]);
      part.add("timed", timed[i]);
      part.add("slow", slow[i]);
      if (status[i] >= 500) part.add("serverErrors", requests[i]);
      else if (status[i] >= 400) part.add("clientErrors", requests[i]);
      if (statuses) part.addStatus(status[i], requests[i]);
    }
  }
  for (const part of [table.all, ...table.endpoints.values()]) part.fillTo(table.length);
}

/** Reads the response times, whose rows are ordered by step and bin. */
function timesOf(table: SteppedColumns, columns: Columns): void {
  const [steps, bins, requests] = ["step", "bin", "requests"].map((name) => numbers(columns, name));
  const open = new Map<GrowingColumns, { bin: number; count: number }>();
  const put = (part: GrowingColumns) => {
    const entry = open.get(part);
    if (entry !== undefined) part.latency.put(entry.bin, entry.count);
    open.delete(part);
  };
  for (let i = 0; i < steps.length; i++) {
    for (const part of table.of(String(columns.endpoint[i]))) {
      const entry = open.get(part);
      const step = steps[i] - table.first;
      if (entry !== undefined && entry.bin === bins[i] && part.latency.length === step) {
        entry.count += requests[i];
        continue;
      }
      put(part);
      while (part.latency.length < step) part.latency.endStep();
      open.set(part, { bin: bins[i], count: requests[i] });
    }
  }
  for (const part of [table.all, ...table.endpoints.values()]) {
    put(part);
    while (part.latency.length < table.length) part.latency.endStep();
  }
}

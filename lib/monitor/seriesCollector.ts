import { GrowingColumns, type Series, seriesOf } from "./series.js";
import { checkedSeriesOptions, type SeriesOptions } from "./seriesOptions.js";
import { OpenSketch } from "./sketch.js";
import { type OpenStep, type StepSink, Steps } from "./steps.js";

/** Collects the closed steps into a series. */
export class SeriesCollector implements StepSink {
  readonly steps: Steps;
  readonly #options: ReturnType<typeof checkedSeriesOptions>;
  readonly #all = new GrowingColumns();
  readonly #endpoints: GrowingColumns[] = [];
  readonly #sketch = new OpenSketch();
  #start: number | undefined;
  #length = 0;

  constructor(options: SeriesOptions) {
    this.#options = checkedSeriesOptions(options);
    this.steps = new Steps(options, this);
  }

  /** Takes a step. */
  step(time: number, open: OpenStep | undefined): void {
    this.#start ??= time;
    if (open !== undefined) this.#add(open);
    this.#all.endStep();
    this.#length++;
    if (this.#options.endpoints) for (const columns of this.#endpoints) columns.endStep();
  }

  #add(open: OpenStep): void {
    const { steps } = this;
    const { endpoints: byEndpoint, statuses: byStatus } = this.#options;
    const all = this.#all;
    const { cells, slow, untimed, sketches } = open;
    while (byEndpoint && this.#endpoints.length < steps.endpoints.length) {
      const columns = new GrowingColumns();
      while (columns.latency.length < this.#length) columns.endStep();
      this.#endpoints.push(columns);
    }
    for (let cell = 0; cell < steps.cellStatus.length; cell++) {
      const count = cells[cell];
      if (count === 0) continue;
      const status = steps.cellStatus[cell];
      const one = byEndpoint ? this.#endpoints[steps.cellEndpoint[cell]] : undefined;
      for (const columns of one ? [all, one] : [all]) {
        columns.add("requests", count);
        columns.add("timed", count);
        if (status >= 500) columns.add("serverErrors", count);
        else if (status >= 400) columns.add("clientErrors", count);
        if (byStatus) columns.addStatus(status, count);
      }
    }
    for (let endpoint = 0; endpoint < steps.endpoints.length; endpoint++) {
      const one = byEndpoint ? this.#endpoints[endpoint] : undefined;
      for (const columns of one ? [all, one] : [all]) {
        columns.add("slow", slow[endpoint]);
        columns.add("timed", -untimed[endpoint]);
      }
      const sketch = sketches[endpoint];
      const sum = this.#sketch;
      sketch?.empty((bin, count) => {
        one?.latency.put(bin, count);
        sum.bins[bin] += count;
        sum.blocks[bin >> 7] = 1;
      });
    }
    this.#sketch.empty((bin, count) => all.latency.put(bin, count));
  }

  /**
   * The series, once all records are counted. @param until - the series reaches at least this moment, milliseconds
   * since 1970
   */
  series(until?: number): Series {
    this.steps.end(until);
    const { step } = this.steps;
    const { endpoints } = this.#options;
    return seriesOf(this.#all.columns(), {
      start: this.#start ?? 0,
      step,
      latencyObjective: this.#options.latencyObjective,
      late: this.steps.totals(this.steps.late),
      ...(endpoints && {
        endpoints: new Map(this.#endpoints.map((columns, i) => [this.steps.endpoints[i], columns.columns()])),
      }),
    });
  }
}

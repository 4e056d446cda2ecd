import { type Batch, nextDefect } from "../generate/batch.js";
import { LogStream } from "../generate/logStream.js";
import type { Plan } from "../generate/plan.js";
import { defectShare, LARGEST_SKEW, LATEST_DELIVERY, UNREADABLE } from "../scenario/defects.js";
import { binOf } from "../truth/counts.js";
import { Pace, type Work } from "../work.js";
import { type GenerateOptions, prepare } from "../write/options.js";
import type { Series } from "./series.js";
import { SeriesCollector } from "./seriesCollector.js";
import type { SeriesOptions } from "./seriesOptions.js";
import { OpenSketch } from "./sketch.js";
import type { Steps } from "./steps.js";

/** The series of a log that was never written, and the plan from which it was made, whose incidents are the answers. */
export interface GeneratedSeries {
  readonly series: Series;
  readonly plan: Plan;
  /** Number of lines. */
  readonly records: number;
}

/**
 * Makes the series of a log in memory, straight from the generator: with the same counts as those of the written log,
 * by printed time and by route, without the lines that no reader can take for a record. For the twin without incidents,
 * call it with `withoutIncidents: true`.
 * @throws InputError when an option is wrong
 */
export async function generatedSeries(
  options: GenerateOptions,
  seriesOptions: SeriesOptions = {},
  work: Work = {},
): Promise<GeneratedSeries> {
  const { plan, slice } = prepare({ ...options, out: "-" });
  const collector = new SeriesCollector({
    ...seriesOptions,
    allowance: seriesOptions.allowance ?? latest(plan),
  });
  const counter = new BatchCounter(plan, collector.steps, seriesOptions.quantiles !== false);
  const pace = new Pace(work);
  let records = 0;
  collector.steps.begin(slice.from);
  for (const batch of new LogStream(plan).batches(slice.from, slice.to)) {
    counter.add(batch);
    records += batch.length;
    await pace.step(records, plan.rows, "records");
  }
  return { series: collector.series(slice.to), plan, records };
}

/** The number of seconds by which a line can follow a later one: by late delivery, and by two skewed clocks. */
function latest({ scenario: { defects } }: Plan): number {
  return defectShare(defects) === 0 ? 0 : (LATEST_DELIVERY + 2 * LARGEST_SKEW) / 1000;
}

/** Counts the batches of a log into steps. */
class BatchCounter {
  readonly #steps: Steps;
  readonly #hasDefects: boolean;
  readonly #quantiles: boolean;
  /** By outcome: its cell, and its endpoint. */
  readonly #cellOf: Uint16Array;
  readonly #endpointOf: Uint16Array;

  constructor({ outcomes, scenario }: Plan, steps: Steps, quantiles: boolean) {
    this.#steps = steps;
    this.#quantiles = quantiles;
    this.#hasDefects = defectShare(scenario.defects) > 0;
    this.#endpointOf = Uint16Array.from(outcomes, ({ endpoint }) => steps.endpoint(endpoint.route));
    this.#cellOf = Uint16Array.from(outcomes, ({ status }, i) => steps.cell(this.#endpointOf[i], status));
  }

  add(batch: Batch): void {
    const { defect, length } = batch;
    let from = 0;
    if (this.#hasDefects) {
      for (let row = nextDefect(batch, 0, length); row < length; row = nextDefect(batch, row + 1, length)) {
        if (defect[row] > UNREADABLE) continue;
        this.#count(batch, from, row);
        from = row + 1;
      }
    }
    this.#count(batch, from, length);
  }

  #count({ second, outcome, latency }: Batch, from: number, to: number): void {
    const steps = this.#steps;
    const { objective } = steps;
    const cellOf = this.#cellOf;
    const endpointOf = this.#endpointOf;
    const quantiles = this.#quantiles;
    let row = from;
    while (row < to) {
      const current = second[row];
      const { cells, slow, sketches } = steps.at(current * 1000);
      for (; row < to && second[row] === current; row++) {
        const what = outcome[row];
        const time = latency[row];
        const endpoint = endpointOf[what];
        cells[cellOf[what]]++;
        if (time > objective) slow[endpoint]++;
        if (!quantiles) continue;
        let sketch = sketches[endpoint];
        if (sketch === undefined) {
          sketch = new OpenSketch();
          sketches[endpoint] = sketch;
        }
        const bin = binOf(time);
        sketch.bins[bin]++;
        sketch.blocks[bin >> 7] = 1;
      }
    }
  }
}

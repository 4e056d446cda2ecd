import { InputError, quoted } from "../../errors.js";
import { Chart } from "../chart.js";
import { type LiveOutput, liveOutput, show } from "../show.js";

/**
 * A place under the running cell for a chart that changes. Each chart that is shown there replaces the previous one,
 * even while later cells run.
 * @example
 * const screen = chart.live();
 * screen.show(chart.lines(first, …)); // and later
 * screen.show(chart.lines(second, …));
 */
export function live(): LiveChart {
  return new LiveChart();
}

/** A chart that is replaced in place. */
export class LiveChart {
  readonly #output: LiveOutput | undefined;
  #last: Chart | undefined;

  constructor() {
    this.#output = liveOutput({ "text/plain": "the chart comes with the first records" });
  }

  /**
   * Replaces the chart. Outside a notebook only the last one is printed, at the end.
   * @throws InputError when `chart` is not a chart
   */
  show(chart: Chart): void {
    if (!(chart instanceof Chart)) throw new InputError(`chart: must be a chart, not ${quoted(chart)}`);
    this.#last = chart;
    this.#output?.update(chart.figureBundle());
  }

  /** The last chart stays, and gets a picture for the saved notebook. */
  end(): void {
    if (this.#last === undefined) return;
    if (this.#output) this.#output.update(this.#last.bundle());
    else show({ "text/plain": String(this.#last) });
  }
}

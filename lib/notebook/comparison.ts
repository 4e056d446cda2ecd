import type { DataFrame } from "danfojs-node";
import type { Columns } from "../record.js";
import { escapeHtml, visible } from "../visible.js";
import type { Compared } from "../warehouse/compare.js";
import { toFrame } from "./frame.js";
import { showsItself } from "./show.js";
import { columnsTable, htmlTable, textTable } from "./table.js";

/** Two logs side by side. In a cell it is two tables: the measures, and what changed most; `chart.comparison` draws that. */
export class Comparison {
  /** The names of the two logs, as in the columns. */
  readonly names: readonly [string, string];
  /** A row for each measure: requests, clients, shares of errors, response times. */
  readonly measures: DataFrame;
  /** A row for each status code. */
  readonly statuses: DataFrame;
  /** A row for each endpoint, the busiest first. */
  readonly endpoints: DataFrame;
  /** What changed by more than chance, the surest first. */
  readonly changes: DataFrame;
  readonly #measures: Columns;
  readonly #changes: Columns;

  constructor({ names, measures, statuses, endpoints, changes }: Compared) {
    this.names = names;
    this.#measures = measures;
    this.#changes = changes;
    this.measures = toFrame(measures);
    this.statuses = toFrame(statuses);
    this.endpoints = toFrame(endpoints);
    this.changes = toFrame(changes);
  }

  static {
    showsItself(Comparison.prototype, (comparison, textOnly) => {
      const [a, b] = comparison.names.map((name) => visible(name));
      const some = comparison.#changes.endpoint!.length > 0;
      const words = some
        ? `What changed most from ${a} to ${b}, by more than chance:`
        : `No endpoint changed from ${a} to ${b} by more than chance.`;
      const tables = [turned(comparison.#measures), ...(some ? [comparison.#changes] : [])].map(columnsTable);
      const [measures, changes] = tables.map(textTable);
      const text = [measures, words, ...(some ? [changes] : [])].join("\n\n");
      if (textOnly) return { "text/plain": text };
      const [first, ...rest] = tables.map(htmlTable);
      return { "text/html": [first, `<p>${escapeHtml(words)}</p>`, ...rest].join("\n"), "text/plain": text };
    });
  }
}

/** A row for each log and a column for each measure, so that the numbers in a column have one unit. */
function turned({ measure, change_percent: _, ...logs }: Columns): Columns {
  const names = Object.keys(logs);
  return {
    log: names,
    ...Object.fromEntries(measure!.map((name, i) => [name, names.map((log) => logs[log]![i]!)])),
  };
}

import type { Chart } from "../chart.js";
import { type ChartData, type ColumnOf, columnReader } from "../chartData.js";
import { type LineOptions, lines } from "./lines.js";

/** What `watched` takes. */
export interface WatchedOptions<Column extends string = string> extends LineOptions<Column> {
  /**
   * Alerts with the columns `start` and `end`, as `detect` gives them. Each is shaded, up to the end of the chart if it
   * has no end.
   */
  alerts: ChartData;
}

/**
 * Lines over time, with the times of alerts shaded behind them; with `windows`, the times of incidents too.
 * @example chart.watched(day.frame, { x: "time", y: "server_error_percent", alerts, title: "…" })
 * @throws InputError when a column does not exist, or a value is not a moment
 */
export function watched<Data extends ChartData>(data: Data, options: WatchedOptions<ColumnOf<Data>>): Chart {
  columnReader(options.alerts).read("alerts", "start"); // without them this would be `lines`
  return lines(data as ChartData, options as LineOptions);
}

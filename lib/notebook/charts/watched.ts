import type { Chart } from "../chart.js";
import { type ChartData, type ColumnOf, columnReader } from "../chartData.js";
import { type LineOptions, lines } from "./lines.js";
import { drawnWindows } from "./windows.js";

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
export function watched<Data extends ChartData>(
  data: Data,
  { alerts, ...options }: WatchedOptions<ColumnOf<Data>>,
): Chart {
  const chart = lines(data as ChartData, options as LineOptions);
  const last = columnReader(data).read("x", options.x).at(-1);
  const { shapes } = drawnWindows("alerts", alerts, "alert", [{ x: "x", y: "y" }], last);
  const layout = chart.figure.layout as { shapes?: object[] };
  layout.shapes = [...(layout.shapes ?? []), ...shapes];
  return chart;
}

import { InputError, quoted } from "../../errors.js";
import type { Chart } from "../chart.js";
import { type ChartData, columnReader } from "../chartData.js";
import { type LineOptions, lines } from "./lines.js";

/** What `watched` takes. */
export interface WatchedOptions extends LineOptions {
  /** Alerts with the columns `start` and `end`, as `detect` gives them: each is shaded; one without an end to the end. */
  alerts: ChartData;
}

/**
 * Lines over time, with the times of alerts shaded behind them.
 * @example chart.watched(day.frame, { x: "time", y: "server_error_percent", alerts, title: "…" })
 * @throws InputError when a column does not exist, or a moment is none
 */
export function watched(data: ChartData, { alerts, ...options }: WatchedOptions): Chart {
  const chart = lines(data, options);
  const times = columnReader(data).read("x", options.x);
  const { read } = columnReader(alerts);
  const ends = read("alerts", "end");
  const moment = (value: unknown) => {
    if (typeof value !== "string" || Number.isNaN(Date.parse(value)))
      throw new InputError(`alerts: must begin and end at moments, not ${quoted(value)}`);
    return value;
  };
  const shapes = read("alerts", "start").map((start, i) => ({
    type: "rect",
    layer: "below",
    yref: "paper",
    y0: 0,
    y1: 1,
    x0: moment(start),
    x1: moment(ends[i] || times.at(-1)),
    fillcolor: "rgba(213,94,0,0.25)", // the palette's vermilion
    line: { width: 1, color: "rgba(213,94,0,0.6)" },
  }));
  Object.assign(chart.figure.layout!, { shapes });
  return chart;
}

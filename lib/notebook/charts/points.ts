import type { Chart } from "../chart.js";
import { type ChartData, columnReader } from "../chartData.js";
import { axis } from "../theme.js";
import { logAxis, positions, seriesName, sharedName, titled } from "./axes.js";
import { type ChartOptions, hover, listed, made } from "./made.js";

const symbols = ["circle", "diamond", "square", "triangle-up", "cross"];

/** What `points` takes. */
export interface PointOptions extends ChartOptions {
  /** Column of numbers or times, or several columns of numbers: a kind of point for each. */
  x: string | string[];
  /** Column of numbers or of categories. */
  y: string;
  /** A logarithmic x axis. */
  log?: boolean;
}

/**
 * Points: one for each row; with categories as `y` and several `x`, a dot plot such as p50, p95 and p99
 * by endpoint.
 * @example chart.points(times, { x: ["p50_ms", "p99_ms"], y: "endpoint", log: true, title: "…" })
 * @throws InputError when a column does not exist, or for more than 20,000 rows
 */
export function points(data: ChartData, options: PointOptions): Chart {
  const { read } = columnReader(data);
  const xNames = listed("x", options.x);
  const xs = xNames.map((name) => positions("x", name, read("x", name), options.xName, options.unit));
  const y = positions("y", options.y, read("y", options.y), options.yName);
  const xName = options.xName ?? (xs.length === 1 ? xs[0]!.name : sharedName(xNames, options.unit));
  const isCategory = y.kind === "category";
  const rows = new Set(y.values).size;
  return made(options, {
    data: xs.map((x, i) => ({
      type: "scatter",
      mode: "markers",
      x: x.values,
      y: y.values,
      name: seriesName(xNames[i]!),
      marker: {
        size: isCategory ? 9 : 5,
        opacity: isCategory ? 1 : 0.6,
        symbol: symbols[i % symbols.length],
      },
      hovertemplate: hover([x.name, "x", x.kind === "linear" ? ":," : ""], [y.name, "y", ""]),
    })),
    axes: {
      xaxis: {
        ...axis,
        ...xs[0]!.axis,
        title: titled(xName),
        ...(options.log ? logAxis(xs.flatMap((x) => x.numbers)) : {}),
      },
      yaxis: { ...axis, ...y.axis, ...(isCategory ? { autorange: "reversed" } : {}) },
    },
    layout: { showlegend: xs.length > 1, hovermode: "closest" },
    height: isCategory ? 150 + Math.max(rows * 24, 90) : undefined,
    text: { [y.name]: y.labels, ...Object.fromEntries(xs.map((x, i) => [xNames[i]!, x.labels])) },
  });
}

import type { Chart } from "../chart.js";
import { type ChartData, type ColumnOf, columnReader, numbersOf } from "../chartData.js";
import { axis, colourOf } from "../theme.js";
import { axisName, positions, seriesName, sharedName, titled } from "./axes.js";
import { type ChartOptions, hover, listed, made } from "./made.js";

const dashes = ["solid", "dash", "dot", "dashdot"];

/** What `lines` takes. */
export interface LineOptions<Column extends string = string> extends ChartOptions {
  /** Column of times or numbers, in order. */
  x: Column;
  /** Column of the numbers, or several: a line for each. */
  y: Column | Column[];
}

/**
 * Lines: numbers over time. Gaps stay gaps. Times are taken as UTC.
 * @example chart.lines(traffic, { x: "hour", y: ["client_error_percent", "server_error_percent"], title: "…" })
 * @throws InputError when a column does not exist, or for more than 20,000 rows
 */
export function lines<Data extends ChartData>(data: Data, options: LineOptions<ColumnOf<Data>>): Chart {
  const { read } = columnReader(data);
  const across = positions("x", options.x, read("x", options.x), options.xName);
  const series = listed("y", options.y).map((name) => ({
    name,
    values: numbersOf("y", name, read("y", name)),
  }));
  const yName =
    options.yName ??
    sharedName(
      series.map(({ name }) => name),
      options.unit,
    );
  const few = across.values.length <= 60;
  return made(options, {
    says: `${yName} over ${across.name}`,
    data: series.map(({ name, values }, i) => ({
      type: "scatter",
      mode: few ? "lines+markers" : "lines",
      x: across.values,
      y: values,
      name: seriesName(name),
      line: { color: colourOf(name, i), width: few ? 2 : 1.25, dash: dashes[i % dashes.length] },
      marker: { color: colourOf(name, i), size: 5 },
      hovertemplate: hover([across.name, "x", ""], [axisName(name, options.unit), "y", ":,"]),
    })),
    axes: {
      xaxis: { ...axis, ...across.axis },
      yaxis: { ...axis, title: titled(yName), rangemode: "tozero" },
    },
    layout: { showlegend: series.length > 1, hovermode: "closest" },
    text: {
      [across.name]: across.labels,
      ...Object.fromEntries(series.map((one) => [one.name, one.values])),
    },
  });
}

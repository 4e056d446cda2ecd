import { escapePlotly, plotlyLabel } from "../../visible.js";
import type { Chart } from "../chart.js";
import { type ChartData, type ColumnOf, categoryOf, columnReader, numbersOf } from "../chartData.js";
import { counted } from "../numbers.js";
import { axis, colourOf } from "../theme.js";
import { axisName, sharedName, titled, unique } from "./axes.js";
import { type ChartOptions, hover, listed, made } from "./made.js";

/** What `bars` takes. */
export interface BarOptions<Column extends string = string> extends ChartOptions {
  /** Column of the categories: a bar for each row, in the rows' order. */
  x: Column;
  /** Column of the numbers, or several: bars side by side or stacked. */
  y: Column | Column[];
  /** Stacks the bars of a category, with their sum at the end: for parts of a whole. */
  stack?: boolean;
}

/**
 * Bars: one number for each category. With long names or many bars, the bars are horizontal, so that the names can be
 * read. Shows the first 40 rows and says so.
 * @example chart.bars(byStatus, { x: "status_code", y: "requests", title: "Which status codes?" })
 * @throws InputError when a column does not exist or does not hold numbers
 */
export function bars<Data extends ChartData>(data: Data, options: BarOptions<ColumnOf<Data>>): Chart {
  const most = 40;
  const { read } = columnReader(data);
  const all = read("x", options.x);
  const series = listed("y", options.y).map((name) => ({
    name,
    values: numbersOf("y", name, read("y", name)).slice(0, most),
  }));
  const labels = all.slice(0, most).map(categoryOf);
  const names = unique(labels.map((label) => plotlyLabel(label)));
  const lying = names.length > 12 || labels.some((label) => label.length > 8);
  const xName = options.xName ?? axisName(options.x);
  const yName =
    options.yName ??
    sharedName(
      series.map((one) => one.name),
      options.unit,
    );
  const traces = series.map(({ name, values }, position) => ({
    type: "bar",
    orientation: lying ? "h" : "v",
    x: lying ? values : names,
    y: lying ? names : values,
    name: escapePlotly(axisName(name)),
    marker: { color: colourOf(name, position) },
    // The numbers stand at their bars as long as there is room for them.
    ...(series.length === 1 && (lying || names.length <= 12)
      ? { texttemplate: `%{${lying ? "x" : "y"}:,}` }
      : {}),
    textposition: "outside",
    cliponaxis: false,
    hovertemplate: hover(
      [xName, lying ? "y" : "x", ""],
      [series.length > 1 ? axisName(name, options.unit) : yName, lying ? "x" : "y", ":,"],
    ),
  }));
  const { stack = false } = options;
  const sums = names.map((_, row) => series.reduce((sum, { values }) => sum + (values[row] ?? 0), 0));
  const shown = [
    ...series.flatMap(({ values }) => values.map((value) => value ?? 0)),
    ...(stack ? sums : []),
  ];
  const [smallest, largest] = [Math.min(0, ...shown), Math.max(0, ...shown)];
  const categories = { ...axis, type: "category", title: titled(xName), gridcolor: "rgba(0,0,0,0)" };
  const numbers = { ...axis, title: titled(yName), range: [smallest * 1.12, (largest || 1) * 1.12] };
  const sumLabels = {
    type: "scatter",
    mode: "text",
    x: lying ? sums : names,
    y: lying ? names : sums,
    texttemplate: lying ? "\u2009%{x:,}" : "%{y:,}", // a thin space from the bar's end
    textposition: lying ? "middle right" : "top center",
    cliponaxis: false,
    hoverinfo: "skip",
    showlegend: false,
  };
  const labelled = stack && series.length > 1 && (lying || names.length <= 12);
  return made(options, {
    says: `${yName} by ${xName}`,
    data: labelled ? [...traces, sumLabels] : traces,
    axes: lying
      ? { xaxis: numbers, yaxis: { ...categories, autorange: "reversed", ticks: "" } }
      : { xaxis: categories, yaxis: numbers },
    layout: { barmode: stack ? "stack" : "group", bargap: 0.25, showlegend: series.length > 1 },
    height: lying
      ? 130 + Math.max(names.length * Math.max(22, stack ? 0 : 14 * series.length), 90)
      : undefined,
    note: all.length > most ? `first ${most} of ${counted(all.length, "row")}` : undefined,
    text: { [xName]: labels, ...Object.fromEntries(series.map((one) => [one.name, one.values])) },
  });
}

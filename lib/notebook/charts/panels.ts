import { InputError, quoted } from "../../errors.js";
import { escapePlotly, plotlyLabel } from "../../visible.js";
import type { Chart } from "../chart.js";
import { type ChartData, type ColumnOf, categoryOf, columnReader, numbersOf } from "../chartData.js";
import { counted } from "../numbers.js";
import { axis, colourOf } from "../theme.js";
import { axisName, positions, seriesName, sharedName } from "./axes.js";
import { gridOf } from "./grid.js";
import { type ChartOptions, hover, listed, made } from "./made.js";

/** What `panels` takes. */
export interface PanelOptions<Column extends string = string> extends ChartOptions {
  /** Column of times or numbers, in order within each panel. */
  x: Column;
  /** Column of the numbers, or several: a line for each in every panel. */
  y: Column | Column[];
  /** Column of the groups: a panel for each of the 12 with the largest sum of `y`. */
  by: Column;
  /** Gives each panel its own scale, to compare shapes rather than sizes. By default all panels share one. */
  ownScale?: boolean;
}

/**
 * Small multiples: the same lines for each group, panels beside each other with the same axes, so that they can be
 * compared at a glance.
 * @example chart.panels(byEndpoint, { x: "bucket", y: "p95_ms", by: "endpoint", title: "Which endpoint gets slow, and when?" })
 * @throws InputError when a column does not exist, or for more than 20,000 rows
 */
export function panels<Data extends ChartData>(data: Data, options: PanelOptions<ColumnOf<Data>>): Chart {
  const most = 12;
  const { read } = columnReader(data);
  const across = positions("x", options.x, read("x", options.x), options.xName);
  const series = listed("y", options.y).map((name) => ({
    name,
    values: numbersOf("y", name, read("y", name)),
  }));
  const groups = new Map<string, { rows: number[]; sum: number }>();
  const labels = read("by", options.by).map(categoryOf);
  labels.forEach((label, row) => {
    const group = groups.get(label) ?? { rows: [], sum: 0 };
    groups.set(label, group);
    group.rows.push(row);
    for (const { values } of series) group.sum += values[row] ?? 0;
  });
  if (groups.size === 0) throw new InputError(`by: column ${quoted(options.by)} holds no group to show`);
  const shown = [...groups].sort(([, a], [, b]) => b.sum - a.sum).slice(0, most);
  const grid = gridOf(shown.length, panelHeight);
  const names = series.map(({ name }) => name);
  const yName = options.yName ?? sharedName(names, options.unit);
  const inPanels = shown.flatMap(([, { rows }]) => rows);
  const { axis: xAxis } = positions(
    "x",
    options.x,
    inPanels.map((row) => read("x", options.x)[row]),
    options.xName,
  );
  const top = Math.max(0, ...inPanels.flatMap((row) => series.map(({ values }) => values[row] ?? 0)));
  const axes: Record<string, object> = {};
  grid.panels.forEach(({ number, x, y, isLowest }) => {
    axes[`xaxis${number}`] = {
      ...axis,
      ...xAxis,
      ...narrowTicks(xAxis),
      title: undefined,
      domain: x,
      anchor: `y${number}`,
      ...(number === "" ? {} : { matches: "x" }),
      showticklabels: isLowest,
      automargin: false,
    };
    axes[`yaxis${number}`] = {
      ...axis,
      domain: y,
      anchor: `x${number}`,
      nticks: 4,
      automargin: false,
      ...(options.ownScale ? { rangemode: "tozero" } : { range: [0, (top || 1) * 1.05] }),
    };
  });
  const { xaxis, yaxis, ...others } = axes;
  const few = Math.max(...shown.map(([, { rows }]) => rows.length)) <= 30;
  return made(options, {
    says: `${yName} over ${across.name}, by ${axisName(options.by)}`,
    data: shown.flatMap(([label, { rows }], panel) =>
      series.map(({ name, values }, i) => ({
        type: "scatter",
        mode: few ? "lines+markers" : "lines",
        x: rows.map((row) => across.values[row]),
        y: rows.map((row) => values[row]),
        xaxis: `x${grid.panels[panel]!.number}`,
        yaxis: `y${grid.panels[panel]!.number}`,
        name: seriesName(name),
        legendgroup: String(i), // Plotly does not escape a name, which may be text of a log
        showlegend: panel === 0,
        line: { width: 1.5, color: colourOf(name, i) },
        marker: { size: 4, color: colourOf(name, i) },
        hovertemplate: hover([across.name, "x", ""], [axisName(name, options.unit), "y", ":,"]).replace(
          "<extra></extra>",
          `<br>${plotlyLabel(label)}<extra></extra>`,
        ),
      })),
    ),
    axes: { xaxis: xaxis!, yaxis: yaxis! },
    layout: {
      ...others,
      annotations: shown.map(([label], i) => grid.title(i, plotlyLabel(label))),
      showlegend: series.length > 1,
      hovermode: "closest",
      margin: { b: series.length > 1 ? 64 : 40 },
    },
    height: 116 + grid.rows * panelHeight,
    note: [
      `${escapePlotly(yName)} over ${across.name}`,
      groups.size > most ? `the ${most} of ${counted(groups.size, "group")} with the largest sums` : "",
      options.ownScale ? "each panel has its own scale" : "",
    ]
      .filter(Boolean)
      .join("; "),
    panels: grid.panels.map(({ number }) => ({ x: `x${number}`, y: `y${number}` })),
    text: {
      [axisName(options.by)]: labels,
      [across.name]: across.labels,
      ...Object.fromEntries(series.map((one) => [one.name, one.values])),
    },
  });
}

const panelHeight = 130; // CSS pixels, with its title

/** Half as many ticks as in a chart of full width, with labels of one line. */
function narrowTicks(of: object): object {
  const { dtick } = of as { dtick?: number };
  return dtick === undefined || dtick === 1 ? { nticks: 5 } : { dtick: 2 * dtick, tickformat: "%H:%M" };
}

import { escapePlotly, plotlyLabel } from "../../visible.js";
import type { Chart } from "../chart.js";
import { columnReader } from "../chartData.js";
import type { Comparison } from "../comparison.js";
import { counted } from "../numbers.js";
import { axis, palette } from "../theme.js";
import { logAxis, titled, unique } from "./axes.js";
import { type ChartOptions, made } from "./made.js";

/**
 * What changed most between two logs. Each change is drawn as the ratio of the new value to the old: left of 1 is less,
 * right of 1 is more. A change from 0 has no ratio and is only in the table.
 * @example chart.comparison(await compare(monday, tuesday))
 */
export function comparison(of: Comparison, options: Pick<ChartOptions, "title"> = {}): Chart {
  const { read } = columnReader(of.changes);
  const [a, b] = of.names;
  const column = (name: string) => read("changes", name);
  const ratios = column("ratio") as (number | null)[];
  // A change to 0 has no place on a logarithmic axis.
  const rows = ratios.map((_, i) => i).filter((i) => Number.isFinite(ratios[i]) && ratios[i]! > 0);
  const names = rows.map((i) => `${column("endpoint")[i]}: ${column("measure")[i]}`);
  const labels = unique(names.map((name) => plotlyLabel(name)));
  const values = rows.map((i) => ratios[i]!);
  const without = ratios.length - rows.length;
  const xName = `${b} ÷ ${a}`;
  const colour = (value: number) => (value >= 1 ? palette[3] : palette[0]);
  return made(options, {
    says: `What changed most from ${a} to ${b}?`,
    data: [
      {
        type: "scatter",
        mode: "markers",
        x: values,
        y: labels,
        marker: {
          size: 10,
          color: values.map(colour),
          symbol: values.map((value) => (value >= 1 ? "triangle-right" : "triangle-left")),
        },
        customdata: rows.map((i) => [escapePlotly(String(column(a)[i])), escapePlotly(String(column(b)[i]))]),
        hovertemplate: `%{y}<br>${escapePlotly(a)}: %{customdata[0]}, ${escapePlotly(b)}: %{customdata[1]}<br>%{x:,} times<extra></extra>`,
      },
    ],
    axes: {
      xaxis: { ...axis, title: titled(xName), ...logAxis([...values, 1]), zeroline: false },
      yaxis: { ...axis, type: "category", autorange: "reversed", ticks: "", title: titled("") },
    },
    layout: {
      showlegend: false,
      hovermode: "closest",
      shapes: [
        { type: "line", x0: 1, x1: 1, yref: "paper", y0: 0, y1: 1, line: { width: 1, color: "#808080" } },
        ...values.map((value, i) => ({
          type: "line",
          x0: 1,
          x1: value,
          y0: labels[i],
          y1: labels[i],
          line: { width: 2, color: colour(value) },
        })),
      ],
    },
    height: 150 + Math.max(labels.length * 24, 90),
    note:
      without > 0
        ? `Not drawn: ${counted(without, "change")} from or to 0, which no ratio can show; see the table`
        : undefined,
    text: {
      change: names,
      [a]: rows.map((i) => column(a)[i]),
      [b]: rows.map((i) => column(b)[i]),
      ratio: values,
    },
  });
}

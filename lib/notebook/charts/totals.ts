import { InputError } from "../../errors.js";
import { plotlyLabel } from "../../visible.js";
import type { Chart } from "../chart.js";
import { areTimes, type ChartData, type ColumnOf, columnReader, numbersOf, timeOf } from "../chartData.js";
import { axis, palette } from "../theme.js";
import { axisName, seriesName, sharedName, titled, unique } from "./axes.js";
import { type ChartOptions, hover, listed, made } from "./made.js";

/** What `totals` takes. */
export interface TotalOptions<Column extends string = string>
  extends Omit<ChartOptions, "unit" | "xName" | "yName" | "windows"> {
  /** Columns of numbers: a bar for each. A column of times is stated under the title. */
  x: Column | Column[];
}

/**
 * Totals: the numbers of an answer of one row, a bar for each column. Columns share an axis when they share a
 * unit, so that only what can be compared stands side by side.
 * @example chart.totals(rates, { x: ["client_error_percent", "server_error_percent"], title: "How many fail?" })
 * @throws InputError when a column does not exist or holds neither numbers nor times, or there is not one row
 */
export function totals<Data extends ChartData>(data: Data, options: TotalOptions<ColumnOf<Data>>): Chart {
  const { read } = columnReader(data);
  const cells = listed("x", options.x).map((column) => {
    const values = read("x", column);
    if (values.length !== 1) {
      throw new InputError(
        `x: this chart takes one row, not ${values.length}: bars, lines and points take more`,
      );
    }
    return { column, values };
  });
  const times = cells.filter(({ values }) => areTimes(values));
  const numbers = cells
    .filter((cell) => !times.includes(cell))
    .map(({ column, values }) => ({ column, value: numbersOf("x", column, values)[0] ?? null }));
  const panels = new Map(numbers.map(({ column }) => [unitOf(column), [] as typeof numbers]));
  for (const bar of numbers) panels.get(unitOf(bar.column))!.push(bar);
  const plot = numbers.length * barHeight + (panels.size - 1) * gap;
  const axes: Record<string, object> = {};
  const traces: object[] = [];
  let top = plot; // of the next panel, in pixels from the bottom
  for (const [name, bars] of panels) {
    const number = traces.length === 0 ? "" : String(traces.length + 1);
    const bottom = top - bars.length * barHeight;
    const values = bars.map(({ value }) => value);
    const names = unique(bars.map(({ column }) => plotlyLabel(seriesName(column))));
    traces.push({
      type: "bar",
      orientation: "h",
      x: values,
      y: names,
      xaxis: `x${number}`,
      yaxis: `y${number}`,
      marker: { color: palette[0] },
      texttemplate: "%{x:,}",
      textposition: "outside",
      cliponaxis: false,
      hovertemplate: hover(["column", "y", ""], [name, "x", ":,"]),
    });
    const most = Math.max(0, ...values.map((value) => value ?? 0));
    axes[`xaxis${number}`] = {
      ...axis,
      title: titled(name),
      range: [0, (most || 1) * 1.12],
      anchor: `y${number}`,
    };
    axes[`yaxis${number}`] = {
      ...axis,
      type: "category",
      autorange: "reversed",
      ticks: "",
      gridcolor: "rgba(0,0,0,0)",
      anchor: `x${number}`,
      domain: [Math.max(0, bottom / plot), top / plot],
    };
    top = bottom - gap;
  }
  return made(options as ChartOptions, {
    says: numbers.map(({ column }) => axisName(column)).join(", "),
    data: traces,
    axes: axes as { xaxis: object; yaxis: object },
    layout: { showlegend: false, bargap: 0.3 },
    height: plot + margins,
    note: times.map(({ column, values }) => `${axisName(column)} ${timeOf(values[0])} UTC`).join(", "),
    text: Object.fromEntries(cells.map(({ column, values }) => [column, values])),
  });
}

// In CSS pixels. The gap holds a panel's axis and the next title; the margins hold the last panel's axis and the
// chart's title.
const barHeight = 32;
const gap = 62;
const margins = 120;

/** What the columns of one panel have in common. */
function unitOf(column: string): string {
  const shared = sharedName([column, column], undefined);
  return shared.includes("(") ? shared : "number";
}

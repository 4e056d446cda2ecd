import { InputError, quoted } from "../../errors.js";
import { plotlyLabel } from "../../visible.js";
import type { Chart } from "../chart.js";
import { type ChartData, type ColumnOf, categoryOf, columnReader, numbersOf } from "../chartData.js";
import { quantile } from "../distribution.js";
import { counted } from "../numbers.js";
import { axis } from "../theme.js";
import { axisName, logAxis, titled, unique } from "./axes.js";
import { type ChartOptions, made } from "./made.js";

/** What `boxes` takes. */
export interface BoxOptions<Column extends string = string> extends ChartOptions {
  /** Column of the numbers. */
  x: Column;
  /** Column of the groups: a box for each of the 30 with the most values. */
  by: Column;
  /** A logarithmic axis. */
  log?: boolean;
}

/**
 * Boxes: the distribution of a number by group. The box goes from the 25th to the 75th percentile with
 * the median in it, its whiskers to the 5th and the 95th; the slowest median stands at the top.
 * @example chart.boxes(df, { x: "response_time_ms", by: "endpoint", log: true, title: "Which are slow?" })
 * @throws InputError when a column does not exist or `x` holds no numbers
 */
export function boxes<Data extends ChartData>(data: Data, options: BoxOptions<ColumnOf<Data>>): Chart {
  const most = 30;
  const { read } = columnReader(data);
  const values = numbersOf("x", options.x, read("x", options.x));
  const groups = new Map<string, number[]>();
  read("by", options.by).forEach((group, i) => {
    const value = values[i] ?? null;
    if (value === null || (options.log && value <= 0)) return;
    const key = categoryOf(group);
    const list = groups.get(key);
    if (list) list.push(value);
    else groups.set(key, [value]);
  });
  if (groups.size === 0) throw new InputError(`x: column ${quoted(options.x)} holds no value to show`);
  const rows = [...groups]
    .sort(([, a], [, b]) => b.length - a.length)
    .slice(0, most)
    .map(([label, list]) => {
      const sorted = Float64Array.from(list).sort();
      const [p5, p25, p50, p75, p95] = [0.05, 0.25, 0.5, 0.75, 0.95].map((q) => round(quantile(sorted, q)));
      return { label, records: list.length, p5: p5!, p25: p25!, p50: p50!, p75: p75!, p95: p95! };
    })
    .sort((a, b) => b.p50 - a.p50);
  const column = <K extends keyof (typeof rows)[0]>(key: K) => rows.map((row) => row[key]);
  const names = unique(rows.map(({ label }) => plotlyLabel(label)));
  const xName = options.xName ?? axisName(options.x, options.unit);
  const yName = options.yName ?? axisName(options.by);
  return made(options, {
    says: `${xName} by ${yName}`,
    data: [
      {
        type: "box",
        orientation: "h",
        y: names,
        lowerfence: column("p5"),
        q1: column("p25"),
        median: column("p50"),
        q3: column("p75"),
        upperfence: column("p95"),
        hoverinfo: "x+y",
        line: { width: 1.5 },
      },
    ],
    axes: {
      xaxis: {
        ...axis,
        title: titled(xName),
        ...(options.log ? logAxis([...column("p5"), ...column("p95")]) : {}),
      },
      yaxis: { ...axis, type: "category", title: titled(yName), autorange: "reversed", ticks: "" },
    },
    layout: { showlegend: false },
    height: 130 + Math.max(names.length * 26, 90),
    note: `box: 25th to 75th percentile, line: median, whiskers: 5th and 95th${
      groups.size > most ? `; the ${most} of ${counted(groups.size, "group")} with most values` : ""
    }`,
    text: {
      [yName]: column("label"),
      records: column("records"),
      ...Object.fromEntries((["p5", "p25", "p50", "p75", "p95"] as const).map((key) => [key, column(key)])),
    },
  });
}

function round(value: number): number {
  return Number(value.toPrecision(6));
}

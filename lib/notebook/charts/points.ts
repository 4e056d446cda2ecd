import { plotlyLabel } from "../../visible.js";
import type { Chart } from "../chart.js";
import { type ChartData, type ColumnOf, categoryOf, columnReader } from "../chartData.js";
import { counted } from "../numbers.js";
import { axis, colourOf, others, palette } from "../theme.js";
import { axisName, logAxis, positions, seriesName, sharedName, titled } from "./axes.js";
import { type ChartOptions, hover, listed, made } from "./made.js";

const symbols = ["circle", "diamond", "square", "triangle-up", "cross", "star"];

/** What `points` takes. */
export interface PointOptions<Column extends string = string> extends ChartOptions {
  /** Column of numbers or times, or several columns of numbers: a kind of point for each. */
  x: Column | Column[];
  /** Column of numbers or of categories. */
  y: Column;
  /**
   * Column of groups: a colour and a shape for each of the six with the most points. The points of all other groups are
   * grey.
   */
  by?: Column;
  /** A logarithmic x axis. */
  log?: boolean;
}

/** Points of one kind: their rows, their column of `x`, and how they look. */
interface Kind {
  readonly name: string;
  readonly x: number;
  readonly rows: readonly number[] | undefined;
  readonly color: string | undefined;
  readonly symbol: string | undefined;
}

/**
 * Points: one for each row; with categories as `y` and several `x`, a dot plot such as p50, p95 and p99
 * by endpoint; with `by`, coloured by group.
 * @example chart.points(times, { x: ["p50_ms", "p99_ms"], y: "endpoint", log: true, title: "…" })
 * @example chart.points(slow, { x: "timestamp", y: "response_time_ms", by: "endpoint", title: "…" })
 * @throws InputError when a column does not exist, or for more than 20,000 rows
 */
export function points<Data extends ChartData>(data: Data, options: PointOptions<ColumnOf<Data>>): Chart {
  const { read } = columnReader(data);
  const xNames = listed("x", options.x);
  const xs = xNames.map((name) => positions("x", name, read("x", name), options.xName, options.unit));
  const y = positions("y", options.y, read("y", options.y), options.yName);
  const xName = options.xName ?? (xs.length === 1 ? xs[0]!.name : sharedName(xNames, options.unit));
  const isCategory = y.kind === "category";
  const rows = new Set(y.values).size;
  const groups = options.by === undefined ? undefined : groupsOf(read("by", options.by));
  const kinds = xNames.flatMap((name, x): Kind[] =>
    groups === undefined
      ? [
          {
            name: seriesName(name),
            x,
            rows: undefined,
            color: undefined,
            symbol: symbols[x % symbols.length],
          },
        ]
      : groups.map((group) => ({
          ...group,
          x,
          name: xNames.length > 1 ? `${seriesName(name)}, ${group.name}` : group.name,
        })),
  );
  const chosen = <T>(values: readonly T[], of: Kind) => of.rows?.map((row) => values[row]!) ?? values;
  return made(options, {
    says: `${y.name} and ${xName}${options.by === undefined ? "" : ` by ${axisName(options.by)}`}`,
    data: kinds.map((kind) => ({
      type: "scatter",
      mode: "markers",
      x: chosen(xs[kind.x]!.values, kind),
      y: chosen(y.values, kind),
      name: kind.name,
      ...(kind.color === others ? { legendrank: 2000 } : {}), // Plotly's own is 1000: last
      marker: {
        size: isCategory ? 9 : kind.rows ? 6 : 5,
        opacity: isCategory ? 1 : kind.rows ? 0.8 : 0.6,
        symbol: kind.symbol,
        ...(kind.color ? { color: kind.color } : {}),
      },
      hovertemplate: hover(
        [xs[kind.x]!.name, "x", xs[kind.x]!.kind === "linear" ? ":," : ""],
        [y.name, "y", ""],
      ).replace("<extra></extra>", kind.rows ? `<br>${kind.name}<extra></extra>` : "<extra></extra>"),
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
    layout: { showlegend: kinds.length > 1, hovermode: "closest" },
    height: isCategory ? 150 + Math.max(rows * 24, 90) : undefined,
    text: {
      [y.name]: y.labels,
      ...Object.fromEntries(xs.map((x, i) => [xNames[i]!, x.labels])),
      ...(options.by === undefined ? {} : { [options.by]: read("by", options.by).map(categoryOf) }),
    },
  });
}

/** The groups of a column, those with the most rows first. Groups that are past the palette form one grey group. */
function groupsOf(values: readonly unknown[]) {
  const rowsOf = new Map<string, number[]>();
  values.forEach((value, row) => {
    const key = categoryOf(value);
    const rows = rowsOf.get(key);
    if (rows) rows.push(row);
    else rowsOf.set(key, [row]);
  });
  const sorted = [...rowsOf].sort(([, a], [, b]) => b.length - a.length);
  const shown = sorted.slice(0, palette.length).map(([label, rows], i) => ({
    name: plotlyLabel(label),
    rows: rows as readonly number[],
    color: colourOf(label, i),
    symbol: symbols[i % symbols.length],
  }));
  const rest = sorted.slice(palette.length);
  if (rest.length === 0) return shown;
  const rows = rest.flatMap(([, of]) => of).sort((a, b) => a - b);
  // Behind the coloured ones.
  return [
    { name: `${counted(rest.length, "other group")}`, rows, color: others, symbol: "circle-open" },
    ...shown,
  ];
}

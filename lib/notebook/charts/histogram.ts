import { InputError, quoted } from "../../errors.js";
import type { Chart } from "../chart.js";
import { type ChartData, type ColumnOf, columnReader, numbersOf } from "../chartData.js";
import { logBins, plainBins } from "../distribution.js";
import { counted } from "../numbers.js";
import { axis } from "../theme.js";
import { axisName, logAxis, titled } from "./axes.js";
import { type ChartOptions, hover, made } from "./made.js";

/** What `histogram` takes. */
export interface HistogramOptions<Column extends string = string> extends ChartOptions {
  /** Column of the numbers to count. */
  x: Column;
  /** Bins of equal ratio on a logarithmic axis, for values that range over powers of ten. */
  log?: boolean;
  /** Approximate number of bins. Default 40. */
  bins?: number;
}

/**
 * Histogram: how many values lie in each bin. Missing values are left out and counted in the note, as are
 * zero and negative ones on a logarithmic axis.
 * @example chart.histogram(df, { x: "response_time_ms", log: true, title: "How long do answers take?" })
 * @throws InputError when the column does not exist or holds no numbers, or `bins` is not 1 to 200
 */
export function histogram<Data extends ChartData>(
  data: Data,
  options: HistogramOptions<ColumnOf<Data>>,
): Chart {
  const { bins = 40, log = false } = options;
  if (!Number.isInteger(bins) || bins < 1 || bins > 200) {
    throw new InputError(`bins: got ${quoted(bins)}, but it must be a whole number from 1 to 200`);
  }
  const all = numbersOf("x", options.x, columnReader(data).read("x", options.x));
  const known = all.filter((value) => value !== null);
  const values = log ? known.filter((value) => value > 0) : known;
  if (values.length === 0) throw new InputError(`x: column ${quoted(options.x)} holds no value to count`);
  const { edges, counts } = (log ? logBins : plainBins)(values, bins);
  const xName = options.xName ?? axisName(options.x, options.unit);
  const yName = options.yName ?? "records";
  const left = edges.slice(0, -1);
  const labels = left.map((edge, i) => `${short(edge)} – ${short(edges[i + 1]!)}`);
  return made(options, {
    says: `${yName} by ${xName}`,
    data: [
      {
        type: "bar",
        x: left,
        y: counts,
        offset: 0,
        width: left.map((edge, i) => round(edges[i + 1]! - edge)),
        customdata: labels,
        hovertemplate: hover([xName, "customdata", ""], [yName, "y", ":,"]),
      },
    ],
    axes: {
      xaxis: {
        ...axis,
        title: titled(xName),
        ...(log
          ? { ...logAxis(edges), range: [edges[0]!, edges.at(-1)!].map((edge) => round(Math.log10(edge))) }
          : {}),
      },
      yaxis: { ...axis, title: titled(yName), rangemode: "tozero" },
    },
    layout: { bargap: 0, showlegend: false },
    note: [
      all.length > known.length && `${counted(all.length - known.length, "record")} without a value left out`,
      known.length > values.length &&
        `${counted(known.length - values.length, "value")} of 0 or less left out`,
    ]
      .filter(Boolean)
      .join("; "),
    text: { [xName]: labels, [yName]: counts },
  });
}

function short(value: number): string {
  return value.toLocaleString("en-US", { maximumSignificantDigits: 3 });
}

function round(value: number): number {
  return Number(value.toPrecision(6));
}

import { InputError, quoted } from "../../errors.js";
import { escapePlotly, plotlyLabel } from "../../visible.js";
import type { Chart } from "../chart.js";
import {
  areTimes,
  type ChartData,
  type ColumnOf,
  categoryOf,
  columnReader,
  numbersOf,
  timeOf,
} from "../chartData.js";
import { count, numberFormat } from "../numbers.js";
import { textWidth } from "../textSize.js";
import { axis, colorscale, inkOn, sequentialColour } from "../theme.js";
import { axisName, logAxis, titled, unique } from "./axes.js";
import { type ChartOptions, made } from "./made.js";

/** What `heatMap` takes. */
export interface HeatMapOptions<Column extends string = string> extends Omit<ChartOptions, "windows"> {
  /**
   * Column of the positions from left to right: numbers in ascending order, others in the order of the rows. At most
   * 100.
   */
  x: Column;
  /** Column of the positions from top to bottom, likewise. At most 60. */
  y: Column;
  /** Column of the numbers that are shown as colours, one for each pair of positions. */
  value: Column;
  /**
   * Colours on a logarithmic scale, for values that range over several powers of ten. A value of 0 or less has no
   * colour.
   */
  log?: boolean;
}

/**
 * Heat map: a number for each pair of an x and a y; higher stands out more from the page, and a pair without a number stays empty. The
 * numbers are written in their cells where there is room.
 * @example chart.heatMap(await ask("traffic_by_hour_and_weekday", log), { x: "hour", y: "weekday", value: "requests" })
 * @throws InputError when a column does not exist, a pair comes twice, or there are too many places
 */
export function heatMap<Data extends ChartData>(data: Data, options: HeatMapOptions<ColumnOf<Data>>): Chart {
  const { read } = columnReader(data);
  const across = placesOf("x", options.x, read("x", options.x), 100);
  const down = placesOf("y", options.y, read("y", options.y), 60);
  const all = numbersOf("value", options.value, read("value", options.value));
  const { log = false } = options;
  const seen = new Set<number>();
  const cells = all.flatMap((value, row) => {
    const [column, line] = [across.at[row]!, down.at[row]!];
    if (seen.size === seen.add(line * across.labels.length + column).size) {
      throw new InputError(
        `value: ${options.x} ${quoted(across.labels[column])} with ${options.y} ${quoted(down.labels[line])} comes twice, but a cell has one number: group the rows first`,
      );
    }
    return value === null || (log && value <= 0) ? [] : [{ column, line, value }];
  });
  const scaled = (value: number) => (log ? Math.log10(value) : value);
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { value } of cells) {
    low = Math.min(low, scaled(value));
    high = Math.max(high, scaled(value));
  }
  const format = numberFormat(cells.map(({ value }) => value));
  const numbers = cells.map(({ value }) => format(value));
  const width = plotWidth / across.labels.length;
  const fit = Math.max(...numbers.map((text) => textWidth(text, cellText))) < width - 4;
  const colourOfCell = ({ value }: { value: number }) =>
    sequentialColour(high > low ? (high - scaled(value)) / (high - low) : 0.5);
  const xName = options.xName ?? nameOf(options.x, across);
  const yName = options.yName ?? nameOf(options.y, down);
  const valueName = axisName(options.value, options.unit);
  const xLabels = unique(across.labels.map((label) => plotlyLabel(label)));
  const yLabels = unique(down.labels.map((label) => plotlyLabel(label)));
  const every = Math.ceil((Math.max(...across.labels.map((label) => textWidth(label, 12)), 0) + 10) / width);
  const step = every > 1 && across.labels.length === 24 ? Math.max(3, every) : every; // hours: every third
  const ticked = xLabels.map((_, i) => i).filter((i) => i % step === 0);
  const height = 140 + Math.max(down.labels.length * 26, 130);
  const values = cells.map(({ value }) => value);
  const { tickvals, ticktext } = (log ? logAxis(values, height < 400 ? 2 : 4) : {}) as {
    tickvals?: number[];
    ticktext?: string[];
  };
  return made(options, {
    says: `${valueName} by ${xName} and ${yName}`,
    // Rectangles and not Plotly's own heat map, which paints on a canvas: these are drawn in pictures, too, and stay sharp.
    data: [
      {
        type: "bar",
        x: cells.map(({ column }) => column),
        y: cells.map(() => 1),
        base: cells.map(({ line }) => line - 0.5),
        width: 1,
        marker: { color: cells.map(colourOfCell), line: { width: 0.5, color: "rgba(128,128,128,0.6)" } },
        ...(fit
          ? {
              text: numbers,
              textposition: "inside",
              insidetextanchor: "middle",
              textangle: 0,
              insidetextfont: { size: cellText, color: cells.map((cell) => inkOn(colourOfCell(cell))) },
            }
          : { textposition: "none" }),
        customdata: cells.map(({ column, line }, i) => [xLabels[column], yLabels[line], numbers[i]]),
        hovertemplate: [xName, yName, valueName]
          .map((name, i) => `${escapePlotly(name)}: %{customdata[${i}]}`)
          .join("<br>")
          .concat("<extra></extra>"),
      },
      {
        type: "scatter",
        mode: "markers",
        x: [null],
        y: [null],
        hoverinfo: "skip",
        marker: {
          color: [low],
          colorscale,
          reversescale: true,
          cmin: high > low ? low : low - 1,
          cmax: high > low ? high : high + 1,
          showscale: cells.length > 0,
          colorbar: {
            title: { text: escapePlotly(valueName), side: "right" },
            thickness: 14,
            outlinewidth: 0,
            separatethousands: true,
            ...(tickvals ? { tickmode: "array", tickvals: tickvals.map(Math.log10), ticktext } : {}),
          },
        },
      },
    ],
    axes: {
      xaxis: {
        ...axis,
        title: titled(xName),
        range: [-0.5, across.labels.length - 0.5],
        tickvals: ticked,
        ticktext: ticked.map((i) => xLabels[i]),
        showgrid: false,
        zeroline: false,
      },
      yaxis: {
        ...axis,
        title: titled(yName),
        range: [down.labels.length - 0.5, -0.5],
        tickvals: yLabels.map((_, i) => i),
        ticktext: yLabels,
        showgrid: false,
        zeroline: false,
        ticks: "",
      },
    },
    layout: { barmode: "overlay", showlegend: false, hovermode: "closest" },
    height,
    text: {
      [xName]: across.at.map((at) => across.labels[at]),
      [yName]: down.at.map((at) => down.labels[at]),
      [valueName]: all,
    },
  });
}

// In CSS pixels: what is left of a picture's width beside the names and the colour bar, and the size of numbers in cells.
const plotWidth = 500;
const cellText = 11;

interface Places {
  readonly labels: string[];
  /** The place of each row. */
  readonly at: number[];
  readonly areTimes: boolean;
}

/** The name of an axis. All times are UTC, and so is an hour of the day, which a reader might take for local time. */
function nameOf(column: string, { labels, areTimes }: Places): string {
  if (areTimes) return `${axisName(column)} (UTC)`;
  const areHours = column === "hour" && labels.every((label) => /^(1?\d|2[0-3])$/.test(label));
  return areHours ? "hour of day (UTC)" : axisName(column);
}

function placesOf(option: string, column: string, values: readonly unknown[], most: number): Places {
  const times = areTimes(values);
  const names = values.map((value) => (times ? (timeOf(value) ?? "(none)") : categoryOf(value)));
  const labels = [...new Set(names)];
  if (labels.length > most) {
    throw new InputError(
      `${option}: column ${quoted(column)} has ${count(labels.length)} different values, but a heat map takes at most ${most}: choose or group them first`,
    );
  }
  if (values.every((value) => typeof value === "number")) labels.sort((a, b) => Number(a) - Number(b));
  const places = new Map(labels.map((label, i) => [label, i]));
  return { labels, at: names.map((name) => places.get(name)!), areTimes: times };
}

import { type DrillResult, detectabilityTable } from "../../monitor/drill/result.js";
import { escapePlotly, plotlyLabel } from "../../visible.js";
import type { Chart } from "../chart.js";
import { axis, palette } from "../theme.js";
import { panelTitle } from "./grid.js";
import { made } from "./made.js";

/** Panels beside each other. */
const COLUMNS = 2;
const PANEL_HEIGHT = 200;
/** The distance between two lines that would otherwise hide each other, and between the outermost, as shares. */
const APART = 0.018;
const MOST_APART = 0.1;
const dashes = ["solid", "dash", "dot", "dashdot"];
const symbols = ["circle", "square", "diamond", "triangle-up", "x", "star"];

/**
 * The drill as a chart: a panel for each kind of incident, size against the share found, a line for each detector.
 * Lines that would hide each other lie a little apart. The grey line marks nine in ten.
 */
export function drillChart(
  result: DrillResult,
  title = "What size of incident does each detector find?",
): Chart {
  const { table, falseAlarms } = result;
  const kinds = [...new Set(table.map(({ kind }) => kind))];
  const rows = Math.ceil(kinds.length / COLUMNS);
  const columns = Math.min(COLUMNS, kinds.length);
  const apart = Math.min(APART, MOST_APART / Math.max(1, falseAlarms.length - 1));
  const number = (panel: number) => (panel === 0 ? "" : String(panel + 1));
  const data: object[] = [];
  const axes: Record<string, object> = {};
  const annotations: object[] = [];
  const shapes: object[] = [];
  kinds.forEach((kind, panel) => {
    const [row, column] = [Math.floor(panel / columns), panel % columns];
    const width = 1 / columns;
    const height = 1 / rows;
    const top = 1 - row * height;
    const sizes = [...new Set(table.filter((one) => one.kind === kind).map(({ size }) => size))];
    axes[`xaxis${number(panel)}`] = {
      ...axis,
      type: "linear", // sizes stand evenly, as each is a multiple of the one before; of a factor, what it adds to 1
      range: [-0.3, sizes.length - 0.7],
      tickmode: "array",
      tickvals: sizes.map((_, i) => i),
      ticktext: sizes.map(String),
      title: {
        text: escapePlotly(table.find((one) => one.kind === kind)!.sizeMeans),
        standoff: 4,
        font: { size: 11 },
      },
      domain: [
        column * width + (column > 0 ? 0.05 : 0),
        (column + 1) * width - (column < columns - 1 ? 0.03 : 0),
      ],
      anchor: `y${number(panel)}`,
      automargin: false,
    };
    axes[`yaxis${number(panel)}`] = {
      ...axis,
      range: [-0.08, 1.1],
      tickvals: [0, 0.5, 1],
      tickformat: ".0%",
      title: { text: column === 0 ? "found" : "", standoff: 4, font: { size: 11 } },
      domain: [top - height + height * 0.32, top - height * 0.14],
      anchor: `x${number(panel)}`,
      automargin: false,
    };
    annotations.push(
      panelTitle(escapePlotly(kind), column * width + (column > 0 ? 0.05 : 0), top - height * 0.12),
    );
    shapes.push({
      type: "line",
      xref: `x${number(panel)} domain`,
      yref: `y${number(panel)}`,
      x0: 0,
      x1: 1,
      y0: 0.9,
      y1: 0.9,
      line: { color: "rgba(128,128,128,0.8)", width: 1, dash: "dot" },
    });
    falseAlarms.forEach(({ detector, perWeek }, i) => {
      const ofBoth = table.filter((one) => one.kind === kind && one.detector === detector);
      const name = `${plotlyLabel(detector)} (${perWeek.value.toFixed(1)} false alarms a week)`;
      data.push({
        type: "scatter",
        mode: "lines+markers",
        x: ofBoth.map(({ size }) => sizes.indexOf(size)),
        y: ofBoth.map(({ found }) => found.value + apart * ((falseAlarms.length - 1) / 2 - i)),
        customdata: ofBoth.map(({ size, found }) => [size, found.value]),
        xaxis: `x${number(panel)}`,
        yaxis: `y${number(panel)}`,
        name,
        legendgroup: detector,
        showlegend: panel === 0,
        line: { width: 1.75, color: palette[i % palette.length], dash: dashes[i % dashes.length] },
        marker: { size: 6, color: palette[i % palette.length], symbol: symbols[i % symbols.length] },
        hovertemplate: `${escapePlotly(detector)}<br>size %{customdata[0]}: %{customdata[1]:.0%} found<extra></extra>`,
      });
    });
  });
  const { xaxis, yaxis, ...others } = axes;
  return made(
    { title },
    {
      says: title,
      data,
      axes: { xaxis, yaxis },
      layout: {
        ...others,
        annotations,
        shapes,
        hovermode: "closest",
        margin: { l: 70, b: 40 },
      },
      height: 120 + rows * PANEL_HEIGHT,
      note: "dotted: nine in ten; lines that would hide each other lie a little apart",
      text: detectabilityTable(result),
    },
  );
}

import { type DrillResult, detectabilityTable } from "../../monitor/drill/result.js";
import { escapePlotly, plotlyLabel } from "../../visible.js";
import type { Chart } from "../chart.js";
import { axis, palette } from "../theme.js";
import { made } from "./made.js";

/** Panels beside each other. */
const COLUMNS = 2;
const PANEL_HEIGHT = 190;
const dashes = ["solid", "dash", "dot", "dashdot"];
const symbols = ["circle", "square", "diamond", "triangle-up", "x", "star"];

/**
 * The drill as a chart: a panel for each kind of incident, size against the share found, a line for each detector. The
 * grey line is nine in ten.
 */
export function drillChart(
  result: DrillResult,
  title = "What size of incident does each detector find?",
): Chart {
  const { table, falseAlarms } = result;
  const kinds = [...new Set(table.map(({ kind }) => kind))];
  const rows = Math.ceil(kinds.length / COLUMNS);
  const columns = Math.min(COLUMNS, kinds.length);
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
      type: "log",
      tickmode: "array",
      tickvals: sizes,
      ticktext: sizes.map(String),
      domain: [
        column * width + (column > 0 ? 0.05 : 0),
        (column + 1) * width - (column < columns - 1 ? 0.03 : 0),
      ],
      anchor: `y${number(panel)}`,
      automargin: false,
    };
    axes[`yaxis${number(panel)}`] = {
      ...axis,
      range: [-0.06, 1.08],
      tickvals: [0, 0.5, 1],
      tickformat: ".0%",
      domain: [top - height + height * 0.24, top - height * 0.16],
      anchor: `x${number(panel)}`,
      automargin: false,
    };
    annotations.push({
      text: `${escapePlotly(kind)}: ${escapePlotly(table.find((one) => one.kind === kind)!.sizeMeans)}`,
      x: column * width + (column > 0 ? 0.05 : 0),
      y: top - height * 0.14,
      xref: "paper",
      yref: "paper",
      xanchor: "left",
      yanchor: "bottom",
      showarrow: false,
      font: { size: 11 },
    });
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
        x: ofBoth.map(({ size }) => size),
        y: ofBoth.map(({ found }) => found.value),
        xaxis: `x${number(panel)}`,
        yaxis: `y${number(panel)}`,
        name,
        legendgroup: detector,
        showlegend: panel === 0,
        line: { width: 1.75, color: palette[i % palette.length], dash: dashes[i % dashes.length] },
        marker: { size: 6, color: palette[i % palette.length], symbol: symbols[i % symbols.length] },
        hovertemplate: `${escapePlotly(detector)}<br>size %{x}: %{y:.0%} found<extra></extra>`,
      });
    });
  });
  const { xaxis, yaxis, ...others } = axes;
  return made(
    { title },
    {
      data,
      axes: { xaxis, yaxis },
      layout: {
        ...others,
        annotations,
        shapes,
        hovermode: "closest",
        legend: { orientation: "h", x: 0, xanchor: "left", y: -0.02, yanchor: "top" },
        margin: { l: 60, r: 30, t: 50, b: 40 + 22 * Math.ceil(falseAlarms.length / 2) },
      },
      height: 120 + rows * PANEL_HEIGHT,
      text: detectabilityTable(result),
    },
  );
}

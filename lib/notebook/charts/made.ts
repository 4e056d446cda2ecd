import { InputError, quoted } from "../../errors.js";
import { escapePlotly } from "../../visible.js";
import { Chart, standardHeight } from "../chart.js";
import type { ChartData } from "../chartData.js";
import { columnsTable, textTable } from "../table.js";
import { textWidth } from "../textSize.js";
import { layout as look } from "../theme.js";
import { drawnWindows, type Panel } from "./windows.js";

/** What every chart takes. */
export interface ChartOptions {
  /** The question the chart answers, or what it shows; without one, the names of what it shows. */
  title?: string;
  /** Unit of the numbers: "%", "ms", "requests per minute". Known from names that end in _ms, _s, _percent. */
  unit?: string;
  /** Names of the axes in place of the columns' names. */
  xName?: string;
  yName?: string;
  /**
   * Stretches of time to shade behind a chart over time: columns `start` and `end`, and `incident` for their names, as
   * `(await planted(log)).incidents` has them.
   */
  windows?: ChartData;
}

/** The parts of a chart that differ from kind to kind. */
export interface Parts {
  /** What it shows, in the names of its columns: the title where none is given. */
  says: string;
  data: object[];
  axes: { xaxis: object; yaxis: object };
  layout: object;
  height?: number | undefined;
  note?: string | undefined;
  /** The columns of the text form. */
  text: Record<string, readonly unknown[]>;
  /** The axes of its panels, where it has several. */
  panels?: readonly Panel[];
}

const titleRoom = 76;

/** Puts a chart together. @throws InputError when the title is no text, or the windows do not suit the chart */
export function made(
  options: ChartOptions,
  { says, data, axes, layout, height, note, text, panels = [{ x: "x", y: "y" }] }: Parts,
): Chart {
  const { title: words = says } = options;
  if (typeof words !== "string" || words.trim() === "") {
    throw new InputError(`title: got ${quoted(words)}, but a chart must say what it shows`);
  }
  const windows = windowsBehind(options.windows, axes.xaxis, data, panels);
  const shaded = windows?.text ? `shaded: ${windows.text}` : undefined;
  const below = [note, shaded].filter(Boolean).join("; ");
  const title: Record<string, unknown> = {
    text: escapePlotly(words, 120),
    x: 0,
    xref: "paper",
    xanchor: "left",
    // Of Plotly's own 17 pixels, as many characters find room in a picture; more are smaller, so that none is cut off.
    ...(words.length > titleRoom
      ? { font: { size: Math.floor((17 * titleRoom) / Math.min(words.length, 120)) } }
      : {}),
    ...(below ? { subtitle: { text: escapePlotly(below, 160), font: { size: 11 } } } : {}),
  };
  const room = roomAbove(data, layout, below !== "");
  // Under the top, and not in the middle of what is above the plot, when a legend stands there too.
  if (room !== undefined) Object.assign(title, { y: 1, yref: "container", yanchor: "top", pad: { t: 12 } });
  const isEmpty = Object.values(text).every((values) => values.length === 0);
  const nothing = {
    text: "no rows",
    showarrow: false,
    xref: "paper",
    yref: "paper",
    x: 0.5,
    y: 0.5,
    font: { size: 16 },
  };
  const annotations = [
    ...((layout as { annotations?: object[] }).annotations ?? []),
    ...(isEmpty ? [nothing] : []),
  ];
  return new Chart(
    {
      data,
      layout: {
        title,
        ...axes,
        ...layout,
        ...room,
        ...(windows ? { shapes: windows.shapes } : {}),
        ...(annotations.length > 0 ? { annotations } : {}),
      },
    },
    {
      title: words,
      text: [
        words,
        ...(note ? [note] : []),
        ...(shaded ? [shaded] : []),
        "",
        textTable(columnsTable(text)),
      ].join("\n"),
      columns: text,
      height: height ?? standardHeight,
    },
  );
}

const legendRoom = 620; // CSS pixels of a picture's width beside its axes

/** Room for a legend between what stands under the title and the plot, where Plotly would draw one over the other. */
function roomAbove(data: object[], layout: object, hasNote: boolean): object | undefined {
  const { showlegend, margin } = layout as { showlegend?: boolean; margin?: object };
  if (!showlegend || margin !== undefined) return undefined;
  const names = (data as { name?: string; showlegend?: boolean }[])
    .filter((trace) => trace.showlegend !== false)
    .map(({ name = "" }) => name);
  // Plotly makes all entries as wide as the widest.
  const widest = Math.max(...names.map((name) => textWidth(name, 12))) + 45;
  const rows = Math.ceil(names.length / Math.max(1, Math.floor(legendRoom / widest)));
  if (!hasNote && rows === 1) return undefined;
  return { margin: { ...look.margin, t: 48 + (hasNote ? 18 : 0) + 20 * rows } };
}

function windowsBehind(
  windows: ChartData | undefined,
  xaxis: object,
  data: object[],
  panels: readonly Panel[],
) {
  if (windows === undefined) return undefined;
  if ((xaxis as { type?: string }).type !== "date")
    throw new InputError("windows: only a chart over time can have them, and this one's x holds no times");
  let last = "";
  for (const { x } of data as { x: readonly (string | null)[] }[])
    for (const time of x) if (time !== null && time > last) last = time;
  return drawnWindows("windows", windows, "incident", panels, `${last.replace(" ", "T")}Z`);
}

/** A column name or several, as a list. @throws InputError when there is none */
export function listed(option: string, names: string | string[]): string[] {
  const list = Array.isArray(names) ? names : [names];
  if (list.length === 0) throw new InputError(`${option}: got [], but it must name a column`);
  return list;
}

/** A hover text of lines `name: value`; each part is a name, Plotly's variable, and its number format. */
export function hover(...parts: [name: string, variable: string, format: string][]): string {
  const shown = parts.map(([name, variable, format]) => `${escapePlotly(name)}: %{${variable}${format}}`);
  return `${shown.join("<br>")}<extra></extra>`;
}

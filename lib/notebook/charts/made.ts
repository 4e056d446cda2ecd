import { InputError, quoted } from "../../errors.js";
import { escapePlotly } from "../../visible.js";
import { Chart, standardHeight } from "../chart.js";
import { columnsTable, textTable } from "../table.js";

/** What every chart takes. */
export interface ChartOptions {
  /** The question the chart answers, or what it shows. */
  title: string;
  /** Unit of the numbers: "%", "ms", "requests per minute". Known from names that end in _ms, _s, _percent. */
  unit?: string;
  /** Names of the axes in place of the columns' names. */
  xName?: string;
  yName?: string;
}

/** The parts of a chart that differ from kind to kind. */
export interface Parts {
  data: object[];
  axes: { xaxis: object; yaxis: object };
  layout: object;
  height?: number | undefined;
  note?: string | undefined;
  /** The columns of the text form. */
  text: Record<string, readonly unknown[]>;
}

const titleRoom = 76;

/** Puts a chart together. @throws InputError when the title is missing */
export function made(options: ChartOptions, { data, axes, layout, height, note, text }: Parts): Chart {
  if (typeof options.title !== "string" || options.title.trim() === "") {
    throw new InputError(`title: got ${quoted(options.title)}, but a chart must say what it shows`);
  }
  const title = {
    text: escapePlotly(options.title, 120),
    x: 0,
    xref: "paper",
    xanchor: "left",
    // Of Plotly's own 17 pixels, as many characters find room in a picture; more are smaller, so that none is cut off.
    ...(options.title.length > titleRoom
      ? { font: { size: Math.floor((17 * titleRoom) / Math.min(options.title.length, 120)) } }
      : {}),
    ...(note ? { subtitle: { text: escapePlotly(note, 160), font: { size: 11 } } } : {}),
  };
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
  return new Chart(
    { data, layout: { title, ...axes, ...layout, ...(isEmpty ? { annotations: [nothing] } : {}) } },
    [options.title, ...(note ? [note] : []), "", textTable(columnsTable(text))].join("\n"),
    height ?? standardHeight,
  );
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

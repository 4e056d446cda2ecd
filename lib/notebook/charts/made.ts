import { InputError, quoted } from "../../errors.js";
import { escapePlotly } from "../../visible.js";
import { Chart, standardHeight } from "../chart.js";
import type { ChartData } from "../chartData.js";
import { columnsTable, textTable } from "../table.js";
import { layout as look } from "../theme.js";
import { type DrawnWindows, drawnWindows, type Panel } from "./windows.js";

/** What every chart takes. */
export interface ChartOptions {
  /** The question that the chart answers, or what it shows. Default: the names of the columns that it shows. */
  title?: string;
  /**
   * Unit of the numbers: "%", "ms", "requests per minute". Default: taken from column names that end in _ms, _s or
   * _percent.
   */
  unit?: string;
  /** Names of the axes, instead of the columns' names. */
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
  /** What it shows, in the names of its columns: the title if the caller gave none. */
  says: string;
  data: object[];
  axes: { xaxis: object; yaxis: object };
  layout: object;
  height?: number | undefined;
  note?: string | undefined;
  /** The columns of the text form. */
  text: Record<string, readonly unknown[]>;
  /** The axes of its panels, if it has several. */
  panels?: readonly Panel[];
}

/**
 * Characters in a line of the title, and in a line below it. Longer lines would be cut off in a narrow chart, as in
 * half a window.
 */
const titleWidth = 48;
const noteWidth = 76;

/** Puts a chart together. @throws InputError when the title is no text, or the windows do not suit the chart */
export function made(
  options: ChartOptions & { readonly alerts?: ChartData },
  { says, data, axes, layout, height, note, text, panels = [{ x: "x", y: "y" }] }: Parts,
): Chart {
  const { title: words = says } = options;
  if (typeof words !== "string" || words.trim() === "") {
    throw new InputError(`title: got ${quoted(words)}, but a chart must say what it shows`);
  }
  const behind = (["windows", "alerts"] as const).flatMap((option) =>
    options[option] === undefined ? [] : windowsBehind(option, options[option], axes.xaxis, data, panels),
  );
  const told = behind.map(({ text }) => text).filter(Boolean);
  const shaded = told.length > 0 ? `shaded: ${told.join("; ")}` : undefined;
  const below = [note, shaded].filter(Boolean).join("; ");
  const lines = wrapped(words, 120, titleWidth);
  const notes = below ? wrapped(below, 240, noteWidth) : [];
  const title = {
    text: joined(lines),
    // At the upper left of the whole chart, not of the plot, which long names push far to the right.
    ...{ x: 0, xref: "container", xanchor: "left" },
    // Plotly aligns a single line by its top, but several lines by the base of the first. So several start lower, or
    // with an empty line.
    ...{ y: 1, yref: "container", yanchor: "top", pad: { l: 12, t: lines.length > 1 ? 24 : 12 } },
    ...(below
      ? { subtitle: { text: joined(notes.length > 1 ? ["", ...notes] : notes), font: { size: 11 } } }
      : {}),
  };
  const margin = {
    ...look.margin,
    t: 28 + 24 * lines.length + 16 * notes.length + (notes.length > 1 ? 8 : 0),
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
        margin: { ...margin, ...(layout as { margin?: object }).margin },
        ...(behind.length > 0 ? { shapes: behind.flatMap(({ shapes }) => shapes) } : {}),
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

/**
 * A text in lines of limited length, cut if it is too long. It is broken between clauses, so that no moment is torn, and
 * between words only in a clause that is longer than a line.
 */
function wrapped(text: string, most: number, width: number): string[] {
  const lines = [""];
  const clauses = (text.length > most ? `${text.slice(0, most - 1)}…` : text).split(/(?<=[;,]) /);
  for (const part of clauses.flatMap((clause) => (clause.length > width ? clause.split(" ") : clause))) {
    const last = lines.at(-1)!;
    if (last !== "" && last.length + 1 + part.length > width) lines.push(part);
    else lines[lines.length - 1] = last === "" ? part : `${last} ${part}`;
  }
  return lines;
}

const joined = (lines: string[]) => lines.map((line) => escapePlotly(line, 240)).join("<br>");

function windowsBehind(
  option: "windows" | "alerts",
  windows: ChartData,
  xaxis: object,
  data: object[],
  panels: readonly Panel[],
): DrawnWindows {
  if ((xaxis as { type?: string }).type !== "date")
    throw new InputError(`${option}: only a chart over time can have them, and this one's x holds no times`);
  let last = "";
  for (const { x } of data as { x: readonly (string | null)[] }[])
    for (const time of x) if (time !== null && time > last) last = time;
  const kind = option === "alerts" ? "alert" : "incident";
  return drawnWindows(option, windows, kind, panels, `${last.replace(" ", "T")}Z`);
}

/** A column name or several, as a list. @throws InputError when there is none */
export function listed(option: string, names: string | string[]): string[] {
  const list = Array.isArray(names) ? names : [names];
  if (list.length === 0) throw new InputError(`${option}: got [], but it must name a column`);
  return list;
}

/** A hover text with lines `name: value`. Each part is a name, Plotly's variable and its number format. */
export function hover(...parts: [name: string, variable: string, format: string][]): string {
  const shown = parts.map(([name, variable, format]) => `${escapePlotly(name)}: %{${variable}${format}}`);
  return `${shown.join("<br>")}<extra></extra>`;
}

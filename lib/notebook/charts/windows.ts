import { InputError, quoted } from "../../errors.js";
import { type ChartData, columnReader, timeOf } from "../chartData.js";
import { counted } from "../numbers.js";
import { type BandKind, bandEdge, bandOpacity, bands, translucent } from "../theme.js";

/** The axes of each panel over time, by Plotly's names, such as `x2` and `y2`. */
export interface Panel {
  readonly x: string;
  readonly y: string;
}

/** How windows are drawn by Plotly, and the same in words. */
export interface DrawnWindows {
  readonly shapes: object[];
  readonly text: string;
}

/**
 * Windows of time as bands behind the panels of a chart: of incidents or of alerts.
 * @param option the chart's option that gave them, for errors
 * @param windows columns `start` and `end`; where `end` is empty a window lasts to the chart's end. A column `incident`
 * names them; a column `happened` is `no` where the window is that of an incident which this twin leaves out
 * @param last the chart's last moment
 * @throws InputError when a column is missing or holds no moments
 */
export function drawnWindows(
  option: string,
  windows: ChartData,
  kind: BandKind,
  panels: readonly Panel[],
  last: unknown,
): DrawnWindows {
  const { read, has } = columnReader(windows);
  const ends = read(option, "end");
  const happened = has("happened") ? read(option, "happened") : [];
  const names = has("incident") ? read(option, "incident") : [];
  const spans = read(option, "start")
    .map((start, i) => ({
      name: names[i] === undefined ? "" : String(names[i]),
      from: momentOf(option, start),
      to: momentOf(option, isNothing(ends[i]) ? last : ends[i]),
      isOpen: isNothing(ends[i]),
    }))
    .filter((_, i) => happened[i] !== "no");
  const shapes = spans.flatMap(({ from, to }) =>
    panels.map(({ x, y }) => ({
      type: "rect",
      layer: "below",
      xref: x,
      yref: `${y} domain`,
      x0: from,
      x1: to,
      y0: 0,
      y1: 1,
      fillcolor: translucent(bands[kind], bandOpacity),
      line: { width: 1, color: translucent(bands[kind], bandEdge) },
    })),
  );
  const words = spans.map(({ name, from, to, isOpen }) =>
    isOpen ? `${name || kind} since ${from}` : `${name || kind} ${from} to ${ended(from, to)}`,
  );
  return { shapes, text: words.length > mostTold ? counted(words.length, kind) : words.join("; ") };
}

/** More windows than this are counted instead of told one by one, as the text stands in a line or two. */
const mostTold = 3;

/** The end of a window: the time only, if it is on the day on which the window begins. */
function ended(from: string, to: string): string {
  return from.slice(0, 10) === to.slice(0, 10) && to.length > 10 ? to.slice(11) : to;
}

const isNothing = (value: unknown) => value === null || value === undefined || value === "";

function momentOf(option: string, value: unknown): string {
  const time =
    value instanceof Date ? value.getTime() : typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time))
    throw new InputError(`${option}: must begin and end at moments, not ${quoted(value)}`);
  return timeOf(value)!;
}

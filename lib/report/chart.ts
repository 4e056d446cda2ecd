import type { Columns } from "../record.js";
import { escapeHtml } from "../visible.js";
import { numberText, withMoments } from "./table.js";

/** A line of a chart: a column of the answer, and the meaning that determines its colour. */
export interface ChartLine {
  readonly name: string;
  readonly title: string;
  readonly meaning: "requests" | "client-error" | "server-error" | "typical" | "slow";
}

/** A period that is shaded behind the charts: an incident of the answer key, or an alert. */
export interface Band {
  readonly kind: "incident" | "alert";
  /** Milliseconds since 1970; `to` excluded. */
  readonly from: number;
  readonly to: number;
}

/** A chart over time, drawn by the page's script, with its numbers as a table for readers who cannot see it. */
export interface TimeChart {
  readonly id: string;
  readonly title: string;
  /** What the axis measures, with its unit. */
  readonly axis: string;
  readonly time: string;
  readonly lines: readonly ChartLine[];
  readonly logarithmic?: boolean;
  readonly decimals?: number;
}

/** The data of a chart for the script. Times are seconds since 1970, as uPlot takes them. */
export function chartData(chart: TimeChart, answer: Columns): unknown {
  return {
    id: chart.id,
    axis: chart.axis,
    logarithmic: chart.logarithmic === true,
    lines: chart.lines.map(({ title, meaning }) => ({ title, meaning })),
    data: [
      answer[chart.time].map((time) => Date.parse(String(time)) / 1000),
      ...chart.lines.map(({ name }) => answer[name]),
    ],
  };
}

/** The HTML for a chart: a caption, an element for the drawing, and a sentence with the main numbers. */
export function chartHtml(chart: TimeChart, answer: Columns): string {
  const facts = chart.lines.map(({ name, title }) => {
    const known = answer[name].flatMap((value) => (typeof value === "number" ? [value] : []));
    if (known.length === 0) return `${title}: nothing known`;
    let highest = 0;
    for (let i = 1; i < answer[name].length; i++)
      if (Number(answer[name][i] ?? -1) > Number(answer[name][highest] ?? -1)) highest = i;
    const at = String(answer[chart.time][highest]).slice(0, 16).replace("T", " ");
    return `${title}: at most ${numberText(Number(answer[name][highest]), chart.decimals)}, at ${at} UTC`;
  });
  return `<figure aria-labelledby="${chart.id}-title"><figcaption id="${chart.id}-title">${escapeHtml(chart.title)}</figcaption><div class="chart" id="${chart.id}" role="img" aria-label="${escapeHtml(facts.join("; "))}"></div><p class="facts">${withMoments(facts.join(" · "))}</p></figure>`;
}

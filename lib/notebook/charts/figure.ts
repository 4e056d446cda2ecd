import { InputError } from "../../errors.js";
import { Chart, type Figure, standardHeight } from "../chart.js";
import { counted } from "../numbers.js";

/**
 * Any Plotly figure, shown as the other charts are. Text in it is Plotly's own pseudo-HTML: what comes from a log must
 * be escaped by the caller. Plotly's own heat maps, violins, maps and 3D have no PNG or SVG picture, because they need
 * more of a browser than jsdom offers.
 * @example chart.figure({ data: [{ type: "pie", labels, values }], layout: { title: { text: "…" } } })
 * @throws InputError when it is no figure: `data` must be an array of traces
 */
export function figure(plotly: Figure): Chart {
  if (!Array.isArray(plotly?.data))
    throw new InputError("figure: it must have data, an array of Plotly's traces");
  const layout = plotly.layout as { title?: { text?: string }; height?: number } | undefined;
  const title = layout?.title?.text ?? "Figure";
  return new Chart(plotly, {
    title,
    text: `${title}: ${counted(plotly.data.length, "trace")}`,
    height: layout?.height ?? standardHeight,
  });
}

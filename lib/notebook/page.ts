import { readFileSync } from "node:fs";
import { escapeHtml } from "../visible.js";
import { peer } from "./peers.js";
import { columnsTable, htmlTable } from "./table.js";
import { darkCellRule, darkTextRule } from "./theme.js";

/**
 * A self-contained web page of one chart and the table it draws. It includes the drawing library (5 MB) and may load
 * nothing. Everything from a log is in it as text.
 */
export function chartPage(
  { data, layout }: { readonly data: object[]; readonly layout?: object },
  title: string,
  columns: Readonly<Record<string, readonly unknown[]>>,
): string {
  const plotly = readFileSync(peer("pages of charts", "plotly"), "utf8");
  // In a script element, only "<" could end it or open a comment.
  const figure = JSON.stringify({ data, layout }).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:">
<title>${escapeHtml(title)}</title>
<style>
  body { max-width: 960px; margin: 2rem auto; padding: 0 1rem; font: 14px system-ui, sans-serif; color: #222; background: #fff; color-scheme: light dark; }
  .wide { overflow-x: auto; }
  #chart { min-width: 560px; } /* on a phone it scrolls, as names and ticks need their room */
  .values { margin-top: 2rem; overflow-x: auto; }
  table { border-collapse: collapse; }
  th, td { padding: 0.25rem 0.75rem; border-bottom: 1px solid #8884; }
  @media (prefers-color-scheme: dark) {
    body { color: #ddd; background: #111; }
    ${darkTextRule}
    ${darkCellRule}
  }
</style>
<body>
<div class="wide" role="region" aria-label="chart" tabindex="0"><div id="chart"></div></div>
${Object.keys(columns).length > 0 ? `<div class="values" role="region" aria-label="values" tabindex="0">${htmlTable(columnsTable(columns))}</div>` : ""}
<script>${plotly}</script>
<script type="application/json" id="figure">${figure}</script>
<script>
  const { data, layout } = JSON.parse(document.getElementById("figure").textContent);
  const config = { responsive: true, displaylogo: false, showSendToCloud: false, typesetMath: false };
  Plotly.newPlot("chart", data, layout, config);
</script>
</body>
</html>
`;
}

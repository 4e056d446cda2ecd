import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { escapeHtml } from "../visible.js";

const beside = (name: string) =>
  readFileSync(fileURLToPath(new URL(`./page/${name}`, import.meta.url)), "utf8");
const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/**
 * A self-contained page: styles, script and data are in it, and its Content-Security-Policy lets it load nothing and
 * run nothing else, whatever text it holds. uPlot (MIT) draws the charts.
 * @param body HTML, escaped
 * @param data the data for the script: numbers and texts of this program only
 */
export function htmlPage(title: string, body: string, data: unknown): string {
  const require = createRequire(import.meta.url);
  const library = require.resolve("uplot/dist/uPlot.iife.min.js");
  const script = `${readFileSync(library, "utf8").trim()}\n${beside("page.js").trim()}`;
  const styles = `${readFileSync(require.resolve("uplot/dist/uPlot.min.css"), "utf8").trim()}\n${beside("page.css").trim()}`;
  const policy = `default-src 'none'; script-src ${hash(script)}; style-src ${hash(styles)}; base-uri 'none'; form-action 'none'`;
  // a `<` in the data could end the script element
  const json = JSON.stringify(data).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escapeHtml(title)}</title>
<style>${styles}</style>
</head>
<body>
${body}
<script type="application/json" id="data">${json}</script>
<script>${script}</script>
</body>
</html>
`;
}

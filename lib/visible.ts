/**
 * A log is hostile text: whatever a cell shows of it passes through here. Text comes out as the text it
 * is, short enough for a cell, with nothing in it that could act or hide.
 */

/** Longest text shown of one value, in characters; the rest is cut and marked with an ellipsis. */
export const longestText = 80;

// Controls, format characters (bidirectional overrides, zero-width ones), lone surrogates, line separators.
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const names: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0" };

/** The text cut to `longest` characters, with control and invisible characters written as escapes. */
export function visible(text: string, longest = longestText): string {
  // Cutting comes first: a cell of 100 kB costs what a short one does.
  if (text.length > longest) {
    const start = Array.from(text.slice(0, 2 * longest)); // characters, which may be two units each
    if (start.length > longest || text.length > 2 * longest) {
      return named(`${start.slice(0, longest - 1).join("")}…`);
    }
  }
  return named(text);
}

/** The same, cut in the middle: paths often differ at their ends only. */
export function visibleEnds(text: string, longest = longestText): string {
  if (text.length <= longest) return named(text);
  const kept = Math.floor((longest - 1) / 2);
  const start = Array.from(text.slice(0, 2 * kept)).slice(0, kept);
  const end = Array.from(text.slice(-2 * kept)).slice(-kept);
  return named(`${start.join("")}…${end.join("")}`);
}

function named(text: string): string {
  return text.replace(
    unseen,
    (character) => names[character] ?? `\\u${character.codePointAt(0)!.toString(16).padStart(4, "0")}`,
  );
}

const htmlEntities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** The text as HTML content or attribute value. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => htmlEntities[character]!);
}

const plotlyEntities: Record<string, string> = { ...htmlEntities, $: "&#36;", "%": "&#37;" };

/**
 * The text as Plotly takes it in titles, ticks, legends and hover templates. Plotly reads HTML-like tags,
 * LaTeX between dollar signs and, in templates, `%{…}`; it decodes the entities after looking for these.
 */
export function escapePlotly(text: string, longest = longestText): string {
  return plotlyText(visible(text, longest));
}

/** A category's label for Plotly, cut in the middle to fit beside the chart. */
export function plotlyLabel(text: string): string {
  return plotlyText(visibleEnds(text, 44));
}

function plotlyText(text: string): string {
  return text.replace(/[&<>"'$%]/g, (character) => plotlyEntities[character]!);
}

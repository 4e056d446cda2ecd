import { grouped } from "../digits.js";
import type { Columns } from "../record.js";
import { escapeHtml, visibleEnds } from "../visible.js";

/** A column of a table in the report. */
export interface Column {
  /** Its name in the answer. */
  readonly name: string;
  /** Its heading, with the unit. */
  readonly title: string;
  /** Number of decimals; whole numbers have no decimals. */
  readonly decimals?: number;
  /** Whether each number has a bar beside it, whose length is the number's share of the largest. */
  readonly bar?: boolean;
}

/** A number as people read it, rounded to `decimals`. */
export function numberText(value: number, decimals = 0): string {
  const [whole, part] = Math.abs(value).toFixed(decimals).split(".");
  return `${value < 0 ? "−" : ""}${grouped(Number(whole))}${part === undefined ? "" : `.${part}`}`;
}

/** A moment as people read it: without milliseconds, and with a space instead of the T. */
export const momentText = (text: string) => text.replace("T", " ").replace(/(\.\d+)?Z$/, "");

/** A text as HTML with its moments, each of which stays on one line. */
export function withMoments(text: string): string {
  return text
    .split(/(\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?(?: UTC)?)/)
    .map((part, i) => (i % 2 === 1 ? `<span class="moment">${part}</span>` : escapeHtml(part)))
    .join("");
}

/** A text as HTML that may be broken behind the slashes of a path and the underscores of a name. */
const breakable = (text: string) =>
  text
    .split(/(?<=[^/_][/_])(?=.)/s)
    .map(escapeHtml)
    .join("<wbr>");

/** From this length on a text may be broken anywhere, in a column that leaves it some room. */
const LONG = 24;

/** Length of the longest text in a cell, in characters, if it is no sentence. The tooltip has up to ten times as much. */
const LONGEST = 64;

/**
 * A table that the page's script lets people sort and filter. Every text passes through `visibleEnds` and
 * `escapeHtml`: a log is hostile.
 */
export function sortableTable(caption: string, answer: Columns, columns: readonly Column[]): string {
  const length = answer[columns[0].name]?.length ?? 0;
  if (length === 0) return `<p class="none">${escapeHtml(caption)}: none.</p>`;
  const largest = columns.map(({ name }) =>
    answer[name].reduce((most: number, value) => (Number(value) > most ? Number(value) : most), 0),
  );
  const isWhole = columns.map(({ name }) => answer[name].every((v) => v === null || Number.isInteger(v)));
  const isNumber = columns.map(({ name }) => answer[name].every((v) => v === null || typeof v === "number"));
  const head = columns.map(
    ({ title }, c) =>
      `<th scope="col"${isNumber[c] ? ' class="number"' : ""}><button type="button">${escapeHtml(title)}</button></th>`,
  );
  const rows = Array.from({ length }, (_, row) => {
    const cells = columns.map(({ name, decimals, bar }, c) => {
      const value = answer[name][row];
      if (value === null || value === undefined || value === "") return '<td class="empty">–</td>';
      if (typeof value === "number") {
        const share = bar && largest[c] > 0 ? (100 * value) / largest[c] : undefined;
        const drawn =
          share === undefined
            ? ""
            : `<svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true"><rect width="${share.toFixed(2)}" height="1"/></svg>`;
        return `<td class="number" data-value="${value}">${drawn}${numberText(value, isWhole[c] ? 0 : decimals)}</td>`;
      }
      const text = String(value);
      if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text))
        return `<td class="moment" data-value="${escapeHtml(text)}">${escapeHtml(momentText(text))}</td>`;
      const most = /\S \S.* \S/.test(text) ? 10 * LONGEST : LONGEST; // a sentence may take several lines
      const title = text.length > most ? ` title="${escapeHtml(visibleEnds(text, 10 * LONGEST))}"` : "";
      const long = text.length > LONG ? ' class="long"' : "";
      return `<td${long}${title}>${breakable(visibleEnds(text, most))}</td>`;
    });
    return `<tr>${cells.join("")}</tr>`;
  });
  const search =
    length > 10
      ? `<label class="filter">Filter <input type="search" aria-label="Filter: ${escapeHtml(caption)}"></label>`
      : "";
  return `<div class="table">${search}<table><caption>${escapeHtml(caption)}</caption><thead><tr>${head.join("")}</tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`;
}

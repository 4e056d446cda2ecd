import { grouped } from "../digits.js";
import { escapeHtml, longestText, visible, visibleEnds } from "../visible.js";
import { count, counted, numberFormat } from "./numbers.js";

/** The data of a table: columns by position, rows under their labels. */
export interface Table {
  readonly columns: readonly string[];
  /** Number of rows. */
  readonly rows: number;
  /** The label of a row, counted from 0. Default: the number of the row. */
  readonly label?: (row: number) => string | number;
  /** The value at a row and a column, both counted from 0. */
  readonly cell: (row: number, column: number) => unknown;
}

/** Columns by name as a table, with rows numbered from 0. */
export function columnsTable(columns: Readonly<Record<string, readonly unknown[]>>): Table {
  const values = Object.values(columns);
  return {
    columns: Object.keys(columns),
    rows: (values[0] ?? []).length,
    cell: (row, column) => values[column]?.[row],
  };
}

/**
 * A table with up to this many rows is shown whole. Of a longer one, the first and last five rows are shown, as in
 * pandas.
 */
const mostRows = 60;
const mostColumns = 20;
const kept = 5;

/** A table of any length that comes in pieces. Only the rows that will be shown are kept. */
export class LongTable {
  #columns: string[] = [];
  #first: unknown[][] = [];
  #last: unknown[][] = [];
  #rows = 0;

  /** Adds rows. The first piece names the columns, even if it has no rows. */
  add(columns: Readonly<Record<string, readonly unknown[]>>): void {
    const values = Object.values(columns);
    if (this.#rows === 0) {
      this.#columns = Object.keys(columns);
      this.#first = values.map(() => []);
      this.#last = values.map(() => []);
    }
    this.#first = this.#first.map((first, i) => [...first, ...values[i]!.slice(0, mostRows - first.length)]);
    this.#last = this.#last.map((last, i) => [...last, ...values[i]!.slice(-kept)].slice(-kept));
    this.#rows += values[0]?.length ?? 0;
  }

  table(): Table {
    const rows = this.#rows;
    const cell = (row: number, column: number) =>
      row < mostRows ? this.#first[column]?.[row] : this.#last[column]?.[row - rows + kept];
    return { columns: this.#columns, rows, cell };
  }
}

/** The part of a table that is shown, as text. Undefined marks the place of rows or columns that were left out. */
interface Shown {
  readonly header: readonly string[];
  readonly rows: readonly { readonly label: string; readonly cells: readonly Cell[] }[];
  /** Whether a column holds text, which is aligned left. */
  readonly isText: readonly boolean[];
  /** `1,000 rows × 5 columns`, if something was left out. */
  readonly size: string | undefined;
}

/** A value as it is shown. If a text had to be cut, `whole` is the whole text. */
interface Cell {
  readonly text: string;
  readonly whole?: string | undefined;
}

const gap = "…";
const longestTip = 300; // number of characters of a cut text that its tooltip shows
const longestUnbroken = 30; // in characters: a time stamp, an address, a short path; a longer text may take several lines

function ends(length: number, most: number, atEachEnd: number): (number | undefined)[] {
  if (length <= most) return Array.from({ length }, (_, i) => i);
  const first = Array.from({ length: atEachEnd }, (_, i) => i);
  return [...first, undefined, ...first.map((i) => length - atEachEnd + i)];
}

function shown(table: Table): Shown {
  const rows = ends(table.rows, mostRows, kept);
  const columns = ends(table.columns.length, mostColumns, mostColumns / 2);
  const texts = columns.map((column) => {
    if (column === undefined) return { isText: false, cells: rows.map((): Cell => ({ text: gap })) };
    const values = rows.map((row) => (row === undefined ? undefined : table.cell(row, column)));
    const format = numberFormat(values);
    return {
      isText: values.some((value) => typeof value === "string"),
      cells: values.map((value, i) => (rows[i] === undefined ? { text: gap } : cellOf(value, format))),
    };
  });
  return {
    header: columns.map((column) => (column === undefined ? gap : visible(String(table.columns[column])))),
    rows: rows.map((row, i) => ({
      label: row === undefined ? gap : visible(String(table.label?.(row) ?? row)),
      cells: texts.map((column) => column.cells[i]!),
    })),
    isText: texts.map((column) => column.isText),
    size:
      rows.includes(undefined) || columns.includes(undefined)
        ? `${counted(table.rows, "row")} × ${counted(table.columns.length, "column")}`
        : undefined,
  };
}

function cellOf(value: unknown, format: (value: number) => string): Cell {
  if (typeof value !== "string") return { text: cellText(value, format) };
  // Paths often differ only at their ends, so a long one is cut in the middle.
  return {
    text: visibleEnds(value),
    whole: value.length > longestText ? visible(value, longestTip) : undefined,
  };
}

function cellText(value: unknown, format: (value: number) => string): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return format(value);
  if (typeof value === "bigint") return grouped(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "NaT" : value.toISOString();
  return visible(typeof value === "object" ? JSON.stringify(value) : String(value));
}

/**
 * The table as HTML. The notebook's own styles for data frames (class `dataframe`) apply to it, light or dark.
 * Everything in it is escaped, and its classes prevent MathJax from reading `$…$` in a log as a formula.
 */
export function htmlTable(table: Table): string {
  const { header, rows, isText, size } = shown(table);
  const unbroken = header.map((_, i) => rows.every(({ cells }) => cells[i]!.text.length <= longestUnbroken));
  const side = (column: number) => {
    const style = `${isText[column] ? "text-align: left;" : ""}${unbroken[column] ? " white-space: nowrap;" : ""}`;
    return style === "" ? "" : ` style="${style.trim()}"`;
  };
  const head = header.map((name, i) => `<th${side(i)}>${escapeHtml(name)}</th>`).join("");
  const body = rows.map(({ label, cells }) => {
    const tds = cells
      .map(({ text, whole }, i) => {
        const tip = whole === undefined ? "" : ` title="${escapeHtml(whole)}"`;
        return `<td${side(i)}${tip}>${escapeHtml(text)}</td>`;
      })
      .join("");
    return `<tr><th>${escapeHtml(label)}</th>${tds}</tr>`;
  });
  return [
    '<div class="tex2jax_ignore mathjax_ignore">',
    '<table border="1" class="dataframe">',
    `<thead><tr style="text-align: right;"><th></th>${head}</tr></thead>`,
    `<tbody>\n${body.join("\n")}\n</tbody>`,
    "</table>",
    ...(size === undefined ? [] : [`<p>${size}</p>`]),
    "</div>",
  ].join("\n");
}

/** The table as aligned plain text. */
export function textTable(table: Table): string {
  const { header, rows, isText, size } = shown(table);
  const labelWidth = Math.max(0, ...rows.map((row) => row.label.length));
  const widths = header.map((name, i) =>
    Math.max(name.length, ...rows.map((row) => row.cells[i]!.text.length)),
  );
  const line = (label: string, cells: readonly string[]) =>
    [
      label.padEnd(labelWidth),
      ...cells.map((text, i) => (isText[i] ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))),
    ]
      .join("  ")
      .trimEnd();
  const lines = [
    line("", header),
    ...rows.map((row) =>
      line(
        row.label,
        row.cells.map(({ text }) => text),
      ),
    ),
  ];
  if (rows.length === 0) lines.push(`(no rows, ${count(header.length)} columns)`);
  if (size !== undefined) lines.push("", size);
  return lines.join("\n");
}

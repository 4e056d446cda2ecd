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
const longestTip = 300; // number of characters of a cut text that its tooltip shows, and that a sentence may have
const longestUnbroken = 30; // in characters: a longer text may take several lines
/** What is never broken in two: a moment, and a range of numbers. */
const inseparable = /(\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d[\d:.]*Z?)?|\d[\d.]*–\d[\d.]*)/;

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
    const zeros = commonZeros(values);
    return {
      isText: values.some((value) => typeof value === "string" || value instanceof Date),
      cells: values.map((value, i) =>
        rows[i] === undefined ? { text: gap } : cellOf(withoutZeros(value, zeros), format),
      ),
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

/** How a whole minute or a whole second is written in full, and in short. */
const zeroTimes = [/:00(\.000)?Z$/, /\.000Z$/];

/**
 * What all moments of a column end in and none needs: the zeros of whole minutes or of whole seconds. As with numbers,
 * a column has as many places as its values need: `2026-01-05T00:05Z`.
 */
function commonZeros(values: readonly unknown[]): RegExp | undefined {
  const texts = values.map(momentText).filter((text) => text !== null && text !== undefined && text !== "");
  return zeroTimes.find(
    (zeros) =>
      texts.length > 0 &&
      texts.every(
        (text) => typeof text === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) && zeros.test(text),
      ),
  );
}

const withoutZeros = (value: unknown, zeros: RegExp | undefined) =>
  zeros === undefined ? value : String(momentText(value) ?? "").replace(zeros, "Z");

const momentText = (value: unknown) =>
  value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : value;

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
 * Everything in it is escaped, and its classes prevent MathJax from reading `$…$` in a log as a formula. Where the page
 * is too narrow, names of columns are broken at their underscores, paths at their slashes and texts between words; moments
 * and numbers stay whole.
 */
export function htmlTable(table: Table): string {
  const { header, rows, isText, size } = shown(table);
  const styles = header.map((_, i) => wrapping(rows.map(({ cells }) => cells[i]!)));
  const styled = (...styles: string[]) => {
    const style = styles.filter(Boolean).join(" ");
    return style === "" ? "" : ` style="${style}"`;
  };
  const side = isText.map((text) => (text ? "text-align: left;" : ""));
  const head = header.map((name, i) => `<th${styled(side[i]!)}>${breakable(name)}</th>`).join("");
  const body = rows.map(({ label, cells }) => {
    const tds = cells
      .map((cell, i) => {
        const sentence = sentenceOf(cell);
        const tip =
          cell.whole === undefined || sentence !== undefined ? "" : ` title="${escapeHtml(cell.whole)}"`;
        const text = styles[i] === whole ? escapeHtml(cell.text) : breakable(sentence ?? cell.text);
        return `<td${styled(side[i]!, styles[i]!)}${tip}>${text}</td>`;
      })
      .join("");
    return `<tr><th>${label.split(inLabel).map(escapeHtml).join("<wbr>")}</th>${tds}</tr>`;
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

/** A text too long for one line that has words, so that it can be read on several lines instead of being cut. */
function sentenceOf({ whole }: Cell): string | undefined {
  return whole !== undefined && /\S \S.* \S/.test(whole) ? whole : undefined;
}

const whole = "white-space: nowrap;";
/** Where a row's label may be broken, such as the name of a detector: `latency:page`, `ErrorsForAnHour`. */
const inLabel = /(?<=:)(?=.)|(?<=[a-z])(?=[A-Z])/;

/** How a column behaves where the page is too narrow for the table. */
function wrapping(cells: readonly Cell[]): string {
  const longest = Math.max(0, ...cells.map(({ text }) => text.length));
  // Not so narrow that each word has a line of its own.
  if (longest > longestUnbroken) return "min-width: 12em; overflow-wrap: anywhere;";
  // A word stays whole, and so do a moment and an address; a path may be broken at its slashes.
  if (cells.every(({ text }) => !/.[ /_]./.test(text.replace(inseparable, "")))) return whole;
  return longest > 12 ? "min-width: 4.5em;" : "";
}

/** A text as HTML that may be broken after what joins the parts of a name, a path or a list, but not in a moment. */
function breakable(text: string): string {
  const parts = text.split(inseparable).map((part, i) => {
    if (i % 2 === 1) return `<span style="${whole}">${part}</span>`;
    return part
      .split(/(?<=[^_/,][_/,])(?=.)/s)
      .map(escapeHtml)
      .join("<wbr>");
  });
  return parts.join("");
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

import type { DataFrame, NDframe } from "danfojs-node";

/** Danfo's functions that take quadratic time in the number of rows, here in linear or nearly linear time. */

/** How `sortValues` sorts. */
interface SortOptions {
  ascending?: boolean;
  inplace?: boolean;
}

/**
 * Mends Danfo's `sortValues`, whose time grows with the square of the number of rows, and which mixes up rows if the
 * index holds a label twice. Rows with equal values keep their order, and missing values come last, as with pandas'
 * `sort_values(kind="stable")`.
 * @param Frame Danfo's DataFrame, from whose parent all frames inherit `sortValues`
 */
export function mendSortValues(Frame: { prototype: DataFrame }): void {
  const prototype = Object.getPrototypeOf(Frame.prototype) as DataFrame;
  const original = prototype.sortValues;
  prototype.sortValues = function (this: DataFrame, column: string, options: SortOptions = {}) {
    const at = this.columns.indexOf(column);
    if (at < 0) return original.call(this, column, options); // Danfo reports the error
    const { ascending = true, inplace = false } = options;
    const rows = this.values as unknown[][];
    const keys = rows.map((row) => row[at]);
    const order = keys.map((_, row) => row).sort((a, b) => compared(keys[a], keys[b], ascending));
    const index = order.map((row) => this.index[row]!);
    if (!inplace) return this.iloc({ rows: order });
    this.$setValues(order.map((row) => rows[row]) as never);
    this.$setIndex(index);
  } as DataFrame["sortValues"];
}

function compared(a: unknown, b: unknown, ascending: boolean): number {
  const [noA, noB] = [isMissing(a), isMissing(b)];
  if (noA || noB) return Number(noA) - Number(noB);
  if (a === b) return 0;
  return (a as number) < (b as number) === ascending ? -1 : 1;
}

function isMissing(value: unknown): boolean {
  return value === null || value === undefined || Number.isNaN(value);
}

/** Danfo's `loc` and `iloc`: those of a frame take `rows` and `columns`, those of a series take its rows. */
type Choose = (this: NDframe, chosen: unknown) => unknown;

/**
 * Mends Danfo's `loc` and `iloc` of frames and series. `loc` searches the whole index for the label of each row, so
 * that its time grows with the square of the rows; `iloc` takes labels for positions if the rows are chosen by true and
 * false. Both accept fewer marks than rows, which pandas refuses.
 * @param Frame Danfo's DataFrame, from whose parent all frames inherit both @param Series Danfo's Series, likewise
 */
export function mendChoosing(Frame: { prototype: DataFrame }, Series: { prototype: NDframe }): void {
  const ofFrame = (chosen: unknown) => (chosen as { rows?: unknown } | undefined)?.rows;
  const ofSeries = (chosen: unknown) => chosen;
  for (const [prototype, rowsOf] of [
    [Object.getPrototypeOf(Frame.prototype), ofFrame],
    [Object.getPrototypeOf(Series.prototype), ofSeries],
  ] as [NDframe & { loc: Choose; iloc: Choose }, typeof ofFrame][]) {
    const { loc, iloc } = prototype;
    prototype.loc = function (chosen) {
      marksOf(this, rowsOf(chosen));
      return withQuickIndex(this, () => loc.call(this, chosen));
    };
    prototype.iloc = function (chosen) {
      const marks = marksOf(this, rowsOf(chosen));
      if (marks === undefined) return iloc.call(this, chosen);
      const rows = marks.flatMap((mark, row) => (mark ? [row] : []));
      return iloc.call(this, rowsOf === ofFrame ? { ...(chosen as object), rows } : rows);
    };
  }
}

/**
 * The marks that choose rows, true or false for each; undefined if the rows are chosen in another way.
 * @throws Error unless every row has one
 */
function marksOf(frame: NDframe, rows: unknown): boolean[] | undefined {
  const list = (rows as { $isSeries?: boolean } | undefined)?.$isSeries
    ? (rows as { values: unknown }).values
    : rows;
  if (!Array.isArray(list) || typeof list[0] !== "boolean") return undefined;
  if (list.length !== frame.index.length)
    throw new Error(`IndexError: rows has ${list.length} marks, but there are ${frame.index.length} rows`);
  return list;
}

/** Chooses as Danfo does, but finds each label at once by an index. Danfo allows no label twice. */
function withQuickIndex<T>(frame: NDframe, choose: () => T): T {
  const labels = frame.index;
  const positions = new Map<unknown, number>(labels.map((label, row) => [label, row]));
  const quick = labels.slice();
  quick.indexOf = (label) => positions.get(label) ?? -1;
  frame.$setIndex(quick);
  try {
    return choose();
  } finally {
    frame.$setIndex(labels);
  }
}

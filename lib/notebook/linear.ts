import type { DataFrame } from "danfojs-node";

/** Danfo's calls whose time grows with the square of the rows, in linear or nearly linear time. */

/** How `sortValues` sorts. */
interface SortOptions {
  ascending?: boolean;
  inplace?: boolean;
}

/**
 * Mends Danfo's `sortValues`, whose time grows with the square of the rows, and which mixes up rows whose index
 * holds a label twice. Rows with equal values keep their order, and missing values come last, as with pandas'
 * `sort_values(kind="stable")`.
 * @param Frame Danfo's DataFrame, from whose parent all frames inherit `sortValues`
 */
export function mendSortValues(Frame: { prototype: DataFrame }): void {
  const prototype = Object.getPrototypeOf(Frame.prototype) as DataFrame;
  const original = prototype.sortValues;
  prototype.sortValues = function (this: DataFrame, column: string, options: SortOptions = {}) {
    const at = this.columns.indexOf(column);
    if (at < 0) return original.call(this, column, options); // which says so
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

/**
 * Mends Danfo's `loc` where it only chooses columns: for each row Danfo searches the whole index for its label.
 * @param Frame Danfo's DataFrame, from whose parent all frames inherit `loc`
 */
export function mendLoc(Frame: { prototype: DataFrame }): void {
  const prototype = Object.getPrototypeOf(Frame.prototype) as DataFrame;
  const original = prototype.loc;
  prototype.loc = function (this: DataFrame, chosen: Parameters<DataFrame["loc"]>[0]) {
    const positions = chosen.columns?.map((name) => this.columns.indexOf(name));
    if (chosen.rows !== undefined || positions === undefined || positions.includes(-1))
      return original.call(this, chosen);
    return this.iloc({ columns: positions });
  };
}

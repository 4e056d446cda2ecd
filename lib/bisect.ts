/**
 * The first of the indices from `low` to `high` (excluded) at which a condition holds; `high` if it holds at none.
 * @param holds once it holds at an index, it must hold at all later ones
 */
export function firstIndexWhere(low: number, high: number, holds: (index: number) => boolean): number {
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

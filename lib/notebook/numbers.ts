export { counted } from "../digits.js";

/** How the numbers of one column are written: all with the same number of decimals, so that they line up. */
export type NumberFormat = (value: number) => string;

/**
 * The format for a column. Whole numbers are written as they are, with thousands separators from 10,000 on (so a status
 * or a year stays `2026`). Other numbers have as many decimals as they need: at most two from a hundred on, at most
 * three if they are smaller, and more only if they are below 0.01. They have separators from 1,000 on. Very large and
 * very small values are written with exponents.
 */
export function numberFormat(values: Iterable<unknown>): NumberFormat {
  let decimals = 0;
  let largest = 0;
  let smallest = Number.POSITIVE_INFINITY;
  for (const value of values) {
    if (typeof value !== "number" || !Number.isFinite(value)) continue;
    const size = Math.abs(value);
    if (size > largest) largest = size;
    if (size > 0 && size < smallest) smallest = size;
    while (decimals < 6 && Math.abs(value * 10 ** decimals - Math.round(value * 10 ** decimals)) > 1e-6) {
      decimals += 1;
    }
  }
  const extreme = largest >= 1e15 || (largest > 0 && largest < 1e-6);
  if (extreme)
    return (value) => (Number.isFinite(value) && value !== 0 ? value.toExponential(3) : `${value}`);
  if (largest >= 100) decimals = Math.min(decimals, 2);
  else if (smallest >= 0.01) decimals = Math.min(decimals, 3);
  const format = new Intl.NumberFormat("en-US", {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
    useGrouping: largest >= (decimals === 0 ? 10_000 : 1_000),
  });
  return (value) => (Number.isFinite(value) ? format.format(value) : String(value));
}

const counts = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** A count with thousands separators: `1,000,000`. */
export function count(value: number): string {
  return counts.format(value);
}

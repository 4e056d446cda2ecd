import { firstIndexWhere } from "../bisect.js";
/** Values counted in bins. Bin i goes from edge i (included) to edge i + 1 (excluded, except in the last bin). */
export interface Bins {
  readonly edges: number[];
  readonly counts: number[];
}

/** About `wanted` bins of equal width. The width is 1, 2 or 5 times a power of ten. */
export function plainBins(values: readonly number[], wanted: number): Bins {
  const [low, high] = extremes(values);
  const size = Math.max(Math.abs(low), Math.abs(high));
  // If values differ only in their last digits, they count as one value: the edges of a bin between them could not be
  // written.
  const rough = high - low > 1e-9 * size ? (high - low) / wanted : size / 10 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const width = [1, 2, 5, 10].map((step) => step * power).find((step) => step >= rough * (1 - 1e-9))!;
  const first = Math.floor(low / width);
  const bins = Math.max(1, Math.ceil(high / width) - first);
  return counted(
    values,
    Array.from({ length: bins + 1 }, (_, i) => tidy((first + i) * width)),
  );
}

/** `wanted` bins of equal ratio; all values must be above 0. */
export function logBins(values: readonly number[], wanted: number): Bins {
  const [low, high] = extremes(values);
  const step = Math.log(high / low) / wanted || 0.1;
  const inner = Array.from({ length: wanted - 1 }, (_, i) =>
    Number((low * Math.exp((i + 1) * step)).toPrecision(4)),
  );
  return counted(values, [low, ...inner, low === high ? low * Math.exp(step * wanted) : high]);
}

function counted(values: readonly number[], edges: number[]): Bins {
  const counts = new Array<number>(edges.length - 1).fill(0);
  for (const value of values) {
    const above = firstIndexWhere(1, counts.length, (i) => edges[i]! > value);
    counts[above - 1]! += 1;
  }
  return { edges, counts };
}

/**
 * The quantile of sorted values by linear interpolation: R's type 7, the default of NumPy and of SQL's percentile_cont.
 * There must be at least one value.
 */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const at = (sorted.length - 1) * q;
  const below = Math.floor(at);
  const low = sorted[below]!;
  return low + (at - below) * ((sorted[below + 1] ?? low) - low);
}

function extremes(values: readonly number[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

// Products such as 3 × 0.1 have noise in their last digits, which would end up in every saved figure.
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}

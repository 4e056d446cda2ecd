import type { DataFrame } from "danfojs-node";
import { quantile } from "./distribution.js";

type FrameClass = new (data: object, options?: { index: (string | number)[] }) => DataFrame;

/** The rows of a description, in the order of Danfo. */
const statistics = ["count", "mean", "std", "min", "median", "max", "variance"];

/**
 * Replaces Danfo's `describe`. As in pandas, it describes the columns of numbers and leaves out missing values. Danfo's
 * version fails on a column of times, one missing value makes all its figures NaN, and its time grows with the square
 * of the number of rows.
 * @param Frame Danfo's DataFrame, from whose parent all frames inherit `describe`
 */
export function mendDescribe(Frame: FrameClass): void {
  const prototype = Object.getPrototypeOf(Frame.prototype) as DataFrame;
  prototype.describe = function (this: DataFrame) {
    const described: Record<string, number[]> = {};
    const rows = this.values as unknown[][];
    this.columns.forEach((name, i) => {
      if (["int32", "float32"].includes(this.dtypes[i]!))
        described[name] = description(rows.map((row) => row[i]));
    });
    return new Frame(described, { index: statistics });
  };
}

/** The statistics of the values that are numbers, by pandas' definitions: the variance is that of a sample (n − 1). */
function description(values: unknown[]): number[] {
  const known = values.filter((value): value is number => typeof value === "number" && !Number.isNaN(value));
  const sorted = Float64Array.from(known).sort();
  const count = sorted.length;
  const mean = sum(sorted) / count;
  const variance = sum(sorted.map((value) => (value - mean) ** 2)) / (count - 1); // in two passes, because the rounding errors are smaller
  const [min, max] = [sorted[0] ?? Number.NaN, sorted[count - 1] ?? Number.NaN];
  const median = count === 0 ? Number.NaN : quantile(sorted, 0.5);
  return [count, mean, Math.sqrt(variance), min, median, max, variance];
}

const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);

import type { DataFrame } from "danfojs-node";

type FrameClass = new (data: object, options?: { index: (string | number)[] }) => DataFrame;

/**
 * Mends Danfo's `describe`: as in pandas, it describes the columns of numbers and leaves out the missing
 * ones. Danfo's own fails on a column of times, and one missing value makes all its figures NaN.
 * @param Frame Danfo's DataFrame, from whose parent all frames inherit `describe`
 */
export function mendDescribe(Frame: FrameClass): void {
  const prototype = Object.getPrototypeOf(Frame.prototype) as DataFrame;
  const { describe } = prototype;
  prototype.describe = function (this: DataFrame) {
    const statistics = describe.call(new Frame({ a: [1, 2] })).index;
    const described: Record<string, unknown> = {};
    this.columns.forEach((name, i) => {
      if (!["int32", "float32"].includes(this.dtypes[i]!)) return;
      const known = (this.column(name).values as unknown[]).filter(
        (value) => typeof value === "number" && !Number.isNaN(value),
      );
      described[name] =
        known.length === 0
          ? statistics.map((statistic) => (statistic === "count" ? 0 : Number.NaN))
          : describe.call(new Frame({ [name]: known })).column(name).values;
    });
    return new Frame(described, { index: statistics });
  };
}

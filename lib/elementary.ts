/**
 * exp, ln and the normal quantile, computed with only the four basic operations of IEEE 754. Math.exp and Math.log may
 * differ in the last bit between engines and machines, and a last bit can change which record comes next. These
 * functions give the same bits everywhere.
 */

const LN2_HIGH = 0.6931471803691238; // fdlibm's split of ln 2: the high part has 32 trailing zero bits
const LN2_LOW = 1.9082149292705877e-10;
const LN_SERIES = Float64Array.from({ length: 11 }, (_, i) => 1 / (21 - 2 * i));
const words = new DataView(new ArrayBuffer(8));

/** Natural logarithm. Relative error below 1e-15. @param x above 0 and finite */
export function ln(x: number): number {
  words.setFloat64(0, x, true);
  let exponent = (words.getUint32(4, true) >>> 20) - 1023;
  if (exponent === -1023) return ln(x * 18014398509481984) - 54 * (LN2_HIGH + LN2_LOW); // subnormal
  words.setUint32(4, (words.getUint32(4, true) & 0xfffff) | 0x3ff00000, true);
  let m = words.getFloat64(0, true); // x = m · 2^exponent, m in [1, 2)
  if (m > Math.SQRT2) {
    m /= 2;
    exponent++;
  }
  // ln m = 2 atanh(s), s = (m − 1)/(m + 1), |s| < 0.172: the series to s^21 is exact to a last bit.
  const s = (m - 1) / (m + 1);
  const z = s * s;
  let series = LN_SERIES[0];
  for (let i = 1; i < LN_SERIES.length; i++) series = series * z + LN_SERIES[i];
  return exponent * LN2_HIGH + (2 * s * series + exponent * LN2_LOW);
}

/** e to the x. Relative error below 1e-15. @param x −700 to 700 */
export function exp(x: number): number {
  const k = Math.floor(x / (LN2_HIGH + LN2_LOW) + 0.5);
  const r = x - k * LN2_HIGH - k * LN2_LOW; // |r| ≤ 0.347: fourteen terms of Taylor's series are enough
  let series = 1;
  for (let n = 14; n >= 1; n--) series = 1 + (series * r) / n;
  words.setUint32(4, (1023 + k) << 20, true);
  words.setUint32(0, 0, true);
  return series * words.getFloat64(0, true);
}

/** x to the y. @param x above 0 */
export function power(x: number, y: number): number {
  return exp(y * ln(x));
}

/**
 * Quantile of the standard normal distribution, with a relative error below 1.15e-9: the rational approximation of P.
 * J. Acklam (2003).
 * @param p 0 to 1, both excluded
 */
export function normalQuantile(p: number): number {
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * ln(p));
    return (
      (((((-7.784894002430293e-3 * q - 3.223964580411365e-1) * q - 2.400758277161838) * q -
        2.549732539343734) *
        q +
        4.374664141464968) *
        q +
        2.938163982698783) /
      ((((7.784695709041462e-3 * q + 3.224671290700398e-1) * q + 2.445134137142996) * q + 3.754408661907416) *
        q +
        1)
    );
  }
  if (p > 1 - 0.02425) return -normalQuantile(1 - p);
  const q = p - 0.5;
  const r = q * q;
  return (
    ((((((-3.969683028665376e1 * r + 2.209460984245205e2) * r - 2.759285104469687e2) * r +
      1.38357751867269e2) *
      r -
      3.066479806614716e1) *
      r +
      2.506628277459239) *
      q) /
    (((((-5.447609879822406e1 * r + 1.615858368580409e2) * r - 1.556989798598866e2) * r +
      6.680131188771972e1) *
      r -
      1.328068155288572e1) *
      r +
      1)
  );
}

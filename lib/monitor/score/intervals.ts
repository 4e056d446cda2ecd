/** An estimate with its 95 % confidence interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Two-sided 95 % point of the normal distribution. */
const Z = 1.959963984540054;

/**
 * A share with its 95 % score interval (Wilson 1927; recommended for small n by Brown, Cai & DasGupta 2001, "Interval
 * Estimation for a Binomial Proportion"). If `of` is 0, the share is NaN and the interval is 0 to 1.
 * @param found 0 to `of`
 */
export function share(found: number, of: number): Estimate {
  if (of === 0) return { value: Number.NaN, low: 0, high: 1 };
  const p = found / of;
  const middle = (p + (Z * Z) / (2 * of)) / (1 + (Z * Z) / of);
  const half = (Z / (1 + (Z * Z) / of)) * Math.sqrt((p * (1 - p)) / of + (Z * Z) / (4 * of * of));
  return {
    value: p,
    low: found === 0 ? 0 : Math.max(0, middle - half),
    high: found === of ? 1 : Math.min(1, middle + half),
  };
}

/**
 * Events per unit of time with the exact 95 % interval (Garwood 1936, "Fiducial limits for the Poisson distribution").
 * @param count whole number from 0 @param time the time watched, above 0
 */
export function ratePer(count: number, time: number): Estimate {
  // The limits are the means at which at most, or at least, `count` events have a probability of 2.5 %.
  const low = count === 0 ? 0 : meanWhere(0.975, count - 1);
  const high = meanWhere(0.025, count);
  return { value: count / time, low: low / time, high: high / time };
}

/** The mean of the Poisson distribution that gives at most `count` events with probability `p`. */
function meanWhere(p: number, count: number): number {
  let low = 0;
  let high = 2 * count + 20;
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (poissonAtMost(count, middle) > p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The probability of at most `count` events if `mean` are expected. */
function poissonAtMost(count: number, mean: number): number {
  let term = -mean; // as logarithms, since exp(−mean) is 0 for large means
  let sum = Math.exp(term);
  for (let k = 1; k <= count; k++) {
    term += Math.log(mean / k);
    sum += Math.exp(term);
  }
  return Math.min(1, sum);
}

/** The median of a list, the mean of the two middle values if their number is even; NaN for an empty list. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

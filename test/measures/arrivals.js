/**
 * Measures of counts per second. The day's rhythm is taken out first: each count is divided by a smooth curve,
 * a Fourier series of six harmonics of the day fitted by least squares, so that what remains is chance.
 */

/** @param {Float64Array} counts one day, per second @returns {{ rest: Float64Array, trend: Float64Array }} */
export function detrended(counts) {
  const n = counts.length;
  const trend = new Float64Array(n).fill(mean(counts));
  for (let harmonic = 1; harmonic <= 6; harmonic++) {
    // Sines and cosines of whole periods are orthogonal, so each coefficient stands alone.
    let a = 0;
    let b = 0;
    const omega = (2 * Math.PI * harmonic) / n;
    for (let i = 0; i < n; i++) {
      a += counts[i] * Math.cos(omega * i);
      b += counts[i] * Math.sin(omega * i);
    }
    for (let i = 0; i < n; i++) {
      trend[i] += (2 / n) * (a * Math.cos(omega * i) + b * Math.sin(omega * i));
    }
  }
  return { rest: counts.map((count, i) => count / trend[i]), trend };
}

/**
 * Relative variance of the intensity at one second: the variance of the counts around their trend, less the
 * Poisson variance that a steady intensity would give too, over the squared trend. Index of dispersion =
 * 1 + rate × this.
 * @param {Float64Array} counts
 */
export function relativeVariance(counts) {
  const { trend } = detrended(counts);
  let excess = 0;
  let squares = 0;
  counts.forEach((count, i) => {
    excess += (count - trend[i]) ** 2 - count;
    squares += trend[i] ** 2;
  });
  return excess / squares;
}

/** Correlation of a second's detrended count with the next one's. @param {Float64Array} counts */
export function lag1(counts) {
  const { rest } = detrended(counts);
  const average = mean(rest);
  let together = 0;
  for (let i = 1; i < rest.length; i++) together += (rest[i] - average) * (rest[i - 1] - average);
  return together / (rest.length - 1) / variance(rest);
}

/**
 * Hurst exponent by aggregated variance (Taqqu, Teverovsky & Willinger 1995): the variance of means over m
 * seconds falls as m^(2H − 2); the slope is fitted over m = 4, 8, … 512 s of the detrended counts.
 * @param {Float64Array} counts
 */
export function hurst(counts) {
  const { rest } = detrended(counts);
  const points = [];
  for (let m = 4; m <= 512; m *= 2) {
    const means = Float64Array.from({ length: Math.floor(rest.length / m) }, (_, block) =>
      mean(rest.subarray(block * m, (block + 1) * m)),
    );
    points.push([Math.log(m), Math.log(variance(means))]);
  }
  return 1 + slope(points) / 2;
}

/** Slope of the least-squares line. @param {number[][]} points pairs of x and y */
export function slope(points) {
  const x = mean(points.map((point) => point[0]));
  const y = mean(points.map((point) => point[1]));
  let xy = 0;
  let xx = 0;
  for (const [a, b] of points) {
    xy += (a - x) * (b - y);
    xx += (a - x) ** 2;
  }
  return xy / xx;
}

/** @param {ArrayLike<number>} values */
export function mean(values) {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** @param {Float64Array} values */
function variance(values) {
  const average = mean(values);
  let sum = 0;
  for (const value of values) sum += (value - average) ** 2;
  return sum / (values.length - 1);
}

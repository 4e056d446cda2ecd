/**
 * Judges the readings of one signal one by one, in one pass and in bounded memory, without knowledge of later readings.
 */
export interface Judge {
  /**
   * Judges the next reading by those before it, then learns from it.
   * @param value the reading; NaN for a gap, which is never an alarm
   * @param of number of requests of which the value is a share; 1 if it is not a share
   * @param time milliseconds since 1970
   * @returns how unusual it is, from 0; 1 or more is an alarm
   */
  next(value: number, of: number, time: number): number;
  /**
   * Why the last reading was unusual, in words.
   * @param say writes a reading with its unit
   */
  why(say: (value: number) => string): string;
  /** The usual reading, for comparison; NaN if nothing is known yet. */
  readonly usual: number;
}

/** Makes a new judge. */
export type NewJudge = () => Judge;

/** Mean and variance of the readings so far, with exponentially decreasing weights for older ones. */
export class Memory {
  mean = 0;
  variance = 0;
  /** Number of readings so far. */
  count = 0;
  readonly #length: number;

  /** @param length number of readings over which a reading's weight falls to 1/e */
  constructor(length: number) {
    this.#length = length;
  }

  /** Takes a reading into account: exactly the mean and variance of all, until there are `length` (West 1979). */
  learn(value: number): void {
    const weight = 1 / Math.min(++this.count, this.#length);
    const off = value - this.mean;
    this.mean += weight * off;
    this.variance = (1 - weight) * (this.variance + weight * off * off);
  }

  /**
   * How many standard deviations a value lies from the mean. A standard deviation counts as at least a millionth of the
   * mean, because rounding leaves that much if all readings are equal.
   */
  standard(value: number): number {
    const least = 1e-6 * Math.abs(this.mean) + Number.MIN_VALUE;
    return (value - this.mean) / Math.max(Math.sqrt(this.variance), least);
  }
}

import { InputError, quoted } from "../errors.js";

/** How a log becomes a series. All options may be left out. */
export interface SeriesOptions {
  /** Length of a step in seconds, a whole number from 1 to 3600. Default 60. */
  step?: number | undefined;
  /** Response time in milliseconds over which a request is slow. Default 300. */
  latencyObjective?: number | undefined;
  /** Whether to count by endpoint too. Default true. */
  endpoints?: boolean | undefined;
  /** Whether to count by status too, as Prometheus' `code` label needs it. Default false. */
  statuses?: boolean | undefined;
  /** Whether to keep response times, for quantiles. Default true. */
  quantiles?: boolean | undefined;
  /**
   * By how many seconds a line may follow a later one, 0 to 3600, and still be counted in its step. Lines that come
   * later are counted separately. Default 300, the latest delivery in a generated log.
   */
  allowance?: number | undefined;
}

/** Names of the options of a series. */
export const seriesOptions = Object.keys({
  step: true,
  latencyObjective: true,
  endpoints: true,
  statuses: true,
  quantiles: true,
  allowance: true,
} satisfies Record<keyof SeriesOptions, true>);

/**
 * Maximum number of endpoints that are counted separately. The others are counted together, so that memory is bounded
 * for any log.
 */
export const mostEndpoints = 200;
/** Maximum number of steps between two records, and in a series: a year of seconds is more than anyone intends. */
export const mostSteps = 10_000_000;

/** Options with their defaults. @throws InputError when one is wrong */
export function checkedSeriesOptions(options: SeriesOptions): Required<{
  [name in keyof SeriesOptions]: NonNullable<SeriesOptions[name]>;
}> {
  const {
    step = 60,
    latencyObjective = 300,
    endpoints = true,
    statuses = false,
    quantiles = true,
    allowance = 300,
  } = options;
  if (!Number.isInteger(step) || step < 1 || step > 3600)
    throw new InputError(`step: must be a whole number of seconds from 1 to 3600, not ${quoted(step)}`);
  if (!(typeof latencyObjective === "number" && latencyObjective >= 0 && latencyObjective <= 1e7))
    throw new InputError(
      `latencyObjective: must be a number of milliseconds from 0 to 10000000, not ${quoted(latencyObjective)}`,
    );
  if (!(typeof allowance === "number" && allowance >= 0 && allowance <= 3600))
    throw new InputError(`allowance: must be a number of seconds from 0 to 3600, not ${quoted(allowance)}`);
  for (const [name, value] of Object.entries({ endpoints, statuses, quantiles })) {
    if (typeof value !== "boolean")
      throw new InputError(`${name}: must be true or false, not ${quoted(value)}`);
  }
  return { step, latencyObjective, endpoints, statuses, quantiles, allowance };
}

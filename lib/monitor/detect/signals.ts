import { grouped } from "../../digits.js";
import type { Point } from "../series.js";

/** A quantity of a log's steps that a detector judges. */
export interface Signal {
  /** Its name, as the beginning of a sentence. */
  readonly about: string;
  /** The reading of a step; NaN for a gap. */
  value(point: Point): number;
  /** The number of requests of which the reading is a share; 1 if it is not a share. */
  of(point: Point): number;
  /** A reading in words, with its unit. */
  say(value: number): string;
}

/** Three digits, and those before the point in full: 9,760 and not 9.76e+3. */
function threeDigits(value: number): string {
  const rounded = Number(value.toPrecision(3));
  return rounded < 1000 ? value.toPrecision(3) : grouped(rounded);
}

const percent = (share: number) => `${(100 * share).toPrecision(3)} %`;

/** A share of a step's requests. */
function shareSignal(about: string, part: (point: Point) => number, of: (point: Point) => number): Signal {
  return {
    about,
    of,
    say: percent,
    value: (point) => (of(point) > 0 ? part(point) / of(point) : Number.NaN),
  };
}

/** The signals of a log. */
export const signals = {
  errors: shareSignal(
    "share of requests that fail by the server's fault (5xx)",
    ({ serverErrors }) => serverErrors,
    ({ requests }) => requests,
  ),
  refusals: shareSignal(
    "share of requests that are refused (4xx)",
    ({ clientErrors }) => clientErrors,
    ({ requests }) => requests,
  ),
  traffic: {
    about: "requests per second",
    // as a logarithm, since traffic varies in proportion to its level; 0 requests count as half of one
    value: ({ requests, step }) => Math.log(Math.max(requests, 0.5) / (step / 1000)),
    of: () => 1,
    say: (value) => `${threeDigits(Math.exp(value))}/s`,
  },
  latency: {
    about: "response time that one request in ten exceeds",
    value: (point) => Math.log(Math.max(point.quantile(0.9), 0.01)),
    of: () => 1,
    say: (value) => `${threeDigits(Math.exp(value))} ms`,
  },
} as const satisfies Record<string, Signal>;

/** Name of a signal. */
export type SignalName = keyof typeof signals;

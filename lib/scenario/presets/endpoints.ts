import { power } from "../../elementary.js";
import type { Endpoint } from "../types.js";

/** What all endpoints of one kind have in common. */
export interface EndpointKind {
  /** Median response time of the kind's middle endpoint, milliseconds. */
  p50: number;
  /** The medians of its endpoints range from p50 / reach to p50 × reach. */
  reach: number;
  spread: number;
  tail: number;
  tailIndex: number;
  phase?: Endpoint["phase"];
  status: Endpoint["status"];
}

/** An endpoint in two or three words: its kind, its method (unless GET) and its route. */
export type EndpointLine = string;

/**
 * Makes endpoints from lines such as `"page /about"` or `"form POST /login"`, the most popular one first. Popularity
 * falls as 1 / rank^zipf.
 */
export function endpointsOf(
  lines: readonly EndpointLine[],
  kinds: Readonly<Record<string, EndpointKind>>,
  zipf: number,
): Endpoint[] {
  return lines.map((line, index) => {
    const [name, ...words] = line.split(" ");
    const route = words.pop()!;
    const { p50, reach, spread, tail, tailIndex, phase, status } = kinds[name];
    // Steps of the golden ratio spread the medians evenly over the kind's range, however many endpoints it has.
    const position = (index * 0.6180339887) % 1;
    return {
      route,
      method: (words[0] ?? "GET") as Endpoint["method"],
      popularity: rounded(1000 / power(index + 1, zipf)),
      phase,
      latency: { p50: rounded(p50 * power(reach, 2 * position - 1)), spread, tail, tailIndex },
      status,
    };
  });
}

/** Three significant digits are enough for a scenario. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

/** Merges lists in proportion to their lengths, so that the endpoints of one kind do not all come last. */
export function interleaved(lists: readonly (readonly EndpointLine[])[]): EndpointLine[] {
  return lists
    .flatMap((lines) => lines.map((line, index) => ({ line, place: (index + 0.5) / lines.length })))
    .sort((a, b) => a.place - b.place)
    .map(({ line }) => line);
}

/** Every combination of a pattern and a word: `{}` in the pattern is replaced by the word. */
export function combined(patterns: readonly EndpointLine[], words: readonly string[]): EndpointLine[] {
  return patterns.flatMap((pattern) => words.map((word) => pattern.replace("{}", word)));
}

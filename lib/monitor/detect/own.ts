import { InputError, quoted } from "../../errors.js";
import type { Alert, Detector } from "../alert.js";
import type { Point } from "../series.js";

/**
 * A detector of your own: a function that gets one step of the series after the other and says whether something is
 * wrong: true or false, or words that say why (an empty text is calm). What it wants to remember it keeps in `memory`,
 * an object that is empty when a series begins. An alert lasts as long as it says so.
 */
// biome-ignore lint/suspicious/noExplicitAny: what a user keeps in the memory is the user's
export type DetectorFunction = (point: Point, memory: Record<string, any>) => boolean | string | undefined;

/**
 * A user's function as a detector that has seen nothing yet.
 * @param name what its alerts are called
 */
export function ownDetector(detect: DetectorFunction, name = detect.name || "own"): Detector {
  if (typeof detect !== "function")
    throw new InputError(`detector: must be a function of a step and a memory, not ${quoted(detect)}`);
  const memory = {};
  let firing: Alert | undefined;
  return {
    next(point: Point): Alert[] {
      const said: unknown = detect(point, memory);
      if (said !== undefined && typeof said !== "boolean" && typeof said !== "string")
        throw new InputError(
          `detector: ${name} must say true or false, or why in words, not ${quoted(said)}, at ${new Date(point.time).toISOString()}`,
        );
      const known = point.time + point.step;
      if (firing === undefined) {
        if (!said) return [];
        firing = { name, start: known, ...(typeof said === "string" && { why: said }) };
        return [firing];
      }
      if (said) return [];
      const ended = { ...firing, end: known };
      firing = undefined;
      return [ended];
    },
  };
}

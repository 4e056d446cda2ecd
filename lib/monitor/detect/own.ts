import { InputError, quoted } from "../../errors.js";
import type { Alert, Detector } from "../alert.js";
import type { Point } from "../series.js";

/**
 * Your own detector: a function that gets the steps of the series one by one and says whether something is wrong: true
 * or false, or a text that says why (an empty text means no). It can keep values between calls in `memory`, an object
 * that is empty when a series begins. An alert lasts as long as the function says that something is wrong.
 */
// biome-ignore lint/suspicious/noExplicitAny: a user may keep anything in the memory
export type DetectorFunction = (point: Point, memory: Record<string, any>) => boolean | string | undefined;

/**
 * A new detector from a user's function.
 * @param name the name of its alerts
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

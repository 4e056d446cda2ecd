import { InputError, quoted } from "../errors.js";
import { visible } from "../visible.js";

/**
 * States a sentence about the data and whether it is true: it prints a line with a check mark or, on standard error, a
 * line with a cross. Later cells run in either case.
 *
 * @param sentence what is claimed, in words
 * @param holds whether it is true
 * @throws InputError if `holds` is neither true nor false; a comparison with a missing value could otherwise pass for
 * one
 * @example claim("the file has as many rows as the frame", log.records === df.shape[0])
 */
export function claim(sentence: string, holds: boolean): void {
  if (typeof sentence !== "string" || sentence.trim() === "")
    throw new InputError(`sentence: got ${quoted(sentence)}, but it must say what is claimed`);
  if (typeof holds !== "boolean")
    throw new InputError(`holds: got ${quoted(holds)}, but it must be true or false`);
  const said = visible(sentence, 300);
  if (holds) console.log(`✓ ${said}`);
  else console.error(`✗ not so: ${said}`);
}

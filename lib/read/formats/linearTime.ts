import { setFlagsFromString } from "node:v8";
import { InputError, quoted } from "../../errors.js";

/**
 * Makes a user's regular expression safe to run on hostile lines. If matching backtracks too often, as `(a+)+` does on
 * a line of a hundred `a`, V8 changes to an engine that takes linear time. That engine supports no lookaround, no
 * back-references and not the flags i and u, so these are refused. Source: V8, "An additional non-backtracking RegExp
 * engine", 2021; its flags are in Node 20, 22 and 24.
 * @throws InputError that names the pattern if it cannot be matched in linear time
 */
export function inLinearTime(pattern: RegExp): RegExp {
  const { source } = pattern;
  const flags = pattern.flags.replace(/[dgy]/g, ""); // with g or y, a match would depend on the one before
  setFlagsFromString("--enable-experimental-regexp_engine-on-excessive-backtracks");
  setFlagsFromString("--enable-experimental-regexp-engine"); // accepts the flag l: linear time, or an error
  try {
    new RegExp(source, `${flags}l`);
  } catch {
    throw new InputError(
      `format.pattern: ${quoted(source)}${flags === "" ? "" : ` with the flags ${quoted(flags)}`} cannot be matched in linear time, so that one line could take for ever: do without lookaround, back-references, the flags i and u, and repetitions of more than a few hundred times`,
    );
  } finally {
    setFlagsFromString("--no-enable-experimental-regexp-engine");
  }
  return new RegExp(`(?:)${source}`, flags); // V8 may still hold the same expression, compiled without the fallback
}

import type * as v from "valibot";
import { didYouMean, quoted } from "../errors.js";

/** The parts of a schema that lead to nested schemas. */
interface Part {
  entries?: Record<string, Part>;
  item?: Part;
  wrapped?: Part;
}

/**
 * What a schema found wrong with a value, in one sentence: the path in the object (`site.endpoints[3].latency.p50`), the
 * value and the rule.
 * @param issues of valibot, at least one
 * @param more keys that the object may have besides the schema's
 */
export function brokenRule(
  issues: readonly v.BaseIssue<unknown>[],
  schema: v.GenericSchema<never, unknown> | v.GenericSchema<unknown, unknown>,
  more: readonly string[] = [],
): string {
  // A misspelt key also leaves the right one missing: the misspelling is what helps.
  const issue = issues.find(isUnknownKey) ?? issues[0];
  const keys = issue.path?.map(({ key }) => key) ?? [];
  const path = keys.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    const name = String(key).length > 60 ? `${String(key).slice(0, 57)}...` : String(key);
    return text === "" ? name : `${text}.${name}`;
  }, "");
  if (isUnknownKey(issue)) {
    const holder = keys.slice(0, -1);
    const known = [...keysAt(schema as Part, holder), ...(holder.length === 0 ? more : [])];
    return `${path}: unknown key${didYouMean(keys.at(-1), known)}`;
  }
  const holder = issue.path?.at(-1)?.input;
  if (issue.input === undefined && Array.isArray(holder) && typeof keys.at(-1) === "string") {
    return `${path.slice(0, path.lastIndexOf("."))}: must be an object, not ${quoted(holder)}`;
  }
  if (issue.input === undefined) return `${path}: is missing`;
  const rule = issue.type === "strict_object" ? "must be an object" : issue.message;
  const words = issue.type === "picklist" ? [...issue.expected!.matchAll(/"([^"]+)"/g)] : [];
  const meant = didYouMean(
    issue.input,
    words.map(([, word]) => word),
  );
  return `${path}: ${rule}, not ${quoted(issue.input)}${meant}`;
}

function isUnknownKey(issue: v.BaseIssue<unknown>): boolean {
  return issue.type === "strict_object" && issue.expected === "never";
}

/** The keys that an object may have at a path, for "did you mean". */
function keysAt(schema: Part, path: readonly unknown[]): string[] {
  let part: Part | undefined = schema;
  for (const key of path) {
    part = part?.wrapped ?? part;
    part = typeof key === "number" ? part?.item : part?.entries?.[String(key)];
  }
  return Object.keys((part?.wrapped ?? part)?.entries ?? {});
}

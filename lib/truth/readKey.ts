import { readFile, stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import * as v from "valibot";
import { InputError, quoted } from "../errors.js";
import { GENERATOR_VERSION } from "../generate/plan.js";
import { parseScenario } from "../scenario/parse.js";
import type { ScenarioInput } from "../scenario/types.js";
import { type AnswerKey, KEY_VERSION } from "./answerKey.js";
import { binOf } from "./counts.js";
import { keySchema } from "./keySchema.js";

/** Largest file that is read as an answer key, in bytes. A million cells of counts take 20 MB. */
const mostBytes = 256 * 1024 * 1024;

/**
 * Reads and checks an answer key.
 * @param key path of a `*.truth.json`, or the key itself
 * @throws InputError if it cannot be read, is of another version, or breaks the schema
 */
export async function readKey(key: string | AnswerKey): Promise<AnswerKey> {
  if (typeof key === "string" && key !== "") return checked(await parsed(key), quoted(basename(key)));
  if (typeof key === "object" && key !== null) return checked(key, "the object given");
  throw new InputError(`key: must be the path of an answer key or the key itself, not ${quoted(key)}`);
}

async function parsed(path: string): Promise<unknown> {
  const fail = (why: string) => new InputError(`key: cannot read ${quoted(resolve(path))}: ${why}`);
  let text: string;
  try {
    const found = await stat(path);
    if (!found.isFile()) throw fail("it is not a file");
    if (found.size > mostBytes) throw fail(`an answer key has at most ${mostBytes} bytes, not ${found.size}`);
    text = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof InputError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw fail(
      code === "ENOENT" ? "there is no such file" : code === "EACCES" ? "no permission to read it" : message,
    );
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(
      `key: ${quoted(basename(path))} is not JSON, so no answer key: ${(error as Error).message}`,
    );
  }
}

function checked(key: unknown, name: string): AnswerKey {
  const { key_version, generator_version, scenario } = (key ?? {}) as Partial<
    Record<keyof AnswerKey, unknown>
  >;
  if (key_version === undefined) {
    throw new InputError(`key: ${name} is no answer key: it has no key_version`);
  }
  if (key_version !== KEY_VERSION) {
    throw new InputError(
      `key: ${name} has key_version ${quoted(key_version)}; this version of server-logs reads ${KEY_VERSION}`,
    );
  }
  if (generator_version !== GENERATOR_VERSION) {
    throw new InputError(
      `key: ${name} is of generator_version ${quoted(generator_version)}, but this is ${GENERATOR_VERSION}, which gives other bytes: use the version of server-logs that made the log`,
    );
  }
  try {
    parseScenario(scenario as ScenarioInput); // this knows the rules that span several keys, and suggests the right spelling
  } catch (error) {
    throw new InputError(`key: ${name}: its scenario: ${(error as Error).message}`);
  }
  const result = v.safeParse(keySchema, key);
  if (!result.success) {
    const [issue] = result.issues;
    const rule = issue.type.endsWith("object") ? "must be an object" : issue.message;
    const path = issue.path?.map(({ key: step }) => (typeof step === "number" ? `[${step}]` : `.${step}`));
    const problem = issue.input === undefined ? "is missing" : `${rule}, not ${quoted(issue.input)}`;
    throw new InputError(`key: ${name}: ${path?.join("").slice(1) ?? "it"} ${problem}`);
  }
  const { counts, response_time_ms: times, from, to } = result.output;
  const columns = [counts.bucket, counts.endpoint, counts.status_class, counts.requests];
  if (
    columns.some(({ length }) => length !== counts.bucket.length) ||
    times.bins.length !== times.counts.length
  ) {
    throw new InputError(`key: ${name}: the columns of its counts are not equally long`);
  }
  if (
    counts.endpoint.some((endpoint) => endpoint >= counts.endpoints.length) ||
    counts.status_class.some((status) => status < 1 || status > 5)
  ) {
    throw new InputError(`key: ${name}: its counts name an endpoint or a status class that does not exist`);
  }
  if (times.bins.some((bin) => bin > binOf(0xffffffff))) {
    throw new InputError(`key: ${name}: its histogram has bins that do not exist`);
  }
  if (Date.parse(to) < Date.parse(from)) throw new InputError(`key: ${name}: ${to} lies before ${from}`);
  return result.output;
}

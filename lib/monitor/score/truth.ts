import { readFile } from "node:fs/promises";
import { InputError, quoted } from "../../errors.js";
import type { AnswerKey } from "../../truth/answerKey.js";
import { readKey } from "../../truth/readKey.js";
import type { Episode } from "./episodes.js";
import { momentOfText } from "./moments.js";

/** The truth against which alerts are scored. */
export interface Truth {
  readonly episodes: readonly Episode[];
  /** The time that the log covers; undefined for windows in NAB's form, which do not contain it. */
  readonly range: { readonly start: number; readonly end: number } | undefined;
  /** Whether moments without a zone are taken as UTC. NAB's are; the alerts of a log need a zone. */
  readonly zoneless: "utc" | "refuse";
}

/**
 * Reads what happened: the answer key of a log, or labelled windows in NAB's form, `[[start, end], …]`, or an object of
 * them by the name of the series.
 * @param series name of the series, if there are several
 * @throws InputError when the file is neither, or has several series and none is named
 */
export async function readTruth(path: string, series?: string): Promise<Truth> {
  const text = await readFile(path, "utf8").catch(({ code }) => {
    throw new InputError(
      `truth: cannot read ${quoted(path)}${code === "ENOENT" ? ": there is no such file" : ""}`,
    );
  });
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new InputError(
      `truth: ${quoted(path)} is not JSON; it must be the answer key of a log, or labelled windows in NAB's form`,
    );
  }
  if (Array.isArray(content) || (content !== null && typeof content === "object" && !isKey(content)))
    return { episodes: windowsOf(content, series), range: undefined, zoneless: "utc" };
  if (series !== undefined)
    throw new InputError("series: an answer key is of one log; the option is for windows in NAB's form");
  return { ...truthOf(await readKey(path)), zoneless: "refuse" };
}

/** The truth in an answer key: the incidents that happened in its log, and the time that the log covers. */
export function truthOf(key: AnswerKey) {
  const moment = (time: string) => Date.parse(time);
  const range = { start: moment(key.from), end: moment(key.to) };
  const episodes = key.incidents
    .filter(({ happened, start, end }) => happened && moment(end) > range.start && moment(start) < range.end)
    .map(({ id, start, end }) => ({ id, start: moment(start), end: moment(end) }));
  return { episodes, range };
}

/** A key that only an answer key has. */
function isKey(content: object): boolean {
  return "key_version" in content || "incidents" in content || "scenario" in content;
}

function windowsOf(content: unknown, series: string | undefined): Episode[] {
  let windows = content;
  if (!Array.isArray(content)) {
    const names = Object.keys(content as object);
    const name = series ?? (names.length === 1 ? names[0] : undefined);
    if (name === undefined)
      throw new InputError(
        `series: the windows are those of ${names.length} series; say which is meant, such as ${quoted(names[0])}`,
      );
    if (!Object.hasOwn(content as object, name))
      throw new InputError(`series: there are no windows of ${quoted(name)}`);
    windows = (content as Record<string, unknown>)[name];
  }
  if (!Array.isArray(windows))
    throw new InputError(`truth: windows must be a list of [start, end], not ${quoted(windows)}`);
  return windows.map((window: unknown, i) => {
    if (!Array.isArray(window) || window.length !== 2 || !window.every((end) => typeof end === "string"))
      throw new InputError(`truth: window ${i + 1} must be [start, end], not ${quoted(window)}`);
    const [start, end] = window.map((text: string) => momentOfText(text, `truth: window ${i + 1}`, "utc"));
    if (end < start) throw new InputError(`truth: window ${i + 1} ends before it starts: ${quoted(window)}`);
    return { id: window[0], start, end: end + 1 }; // a window includes its last moment
  });
}

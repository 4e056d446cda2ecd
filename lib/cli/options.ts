import { readFileSync, statSync } from "node:fs";
import { InputError, quoted } from "../errors.js";
import type { ReadFormat } from "../read/formats/formats.js";
import type { OwnFormat } from "../read/formats/ownFormat.js";
import type { Columns } from "../record.js";
import { momentOf } from "../scenario/moment.js";
import { presets } from "../scenario/presets.js";
import type { ScenarioInput } from "../scenario/types.js";

// The command line's options, as the library takes them.

/** Reads a number as people write it: 1000, 1_000, 1e6. */
export function number(name: string) {
  return (text: string): number => {
    const value = /^[+-]?(\d[\d_]*\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)
      ? Number(text.replaceAll("_", ""))
      : Number.NaN;
    if (Number.isNaN(value)) throw new InputError(`${name}: must be a number, not ${quoted(text)}`);
    return value;
  };
}

/** A preset's name as it is; a path is read as JSON. */
export function scenarioOption(text: string): ScenarioInput {
  if (/[./\\]/.test(text)) return jsonFile(text, "scenario") as ScenarioInput;
  const file = Object.hasOwn(presets, text)
    ? undefined
    : [text, `${text}.json`].find((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  if (file === undefined) return text;
  throw new InputError(
    `scenario: there is no preset ${quoted(text)}, but a file of this name: write ./${file}`,
  );
}

function jsonFile(path: string, argument: string): unknown {
  let content: string;
  try {
    content = readFileSync(path, "utf8");
  } catch {
    throw new InputError(`${argument}: cannot read the file ${quoted(path)}`);
  }
  try {
    return JSON.parse(content.replace(/^\uFEFF/, "")); // the mark that editors on Windows write
  } catch (error) {
    throw new InputError(`${argument}: ${quoted(path)} is not JSON: ${(error as Error).message}`);
  }
}

/** A format's name as it is; a .json file is a format of the user's own. */
export function formatOption(text: string): ReadFormat | OwnFormat {
  return text.endsWith(".json") ? (jsonFile(text, "format") as OwnFormat) : (text as ReadFormat);
}

/** `name=value` pairs; a value that is a number is one. */
export function pairs(option: string, texts: readonly string[]): Record<string, string | number> {
  const entries = texts.map((pair): [string, string | number] => {
    const at = pair.indexOf("=");
    if (at < 1) throw new InputError(`${option}: must be name=value, not ${quoted(pair)}`);
    const value = pair.slice(at + 1);
    return [pair.slice(0, at), value.trim() !== "" && Number.isFinite(Number(value)) ? Number(value) : value];
  });
  const twice = entries.find(([name], i) => entries.findIndex(([other]) => other === name) < i);
  if (twice !== undefined) throw new InputError(`${option}: ${quoted(twice[0])} is given twice`);
  return Object.fromEntries(entries);
}

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;

/**
 * A moment as people say it, in the form that the library takes: a date, `today`, `yesterday`, `now`, `now-7d`,
 * `today+8h`. Here alone the clock is read: what is made from it is a pure function again.
 */
export function momentOption(name: string, text: string | undefined, now: number): string | undefined {
  if (text === undefined || /T/.test(text)) return text;
  const wrong = () =>
    new InputError(
      `${name}: must be a moment such as 2026-01-05T00:00:00Z, 2026-01-05, yesterday or now-7d, not ${quoted(text)}`,
    );
  const [, base, sign, amount, unit] =
    /^(\d{4}-\d\d-\d\d|now|today|yesterday)(?:([+-])(\d{1,6})([smhdw]))?$/.exec(text) ?? [];
  if (base === undefined) throw wrong();
  const today = Math.floor(now / 86_400_000) * 86_400;
  const moments: Record<string, number> = { now: Math.floor(now / 1000), today, yesterday: today - 86_400 };
  const begin = moments[base] ?? momentOf(`${base}T00:00:00Z`);
  if (begin === undefined) throw wrong();
  const offset = amount === undefined ? 0 : Number(amount) * SECONDS[unit as keyof typeof SECONDS];
  const moment = (sign === "-" ? begin - offset : begin + offset) * 1000;
  if (moment < 0 || moment >= Date.UTC(10_000, 0))
    throw new InputError(`${name}: ${quoted(text)} lies outside of the years 1970 to 9999`);
  return new Date(moment).toISOString().replace(".000", "");
}

/** Checks before any work that a chart can be drawn and written; gives what draws it. */
export async function chartOption(name: string, path: string): Promise<(answer: Columns) => Promise<void>> {
  const { question } = await import("../warehouse/questions.js");
  const { checkSuited, writeChart } = await import("../notebook/chartFile.js");
  const { checkWritable } = await import("../files/wholeFile.js");
  const asked = question(name);
  checkSuited(asked, path);
  await checkWritable(path, "chart");
  return (answer) => writeChart(asked, answer, path);
}

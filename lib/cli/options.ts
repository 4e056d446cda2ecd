import { statSync } from "node:fs";
import { InputError, quoted } from "../errors.js";
import { jsonFile } from "../files/jsonFile.js";
import { checkPlaces, type Place } from "../files/places.js";
import type { ReadFormat } from "../read/formats/formats.js";
import type { OwnFormat } from "../read/formats/ownFormat.js";
import type { Columns } from "../record.js";
import { presets } from "../scenario/presets.js";
import type { ScenarioInput } from "../scenario/types.js";

// Converts the values of command-line options to those of the library.

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

/** The value of an option, and the file that it was read from, if there is one. */
export interface FromFile<T> {
  readonly value: T;
  /** The file, as `checkPlaces` takes it: no output may be this file. */
  readonly places: readonly Place[];
}

/** Refuses to write to the file that an option was read from. @param outputs the paths to write, by their arguments */
export async function keepOptionFile(
  { places }: FromFile<unknown>,
  outputs: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  if (places.length === 0) return;
  const written = Object.entries(outputs).flatMap(([argument, path]) =>
    path ? [{ argument, path, what: `the file of ${argument}` }] : [],
  );
  await checkPlaces(places, written);
}

/** The content of a JSON file. */
function fromFile<T>(path: string, argument: string, what: string): FromFile<T> {
  return { value: jsonFile(path, argument) as T, places: [{ argument, path, what }] };
}

/** The name of a preset is returned as it is; a path is read as JSON. */
export function scenarioOption(text: string): FromFile<ScenarioInput> {
  if (/[./\\]/.test(text)) return fromFile(text, "scenario", "the scenario's file");
  const file = Object.hasOwn(presets, text)
    ? undefined
    : [text, `${text}.json`].find((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  if (file === undefined) return { value: text as ScenarioInput, places: [] };
  throw new InputError(
    `scenario: there is no preset ${quoted(text)}, but a file of this name: write ./${file}`,
  );
}

/** The name of a format is returned as it is; a .json file is a format of the user's own. */
export function formatOption(text: string): FromFile<ReadFormat | OwnFormat> {
  if (text.endsWith(".json")) return fromFile(text, "format", "the format's file");
  return { value: text as ReadFormat, places: [] };
}

/** Reads a file of objectives. */
export function objectivesOption(path: string): unknown {
  return jsonFile(path, "slo");
}

/** Parses pairs `name=value`. A value that looks like a number becomes one. */
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

/** Checks, before any work, that a chart can be drawn and written. @returns the function that draws it */
export async function chartOption(
  name: string,
  params: Record<string, unknown>,
  path: string,
  sources: readonly string[],
): Promise<(answer: Columns) => Promise<void>> {
  const { question } = await import("../warehouse/questions.js");
  const { isPostgres } = await import("../warehouse/place.js");
  const { checkSuited, writeChart } = await import("../notebook/chartFile.js");
  const asked = question(name, params);
  checkSuited(asked, path);
  const logs = sources.filter((source) => !isPostgres(source));
  await checkPlaces(
    [
      { argument: "question", path: name, what: "the question's file" },
      ...logs.map((log) => ({ argument: "on", path: log, what: "what is asked" })),
    ],
    [{ argument: "chart", path, what: "the chart" }],
  );
  return (answer) => writeChart(asked, answer, path);
}

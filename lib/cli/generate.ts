import type { Command } from "commander";
import { counted } from "../digits.js";
import { type FormatName, formats } from "../encode/formats.js";
import { InputError } from "../errors.js";
import { defectKinds } from "../scenario/defects.js";
import { presetIncidents } from "../scenario/incidents/preset.js";
import { momentOption } from "../scenario/spokenMoment.js";
import { command } from "./command.js";
import { keepOptionFile, number, pairs, scenarioOption } from "./options.js";
import { print, tell } from "./output.js";
import { working } from "./progress.js";

/** Adds the options that define a log, the same for every command that makes one. */
export function logOptions(command: Command): Command {
  return command
    .option(
      "--rows <n>",
      "number of records, 0 to 10000000000 (default: the scenario's, 1000)",
      number("rows"),
    )
    .option("--rate <n>", "instead of --rows: requests per second, as a mean over the week", number("rate"))
    .option("--seed <n>", "whole number from 0 to 9007199254740991", number("seed"), 42)
    .option(
      "--scenario <name|file>",
      "a preset's name, or a JSON file with a preset and changes on top",
      "demo",
    )
    .option("--start <moment>", "first moment: 2026-01-05T00:00:00Z, 2026-01-05, today, yesterday, now-7d")
    .option("--end <moment>", "its end, excluded (default: a day after the start)")
    .option("--incidents <name...>", `what goes wrong: ${presetIncidents.join(", ")}`)
    .option("--random-incidents <n>", "draw this many from the seed, 0 to 12", number("random-incidents"))
    .option("--without-incidents [id...]", "the same log without the incidents named, or without any")
    .option("--defects <kind=share...>", `faulty lines: ${defectKinds.join(", ")}; such as malformed=0.001`);
}

/**
 * Converts what `logOptions` read to the library's options. Other options stay unchanged.
 * @param now milliseconds since 1970
 */
export function logOf<Options extends Record<string, unknown>>(
  options: Options,
  now: number,
  scenario = scenarioOption(options.scenario as string).value,
) {
  const { scenario: _, defects, start, end, ...others } = options;
  return {
    ...others,
    scenario,
    defects: defects === undefined ? undefined : pairs("defects", defects as string[]),
    start: momentOption("start", start as string | undefined, now),
    end: momentOption("end", end as string | undefined, now),
  };
}

/** Options that say which log it is, and which part; with `--again` the answer key says so. */
const saidByKey = [
  ...["rows", "rate", "seed", "scenario", "start", "end", "incidents", "randomIncidents"],
  ...["withoutIncidents", "defects", "from", "to", "shard"],
];

/** The options of a log that an answer key tells of. @throws InputError when another option says which log it is, too */
async function logOfKey(again: string, options: Record<string, unknown>, command: Command) {
  const { readKey } = await import("../truth/readKey.js");
  const twice = saidByKey.find((name) => command.getOptionValueSource(name) === "cli");
  if (twice !== undefined)
    throw new InputError(
      `again: the answer key says which log it is, so leave out --${twice.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    );
  const { scenario, seed, incidents, from, to, file } = await readKey(again);
  const { seed: _, scenario: __, ...others } = options;
  return {
    ...others,
    scenario,
    seed,
    from,
    to,
    withoutIncidents: incidents.filter(({ happened }) => !happened).map(({ id }) => id),
    format: (options.format ?? (options.out === "-" ? file?.format : undefined)) as FormatName | undefined,
  };
}

/** Adds the command `generate`. */
export function generateCommand(program: Command): void {
  const generating = logOptions(
    command(program, "generate", "make a log: the same scenario and seed give the same bytes"),
  )
    .option(
      "--again <key>",
      "make the log of an answer key again, including incidents that were begun by hand",
    )
    .option("--from <moment>", "make only the part from here")
    .option("--to <moment>", "make only the part before here")
    .option("--shard <k/n>", "make only the k-th of n parts of about equal size")
    .option("--out <file>", "file to write; - is standard output", "-")
    .option("--format <name>", `${Object.keys(formats).join(", ")} (default: by the file's ending, else csv)`)
    .option("--header", "begin a part with its format's header, too, so that it can be used alone")
    .option("--labels", "write the incidents and the defect of each line beside the log")
    .option("--key <file>", "where to write the answer key; - is standard output (default: beside the log)")
    .option("--no-key", "write no answer key")
    .option(
      "--workers <n>",
      "threads, 1 to 64; the bytes are the same (default: by the number of records)",
      number("workers"),
    )
    .option("--json", "print the result as JSON on standard output (with --out FILE)")
    .action(async ({ json, from, to, again, ...options }) => {
      if (json && options.out === "-")
        throw new InputError("--json: needs --out FILE, as standard output carries the log");
      if (json && options.key === "-")
        throw new InputError("--json: needs --key FILE, as standard output carries the answer key");
      const { generate } = await import("../write/generate.js");
      const { logPlaces } = await import("../write/places.js");
      const now = Date.now();
      const planned = scenarioOption(options.scenario);
      const wanted = { key: options.key ?? true, labels: options.labels === true };
      const places = { ...(await logPlaces(options.out || undefined, wanted)) };
      await keepOptionFile(planned, places);
      const key = { argument: "again", path: again, what: "the answer key" };
      if (again !== undefined) await keepOptionFile({ value: again, places: [key] }, places);
      const asked =
        again === undefined
          ? {
              ...logOf(options, now, planned.value),
              from: momentOption("from", from, now),
              to: momentOption("to", to, now),
            }
          : await logOfKey(again, options, generating);
      const log = await working((work) => generate({ ...asked, ...work }));
      const { scenario: made, key: truth, lines: _, ...facts } = log;
      if (json) await print(JSON.stringify({ ...facts, lines: truth.lines, scenario: made }));
      else if (log.path) {
        tell(`${counted(log.records, "record")} from ${log.from} to ${log.to}, seed ${log.seed}`);
        tell(`${counted(log.bytes, "byte")}, sha256 ${log.sha256}`);
        for (const { id, added, altered, dropped } of truth.incidents.filter(({ happened }) => happened)) {
          tell(`incident ${id}: ${added} added, ${altered} altered, ${dropped} dropped`);
        }
        tell(`written to ${log.path}${log.keyPath ? `, answer key ${log.keyPath}` : ""}`);
      }
    });
}

import { Argument, type Command } from "commander";
import { formats } from "../encode/formats.js";
import { defectKinds } from "../scenario/defects.js";
import { presetIncidents } from "../scenario/incidents/preset.js";
import { presets } from "../scenario/presets.js";
import { command } from "./command.js";
import { print } from "./output.js";

/**
 * The script for each shell, which runs at the Tab key: it asks this program for words, and offers files if there are
 * none.
 */
const scripts = {
  bash: `_server_logs() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(server-logs completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _server_logs server-logs`,
  zsh: `#compdef server-logs
_server_logs() {
  local -a found
  found=("\${(@f)$(server-logs completion words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$found[1]" ]]; then compadd -a found; else _files; fi
}
compdef _server_logs server-logs`,
  fish: `function __server_logs_words
  set -l before (commandline -opc)
  server-logs completion words -- $before[2..-1] (commandline -ct) 2>/dev/null
end
complete -c server-logs -a '(__server_logs_words)'`,
};

/** Adds the command `completion`. */
export function completionCommand(program: Command): void {
  command(program, "completion", 'complete words at the Tab key: eval "$(server-logs completion bash)"')
    .addArgument(
      new Argument("<shell>", "shell to print a script for").choices([...Object.keys(scripts), "words"]),
    )
    .argument("[words...]", "with words: the words after server-logs so far, the last one unfinished")
    .action(async (shell: keyof typeof scripts | "words", words: string[]) => {
      if (shell !== "words") return print(scripts[shell]);
      const offered = await completions(program, words);
      if (offered.length > 0) await print(offered.join("\n"));
    });
}

/** The words that may stand in place of the last one of `typed`; empty if a file or any text may. */
async function completions(program: Command, typed: readonly string[]): Promise<readonly string[]> {
  const before = typed.slice(0, -1);
  const unfinished = typed.at(-1) ?? "";
  let here = program;
  let option: Command["options"][number] | undefined; // the option whose value comes next
  let given = 0; // number of arguments so far
  for (const word of before) {
    const inner = here.commands.find((sub) => sub.name() === word);
    if (word.startsWith("-")) {
      const found = here.options.find(({ long, short }) => long === word || short === word);
      option = found?.required || found?.optional ? found : undefined;
    } else if (option !== undefined) option = option.variadic ? option : undefined;
    else if (inner !== undefined) here = inner;
    else given++;
  }
  if (unfinished.startsWith("-")) {
    const names = here.options.flatMap(({ long }) => long ?? []);
    return [...names, "--help"].filter((name) => name.startsWith(unfinished));
  }
  const offered =
    option !== undefined
      ? await valuesOf(option.attributeName(), here)
      : here.commands.length > 0
        ? here.commands.map((sub) => sub.name())
        : given === 0
          ? await firstArguments(here)
          : [];
  return offered.filter((name) => name.startsWith(unfinished));
}

/** The names that an option accepts; empty if its value is a file, a number or a text. */
async function valuesOf(option: string, here: Command): Promise<readonly string[]> {
  switch (option) {
    case "scenario":
      return Object.keys(presets);
    case "incidents":
      return presetIncidents;
    case "defects":
      return defectKinds.map((kind) => `${kind}=`);
    case "format":
      if (["generate", "stream"].includes(here.name())) return Object.keys(formats);
      return ["auto", ...(await import("../read/formats/formats.js")).readFormats];
    case "detector":
      return (await import("../monitor/detect/detectors.js")).detectorNames;
    case "framing":
      return ["octets", "lines"];
    case "shape":
      return ["step", "ramp", "pulse"];
    case "timeUnit":
      return ["s", "ms", "us", "ns", "none"];
    case "logLevel":
      return ["error", "warn", "info"];
    case "client":
      return ["peer", "forwarded"];
    case "clientNames":
      return ["quarantine", "stand-in"];
    default:
      return [];
  }
}

/** The names that a command's first argument accepts. */
async function firstArguments(here: Command): Promise<readonly string[]> {
  if (here.name() === "ask")
    return (await import("../warehouse/questions.js")).questions().question as string[];
  if (here.name() === "start") return presetIncidents;
  if (here.name() === "completion") return Object.keys(scripts);
  return [];
}

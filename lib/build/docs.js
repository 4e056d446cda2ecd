// `node lib/build/docs.js`, after a build: docs/ has a page for each command, its help. Run it after changing a command
// or an option; a test compares the pages with the help.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { programOf } from "../dist/cli/main.js";

export const folder = fileURLToPath(new URL("../docs/", import.meta.url));

/** Every page by its file's name. */
export function pages() {
  const program = programOf({ code: 0 });
  program.configureHelp({ helpWidth: 100 });
  const commands = program.commands.filter((command) => command.name() !== "help");
  const list = commands.map(
    (command) => `- [${command.name()}](${command.name()}.md): ${command.description()}`,
  );
  return {
    "README.md": `# The commands

A page for each, made from its \`--help\` by \`node lib/build/docs.js\`.

${list.join("\n")}

Words go to standard error, data to standard output. Exit code 0 means done, 1 that the data fell short, 2 that the call was wrong, 130 that it was interrupted.
`,
    ...Object.fromEntries(commands.map((command) => [`${command.name()}.md`, page(command)])),
  };
}

function page(command) {
  const parts = [command, ...command.commands.filter((sub) => sub.name() !== "help")];
  const help = parts.map((part, i) => {
    part.configureHelp({ helpWidth: 100 });
    return `${i === 0 ? "" : `## ${command.name()} ${part.name()}\n\n`}\`\`\`text\n${part.helpInformation().trim()}\n\`\`\`\n`;
  });
  return `# server-logs ${command.name()}\n\n${help.join("\n")}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) rmSync(folder + name);
  for (const [name, text] of Object.entries(pages())) writeFileSync(folder + name, text);
}

// What the benches share: the file that holds their results, the machine they ran on, and the Python of their peers.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";

const results = fileURLToPath(new URL("results.md", import.meta.url));
const cache = fileURLToPath(new URL("../../.cache/bench/", import.meta.url));

/** The machine and its versions, in words. */
export const machine = () =>
  `${cpus()[0].model.trim()}, ${cpus().length} cores, Node ${process.versions.node}, ${execFileSync("uname", ["-sr"]).toString().trim()}`;

/** Puts a section in results.md, in place of the one with its title or at the end. */
export function writeSection(title, lines) {
  const section = `# ${title}\n\n${lines.join("\n")}\n`;
  const before = existsSync(results) ? readFileSync(results, "utf8") : "";
  const sections = before.split(/^(?=# )/m).filter((text) => text !== "");
  const at = sections.findIndex((text) => text.startsWith(`# ${title}\n`));
  if (at < 0) sections.push(section);
  else sections[at] = section;
  writeFileSync(results, sections.map((text) => `${text.trimEnd()}\n`).join("\n"));
  console.log(section);
}

/** A table of Markdown. */
export const table = (head, rows) => [
  `| ${head.join(" | ")} |`,
  `|${"---|".repeat(head.length)}`,
  ...rows.map((row) => `| ${row.join(" | ")} |`),
];

/** Python with packages of its own in .cache, installed once. @returns the path of the interpreter */
export function python(name, packages) {
  const folder = `${cache}${name}`;
  if (!existsSync(`${folder}/whole`)) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(cache, { recursive: true });
    execFileSync("python3", ["-m", "venv", folder], { stdio: "inherit" });
    execFileSync(`${folder}/bin/python`, ["-m", "pip", "install", "--quiet", ...packages], {
      stdio: "inherit",
    });
    writeFileSync(`${folder}/whole`, packages.join("\n"));
  }
  return `${folder}/bin/python`;
}

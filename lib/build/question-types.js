// `node lib/build/question-types.js`, after a build: what a question's SQL says about its parameters and its answer, as
// types, so that editors and notebooks can complete them. Run it after adding or changing a question; a test checks
// that the file is up to date.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ask } from "../dist/warehouse/ask.js";
import { question, questions } from "../dist/warehouse/questions.js";

export const path = fileURLToPath(new URL("../warehouse/questionTypes.ts", import.meta.url));

/** The text of the file, made from the current questions. */
export async function questionTypes() {
  const csv =
    "timestamp,ip_address,endpoint,status_code,response_time_ms\n2026-01-05T00:00:00.000Z,192.0.2.1,/,200,1.00\n";
  const log = { csv: new TextEncoder().encode(csv), records: 1 };
  const entries = [];
  for (const name of questions().question) {
    const columns = Object.keys(await ask(name, log));
    entries.push({ name, parameters: question(name).parameters, columns });
  }
  return `// Made by \`node lib/build/question-types.js\` from the SQL files in queries/.

/** What each built-in question may be given, by its name. */
export interface QuestionParameters {
${entries.map(parametersOf).join("\n")}
}

/** The names of the columns with which each built-in question is answered. */
export interface QuestionColumns {
${entries.map(({ name, columns }) => `  ${name}: ${columns.map((column) => `"${column}"`).join(" | ")};`).join("\n")}
}

/** The name of a built-in question. */
export type QuestionName = keyof QuestionParameters;
`;
}

function parametersOf({ name, parameters }) {
  if (parameters.length === 0) return `  ${name}: Record<string, never>;`;
  return `  ${name}: {\n${parameters.map((parameter) => `    /** ${parameter.sentence} */\n    ${parameter.name}?: ${typeOf(parameter)};`).join("\n")}\n  };`;
}

/** A parameter whose default is NULL takes null as well. */
function typeOf({ type, choices, default: value }) {
  const types = {
    integer: choices?.join(" | ") ?? "number",
    number: "number",
    text: choices?.map((choice) => `"${choice}"`).join(" | ") ?? "string",
    moment: "string | Date",
  };
  return `${types[type]}${value === null ? " | null" : ""}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(path, await questionTypes());

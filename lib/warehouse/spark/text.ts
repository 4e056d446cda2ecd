import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("./sql/", import.meta.url));

/**
 * One of the SQL files in `warehouse/spark/`, with the values of its `${names}`. A value inside quotes must be given as
 * `inQuotes` or `inBackticks` makes it. Comment lines are not changed.
 * @throws Error when the file names a value that is not given
 */
export function sparkSql(name: string, values: Readonly<Record<string, string>>): string {
  const lines = readFileSync(`${folder}${name}.sql`, "utf8").trimEnd().split("\n");
  return lines
    .map((line) =>
      line.startsWith("--")
        ? line
        : line.replace(/\$\{(\w+)\}/g, (_, key: string) => {
            if (!Object.hasOwn(values, key)) throw new Error(`${name}.sql: no value for ${key}`);
            return values[key];
          }),
    )
    .join("\n");
}

/** Text in single quotes for Spark SQL, where backslashes are escapes. */
export const inQuotes = (text: string) => text.replace(/[\\']/g, "\\$&");

/** Text in backticks for Spark SQL. */
export const inBackticks = (text: string) => text.replaceAll("`", "``");

/** Any text as one word of a shell command. */
export const shellWord = (word: string) =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

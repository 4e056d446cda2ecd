import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("./sql/", import.meta.url));

/**
 * One of the SQL files in `warehouse/spark/`, with the values of its `${names}`. What stands in quotes must be given
 * as `inQuotes` or `inBackticks` makes it. Comment lines stay as they are.
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

/** Text between single quotes in Spark SQL, which takes backslashes for escapes. */
export const inQuotes = (text: string) => text.replace(/[\\']/g, "\\$&");

/** Text between backticks in Spark SQL. */
export const inBackticks = (text: string) => text.replaceAll("`", "``");

/** A word of a shell's command, whatever is in it. */
export const shellWord = (word: string) =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

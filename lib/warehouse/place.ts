import { InputError, quoted } from "../errors.js";
import { isDuckdbFile } from "./duckdb/duckdbFile.js";

/** Whether a text is the address of a PostgreSQL database and not a file name. */
export function isPostgres(text: unknown): text is string {
  return typeof text === "string" && /^postgres(ql)?:\/\//i.test(text);
}

/** Whether a source is a database: the address of a PostgreSQL database, or a DuckDB file. */
export async function isDatabase(source: unknown): Promise<boolean> {
  return typeof source === "string" && (isPostgres(source) || (await isDuckdbFile(source)));
}

/**
 * Refuses a text that looks like the address of another kind of database. The error does not repeat it, since it may
 * contain a password.
 * @throws InputError if `text` begins with a scheme such as `mysql://`
 */
export function checkNoOtherAddress(argument: string, text: unknown): void {
  const scheme = typeof text === "string" ? /^([a-z][\w+.-]*):\/\//i.exec(text)?.[1] : undefined;
  if (scheme !== undefined && !isPostgres(text)) {
    throw new InputError(
      `${argument}: ${quoted(`${scheme}://…`)} is not the address of a database that is known: give a file or postgres://…`,
    );
  }
}

import type { Work } from "../work.js";

/** Rows of a table: for each the text of every column that was asked for, null where it is NULL. */
export type Rows = readonly (readonly (string | null)[])[];

/** The table `requests` of a database, open for reading. However often it is read, it is the same. */
export interface RequestsTable {
  /** What the database is called in messages, without credentials. */
  readonly name: string;
  /** Names of the table's columns. */
  readonly columns: readonly string[];
  /**
   * Reads the whole table, some 2,000 rows at a time, in the order in which the database keeps them: times in UTC.
   * @param columns names among the table's; undefined stands for one that is always NULL
   * @throws InputError when the database fails; InterruptedError when stopped
   */
  rows(columns: readonly (string | undefined)[], work: Work): AsyncGenerator<Rows>;
  close(): Promise<void>;
}

/** Name of a column as SQL writes it, whatever it holds. */
export const sqlName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

import type { Mapped } from "../read/fields/names.js";
import type { TableRow } from "../read/formats/tableRow.js";
import type { Work } from "../work.js";

/** The table `requests` of a database, open for reading. However often it is read, it is the same. */
export interface RequestsTable {
  /** What the database is called in messages, without credentials. */
  readonly name: string;
  /** Names of the table's columns. */
  readonly columns: readonly string[];
  /**
   * Reads the whole table, row after row, in the order in which the database keeps them: times in UTC.
   * @param mapped which of its columns are the fields
   * @param take takes a row, which is used again for the next
   * @throws InputError when the database fails; InterruptedError when stopped
   */
  each(mapped: Mapped, take: (row: TableRow) => void, work: Work): Promise<void>;
  close(): Promise<void>;
}

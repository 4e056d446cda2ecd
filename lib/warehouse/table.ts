import type { Mapped } from "../read/fields/mapFields.js";
import type { TableRow } from "../read/formats/tableRow.js";
import type { Work } from "../work.js";

/** The table `requests` of a database, open for reading. It is the same at every reading. */
export interface RequestsTable {
  /** Name of the database in messages, without credentials. */
  readonly name: string;
  /** Names of the table's columns. */
  readonly columns: readonly string[];
  /**
   * Reads the whole table, row after row, in the order in which the database stores them, with times in UTC.
   * @param mapped which of its columns are the fields
   * @param take takes a row, which is reused for the next one
   * @throws InputError if the database fails
   * @throws InterruptedError if it is stopped
   */
  each(mapped: Mapped, take: (row: TableRow) => void, work: Work): Promise<void>;
  close(): Promise<void>;
}

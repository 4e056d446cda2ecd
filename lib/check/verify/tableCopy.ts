import { InputError, quoted } from "../../errors.js";
import { type Mapped, mapFields } from "../../read/fields/mapFields.js";
import { type TableRow, tableReader } from "../../read/formats/tableRow.js";
import { openDuckdbTable } from "../../warehouse/duckdb/duckdbTable.js";
import { isPostgres } from "../../warehouse/place.js";
import { openPostgresTable } from "../../warehouse/postgres/postgresTable.js";
import type { RequestsTable } from "../../warehouse/table.js";
import type { Work } from "../../work.js";
import { type Copy, copyOptions } from "./copy.js";
import { CopyRecord } from "./copyRecord.js";

/**
 * Opens a copy in the table `requests` of a database. Its rows are read like those of a file.
 * @param source a DuckDB file, or `postgres://…`
 * @throws InputError if it cannot be opened, or the table lacks a column of the record
 */
export async function openTableCopy(source: string, work: Work): Promise<Copy> {
  const table = isPostgres(source)
    ? await openPostgresTable(source, "copy", work)
    : await openDuckdbTable(source, "copy");
  try {
    const mapped = fieldsOf(table);
    const name = isPostgres(source) ? table.name : source;
    return {
      name,
      close: () => table.close(),
      read: async (reader, work) => {
        const record = new CopyRecord(reader.precision);
        const read = tableReader(copyOptions, mapped.unit);
        let line = 0;
        const take = (row: TableRow) => {
          line++;
          const wrong = read(row, record) ?? record.complete();
          if (wrong === undefined) reader.record(record, line);
          else reader.unreadable(line, wrong);
        };
        await table.each(mapped, take, work);
        return undefined;
      },
    };
  } catch (error) {
    await table.close();
    throw error;
  }
}

/** The columns of the table that hold the fields of the record. */
function fieldsOf({ name, columns }: RequestsTable): Mapped {
  const where = `the columns of the table "requests" of ${quoted(name)}`;
  try {
    const mapped = mapFields(columns, {}, {}, where);
    if (mapped.unsure !== undefined) throw new InputError(mapped.unsure);
    return mapped;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`copy: ${error.message.replace(/^(format|timeUnit): /, "")}`);
  }
}

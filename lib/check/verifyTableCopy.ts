import { InputError, quoted } from "../errors.js";
import { FieldTexts, fieldReader } from "../formats/readFields.js";
import { type Mapped, mapFields } from "../formats/readNames.js";
import { openDuckdbTable } from "../warehouse/duckdbTable.js";
import { isPostgres } from "../warehouse/place.js";
import { openPostgresTable } from "../warehouse/postgresTable.js";
import type { RequestsTable } from "../warehouse/table.js";
import type { Work } from "../work.js";
import { type Copy, copyOptions } from "./verifyCopy.js";
import { CopyRecord } from "./verifyRecord.js";

/** Longest row that can be a record, as text in characters. */
const longestRow = 1 << 18;

/**
 * A copy in the table `requests` of a database, made ready. Its rows are read as those of a file are.
 * @param source a DuckDB file, or `postgres://…`
 * @throws InputError when it cannot be opened, or the table lacks a column of the record
 */
export async function openTableCopy(source: string, work: Work): Promise<Copy> {
  const table = isPostgres(source)
    ? await openPostgresTable(source, "copy", work)
    : await openDuckdbTable(source, "copy");
  try {
    const { names, unit } = fieldsOf(table);
    const name = isPostgres(source) ? table.name : source;
    return {
      name,
      close: () => table.close(),
      read: async (reader, work) => {
        const record = new CopyRecord();
        const texts = new FieldTexts();
        const readRow = fieldReader(copyOptions, unit);
        let line = 0;
        for await (const rows of table.rows(names, work)) {
          for (const row of rows) {
            line++;
            const wrong = read(row);
            if (wrong === undefined) reader.record(record, line);
            else reader.unreadable(line, wrong);
          }
        }
        return undefined;

        function read(row: readonly (string | null)[]): string | undefined {
          let length = 0;
          for (const text of row) length += text?.length ?? 0;
          if (length > longestRow) return "the row is longer than 256 KiB";
          texts.setAll(row);
          return readRow(texts, record) ?? record.complete();
        }
      },
    };
  } catch (error) {
    await table.close();
    throw error;
  }
}

/** Which of the table's columns are the fields of the record. */
function fieldsOf({ name, columns }: RequestsTable): Mapped {
  const where = `the columns of the table "requests" of ${quoted(name)}`;
  try {
    const mapped = mapFields(columns, {}, undefined, where);
    if (mapped.unsure !== undefined) throw new InputError(mapped.unsure);
    return mapped;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`copy: ${error.message.replace(/^(format|timeUnit): /, "")}`);
  }
}

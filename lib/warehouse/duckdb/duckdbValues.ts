import type { DuckDBConnection, DuckDBResultReader, DuckDBValueConverter } from "@duckdb/node-api";
import type { Columns } from "../../record.js";
import {
  type ColumnForm,
  distinctNames,
  exactNumber,
  formOf,
  intervalText,
  plainValues,
  type TakePiece,
} from "../values.js";

/** All that a reader holds, as columns of JavaScript's numbers and text. */
export async function plainColumns(reader: DuckDBResultReader): Promise<Columns> {
  const columns = reader.convertColumns(await converter());
  const names = distinctNames(reader.columnNames());
  return Object.fromEntries(names.map((name, i) => [name, plainValues(columns[i] ?? [])]));
}

/**
 * Hands on the table `answer`, whose columns are c0, c1, …, a piece at a time, with the values that `plainColumns`
 * gives: so columns whose form depends on all of their values are looked through first.
 * @param names - of the columns, as the question has them
 */
export async function plainPieces(
  connection: DuckDBConnection,
  names: readonly string[],
  take: TakePiece,
): Promise<void> {
  const convert = await converter();
  const { DuckDBTypeId: id } = await import("@duckdb/node-api");
  const open: number[] = [
    ...(await momentTypes()),
    id.BIGINT,
    id.UBIGINT,
    id.HUGEINT,
    id.UHUGEINT,
    id.DECIMAL,
  ];
  const all = await connection.stream("SELECT * FROM answer");
  const unknown = names.map((_, i) => i).filter((i) => open.includes(all.columnTypeId(i)));
  const forms: ColumnForm[] = names.map(() => formOf([]));
  if (unknown.length > 0) {
    const some = await connection.stream(`SELECT ${unknown.map((i) => `c${i}`).join(", ")} FROM answer`);
    for await (const chunk of some) {
      chunk.convertColumns(convert).forEach((values, at) => {
        forms[unknown[at]] = formOf(values, forms[unknown[at]]);
      });
    }
  }
  const distinct = distinctNames(names);
  const piece = (columns: unknown[][]) =>
    Object.fromEntries(distinct.map((name, i) => [name, plainValues(columns[i] ?? [], forms[i])]));
  let isFirst = true;
  const rows = unknown.length > 0 ? await connection.stream("SELECT * FROM answer") : all;
  for await (const chunk of rows) {
    await take(piece(chunk.convertColumns(convert)));
    isFirst = false;
  }
  if (isFirst) await take(piece([]));
}

async function momentTypes(): Promise<number[]> {
  const { DuckDBTypeId: id } = await import("@duckdb/node-api");
  return [id.TIMESTAMP, id.TIMESTAMP_S, id.TIMESTAMP_MS, id.TIMESTAMP_NS, id.TIMESTAMP_TZ];
}

/** How DuckDB's values become those that `plainValues` takes. */
async function converter(): Promise<DuckDBValueConverter<unknown>> {
  const duckdb = await import("@duckdb/node-api");
  const { DuckDBTypeId: id, JSDuckDBValueConverter: asJavaScript } = duckdb;
  const text = (value: unknown) => String(value);
  const byType: Partial<Record<number, (value: unknown) => unknown>> = {
    [id.DATE]: (value) => {
      const day = value as { isFinite: boolean; days: number };
      return day.isFinite ? text(day) : day.days < 0 ? "-infinity" : "infinity";
    },
    [id.TIME]: text,
    [id.TIME_NS]: text,
    [id.TIME_TZ]: text,
    [id.FLOAT]: (value) => shortest(value as number),
    [id.DECIMAL]: (value) => exactNumber(text(value)),
    [id.BLOB]: (value) => `\\x${Buffer.from((value as { bytes: Uint8Array }).bytes).toString("hex")}`,
    [id.INTERVAL]: (value) => {
      const { months, days, micros } = value as { months: number; days: number; micros: bigint };
      return intervalText(months, days, micros);
    },
  };
  const moments = await momentTypes();
  const convert: DuckDBValueConverter<unknown> = (value, type, converter) => {
    if (value === null) return null;
    const own = byType[type.typeId];
    if (own) return own(value);
    // JavaScript has no such moment, so DuckDB's converter fails at it.
    if (moments.includes(type.typeId) && text(value).endsWith("infinity")) return text(value);
    return asJavaScript(value, type, converter as never);
  };
  return convert;
}

/** A number of 32 bits as the shortest decimal that is it: 1.1, where its 64 bits are 1.10000002384185791. */
function shortest(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const number = Number(value.toPrecision(digits));
    if (Math.fround(number) === value) return number;
  }
  return value;
}

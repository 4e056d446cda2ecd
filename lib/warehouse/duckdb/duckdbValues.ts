import type { DuckDBResultReader, DuckDBValueConverter } from "@duckdb/node-api";
import type { Columns } from "../../record.js";
import { distinctNames, exactNumber, intervalText, plainValues } from "../values.js";

/** All that a reader holds, as columns of JavaScript's numbers and text. */
export async function plainColumns(reader: DuckDBResultReader): Promise<Columns> {
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
  const moments: number[] = [id.TIMESTAMP, id.TIMESTAMP_S, id.TIMESTAMP_MS, id.TIMESTAMP_NS, id.TIMESTAMP_TZ];
  const convert: DuckDBValueConverter<unknown> = (value, type, converter) => {
    if (value === null) return null;
    const own = byType[type.typeId];
    if (own) return own(value);
    // JavaScript has no such moment, so DuckDB's converter fails at it.
    if (moments.includes(type.typeId) && text(value).endsWith("infinity")) return text(value);
    return asJavaScript(value, type, converter as never);
  };
  const columns = reader.convertColumns(convert);
  const names = distinctNames(reader.columnNames());
  return Object.fromEntries(names.map((name, i) => [name, plainValues(columns[i] ?? [])]));
}

/** A number of 32 bits as the shortest decimal that is it: 1.1, where its 64 bits are 1.10000002384185791. */
function shortest(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const number = Number(value.toPrecision(digits));
    if (Math.fround(number) === value) return number;
  }
  return value;
}

import type { DuckDBPreparedStatement, DuckDBValueConverter } from "@duckdb/node-api";
import type { Answer } from "../answer.js";
import { exactNumber, intervalText } from "../values.js";

/** Number of rows taken out of DuckDB's memory at a time. It is small because their cells may be long. */
const rowsAtATime = 64;

/** Hands an answer on while DuckDB computes it. */
export async function streamAnswer(statement: DuckDBPreparedStatement, answer: Answer): Promise<void> {
  const convert = await converter();
  const result = await statement.stream();
  answer.begin(result.columnNames());
  for await (const chunk of result) {
    const vectors = Array.from({ length: chunk.columnCount }, (_, i) => chunk.getColumnVector(i));
    for (let from = 0; from < chunk.rowCount; from += rowsAtATime) {
      const length = Math.min(rowsAtATime, chunk.rowCount - from);
      answer.add(
        vectors.map((vector) =>
          Array.from({ length }, (_, i) => convert(vector.getItem(from + i), vector.type, convert)),
        ),
      );
    }
  }
}

async function momentTypes(): Promise<number[]> {
  const { DuckDBTypeId: id } = await import("@duckdb/node-api");
  return [id.TIMESTAMP, id.TIMESTAMP_S, id.TIMESTAMP_MS, id.TIMESTAMP_NS, id.TIMESTAMP_TZ];
}

/** How DuckDB's values are converted to those that `plainValues` takes. */
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
    // JavaScript has no such time, so DuckDB's converter would fail.
    if (moments.includes(type.typeId) && !(value as { isFinite: boolean }).isFinite) return text(value);
    return asJavaScript(value, type, converter as never);
  };
  return convert;
}

/** The shortest decimal that gives the same 32-bit number: 1.1, although as 64 bits it is 1.10000002384185791. */
function shortest(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const number = Number(value.toPrecision(digits));
    if (Math.fround(number) === value) return number;
  }
  return value;
}

import type { Columns } from "../record.js";

/**
 * A column of a database's answer as JavaScript's numbers and text; times as in the CSV, without
 * milliseconds where all of the column are whole seconds; what is neither, as JSON.
 */
export function plainValues(values: readonly unknown[]): Columns[string] {
  const whole = values.every((value) => !(value instanceof Date) || value.getTime() % 1000 === 0);
  return values.map((value) => {
    if (value === null || typeof value === "number" || typeof value === "string") return value;
    if (typeof value === "bigint") return Number(value);
    if (value instanceof Date) return whole ? value.toISOString().replace(".000Z", "Z") : value.toISOString();
    if (typeof value === "boolean") return String(value);
    return JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? Number(inner) : inner));
  });
}

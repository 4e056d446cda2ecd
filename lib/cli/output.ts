import { harmless, withoutSecrets } from "../errors.js";
import { toStandardOutput } from "../files/sink.js";
import type { Columns } from "../record.js";

/** Words for people, to standard error; what they repeat of a log gives the terminal no orders. */
export function tell(words: string): void {
  process.stderr.write(`${withoutSecrets(harmless(words))}\n`);
}

/**
 * Data, to standard output: as they are for a program, and for a terminal without anything that gives it orders.
 * @throws Error in one sentence when it cannot be written, as where a disk is full
 */
export function print(data: string): Promise<void> {
  return toStandardOutput(`${process.stdout.isTTY ? harmless(data) : data}\n`);
}

/** Columns as a list of rows, as JSON gives an answer. */
export function rows(columns: Columns): Record<string, unknown>[] {
  const names = Object.keys(columns);
  return columns[names[0]].map((_, i) => Object.fromEntries(names.map((name) => [name, columns[name][i]])));
}

/** Prints columns as a table, as JSON or as CSV. */
export async function printColumns(columns: Columns, json: boolean, csv: boolean): Promise<void> {
  if (json) await print(JSON.stringify(rows(columns)));
  else if (csv) {
    await (await csvPrinter())(columns);
  } else await print(await table(columns));
}

/** Prints the pieces of columns as one CSV, each as soon as it comes. */
export async function csvPrinter(): Promise<(piece: Columns) => Promise<void>> {
  const { csvCell } = await import("../encode/csv.js");
  let isFirst = true;
  return async (piece) => {
    const cells = Object.values(piece).map((column) => column.map((cell) => csvCell(String(cell ?? ""))));
    const lines = (cells[0] ?? []).map((_, row) => cells.map((column) => column[row]).join(","));
    if (isFirst) lines.unshift(Object.keys(piece).map(csvCell).join(","));
    isFirst = false;
    if (lines.length > 0) await print(lines.join("\n"));
  };
}

/** Columns as a table of plain text. */
export async function table(columns: Columns): Promise<string> {
  const { columnsTable, textTable } = await import("../notebook/table.js");
  return textTable(columnsTable(columns));
}

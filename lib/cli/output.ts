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
export function print(data: string, signal?: AbortSignal): Promise<void> {
  return toStandardOutput(`${forOutput(data)}\n`, signal);
}

const forOutput = (data: string) => (process.stdout.isTTY ? harmless(data) : data);

/** Columns as a list of rows, as JSON gives an answer. */
export function rows(columns: Columns): Record<string, unknown>[] {
  const names = Object.keys(columns);
  return columns[names[0]].map((_, i) => Object.fromEntries(names.map((name) => [name, columns[name][i]])));
}

/** How columns are printed: as a table for people, unless for a program. */
export type Form = "table" | "json" | "csv";

/** The form that the options `--json` and `--csv` ask for. */
export function formOf({ json, csv }: { json?: boolean; csv?: boolean }): Form {
  return json ? "json" : csv ? "csv" : "table";
}

/** Prints columns. */
export async function printColumns(columns: Columns, form: Form): Promise<void> {
  const printer = await columnsPrinter(form);
  await printer.put(columns);
  await printer.end();
}

/** Prints columns that come in pieces; of a table, what is shown comes at the end. */
export interface ColumnsPrinter {
  /** Takes the next rows; the first piece names the columns, also where there are no rows. */
  put(piece: Columns): Promise<void>;
  end(): Promise<void>;
}

/** A printer that keeps no more than a piece in memory. */
export async function columnsPrinter(form: Form, signal?: AbortSignal): Promise<ColumnsPrinter> {
  if (form === "json") return jsonPrinter(signal);
  if (form === "csv") return csvPrinter(signal);
  const { LongTable, textTable } = await import("../notebook/table.js");
  const table = new LongTable();
  return {
    put: async (piece) => table.add(piece),
    end: () => print(textTable(table.table()), signal),
  };
}

/** The rows as one JSON list. */
function jsonPrinter(signal?: AbortSignal): ColumnsPrinter {
  const out = new Gathered(signal);
  let before = "[";
  return {
    async put(piece) {
      for (const row of rows(piece)) {
        await out.add(before + JSON.stringify(row));
        before = ",";
      }
    },
    async end() {
      await out.add(before === "[" ? "[]" : "]");
      await out.end();
    },
  };
}

async function csvPrinter(signal?: AbortSignal): Promise<ColumnsPrinter> {
  const { csvCell } = await import("../encode/csv.js");
  const out = new Gathered(signal);
  let before = "";
  return {
    async put(piece) {
      if (before === "") await out.add(Object.keys(piece).map(csvCell).join(","));
      before = "\n";
      const columns = Object.values(piece);
      for (let row = 0; row < (columns[0]?.length ?? 0); row++)
        await out.add(before + columns.map((column) => csvCell(String(column[row] ?? ""))).join(","));
    },
    end: () => out.end(),
  };
}

/** Text for standard output, printed once there is enough of it. */
class Gathered {
  readonly #signal: AbortSignal | undefined;
  #text = "";

  constructor(signal?: AbortSignal) {
    this.#signal = signal;
  }

  /** @returns nothing to wait for, most of the time */
  add(text: string): Promise<void> | undefined {
    this.#text += text;
    if (this.#text.length < 2 ** 16) return undefined;
    const whole = this.#text;
    this.#text = "";
    return toStandardOutput(forOutput(whole), this.#signal);
  }

  end(): Promise<void> {
    return print(this.#text, this.#signal);
  }
}

/** Columns as a table of plain text. */
export async function table(columns: Columns): Promise<string> {
  const { columnsTable, textTable } = await import("../notebook/table.js");
  return textTable(columnsTable(columns));
}

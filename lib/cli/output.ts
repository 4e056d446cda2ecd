import { harmless, withoutSecrets } from "../errors.js";
import { toStandardOutput } from "../files/sink.js";
import type { Columns } from "../record.js";

/** Writes words for people to standard error. Text that they quote from a log cannot send commands to the terminal. */
export function tell(words: string): void {
  process.stderr.write(`${withoutSecrets(harmless(words))}\n`);
}

/**
 * Writes data to standard output: unchanged for a program, and for a terminal without anything that could send it
 * commands.
 * @throws Error, in one sentence, if it cannot be written, for example because the disk is full
 */
export function print(data: string, signal?: AbortSignal): Promise<void> {
  return toStandardOutput(`${forOutput(data)}\n`, signal);
}

const forOutput = (data: string) => (process.stdout.isTTY ? harmless(data) : data);

/** Columns as a list of rows, the form of an answer in JSON. */
export function asRows(columns: Columns): Record<string, unknown>[] {
  const names = Object.keys(columns);
  return columns[names[0]].map((_, i) => Object.fromEntries(names.map((name) => [name, columns[name][i]])));
}

/** How columns are printed: as a table for people, or in a form for a program. */
export type Form = "table" | "json" | "csv";

/** The form that the options `--json` and `--csv` select. */
export function outputForm({ json, csv }: { json?: boolean; csv?: boolean }): Form {
  return json ? "json" : csv ? "csv" : "table";
}

/** Prints columns. */
export async function printColumns(columns: Columns, form: Form): Promise<void> {
  const printer = await columnsPrinter(form);
  await printer.put(columns);
  await printer.end();
}

/** Prints columns that come in pieces. A table is printed at the end. */
export interface ColumnsPrinter {
  /** Takes the next rows. The first piece names the columns, even if there are no rows. */
  put(piece: Columns): Promise<void>;
  end(): Promise<void>;
}

/** A printer that keeps no more than one piece in memory. */
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

/** Prints the rows as one JSON list. */
function jsonPrinter(signal?: AbortSignal): ColumnsPrinter {
  const out = new Gathered(signal);
  let before = "[";
  return {
    async put(piece) {
      for (const row of asRows(piece)) {
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

/** Collects text for standard output, and prints it once there is enough. */
class Gathered {
  readonly #signal: AbortSignal | undefined;
  #text = "";

  constructor(signal?: AbortSignal) {
    this.#signal = signal;
  }

  /** @returns usually nothing to wait for */
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

/** Columns as a table in plain text. */
export async function table(columns: Columns): Promise<string> {
  const { columnsTable, textTable } = await import("../notebook/table.js");
  return textTable(columnsTable(columns));
}

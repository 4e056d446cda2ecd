import { InputError, quoted } from "../errors.js";
import { contentOf, Lines } from "../files/lines.js";
import type { Work } from "../work.js";

/** A line of a small CSV: its number, counted from 1, and its cells. */
export interface CsvLine {
  readonly number: number;
  readonly cells: readonly string[];
}

/**
 * The lines of a CSV of series or alerts, in constant memory: the first is the header. Cells may be quoted, but hold no
 * line break.
 * @param source path, "-" for standard input, or bytes @param argument its name in errors
 * @throws InputError when it cannot be read or is damaged
 */
export async function* csvLines(
  source: string | Uint8Array,
  argument: string,
  work: Work = {},
): AsyncGenerator<CsvLine> {
  const lines = new Lines(
    typeof source === "string" && source !== "-" ? contentOf(source) : source,
    argument,
  );
  const decoder = new TextDecoder();
  let number = 0;
  for await (const { bytes, start, end, overlong } of lines.blocks(work)) {
    if (overlong !== undefined)
      throw new InputError(
        `${argument}: line ${number + 1} has ${overlong} bytes, which is too long for a CSV of moments`,
      );
    for (const line of decoder.decode(bytes.subarray(start, end)).split("\n")) {
      number++;
      const text = (number === 1 ? line.replace(/^\uFEFF/, "") : line).replace(/\r$/, "");
      if (text !== "") yield { number, cells: cellsOf(text) };
    }
    number--; // the rest after a block's last line end belongs to the next block
  }
  if (lines.damage !== undefined) throw new InputError(`${argument}: ${lines.damage}`);
}

function cellsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(",");
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, inQuotes, plain]) => inQuotes?.replaceAll('""', '"') ?? plain,
  );
}

/**
 * The index of a column: the first of these names that the header has.
 * @throws InputError when it has none of them
 */
export function columnOf(header: readonly string[], names: readonly string[], argument: string): number {
  const plain = header.map((name) => name.trim().toLowerCase());
  const found = names.map((name) => plain.indexOf(name)).find((at) => at >= 0);
  if (found !== undefined) return found;
  throw new InputError(
    `${argument}: must have a column ${names.map(quoted).join(" or ")}, but the header is ${quoted(header.join(","))}`,
  );
}

import { basename, extname } from "node:path";
import { didYouMean, InputError, quoted } from "../errors.js";
import { type FormatName, formats } from "./formats.js";

/** How a file of text is compressed. */
export type Compression = "gzip" | "zstd";

const compressions: Readonly<Record<string, Compression>> = { ".gz": "gzip", ".zst": "zstd" };
const names = Object.keys(formats) as FormatName[];
const byEnding = new Map<string, FormatName>(
  names.flatMap((name) => formats[name].endings.map((ending) => [ending, name] as const)),
);

/**
 * In which form a log is written: by name, else by the file's ending, `.gz` and `.zst` behind it compress. A
 * name without an ending, standard output and memory stand for CSV.
 * @throws InputError when the format has no such name, the ending stands for none, or Parquet is to be
 * compressed once more
 */
export function formOf(format: unknown, out?: string): { format: FormatName; compression?: Compression } {
  const { ending, compression, last } = endingsOf(out ?? "");
  const found = format === undefined ? byEnding.get(ending) : names.find((name) => name === format);
  if (format !== undefined && found === undefined) {
    throw new InputError(
      `format: ${quoted(format)} is not a format that can be written${didYouMean(format, names)}; there are ${names.join(", ")}`,
    );
  }
  if (found === undefined && ending !== "") {
    throw new InputError(
      `out: ${quoted(out)} ends in ${ending}, which stands for no format; name a format, or use one of ` +
        `${[...byEnding.keys()].join(", ")} (and .gz or .zst behind)${didYouMean(ending, [...byEnding.keys()])}`,
    );
  }
  if (found === "parquet" && compression !== undefined) {
    throw new InputError(`out: must not end in ${last} for Parquet, which is compressed inside`);
  }
  return { format: found ?? "csv", ...(compression && { compression }) };
}

/**
 * How a file is compressed that is to take CSV, whatever its name: by its ending.
 * @throws InputError when the ending stands for another format
 */
export function csvCompression(out: string): Compression | undefined {
  const { ending, compression } = endingsOf(out);
  const format = byEnding.get(ending);
  if (format !== undefined && format !== "csv") {
    throw new InputError(
      `out: ${quoted(out)} ends in ${ending}, which stands for ${format}, and CSV is written: end it in .csv, and .gz or .zst behind compress`,
    );
  }
  return compression;
}

/** How a file is compressed, by its ending. */
export const compressionOfName = (path: string): Compression | undefined => endingsOf(path).compression;

/** A name's endings in small letters: the last, what that says of compression, and the one of the format. */
function endingsOf(path: string): { last: string; compression: Compression | undefined; ending: string } {
  const file = basename(path).toLowerCase();
  const last = extname(file);
  const compression = compressions[last];
  return { last, compression, ending: compression === undefined ? last : extname(basename(file, last)) };
}

/** A file's name without the endings of format and compression: what stands beside the log has this name. */
export function withoutEndings(path: string): string {
  const plain = compressions[extname(path).toLowerCase()] ? path.slice(0, -extname(path).length) : path;
  return byEnding.has(extname(plain).toLowerCase()) ? plain.slice(0, -extname(plain).length) : plain;
}

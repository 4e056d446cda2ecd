import { basename, extname } from "node:path";
import { InputError, quoted } from "../errors.js";

/** The extensions of files that select the format in which a log is written. `encode/formats.ts` has the formats. */
export const formatOfExtension = {
  ".csv": "csv",
  ".ndjson": "ndjson",
  ".jsonl": "ndjson",
  ".log": "combined",
  ".parquet": "parquet",
} as const satisfies Readonly<Record<string, string>>;

/** How a file of text is compressed. */
export type Compression = "gzip" | "zstd";

const compressions: Readonly<Record<string, Compression>> = { ".gz": "gzip", ".zst": "zstd" };
/** Whether an extension, in lower case, selects a format. */
export const isFormatExtension = (extension: string): extension is keyof typeof formatOfExtension =>
  Object.hasOwn(formatOfExtension, extension);

/**
 * How a CSV file is compressed, by its extension.
 * @throws InputError if the extension selects another format
 */
export function csvCompression(out: string): Compression | undefined {
  const { extension, compression } = extensionsOf(out);
  if (isFormatExtension(extension) && formatOfExtension[extension] !== "csv") {
    throw new InputError(
      `out: ${quoted(out)} ends in ${extension}, which stands for ${formatOfExtension[extension]}, and CSV is written: end it in .csv, and .gz or .zst behind compress`,
    );
  }
  return compression;
}

/** How a file is compressed, by its extension. */
export const compressionOfName = (path: string): Compression | undefined => extensionsOf(path).compression;

/**
 * The extensions of a name in lower case: the last one, the compression that it selects, and the extension of the
 * format.
 */
export function extensionsOf(path: string): {
  last: string;
  compression: Compression | undefined;
  extension: string;
} {
  const file = basename(path).toLowerCase();
  const last = extname(file);
  const compression = compressions[last];
  return { last, compression, extension: compression === undefined ? last : extname(basename(file, last)) };
}

/** The name of a file without the extensions of format and compression. Files beside a log are named after it. */
export function withoutExtensions(path: string): string {
  const plain = compressions[extname(path).toLowerCase()] ? path.slice(0, -extname(path).length) : path;
  return isFormatExtension(extname(plain).toLowerCase()) ? plain.slice(0, -extname(plain).length) : plain;
}

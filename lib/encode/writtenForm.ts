import { didYouMean, InputError, quoted } from "../errors.js";
import { type Compression, extensionsOf, formatOfExtension, isFormatExtension } from "../files/extensions.js";
import { type FormatName, formats } from "./formats.js";

const names = Object.keys(formats) as FormatName[];
const extensions = Object.keys(formatOfExtension);

/**
 * The format and compression in which a log is written. The format is given by name, or else by the file's extension; a
 * `.gz` or `.zst` after it selects the compression. A name without an extension, standard output and memory select CSV.
 * @throws InputError if there is no such format, the extension selects none, or Parquet would be compressed a second
 * time
 */
export function writtenForm(
  format: unknown,
  out?: string,
): { format: FormatName; compression?: Compression } {
  const { extension, compression, last } = extensionsOf(out ?? "");
  const byExtension: FormatName | undefined = isFormatExtension(extension)
    ? formatOfExtension[extension]
    : undefined;
  const found = format === undefined ? byExtension : names.find((name) => name === format);
  if (format !== undefined && found === undefined) {
    throw new InputError(
      `format: ${quoted(format)} is not a format that can be written${didYouMean(format, names)}; there are ${names.join(", ")}`,
    );
  }
  if (found === undefined && extension !== "") {
    throw new InputError(
      `out: ${quoted(out)} ends in ${extension}, which stands for no format; name a format, or use one of ` +
        `${extensions.join(", ")} (and .gz or .zst behind)${didYouMean(extension, extensions)}`,
    );
  }
  if (found === "parquet" && compression !== undefined) {
    throw new InputError(`out: must not end in ${last} for Parquet, which is compressed inside`);
  }
  return { format: found ?? "csv", ...(compression && { compression }) };
}

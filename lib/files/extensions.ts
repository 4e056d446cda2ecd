import { basename, extname } from "node:path";
import { didYouMean, InputError, quoted } from "../errors.js";

/**
 * The formats in which a log can be written, each with the extensions of file names that stand for it. A format
 * without any must be asked for by name. How each is written stands in `encode/formats.ts`.
 */
export const formatExtensions = {
  csv: [".csv"],
  ndjson: [".ndjson", ".jsonl"],
  combined: [".log"],
  "combined-timed": [],
  "vhost-combined": [],
  "nginx-json": [],
  "ingress-nginx": [],
  w3c: [],
  cloudfront: [],
  alb: [],
  caddy: [],
  "envoy-json": [],
  ecs: [],
  parquet: [".parquet"],
} as const satisfies Record<string, readonly string[]>;

/** Names of the formats that can be written. */
export type FormatName = keyof typeof formatExtensions;

/** How a file of text is compressed. */
export type Compression = "gzip" | "zstd";

const compressions: Readonly<Record<string, Compression>> = { ".gz": "gzip", ".zst": "zstd" };
const names = Object.keys(formatExtensions) as FormatName[];
const byExtension = new Map<string, FormatName>(
  names.flatMap((name) => formatExtensions[name].map((extension) => [extension, name] as const)),
);

/**
 * In which form a log is written: by name, else by the file's extension; `.gz` and `.zst` after it compress. A
 * name without an extension, standard output and memory stand for CSV.
 * @throws InputError when the format has no such name, the extension stands for none, or Parquet is to be
 * compressed once more
 */
export function formOf(format: unknown, out?: string): { format: FormatName; compression?: Compression } {
  const { extension, compression, last } = extensionsOf(out ?? "");
  const found = format === undefined ? byExtension.get(extension) : names.find((name) => name === format);
  if (format !== undefined && found === undefined) {
    throw new InputError(
      `format: ${quoted(format)} is not a format that can be written${didYouMean(format, names)}; there are ${names.join(", ")}`,
    );
  }
  if (found === undefined && extension !== "") {
    throw new InputError(
      `out: ${quoted(out)} ends in ${extension}, which stands for no format; name a format, or use one of ` +
        `${[...byExtension.keys()].join(", ")} (and .gz or .zst behind)${didYouMean(extension, [...byExtension.keys()])}`,
    );
  }
  if (found === "parquet" && compression !== undefined) {
    throw new InputError(`out: must not end in ${last} for Parquet, which is compressed inside`);
  }
  return { format: found ?? "csv", ...(compression && { compression }) };
}

/**
 * How a CSV file is compressed, by its extension.
 * @throws InputError when the extension stands for another format
 */
export function csvCompression(out: string): Compression | undefined {
  const { extension, compression } = extensionsOf(out);
  const format = byExtension.get(extension);
  if (format !== undefined && format !== "csv") {
    throw new InputError(
      `out: ${quoted(out)} ends in ${extension}, which stands for ${format}, and CSV is written: end it in .csv, and .gz or .zst behind compress`,
    );
  }
  return compression;
}

/** How a file is compressed, by its extension. */
export const compressionOfName = (path: string): Compression | undefined => extensionsOf(path).compression;

/** A name's extensions in small letters: the last, what it says of compression, and that of the format. */
function extensionsOf(path: string): {
  last: string;
  compression: Compression | undefined;
  extension: string;
} {
  const file = basename(path).toLowerCase();
  const last = extname(file);
  const compression = compressions[last];
  return { last, compression, extension: compression === undefined ? last : extname(basename(file, last)) };
}

/** A file's name without the extensions of format and compression: the files beside a log take this name. */
export function withoutExtensions(path: string): string {
  const plain = compressions[extname(path).toLowerCase()] ? path.slice(0, -extname(path).length) : path;
  return byExtension.has(extname(plain).toLowerCase()) ? plain.slice(0, -extname(plain).length) : plain;
}

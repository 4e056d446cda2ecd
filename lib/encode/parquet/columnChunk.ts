import { crc32 } from "node:zlib";
import type { ColumnMetaData, Encoding, PageType, SchemaElement, Statistics } from "hyparquet";
import { ByteWriter } from "hyparquet-writer/src/bytewriter.js";
import { writePageHeader } from "hyparquet-writer/src/datapage.js";
import type { ZstdCompress } from "../../files/zstd.js";
import { bitsOf, putDeltas, putRun, WIDEST_STEP } from "./packing.js";

/** Values in a data page. */
const PAGE = 65_536;

/** One column of one row group of a Parquet file: its compressed pages, and its description in the footer. */
export class ColumnChunk {
  readonly #element: SchemaElement;
  readonly #start: number;
  readonly #compress: ZstdCompress;
  readonly #writer = new ByteWriter(1 << 16);
  readonly #encodings = new Set<Encoding>();
  #uncompressed = 0;
  #dictionaryAt: number | undefined;
  #dataAt: number | undefined;

  /** @param start position of the chunk in the file */
  constructor(element: SchemaElement, start: number, compress: ZstdCompress) {
    this.#element = element;
    this.#start = start;
    this.#compress = compress;
  }

  /** Bytes so far. */
  get bytes(): Uint8Array {
    return this.#writer.getBytes();
  }

  /** Writes the `count` distinct values, in the PLAIN encoding. This comes before the pages of their numbers. */
  dictionary(values: Uint8Array, count: number): void {
    this.#dictionaryAt = this.#start + this.#writer.offset;
    this.#encodings.add("PLAIN");
    this.#page("DICTIONARY_PAGE", values, { num_values: count, encoding: "PLAIN" });
  }

  /**
   * Writes pages of dictionary numbers.
   * @param count how many of the numbers
   * @param distinct size of the dictionary
   */
  numbers(numbers: Uint32Array, count: number, distinct: number): void {
    const width = Math.max(1, bitsOf(distinct - 1));
    const view = new DataView(new ArrayBuffer(PAGE * 4 + 64));
    view.setUint8(0, width);
    for (let begin = 0; begin < count; begin += PAGE) {
      const end = Math.min(count, begin + PAGE);
      this.#data("RLE_DICTIONARY", end - begin, view, putRun(view, 1, numbers, begin, end, width));
    }
  }

  /**
   * Writes pages of 64-bit whole numbers that rise slowly. They are stored as differences, or as they are if a
   * difference is too large.
   */
  rising(numbers: Float64Array, count: number): void {
    const view = new DataView(new ArrayBuffer(PAGE * 8 + 64));
    const close = isClose(numbers, count);
    for (let begin = 0; begin < count; begin += PAGE) {
      const end = Math.min(count, begin + PAGE);
      if (close) {
        this.#data("DELTA_BINARY_PACKED", end - begin, view, putDeltas(view, 0, numbers, begin, end));
        continue;
      }
      for (let i = begin; i < end; i++) view.setBigInt64((i - begin) * 8, BigInt(numbers[i]), true);
      this.#data("PLAIN", end - begin, view, (end - begin) * 8);
    }
  }

  /** The chunk's description in the footer. @param count number of values */
  metadata(count: number, statistics?: Statistics): ColumnMetaData {
    return {
      type: this.#element.type!,
      encodings: [...this.#encodings],
      path_in_schema: [this.#element.name],
      codec: "ZSTD",
      num_values: BigInt(count),
      total_uncompressed_size: BigInt(this.#uncompressed),
      total_compressed_size: BigInt(this.#writer.offset),
      data_page_offset: BigInt(this.#dataAt!),
      ...(this.#dictionaryAt !== undefined && { dictionary_page_offset: BigInt(this.#dictionaryAt) }),
      ...(statistics && { statistics: { ...statistics, null_count: 0n } }),
    };
  }

  #data(encoding: Encoding, count: number, view: DataView<ArrayBuffer>, length: number): void {
    this.#dataAt ??= this.#start + this.#writer.offset;
    this.#encodings.add(encoding);
    // A required column has no levels, but the header must still name an encoding for them.
    const levels = { definition_level_encoding: "RLE", repetition_level_encoding: "RLE" } as const;
    this.#page("DATA_PAGE", new Uint8Array(view.buffer, 0, length), {
      num_values: count,
      encoding,
      ...levels,
    });
  }

  #page(
    type: PageType & ("DATA_PAGE" | "DICTIONARY_PAGE"),
    bytes: Uint8Array,
    header: {
      num_values: number;
      encoding: Encoding;
      definition_level_encoding?: Encoding;
      repetition_level_encoding?: Encoding;
    },
  ): void {
    const compressed = this.#compress(bytes);
    const before = this.#writer.offset;
    writePageHeader(this.#writer, {
      type,
      uncompressed_page_size: bytes.length,
      compressed_page_size: compressed.length,
      crc: crc32(compressed) | 0, // the format's field is signed
      [type === "DATA_PAGE" ? "data_page_header" : "dictionary_page_header"]: header,
    });
    this.#uncompressed += this.#writer.offset - before + bytes.length;
    this.#writer.appendBytes(compressed);
  }
}

function isClose(numbers: Float64Array, count: number): boolean {
  for (let i = 1; i < count; i++) if (Math.abs(numbers[i] - numbers[i - 1]) >= WIDEST_STEP) return false;
  return true;
}

import { writeSync } from "node:fs";
import type { ColumnMetaData, Encoding, RowGroup, SchemaElement } from "hyparquet";
import { ByteWriter } from "hyparquet-writer/src/bytewriter.js";
import { writePageHeader } from "hyparquet-writer/src/datapage.js";
import { writeMetadata } from "hyparquet-writer/src/metadata.js";
import { bitsOf, putRun } from "../../encode/parquet/packing.js";
import type { RecordColumns, Values } from "./recordColumns.js";

const magic = new TextEncoder().encode("PAR1");
const text = { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } } as const;

const columns = {
  timestamp: {
    name: "timestamp",
    type: "INT64",
    logical_type: { type: "TIMESTAMP", isAdjustedToUTC: false, unit: "MICROS" },
    repetition_type: "REQUIRED",
  },
  address: { name: "ip_address", ...text, repetition_type: "REQUIRED" },
  endpoint: { name: "endpoint", ...text, repetition_type: "REQUIRED" },
  status: { name: "status_code", type: "INT32", repetition_type: "REQUIRED" },
  duration: { name: "response_time_ms", type: "DOUBLE", repetition_type: "OPTIONAL" },
} as const satisfies Record<string, SchemaElement>;

/**
 * Writes records into a Parquet file for DuckDB to read at once: as plain as can be, one page for each column of a row
 * group, without compression and checksums.
 */
export class ColumnFile {
  readonly #file: number;
  #offset = 0;
  #records = 0;
  readonly #groups: RowGroup[] = [];

  /** @param file - the descriptor of an empty file */
  constructor(file: number) {
    this.#file = file;
    this.#put(magic);
  }

  /** Writes a row group. */
  add(group: RecordColumns): void {
    const { records } = group;
    const chunks = [
      {
        ...this.#plain(columns.timestamp, records, [group.times]),
        statistics: { ...group.bounds, null_count: 0n },
      },
      this.#numbered(columns.address, group.addresses, group.addressNumbers),
      this.#numbered(columns.endpoint, group.paths, group.pathNumbers),
      this.#plain(columns.status, records, [group.statuses]),
      this.#plain(columns.duration, records, [...levels(records, group.isTimed), group.durations]),
    ];
    const size = chunks.reduce((sum, { total_compressed_size: bytes }) => sum + bytes, 0n);
    this.#groups.push({
      columns: chunks.map((meta_data) => ({ file_offset: meta_data.data_page_offset, meta_data })),
      total_byte_size: size,
      num_rows: BigInt(records),
    });
    this.#records += records;
  }

  /** Writes the end of the file. */
  end(): void {
    const footer = new ByteWriter();
    writeMetadata(footer, {
      version: 2,
      schema: [{ name: "log", num_children: 5 }, ...Object.values(columns)],
      num_rows: BigInt(this.#records),
      row_groups: this.#groups,
      metadata_length: 0, // writeMetadata computes it
    });
    this.#put(footer.getBytes(), magic);
  }

  /** A column of values as they are, behind the definition levels of an optional one. */
  #plain(element: SchemaElement, records: number, parts: readonly Uint8Array[]): ColumnMetaData {
    const start = this.#offset;
    this.#page(records, "PLAIN", parts);
    return this.#metadata(element, records, start, ["PLAIN"], { data_page_offset: BigInt(start) });
  }

  /** A column of numbers in a dictionary of values. */
  #numbered(element: SchemaElement, { bytes, count }: Values, numbers: Uint32Array): ColumnMetaData {
    const start = this.#offset;
    const records = numbers.length;
    const header = new ByteWriter();
    writePageHeader(header, {
      type: "DICTIONARY_PAGE",
      uncompressed_page_size: bytes.length,
      compressed_page_size: bytes.length,
      dictionary_page_header: { num_values: count, encoding: "PLAIN" },
    });
    this.#put(header.getBytes(), bytes);
    const data = this.#offset;
    const width = Math.max(1, bitsOf(count - 1));
    const packed = new DataView(new ArrayBuffer(Math.ceil(records / 8) * width + 16));
    packed.setUint8(0, width);
    const length = putRun(packed, 1, numbers, 0, records, width);
    this.#page(records, "RLE_DICTIONARY", [new Uint8Array(packed.buffer, 0, length)]);
    const places = { dictionary_page_offset: BigInt(start), data_page_offset: BigInt(data) };
    return this.#metadata(element, records, start, ["PLAIN", "RLE_DICTIONARY"], places);
  }

  #page(records: number, encoding: Encoding, parts: readonly Uint8Array[]): void {
    const size = parts.reduce((sum, { length }) => sum + length, 0);
    const header = new ByteWriter();
    writePageHeader(header, {
      type: "DATA_PAGE",
      uncompressed_page_size: size,
      compressed_page_size: size,
      data_page_header: {
        num_values: records,
        encoding,
        definition_level_encoding: "RLE",
        repetition_level_encoding: "RLE",
      },
    });
    this.#put(header.getBytes(), ...parts);
  }

  #metadata(
    element: SchemaElement,
    records: number,
    start: number,
    encodings: Encoding[],
    places: Pick<ColumnMetaData, "data_page_offset" | "dictionary_page_offset">,
  ): ColumnMetaData {
    const size = BigInt(this.#offset - start);
    return {
      type: element.type!,
      encodings: [...encodings, "RLE"],
      path_in_schema: [element.name],
      codec: "UNCOMPRESSED",
      num_values: BigInt(records),
      total_uncompressed_size: size,
      total_compressed_size: size,
      ...places,
    };
  }

  #put(...parts: readonly Uint8Array[]): void {
    for (const part of parts) {
      for (let done = 0; done < part.length; ) done += writeSync(this.#file, part, done);
      this.#offset += part.length;
    }
  }
}

/** The definition levels of an optional column: their length, and a run of bits or of one value. */
function levels(records: number, bits: Uint8Array | undefined): Uint8Array[] {
  const run = new ByteWriter();
  run.appendVarInt(bits === undefined ? 2 * records : 2 * bits.length + 1);
  if (bits === undefined) run.appendUint8(1);
  const length = new ByteWriter();
  length.appendUint32(run.offset + (bits?.length ?? 0));
  return [length.getBytes(), run.getBytes(), ...(bits === undefined ? [] : [bits])];
}

import { type FileHandle, open } from "node:fs/promises";
import { crc32 } from "node:zlib";
import type { ColumnMetaData, FileMetaData, PageHeader } from "hyparquet";
import { Pace, type Work } from "../work.js";

/**
 * Looks for damage that DuckDB ignores. DuckDB does not compare a page with the checksum in its header, and if a header
 * gives fewer values than there are, it reads the rest as NULL. Damage that DuckDB reports is left to it. Source: the
 * Parquet format, parquet.thrift, `PageHeader` and `ColumnMetaData`.
 * @returns what is wrong; undefined if nothing is, or if the footer cannot be read
 */
export async function damageOfPages(path: string, work: Work): Promise<string | undefined> {
  const handle = await open(path, "r");
  try {
    const { size } = await handle.stat();
    const metadata = await footer(handle, size);
    if (metadata === undefined) return;
    if (!namesAgree(metadata)) return "the footer names a column in two ways";
    const pages = await Pages.of(handle, size, new Pace(work));
    for (const { columns, num_rows } of metadata.row_groups) {
      for (const { meta_data, file_path } of columns) {
        if (meta_data === undefined || file_path) continue; // encrypted, or in another file
        const isFlat = meta_data.path_in_schema.length === 1;
        if (isFlat && meta_data.num_values !== num_rows) return "a column has another length than its rows";
        const wrong = await pages.damageOf(meta_data);
        if (wrong !== undefined)
          return `${wrong} in the column ${JSON.stringify(meta_data.path_in_schema[0])}`;
      }
    }
    return;
  } finally {
    await handle.close();
  }
}

async function footer(handle: FileHandle, size: number): Promise<FileMetaData | undefined> {
  try {
    const { parquetMetadata } = await import("hyparquet");
    const tail = await bytesAt(handle, size - 8, 8);
    const length = tail.readUInt32LE(0) + 8;
    const bytes = await bytesAt(handle, size - length, length);
    return parquetMetadata(Uint8Array.from(bytes).buffer);
  } catch {
    return;
  }
}

/** Whether the schema and the row groups have the same names of columns, and no column is nested. */
function namesAgree({ schema, row_groups }: FileMetaData): boolean {
  const [root, ...leaves] = schema;
  if (root.num_children !== leaves.length) return true;
  return row_groups.every(({ columns }) =>
    columns.every(({ meta_data }, i) => !meta_data || meta_data.path_in_schema[0] === leaves[i]?.name),
  );
}

type PageHeaderReader = typeof import("hyparquet/src/column.js").parquetHeader;

/** Goes through the pages of a file one by one. */
class Pages {
  readonly #handle: FileHandle;
  readonly #size: number;
  readonly #pace: Pace;
  readonly #header: PageHeaderReader;

  static async of(handle: FileHandle, size: number, pace: Pace): Promise<Pages> {
    return new Pages(handle, size, pace, (await import("hyparquet/src/column.js")).parquetHeader);
  }

  private constructor(handle: FileHandle, size: number, pace: Pace, header: PageHeaderReader) {
    this.#handle = handle;
    this.#size = size;
    this.#pace = pace;
    this.#header = header;
  }

  /** What is wrong with the pages of a column chunk. The pages end when they have given all values of the chunk. */
  async damageOf(chunk: ColumnMetaData): Promise<string | undefined> {
    let at = Number(chunk.dictionary_page_offset || chunk.data_page_offset);
    let left = Number(chunk.num_values);
    while (left > 0) {
      const page = await this.#headerAt(at);
      if (page === undefined) return "a page has no readable header";
      const { header, length } = page;
      const end = at + length + header.compressed_page_size;
      if (!(header.compressed_page_size >= 0 && end <= this.#size)) return "a page does not end in the file";
      const values = valuesOf(header);
      if (values === undefined) return "a page has no header of its type";
      left -= values;
      const checksum = await this.#checksum(at + length, end);
      if (header.crc !== undefined && header.crc >>> 0 !== checksum) return "a page has a wrong checksum";
      at = end;
    }
    return left < 0 ? "the pages have more values than the column" : undefined;
  }

  async #headerAt(at: number) {
    if (!(at >= 0 && at < this.#size)) return; // where a damaged footer says that a page is
    for (const window of [1 << 10, 1 << 20]) {
      const bytes = Uint8Array.from(await bytesAt(this.#handle, at, Math.min(window, this.#size - at)));
      const reader = { view: new DataView(bytes.buffer), offset: 0 };
      try {
        return { header: this.#header(reader), length: reader.offset };
      } catch {
        // longer than the window, as with statistics of long texts, or not a header
      }
    }
    return;
  }

  async #checksum(from: number, end: number): Promise<number> {
    let checksum = 0;
    for (let at = from; at < end; at += readSize) {
      checksum = crc32(await bytesAt(this.#handle, at, Math.min(readSize, end - at)), checksum);
      await this.#pace.step(at, this.#size, "bytes");
    }
    return checksum;
  }
}

/** The number of values that a page has of its column; undefined if its header does not fit its type. */
function valuesOf(header: PageHeader): number | undefined {
  const { type, data_page_header, data_page_header_v2, dictionary_page_header } = header;
  if (type === "DATA_PAGE") return data_page_header?.num_values;
  if (type === "DATA_PAGE_V2") return data_page_header_v2?.num_values;
  if (type === "DICTIONARY_PAGE") return dictionary_page_header && 0;
  return type === "INDEX_PAGE" ? 0 : undefined;
}

const readSize = 1 << 20;

async function bytesAt(handle: FileHandle, at: number, length: number): Promise<Buffer> {
  if (at < 0 || length < 0 || length > 1 << 28) throw new RangeError("not inside of the file");
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, at);
  return buffer.subarray(0, bytesRead);
}

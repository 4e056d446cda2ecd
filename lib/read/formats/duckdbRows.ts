import type { DuckDBBlobVector, DuckDBConnection, DuckDBDataChunk } from "@duckdb/node-api";
import type { Mapped } from "../fields/mapFields.js";
import { sqlName, TableRow, usualBytes, usualDuration, usualStatus, usualTimes } from "./tableRow.js";

/** The table from which rows are read. */
export interface DuckdbTable {
  readonly connection: DuckDBConnection;
  /** The table, as written after FROM. */
  readonly from: string;
  /** Types of its columns, by name. */
  readonly types: ReadonlyMap<string, string>;
  readonly mapped: Mapped;
  /** Makes the error to throw if DuckDB fails. */
  readonly failed: (error: unknown) => unknown;
}

/**
 * Reads row after row, in the order of the table. The row stays unchanged until `take` has ended.
 * @param step called after about every 2,000 rows
 */
export async function eachDuckdbRow(
  { connection, from, types, mapped, failed }: DuckdbTable,
  take: (row: TableRow) => Promise<void> | void,
  step: (done: number) => Promise<void>,
): Promise<void> {
  const fail = (error: unknown) => {
    throw failed(error);
  };
  const { sql, usual } = query(from, types, mapped);
  const row = new TableRow();
  row.zoned = usual === "zoned";
  const reader = usual === undefined ? undefined : new UsualRows(row);
  const firstText = reader === undefined ? 0 : numbers;
  const result = await connection.stream(sql).catch(fail);
  let done = 0;
  for (;;) {
    const chunk = await result.fetchChunk().catch(fail);
    if (!chunk || chunk.rowCount === 0) return;
    const { rowCount } = chunk;
    reader?.open(chunk);
    for (let r = 0; r < rowCount; r++) {
      row.usual = reader?.read(r) ?? false;
      if (!row.usual) for (let i = 0; i < 5; i++) row.texts[i] = textAt(chunk, firstText + i, r);
      const waited = take(row);
      if (waited) await waited;
    }
    done += rowCount;
    await step(done);
  }
}

const textAt = (chunk: DuckDBDataChunk, column: number, row: number) =>
  chunk.getColumnVector(column).getItem(row) as string | null;

/** The texts of a row. For a usual row, these are the texts that DuckDB would have written. */
export function textsOf(row: TableRow): readonly (string | null)[] {
  if (!row.usual) return row.texts;
  const { bytes, time, zoned, status, hundredths } = row;
  const took = hundredths / 100;
  return [
    new Date(time)
      .toISOString()
      .replace("T", " ")
      .replace(/\.?0*Z$/, zoned ? "Z" : ""),
    utf8.decode(bytes.subarray(row.addressStart, row.addressEnd)),
    utf8.decode(bytes.subarray(row.pathStart, row.pathEnd)),
    String(status),
    hundredths < 0 ? null : Number.isInteger(took) ? `${took}.0` : String(took),
  ];
}

const utf8 = new TextDecoder();

/** Longest text, in bytes, that DuckDB stores in the vector itself. A longer text is stored elsewhere. */
const inline = 12;
/** Number of pieces of this length into which the address and the path are cut. The remainder is one more piece. */
const pieces = 3;
/**
 * Number of columns before the texts: time, status, response time, length of the address, the pieces and the remainder.
 */
const numbers = 4 + pieces + 1;

/** The usual rows of a chunk. */
class UsualRows {
  readonly #row: TableRow;
  /** Address and path of the row, one after the other. */
  readonly #words = new Int32Array((usualBytes + inline * pieces) / 4);
  readonly #bytes = new Uint8Array(this.#words.buffer);
  readonly #pieces: Int32Array[] = [];
  #chunk!: DuckDBDataChunk;
  #columns: { getItem(row: number): unknown }[] = [];

  constructor(row: TableRow) {
    this.#row = row;
    row.bytes = this.#bytes;
  }

  open(chunk: DuckDBDataChunk): void {
    this.#chunk = chunk;
    this.#columns = [0, 1, 2, 3].map((i) => chunk.getColumnVector(i));
    // Each longer text is fetched by a call of the native library, which takes almost a microsecond. So the texts come
    // in pieces that are stored in the vectors: 16 bytes for each row, beginning with the length. The bytes of the
    // first piece are a view of the vector, as `getItemBytes` documents, and so they lead to all the others.
    for (let i = 0; i < pieces; i++) {
      const first = this.#blobs(4 + i).getItemBytes(0)!;
      this.#pieces[i] = new Int32Array(first.buffer, first.byteOffset - 4, 4 * chunk.rowCount);
    }
  }

  /** Sets the row to the r-th of the chunk, if that one is usual. */
  read(r: number): boolean {
    const row = this.#row;
    const [time, status, hundredths, address] = this.#columns;
    row.time = time.getItem(r) as number;
    if (row.time < 0) return false;
    row.status = status.getItem(r) as number;
    row.hundredths = hundredths.getItem(r) as number;
    row.addressEnd = row.pathStart = address.getItem(r) as number;
    row.pathEnd = this.#gather(r);
    return true;
  }

  /** Puts the pieces together. @returns the length */
  #gather(r: number): number {
    const words = this.#words;
    const at = 4 * r;
    let to = 0;
    for (let i = 0; i < pieces; i++) {
      const piece = this.#pieces[i];
      const length = piece[at];
      words[to] = piece[at + 1];
      words[to + 1] = piece[at + 2];
      words[to + 2] = piece[at + 3];
      if (length < inline) return 4 * to + length;
      to += 3;
    }
    const rest = this.#blobs(4 + pieces).getItemBytes(r)!;
    this.#bytes.set(rest, 4 * to);
    return 4 * to + rest.length;
  }

  #blobs(column: number): DuckDBBlobVector {
    return this.#chunk.getColumnVector(column) as DuckDBBlobVector;
  }
}

/** The query for the five fields, and whether rows can be usual and then have their times in UTC. */
function query(
  from: string,
  types: ReadonlyMap<string, string>,
  { names, unit }: Mapped,
): { sql: string; usual: "zoned" | "local" | undefined } {
  const typeOf = names.map((name) => (name === undefined ? "VARCHAR" : types.get(name)!));
  const columns = names.map((name, i) => `${name === undefined ? "NULL::VARCHAR" : sqlName(name)} AS c${i}`);
  const texts = typeOf.map((type, i) => asText(`c${i}`, type));
  const rows = `SELECT ${columns.join(", ")} FROM ${from}`;
  const [time, address, path, status, took] = typeOf;
  const timed = names[4] !== undefined;
  const canBeUsual =
    (time === "TIMESTAMP" || time === withZone) &&
    address === "VARCHAR" &&
    path === "VARCHAR" &&
    /^U?(TINY|SMALL|BIG)?INT(EGER)?$/.test(status) &&
    (!timed || (took === "DOUBLE" && unit === "ms"));
  if (!canBeUsual) return { sql: `SELECT ${texts.join(", ")} FROM (${rows})`, usual: undefined };
  const [first, last] = usualTimes;
  const conditions = [
    `epoch_us(c0) BETWEEN ${first}000 AND ${last}000`,
    "epoch_us(c0) % 1000 = 0",
    `c1 <> '' AND c2 <> '' AND strlen(c1) + strlen(c2) <= ${usualBytes}`,
    // as texts they would lose it
    "NOT starts_with(c1, chr(65279)) AND NOT starts_with(c2, chr(65279))",
    usualStatus("c3"),
    ...(timed ? [usualDuration("c4")] : []),
  ];
  const piece = (i: number) => `address_path[${inline * i + 1}:${i < pieces ? inline * (i + 1) : ""}]`;
  const selected = [
    "CASE WHEN usual THEN epoch_ms(c0)::DOUBLE ELSE -1 END",
    "CASE WHEN usual THEN c3::SMALLINT ELSE 0 END",
    timed ? "CASE WHEN usual THEN coalesce(round(c4 * 100), -1) ELSE 0 END" : "-1::DOUBLE",
    "CASE WHEN usual THEN strlen(c1)::INTEGER ELSE 0 END",
    ...Array.from({ length: pieces + 1 }, (_, i) => piece(i)),
    ...texts.map((text) => `CASE WHEN usual THEN NULL ELSE ${text} END`),
  ];
  const marked = `SELECT *, coalesce(${conditions.join(" AND ")}, false) AS usual FROM (${rows})`;
  const joined = "CASE WHEN usual THEN encode(c1 || c2) ELSE ''::BLOB END AS address_path";
  return {
    sql: `SELECT ${selected.join(", ")} FROM (SELECT *, ${joined} FROM (${marked}))`,
    usual: time === withZone ? "zoned" : "local",
  };
}

const withZone = "TIMESTAMP WITH TIME ZONE";

/** A column as text: a time with a zone in UTC, a day as its midnight, everything else as DuckDB writes it. */
function asText(column: string, type: string): string {
  if (type === withZone) return `make_timestamp(epoch_us(${column}))::VARCHAR || 'Z'`;
  if (type === "DATE") return `${column}::TIMESTAMP::VARCHAR`; // midnight
  return `${column}::VARCHAR`;
}

import type { Client } from "pg";
import { InputError, InterruptedError, quoted } from "../../errors.js";
import type { Mapped } from "../../read/fields/mapFields.js";
import {
  sqlName,
  TableRow,
  usualBytes,
  usualDuration,
  usualStatus,
  usualTimes,
} from "../../read/formats/tableRow.js";
import { Pace, type Work } from "../../work.js";
import type { RequestsTable } from "../table.js";
import { noRequests } from "../warehouse.js";
import { cancellable, connect, tableColumns } from "./postgres.js";

/**
 * Opens the table `requests` of a PostgreSQL database in its present state. Later changes by others are not seen.
 * @param argument what errors call the address
 * @throws InputError if it cannot be reached, or has no such table
 * @throws InterruptedError if it is stopped
 */
export async function openPostgresTable(
  address: string,
  argument: string,
  work: Work,
): Promise<RequestsTable> {
  if (work.signal?.aborted) throw new InterruptedError();
  const { client, name } = await connect(address, argument);
  const close = () => client.end().catch(() => {});
  const failed = (error: unknown): Error =>
    error instanceof InputError || error instanceof InterruptedError
      ? error
      : new InputError(
          `${argument}: cannot read ${quoted(name)}: ${(error as Error).message.split("\n")[0]}`,
        );
  try {
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    // Between two readings, the log is made again, which may take long. Without the next setting, a scan of a large
    // table could start in the middle, where another scan is.
    await client.query("SET LOCAL idle_in_transaction_session_timeout = 0");
    await client.query("SET LOCAL synchronize_seqscans = off");
    await client.query("SET LOCAL max_parallel_workers_per_gather = 0"); // parallel workers would mix the rows
    const types = new Map(await tableColumns(client, "requests"));
    if (types.size === 0) throw noRequests(argument, name);
    // It may wait for a transaction that changes the table, so it must be stopped on the server, too.
    await cancellable(client, address, work, () => client.query("SELECT FROM requests LIMIT 0"));
    return {
      name,
      columns: [...types.keys()],
      close,
      async each(mapped, take, work) {
        const pace = new Pace(work);
        const rows = new BinaryRows(take);
        await cancellable(client, address, work, async () => {
          for await (const piece of copyOf(client, query(types, mapped), failed)) {
            rows.read(piece);
            await pace.step(rows.done, undefined, "records");
          }
        });
      },
    };
  } catch (error) {
    await close();
    throw failed(error);
  }
}

// The selected columns. They are numbers if the row is usual, and otherwise texts. Address and path are always there.
const TIME = 0;
const STATUS = 1;
const TOOK = 2;
const ADDRESS = 3;
const PATH = 4;
const TIME_TEXT = 5;
const STATUS_TEXT = 6;
const TOOK_TEXT = 7;
const COLUMNS = 8;
/** For each field, the column that holds its text. */
const fieldTexts = [
  [0, TIME_TEXT],
  [1, ADDRESS],
  [2, PATH],
  [3, STATUS_TEXT],
  [4, TOOK_TEXT],
] as const;

/** The result of a query in PostgreSQL's binary format, as a stream that waits for its reader. */
async function* copyOf(
  client: Client,
  sql: string,
  failed: (error: unknown) => Error,
): AsyncGenerator<Buffer> {
  const { to } = await import("pg-copy-streams");
  try {
    yield* client.query(to(`COPY (${sql}) TO STDOUT (FORMAT binary)`));
  } catch (error) {
    throw failed(error);
  }
}

/**
 * Reads the result of `COPY … (FORMAT binary)`: a header and, for each row, the number of its columns and then, for
 * each column, its length (−1 for NULL) and its value, the highest byte first.
 */
class BinaryRows {
  done = 0;
  readonly #take: (row: TableRow) => void;
  readonly #row = new TableRow();
  /** Bytes that have arrived and are not read yet: held[0, length). */
  #held = Buffer.alloc(1 << 17);
  #length = 0;
  #headRead = false;
  readonly #start = new Int32Array(COLUMNS);
  readonly #end = new Int32Array(COLUMNS);

  constructor(take: (row: TableRow) => void) {
    this.#take = take;
  }

  read(piece: Buffer): void {
    const length = this.#length + piece.length;
    if (length > this.#held.length) {
      const larger = Buffer.alloc(2 * length);
      larger.set(this.#held.subarray(0, this.#length));
      this.#held = larger;
    }
    const held = this.#held;
    held.set(piece, this.#length);
    this.#row.bytes = held;
    let at = 0;
    if (!this.#headRead) {
      if (length < headLength) {
        this.#length = length;
        return;
      }
      at = headLength + held.readInt32BE(headLength - 4); // later versions may extend the header
      this.#headRead = true;
    }
    for (let next = this.#find(at, length); next > 0; next = this.#find(at, length)) {
      this.#set();
      this.#take(this.#row);
      this.done++;
      at = next;
    }
    held.copyWithin(0, at, length);
    this.#length = length - at;
  }

  /**
   * Finds the positions of the values in the row at `at`.
   * @returns its end; 0 if it has not arrived yet, or is not a row
   */
  #find(at: number, length: number): number {
    const held = this.#held;
    if (at + 2 > length || held.readInt16BE(at) !== COLUMNS) return 0; // −1 marks the end of the data
    at += 2;
    for (let i = 0; i < COLUMNS; i++) {
      if (at + 4 > length) return 0;
      const size = held.readInt32BE(at);
      at += 4;
      this.#start[i] = at;
      at += Math.max(size, 0);
      if (at > length) return 0;
      this.#end[i] = size < 0 ? -1 : at;
    }
    return at;
  }

  #set(): void {
    const held = this.#held;
    const row = this.#row;
    const start = this.#start;
    const end = this.#end;
    row.usual = end[TIME] >= 0;
    if (!row.usual) {
      for (const [field, column] of fieldTexts) {
        row.texts[field] = end[column] < 0 ? null : held.toString("utf8", start[column], end[column]);
      }
      return;
    }
    const micros = held.readInt32BE(start[TIME]) * 4294967296 + held.readUInt32BE(start[TIME] + 4);
    row.time = epoch + Math.floor(micros / 1000);
    row.status = held.readInt32BE(start[STATUS]);
    row.hundredths = held.readDoubleBE(start[TOOK]);
    row.addressStart = start[ADDRESS];
    row.addressEnd = end[ADDRESS];
    row.pathStart = start[PATH];
    row.pathEnd = end[PATH];
  }
}

/** Length of the signature, the flags and the length of the extension. */
const headLength = 19;
/** PostgreSQL counts its microseconds from this time. */
const epoch = Date.UTC(2000, 0, 1);

/** The query for the five fields. */
function query(types: ReadonlyMap<string, string>, { names, unit }: Mapped): string {
  const [time, , , status, took] = names.map((name) => (name === undefined ? undefined : types.get(name)!));
  const columns = names.map((name, i) => {
    const column = name === undefined ? "NULL" : sqlName(name);
    return `${i === 1 || i === 2 ? `concat(${column})` : column} AS c${i}`; // its text
  });
  const canBeUsual =
    /^timestamp(\(\d\))? with(out)? time zone$/.test(time!) &&
    /^(smallint|integer|bigint)$/.test(status!) &&
    (took === undefined || (took === "double precision" && unit === "ms"));
  const [first, last] = usualTimes.map((time) => `TIMESTAMP '${new Date(time).toISOString().slice(0, -1)}'`);
  const conditions = [
    "getdatabaseencoding() <> 'SQL_ASCII'", // otherwise its texts may be invalid
    `c0 BETWEEN ${first} AND ${last}`,
    `c1 <> '' AND c2 <> '' AND octet_length(c1) + octet_length(c2) <= ${usualBytes}`,
    usualStatus("c3"),
    ...(took === undefined ? [] : [usualDuration("c4")]),
  ];
  const usual = canBeUsual ? `coalesce(${conditions.join(" AND ")}, false)` : "false";
  const numbers = canBeUsual
    ? ["c0", "c3::integer", took === undefined ? "-1::float8" : "coalesce(round(c4 * 100), -1)"]
    : ["0", "0", "0"];
  const selected = [
    ...numbers.map((number) => `CASE WHEN usual THEN ${number} END`),
    "c1",
    "c2",
    ...["c0", "c3", "c4"].map((column) => `CASE WHEN NOT usual THEN concat(${column}) END`),
  ];
  // OFFSET 0 makes sure that the conditions are evaluated only once, and not for each column.
  return `SELECT ${selected.join(", ")} FROM
    (SELECT *, ${usual} AS usual FROM (SELECT ${columns.join(", ")} FROM requests) AS fields OFFSET 0) AS rows`;
}

import { InputError, quoted } from "../../errors.js";
import { openDuckdb } from "../../files/duckdb.js";
import { damageOfPages } from "../../files/parquetPages.js";
import { recordFields } from "../../record.js";
import { Pace, type Work } from "../../work.js";
import { headerBeside, privateAddresses } from "../fields/forwarded.js";
import { mapFields } from "../fields/mapFields.js";
import type { FormatOptions, Reason, Row } from "../row.js";
import { eachDuckdbRow, textsOf } from "./duckdbRows.js";
import { sqlName, type TableRow, tableReader } from "./tableRow.js";

/** A Parquet file that is ready to be read: its number of rows, the meaning of its columns, and the rows. */
export interface ParquetRows {
  readonly rows: number;
  readonly decided: string;
  /** Reads row after row into `row`. Each is passed on with the reason why it is not a record, if there is one. */
  each(
    row: Row,
    take: (reason: Reason, text: () => Uint8Array) => Promise<void> | void,
    work: Work,
  ): Promise<void>;
  close(): void;
}

/** Whether a file begins like Parquet. */
export const isParquet = (head: Uint8Array): boolean =>
  head[0] === 0x50 && head[1] === 0x41 && head[2] === 0x52 && head[3] === 0x31;

/**
 * Opens a Parquet file with DuckDB, which knows every compression and encoding. Columns are found by their usual names.
 * A timestamp without a zone is in the log's local time.
 * @throws InputError if it is not a sound Parquet file, or lacks a column that a record needs
 */
export async function openParquet(path: string, options: FormatOptions): Promise<ParquetRows> {
  const instance = await openDuckdb(":memory:", { threads: "1" });
  const connection = await instance.connect();
  const close = () => {
    connection.closeSync();
    instance.closeSync();
  };
  try {
    const file = `read_parquet(${literal(path.replace(/[*?[]/g, "[$&]"))})`;
    const columns = (await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${file}`)).getRows();
    const types = new Map(columns.map(([name, type]) => [String(name), String(type)]));
    const counted = await connection.runAndReadAll(`SELECT count(*) FROM ${file}`);
    const mapped = mapFields([...types.keys()], {}, options, "the columns of the Parquet file");
    if (mapped.unsure !== undefined) throw new InputError(mapped.unsure);
    const beside = headerBeside(mapped, {}, [...types.keys()], options, options.client);
    const { header, clients } = beside;
    if (clients === undefined && options.client !== undefined)
      throw new InputError(`client: ${quoted(path)} has no X-Forwarded-For beside its peer: leave it out`);
    const whole = header === undefined ? file : withClient(file, clients![0], header, options.client);
    if (header !== undefined && options.client === undefined) {
      const asked = eitherSql(file, clients![0], header);
      const [example] = (await connection.runAndReadAll(asked)).getRows();
      if (example !== undefined)
        throw new InputError(
          `client: the client may be ${quoted(clients![0])}, such as ${quoted(example[0])}, or ${quoted(header)}, such as ${quoted(example[1])}: a public peer may be a proxy, and the header may be made up; give "peer" or "forwarded" (--client peer)`,
        );
    }
    const rows = Number(counted.getRows()[0][0]);
    const read = tableReader(options, mapped.unit);
    return {
      rows,
      decided: beside.decided,
      each: async (row, take, work) => {
        const damage = await damageOfPages(path, { signal: work.signal });
        if (damage !== undefined) throw unsound(path, new Error(damage));
        const pace = new Pace(work);
        const failed = (error: unknown) => {
          pace.check(); // an error after an interrupt is not damage
          return unsound(path, error);
        };
        await eachDuckdbRow(
          { connection, from: whole, types, mapped, failed },
          (from) => take(read(from, row), () => asJson(from)),
          (done) => pace.step(done, rows, "records"),
        );
      },
      close,
    };
  } catch (error) {
    close();
    if (error instanceof InputError) throw error;
    throw unsound(path, error);
  }
}

/** A column of texts with the left-most address of a list; NULL if there is none. */
const leftMost = (name: string) =>
  `nullif(nullif(trim(split_part(${sqlName(name)}::VARCHAR, ',', 1)), ''), '-')`;

const isPrivateSql = (name: string) =>
  `regexp_matches(${sqlName(name)}::VARCHAR, ${literal(privateAddresses.source)}, 'i')`;

/** The table with the client in place of the peer. */
function withClient(from: string, peer: string, header: string, asked: FormatOptions["client"]): string {
  if (asked === "peer") return from;
  const when = asked === "forwarded" ? "true" : `coalesce(${isPrivateSql(peer)}, true)`;
  const client = `CASE WHEN ${when} THEN coalesce(${leftMost(header)}, ${sqlName(peer)}::VARCHAR) ELSE ${sqlName(peer)}::VARCHAR END`;
  return `(SELECT * REPLACE (${client} AS ${sqlName(peer)}) FROM ${from})`;
}

/** The first row in which either may be the client. */
const eitherSql = (from: string, peer: string, header: string) =>
  `SELECT ${sqlName(peer)}::VARCHAR, ${leftMost(header)} FROM ${from} WHERE NOT ${isPrivateSql(peer)} AND NOT ${isPrivateSql(header)} AND ${leftMost(header)} <> ${leftMost(peer)} LIMIT 1`;

const asJson = (row: TableRow): Uint8Array => {
  const texts = textsOf(row);
  return new TextEncoder().encode(
    JSON.stringify(Object.fromEntries(recordFields.map(({ name }, i) => [name, texts[i]]))),
  );
};

const unsound = (path: string, error: unknown) =>
  new InputError(`path: cannot read ${quoted(path)} as Parquet: ${(error as Error).message.split("\n")[0]}`);

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

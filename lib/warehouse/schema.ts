import { type Field, recordFields } from "../record.js";
import type { Load } from "./warehouse.js";

/** The databases that can hold the table `requests`. */
export type Engine = "duckdb" | "postgres";

const types: Record<Engine, Record<Field["type"], string>> = {
  duckdb: { timestamp: "TIMESTAMP", text: "VARCHAR", integer: "INTEGER", decimal: "DOUBLE" },
  // Text is compared byte by byte, as in DuckDB. Otherwise the order of an answer would depend on the server's
  // language.
  postgres: {
    timestamp: "timestamp(3) without time zone",
    text: 'text COLLATE "C"',
    integer: "integer",
    decimal: "double precision",
  },
};

/** Names of the columns, as a list in SQL. */
export const columnList: string = recordFields.map(({ name }) => name).join(", ");

/** The columns of `requests` with their types. Fields that a log may lack may be NULL. */
export function requestsColumns(engine: Engine): string {
  return recordFields
    .map(({ name, type, optional }) => `${name} ${types[engine][type]}${optional ? "" : " NOT NULL"}`)
    .join(", ");
}

/** The DuckDB type of a field. */
export function duckdbType(field: Field): string {
  return types.duckdb[field.type];
}

/** The columns of the table of loaded logs, which prevents loading the same file twice. */
export const loadsColumns: Record<Engine, string> = {
  duckdb:
    "sha256 VARCHAR PRIMARY KEY, name VARCHAR NOT NULL, bytes BIGINT NOT NULL, records BIGINT NOT NULL, loaded_at TIMESTAMP NOT NULL, content_sha256 VARCHAR, content_bytes BIGINT, content_head VARCHAR",
  postgres:
    "sha256 text PRIMARY KEY, name text NOT NULL, bytes bigint NOT NULL, records bigint NOT NULL, loaded_at timestamp(3) without time zone NOT NULL, content_sha256 text, content_bytes bigint, content_head text",
};

/**
 * Adds the columns that are missing in a table `loads` made by an earlier version. That version noted only hashes of
 * the stored bytes.
 */
export const addContent: readonly string[] = [
  "ALTER TABLE loads ADD COLUMN IF NOT EXISTS content_sha256 text",
  "ALTER TABLE loads ADD COLUMN IF NOT EXISTS content_bytes bigint",
  "ALTER TABLE loads ADD COLUMN IF NOT EXISTS content_head text",
];

/** The query for all loads, in the same form for both databases. */
export const selectLoads =
  "SELECT sha256, name, bytes, records, coalesce(content_sha256, sha256), coalesce(content_bytes, bytes), coalesce(content_head, '') FROM loads";

/** The values of a load in the order of the columns of `loads`, without the moment, which the database adds. */
export function rowOfLoad(load: Load): (string | number)[] {
  const { sha256, name, bytes, records, contentSha256, contentBytes, contentHead } = load;
  return [sha256, name, bytes, records, contentSha256, contentBytes, contentHead];
}

/** Converts a row of `selectLoads`. */
export function loadOfRow([sha256, name, bytes, records, content, length, head]: readonly unknown[]): Load {
  return {
    sha256: String(sha256),
    name: String(name),
    bytes: Number(bytes),
    records: Number(records),
    contentSha256: String(content),
    contentBytes: Number(length),
    contentHead: String(head),
  };
}

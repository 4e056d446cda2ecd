import { InputError, quoted } from "../errors.js";
import type { Source } from "../record.js";
import type { Work } from "../work.js";

/** A file that was loaded. */
export interface Load {
  /** SHA-256 of the stored file, packed or not, in hexadecimal. */
  readonly sha256: string;
  readonly name: string;
  readonly bytes: number;
  /** Number of records that it added. For a log that had grown since an earlier load, only those of its later part. */
  readonly records: number;
  /** SHA-256 of the file's content, unpacked. */
  readonly contentSha256: string;
  readonly contentBytes: number;
  /** Its first bytes, at most 4,096, in base64; empty where the load was noted without it. */
  readonly contentHead: string;
}

/** A database on disk or on a server, open for loading. Everything until `commit` is one transaction. */
export interface Warehouse {
  /** Its name in messages, without credentials. */
  readonly name: string;
  /** All earlier loads. */
  loads(): Promise<Load[]>;
  /** Adds a log's records to `requests`. @returns their number */
  insert(source: Source, work: Work): Promise<number>;
  /** The same for a CSV that `read` has just written, whose records obey every rule. */
  insertRead(path: string, work: Work): Promise<number>;
  /** Notes that a file was loaded. */
  note(load: Load): Promise<void>;
  /** Number of records in `requests`. */
  total(): Promise<number>;
  /** Commits what was loaded, and closes the database. */
  commit(): Promise<void>;
  /** Restores the earlier state of the database, and closes it. It is safe to call after a failure. */
  discard(): Promise<void>;
}

/** The error for a database without the table `requests`. */
export function noRequests(argument: string, where: string): InputError {
  return new InputError(`${argument}: ${quoted(where)} has no table "requests"; load a log into it first`);
}

/** @throws InputError if an existing table has columns other than the five fields */
export function checkShape(
  found: readonly (readonly [name: string, type: string])[],
  wanted: readonly (readonly [name: string, type: string])[],
  argument: string,
  where: string,
): void {
  const text = (columns: typeof found) => columns.map(([name, type]) => `${name} ${type}`).join(", ");
  if (text(found) === text(wanted)) return;
  throw new InputError(
    `${argument}: the table "requests" of ${quoted(where)} has the columns ${text(found)}, not the five of a record: ${text(wanted)}`,
  );
}

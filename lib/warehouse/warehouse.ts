import { InputError, quoted } from "../errors.js";
import type { Source } from "../record.js";
import type { Work } from "../work.js";

/** A file that was loaded. */
export interface Load {
  /** Of the file as it is, packed or not; hexadecimal. */
  readonly sha256: string;
  readonly name: string;
  readonly bytes: number;
  /** Records that it added: of a log that had grown since an earlier load, only those of its later part. */
  readonly records: number;
  /** Of what the file holds, unpacked. */
  readonly contentSha256: string;
  readonly contentBytes: number;
  /** Its first bytes, at most 4,096, in base64; empty where the load was noted without it. */
  readonly contentHead: string;
}

/** A database that lasts, open for loading: all that happens until `commit` is one transaction. */
export interface Warehouse {
  /** What it is called in messages, without credentials. */
  readonly name: string;
  /** All that were loaded. */
  loads(): Promise<Load[]>;
  /** Adds a log's records to `requests`; resolves to their number. */
  insert(source: Source, work: Work): Promise<number>;
  /** The same for a CSV that `read` has just written, whose records keep every rule. */
  insertRead(path: string, work: Work): Promise<number>;
  /** Remembers that a file was loaded. */
  note(load: Load): Promise<void>;
  /** Number of records in `requests`. */
  total(): Promise<number>;
  /** Keeps what was loaded, and closes. */
  commit(): Promise<void>;
  /** Leaves the database as it was before, and closes. Safe to call after a failure. */
  discard(): Promise<void>;
}

/** The sentence for a database without the table `requests`. */
export function noRequests(argument: string, where: string): InputError {
  return new InputError(`${argument}: ${quoted(where)} has no table "requests"; load a log into it first`);
}

/** @throws InputError when a table that is there already has other columns than the five fields. */
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

/** What each error code of Node means for the machine. */
const words: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EROFS: "the file system is read-only",
  ENOENT: "there is no such file or folder",
  ENOTDIR: "a part of the path is not a folder",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "links lead in a circle",
  EFBIG: "the file would be larger than the file system or the limit allows",
  EIO: "the disk fails",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open",
  ENOMEM: "the memory does not suffice",
  EBUSY: "it is in use",
  ETXTBSY: "it is in use",
  ESTALE: "the file system was taken away",
};

/**
 * Says in words what went wrong with a file, for the failures that users meet. For other failures, it gives Node's
 * message.
 */
export function reason(error: unknown, doing: "read" | "write" = "write"): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  if (code === "EACCES" || code === "EPERM") return `no permission to ${doing} there`;
  return words[code] ?? message;
}

/**
 * The sentence for an npm package that is not installed, in place of Node's words, which list every file on the way to
 * it; undefined for every other error.
 */
export function missingPackage(error: unknown): string | undefined {
  const { code = "", message = "" } = (error ?? {}) as NodeJS.ErrnoException;
  if (!/^(?:ERR_)?MODULE_NOT_FOUND$/.test(code)) return undefined;
  const [, name] = /^Cannot find (?:module|package) '((?:@[^/']+\/)?[^/'.][^/']*)/.exec(message) ?? [];
  const what =
    name === undefined ? "a file of server-logs" : `the npm package ${name}, which server-logs needs,`;
  return `${what} is not installed: run npm install again where server-logs is installed, with optional packages`;
}

/** What databases say when the machine fails, as opposed to when their input is wrong. */
const databaseWords: readonly [said: RegExp, means: string][] = [
  [/No space left on device|could not extend file|DISK_FULL|failed to offload data/i, "the disk is full"],
  [/Disk quota exceeded/i, "the disk quota is used up"],
  [/File too large/i, words.EFBIG],
  [/Out of Memory|could not allocate|bad_alloc|out of memory|Array buffer allocation failed/i, words.ENOMEM],
  [/Input\/output error/i, "the disk fails"],
  [/Read-only file system/i, words.EROFS],
  [/Too many open files/i, words.EMFILE],
  [
    /Connection terminated|server closed the connection|ECONNRESET|EPIPE/i,
    "the connection to the database was lost",
  ],
  [
    /terminating connection|the database system is (shutting down|starting up|in recovery)/i,
    "the database server stopped",
  ],
  [/Permission denied/i, "no permission to use the file"],
];

/** PostgreSQL's classes of errors of the server or the machine: SQLSTATE 08, 53, 57P, 58. */
const serverFaults: readonly [code: RegExp, means: string][] = [
  [/^53100$/, "the disk of the database is full"],
  [/^53200$/, "the memory of the database does not suffice"],
  [/^53/, "the database has no more resources"],
  [/^08/, "the connection to the database was lost"],
  [/^57P/, "the database server stopped"],
  [/^58/, "the database server's disk fails"],
];

/**
 * Says in words what is wrong with the machine: its disk, memory or permissions, or the connection to a database.
 * Undefined for every other error, which is about the input.
 */
export function machineFault(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code = "", message } = error as NodeJS.ErrnoException;
  if (/^[0-9A-Z]{5}$/.test(code)) {
    const fault = serverFaults.find(([pattern]) => pattern.test(code))?.[1];
    if (fault !== undefined) return fault;
  }
  const missing = missingPackage(error);
  if (missing !== undefined) return missing;
  if (code in words || code === "EACCES" || code === "EPERM") return reason(error);
  const said = message.split("\n")[0];
  return databaseWords.find(([pattern]) => pattern.test(said))?.[1];
}

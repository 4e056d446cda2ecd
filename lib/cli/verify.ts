import type { Command } from "commander";
import { InputError } from "../errors.js";
import { command, type Exit } from "./command.js";
import { number } from "./options.js";
import { asRows, print, table, tell } from "./output.js";
import { working } from "./progress.js";

/** Adds the command `verify`. */
export function verifyCommand(program: Command, exit: Exit): void {
  command(program, "verify", "compare a copy of a log with what was written; exit code 1 when it differs")
    .argument(
      "<copy...>",
      "CSV (plain, gzip or zstd), NDJSON, Parquet, a DuckDB file, or postgres://USER@HOST:PORT/DATABASE (the password in PGPASSWORD or ~/.pgpass); or several that together are the copy",
    )
    .option(
      "--key <file...>",
      "answer key, or those of all parts (default: the key beside the file; required for a database)",
    )
    .option(
      "--counts",
      "the copy is a CSV of counts by bucket, endpoint and status, as a dashboard exports it",
    )
    .option("--ids", "look only for the ids of stream --record-ids, anywhere in files of any format")
    .option("--bucket-seconds <n>", "with --counts: length of its buckets", number("bucket-seconds"))
    .option("--limit <n>", "differences of each kind to show, 0 to 10000", number("limit"), 20)
    .option("--workers <n>", "threads that make the log again, 1 to 64", number("workers"))
    .option("--json", "the result as JSON")
    .action(async (copies, { key, counts, ids, bucketSeconds, limit, workers, json }) => {
      if (bucketSeconds !== undefined && !counts)
        throw new InputError("--bucket-seconds: needs --counts, as records are compared without buckets");
      if (ids && (counts || workers !== undefined))
        throw new InputError(`--ids: cannot go with --${counts ? "counts" : "workers"}`);
      if (ids && key === undefined)
        throw new InputError("key: --ids needs --key FILE, the answer key of what was streamed");
      const result = ids
        ? await working(async (work) => {
            const { verifyRecordIds } = await import("../check/verify/recordIds.js");
            return verifyRecordIds(copies, key, limit, work);
          })
        : counts
          ? await verifiedCounts(copies, key, { bucketSeconds, limit })
          : await working(async (work) => {
              const { verify } = await import("../check/verify/verify.js");
              return verify(copies, key, { limit, workers }, work);
            });
      if (json) await print(JSON.stringify({ ...result, differences: asRows(result.differences) }));
      else {
        if (result.differences[Object.keys(result.differences)[0]].length > 0)
          await print(await table(result.differences));
        tell(result.summary);
      }
      if (!result.valid) exit.code = 1;
    });
}

async function verifiedCounts(
  tables: readonly string[],
  key: string[] | undefined,
  options: { bucketSeconds?: number; limit: number },
) {
  if (tables.length > 1) throw new InputError(`copy: --counts compares one table, not ${tables.length}`);
  if (key === undefined) throw new InputError("key: --counts needs --key FILE, the log's answer key");
  const { verifyCounts } = await import("../check/counts/verifyCounts.js");
  return verifyCounts(tables[0], key, options);
}

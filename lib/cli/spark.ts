import type { Command } from "commander";
import { command, type Exit } from "./command.js";
import { logOf, logOptions } from "./generate.js";
import { number } from "./options.js";
import { outputForm, print, printColumns, tell } from "./output.js";
import { working } from "./progress.js";

/** Adds the command `spark`: a log too large for one machine, made and checked on a Spark cluster. */
export function sparkCommand(program: Command, exit: Exit): void {
  const spark = command(program, "spark", "make a log on a Spark cluster, and check it there");

  logOptions(command(spark, "generate", "print the Spark SQL that makes a log on the executors, or run it"))
    .requiredOption(
      "--lake <folder>",
      "where the log goes: an absolute path, or s3a://bucket/logs and the like",
    )
    .option(
      "--files",
      "executors write the Parquet files themselves, much faster, into a folder that all share",
    )
    .option("--shards <n>", "number of tasks (default: one for each 2 million records)", number("shards"))
    .option("--command <words>", "how an executor calls this program", "server-logs")
    .option("--on <cluster>", "run it now: spark://HOST:PORT, or spark://local for Spark on this machine")
    .action(async ({ on, ...options }) => {
      const { sparkGenerateSql } = await import("../warehouse/spark/generate.js");
      const sql = sparkGenerateSql(logOf(options, Date.now()) as Parameters<typeof sparkGenerateSql>[0]);
      if (on === undefined) return await print(sql);
      const { sparkMaster } = await import("../warehouse/spark/address.js");
      const { runSparkSql } = await import("../warehouse/spark/run.js");
      const master = sparkMaster(on);
      await working((work) => runSparkSql(master, sql, work));
      const { shellWord } = await import("../warehouse/spark/text.js");
      tell(
        `written to ${options.lake}; \`server-logs spark check --lake ${shellWord(options.lake)} --on ${shellWord(on)}\` compares it`,
      );
    });

  command(
    spark,
    "check",
    "compare lakes with the answer keys of their parts, on the cluster; exit code 1 when one differs",
  )
    .requiredOption("--lake <folder...>", "lakes that `spark generate` wrote")
    .requiredOption("--on <cluster>", "spark://HOST:PORT, or spark://local for Spark on this machine")
    .option("--json", "the differences as JSON, a list of rows")
    .option("--csv", "the differences as CSV")
    .action(async ({ lake: lakes, on, json, csv }) => {
      const { sparkMaster } = await import("../warehouse/spark/address.js");
      const { checkLakes } = await import("../warehouse/spark/check.js");
      const { lakeOption } = await import("../warehouse/spark/lake.js");
      const master = sparkMaster(on);
      const differences = await working((work) => checkLakes({ master, lakes }, work));
      const count = differences.what.length;
      if (count > 0 || json || csv) await printColumns(differences, outputForm({ json, csv }));
      for (const lake of new Set<string>(lakes.map(lakeOption))) {
        const counts = differences.lake.filter((each) => each === lake).length;
        tell(
          counts === 0
            ? `${lake} is what was made: every count of the answer keys agrees`
            : `${lake} differs from its answer keys in ${counts} counts`,
        );
      }
      if (count > 0) exit.code = 1;
    });
}

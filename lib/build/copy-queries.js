// tsc does not copy SQL. This copies the files of questions, series and Spark to the compiled code that reads them.
import { cpSync } from "node:fs";

const copy = (from, to, filter) =>
  cpSync(new URL(`../${from}`, import.meta.url), new URL(`../dist/${to}`, import.meta.url), {
    recursive: true,
    filter,
  });

copy("warehouse/queries", "warehouse/queries");
copy("monitor/queries", "monitor/series");
copy("report", "report/page", (path) => !/\.ts$/.test(path));
copy("warehouse/spark", "warehouse/spark/sql", (path) => !/\.(ts|md)$/.test(path));

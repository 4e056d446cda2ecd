// tsc does not copy SQL: the question files go beside the compiled code that reads them.
import { cpSync } from "node:fs";

cpSync(
  new URL("../warehouse/queries", import.meta.url),
  new URL("../dist/warehouse/queries", import.meta.url),
  {
    recursive: true,
  },
);

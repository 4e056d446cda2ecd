// The answer key's JSON Schema, so that other programs can check a key and complete its names: the rules are those
// by which the library reads it.
import { writeFileSync } from "node:fs";
import { toJsonSchema } from "@valibot/to-json-schema";
import { keySchema } from "../dist/truth/keySchema.js";

// What JSON Schema cannot say (columns of equal length, the scenario's sums) the reader still checks.
const { $schema, ...rules } = toJsonSchema(keySchema, { errorMode: "ignore", typeMode: "output" });
const schema = {
  $schema,
  title: "Answer key of server-logs",
  description: "The exact answer to what a pipeline, a dashboard or an alert should find in a generated log.",
  ...rules,
};
writeFileSync(
  new URL("../dist/answer-key.schema.json", import.meta.url),
  `${JSON.stringify(schema, null, 2)}\n`,
);

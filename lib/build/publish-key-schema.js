// The answer key's JSON Schema, so that other programs can check a key and complete its names: the rules are those that
// the library applies when it reads one.
import { writeFileSync } from "node:fs";
import { toJsonSchema } from "@valibot/to-json-schema";
import { keySchema } from "../dist/truth/keySchema.js";

// The reader also checks what JSON Schema cannot express (columns of equal length, the scenario's sums).
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

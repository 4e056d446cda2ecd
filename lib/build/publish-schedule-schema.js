// The schedule's JSON Schema, so that editors complete a schedule and mark its mistakes. The rules are those that the
// library checks, the descriptions are the doc comments of the types, and the schema of a scenario is part of it.
import { readFileSync, writeFileSync } from "node:fs";
import { toJsonSchema } from "@valibot/to-json-schema";
import { scheduleSchema } from "../dist/schedule/jobs/scheduleSchema.js";
import { describe, interfacesOf } from "./docComments.js";

const interfaces = interfacesOf(["schedule/jobs/schedule.ts", "write/options.ts"]);
const { $schema, ...rules } = toJsonSchema(scheduleSchema, { errorMode: "ignore", typeMode: "input" });
const { $schema: _, ...scenario } = JSON.parse(
  readFileSync(new URL("../dist/scenario/scenario.schema.json", import.meta.url), "utf8"),
);
const logs = [rules.properties.log, rules.properties.jobs.items.properties.log];
for (const log of logs) describe(log, interfaces.get("GenerateOptions").members, interfaces);
describe(rules, interfaces.get("Schedule").members, interfaces);
for (const log of logs) {
  const { properties } = log;
  properties.scenario.anyOf = properties.scenario.anyOf.map((each) =>
    each.type === "object" ? { $ref: "#/$defs/scenario" } : each,
  );
  properties.incidents = { ...scenario.properties.incidents, description: properties.incidents.description };
}
const schema = {
  $schema,
  title: "Schedule of server-logs",
  ...rules,
  $defs: { scenario },
};
writeFileSync(
  new URL("../dist/schedule/schedule.schema.json", import.meta.url),
  `${JSON.stringify(schema, null, 2)}\n`,
);

// The scenario's JSON Schema, so that editors complete a scenario file and mark its mistakes. The rules are those that
// the library checks, the descriptions are the doc comments of the types.
import { writeFileSync } from "node:fs";
import { toJsonSchema } from "@valibot/to-json-schema";
import { presetIncidents } from "../dist/scenario/incidents/preset.js";
import { presets } from "../dist/scenario/presets.js";
import { scenarioSchema } from "../dist/scenario/schema.js";
import { describe, interfacesOf } from "./docComments.js";

const interfaces = interfacesOf([
  "scenario/types.ts",
  "scenario/site.ts",
  "scenario/defects.ts",
  "scenario/incidents/incident.ts",
]);

// The library also checks what JSON Schema cannot express (sums, dates that exist, keys that depend on each other).
const whole = toJsonSchema(scenarioSchema, { errorMode: "ignore", typeMode: "input" });
describe(whole, interfaces.get("Scenario").members, interfaces);
makeOptional(whole);
whole.properties.incidents.items = {
  anyOf: [
    { enum: presetIncidents, description: "A preset incident, at its place in the log." },
    whole.properties.incidents.items,
  ],
};
const endpoint = whole.properties.site.properties.endpoints.items;
const { latency } = endpoint.properties;
endpoint.required = ["route", "latency"];
endpoint.properties.latency = {
  description: latency.description,
  anyOf: [{ ...latency.properties.p50, description: "The median in milliseconds." }, latency],
};
const { $schema, properties, ...rest } = whole;
const schema = {
  $schema,
  title: "Scenario of server-logs",
  ...rest,
  properties: {
    $schema: { type: "string", description: "Where this schema is, for editors." },
    preset: {
      enum: Object.keys(presets),
      default: "demo",
      description:
        "The scenario that the other keys change. Objects are merged key by key, lists are replaced.",
    },
    ...properties,
  },
};
writeFileSync(
  new URL("../dist/scenario/scenario.schema.json", import.meta.url),
  `${JSON.stringify(schema, null, 2)}\n`,
);

/** Changes to a preset may leave out any key, but each item of a list must be complete. */
function makeOptional(node) {
  delete node.required;
  for (const property of Object.values(node.properties ?? {})) makeOptional(property);
}

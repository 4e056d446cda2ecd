// The scenario's JSON Schema, so that editors complete a scenario file and mark its mistakes: the rules are those
// by which the library checks, the words are the doc comments of the types.
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

// What JSON Schema cannot say (sums, dates that exist, keys that depend on each other) the library still checks.
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

/** Changes on top of a preset may leave out any key; the items of a list stand alone and are whole. */
function makeOptional(node) {
  delete node.required;
  for (const property of Object.values(node.properties ?? {})) makeOptional(property);
}

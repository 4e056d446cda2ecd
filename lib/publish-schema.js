// The scenario's JSON Schema, so that editors complete a scenario file and mark its mistakes: the rules are those
// by which the library checks, the words are the doc comments of the types.
import { readFileSync, writeFileSync } from "node:fs";
import { toJsonSchema } from "@valibot/to-json-schema";
import ts from "typescript";
import { presetIncidents } from "./dist/scenario/incident.js";
import { presets } from "./dist/scenario/presets.js";
import { scenarioSchema } from "./dist/scenario/schema.js";

const interfaces = new Map();
for (const file of ["scenario/scenario.ts", "scenario/incident.ts"]) {
  const text = readFileSync(new URL(file, import.meta.url), "utf8");
  ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true).forEachChild((node) => {
    if (ts.isInterfaceDeclaration(node)) interfaces.set(node.name.text, node);
  });
}

// What JSON Schema cannot say (sums, dates that exist, keys that depend on each other) the library still checks.
const whole = toJsonSchema(scenarioSchema, { errorMode: "ignore", typeMode: "input" });
describe(whole, "Scenario");
makeOptional(whole);
whole.properties.incidents.items = {
  anyOf: [
    { enum: presetIncidents, description: "A preset incident, at its place in the log." },
    whole.properties.incidents.items,
  ],
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
  new URL("dist/scenario/scenario.schema.json", import.meta.url),
  `${JSON.stringify(schema, null, 2)}\n`,
);

/** Gives every property the doc comment of the interface that it has in TypeScript. */
function describe(node, name) {
  for (const member of interfaces.get(name).members) {
    const property = node.properties[member.name.text];
    const comment = ts.getJSDocCommentsAndTags(member).find(ts.isJSDoc)?.comment;
    if (comment !== undefined) property.description = String(comment).replace(/\s*\n\s*/g, " ");
    const inner = ts.isArrayTypeNode(member.type) ? member.type.elementType : member.type;
    const reference = ts.isTypeReferenceNode(inner) ? inner.typeName.text : undefined;
    if (interfaces.has(reference)) describe(property.items ?? property, reference);
  }
}

/** Changes on top of a preset may leave out any key; the items of a list stand alone and are whole. */
function makeOptional(node) {
  delete node.required;
  for (const property of Object.values(node.properties ?? {})) makeOptional(property);
}

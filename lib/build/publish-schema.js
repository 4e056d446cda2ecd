// The scenario's JSON Schema, so that editors complete a scenario file and mark its mistakes: the rules are those
// by which the library checks, the words are the doc comments of the types.
import { readFileSync, writeFileSync } from "node:fs";
import { toJsonSchema } from "@valibot/to-json-schema";
import ts from "typescript";
import { presetIncidents } from "../dist/scenario/incidents/preset.js";
import { presets } from "../dist/scenario/presets.js";
import { scenarioSchema } from "../dist/scenario/schema.js";

const interfaces = new Map();
for (const file of [
  "scenario/types.ts",
  "scenario/site.ts",
  "scenario/defects.ts",
  "scenario/incidents/incident.ts",
]) {
  const text = readFileSync(new URL(`../${file}`, import.meta.url), "utf8");
  ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true).forEachChild((node) => {
    if (ts.isInterfaceDeclaration(node)) interfaces.set(node.name.text, node);
  });
}

// What JSON Schema cannot say (sums, dates that exist, keys that depend on each other) the library still checks.
const whole = toJsonSchema(scenarioSchema, { errorMode: "ignore", typeMode: "input" });
describe(whole, interfaces.get("Scenario").members);
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
  new URL("../dist/scenario/scenario.schema.json", import.meta.url),
  `${JSON.stringify(schema, null, 2)}\n`,
);

/** Gives every property the doc comment of the member that it is in TypeScript. */
function describe(node, members) {
  for (const member of members) {
    const property = node.properties[member.name.text];
    const comment = ts.getJSDocCommentsAndTags(member).find(ts.isJSDoc)?.comment;
    if (comment !== undefined) property.description = String(comment).replace(/\s*\n\s*/g, " ");
    const type = ts.isUnionTypeNode(member.type) ? member.type.types[0] : member.type; // the others: undefined, words
    const inner = ts.isArrayTypeNode(type) ? type.elementType : type;
    const own = ts.isTypeReferenceNode(inner) ? interfaces.get(inner.typeName.text)?.members : inner.members;
    if (own !== undefined) describe(property.items ?? property, own);
  }
}

/** Changes on top of a preset may leave out any key; the items of a list stand alone and are whole. */
function makeOptional(node) {
  delete node.required;
  for (const property of Object.values(node.properties ?? {})) makeOptional(property);
}

// The doc comments of TypeScript's interfaces, as descriptions in a JSON Schema.
import { readFileSync } from "node:fs";
import ts from "typescript";

/** The interfaces of some files of lib, by name. */
export function interfacesOf(files) {
  const interfaces = new Map();
  for (const file of files) {
    const text = readFileSync(new URL(`../${file}`, import.meta.url), "utf8");
    ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true).forEachChild((node) => {
      if (ts.isInterfaceDeclaration(node)) interfaces.set(node.name.text, node);
    });
  }
  return interfaces;
}

/** Gives every property the doc comment of the member that it is in TypeScript. */
export function describe(node, members, interfaces) {
  for (const member of members) {
    const property = node.properties[member.name.text];
    const comment = ts.getJSDocCommentsAndTags(member).find(ts.isJSDoc)?.comment;
    if (property === undefined) continue;
    if (comment !== undefined) property.description = String(comment).replace(/\s*\n\s*/g, " ");
    const type = ts.isUnionTypeNode(member.type) ? member.type.types[0] : member.type; // the others: undefined, words
    const inner = ts.isArrayTypeNode(type) ? type.elementType : type;
    const own = ts.isTypeReferenceNode(inner) ? interfaces.get(inner.typeName.text)?.members : inner.members;
    if (own !== undefined) describe(property.items ?? property, own, interfaces);
  }
}

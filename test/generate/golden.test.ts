/**
 * Golden hashes: pinned, not proven right. They say that the bytes have not changed, on any supported Node. A new kind
 * of incident or a new preset adds pins (`node test/generate/pins.js --write`) and changes none. A change of bytes is a
 * new generator version: raise GENERATOR_VERSION, pin anew (`node test/generate/pins.js --write` refuses without), and
 * say why in the commit.
 */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { pathOf } from "../requirements.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));
const pinned = JSON.parse(readFileSync(new URL("pins.json", import.meta.url), "utf8"));

const nodes = [
  { version: process.versions.node, tags: [], node: () => process.execPath },
  ...(["22", "24"] as const).map((version) => {
    const name = `node${version}` as const;
    return { version, tags: [name], node: () => pathOf(name) };
  }),
];

describe(`the bytes of generator version ${pinned.generator_version}`, () => {
  for (const { version, tags, node } of nodes) {
    it(`are the pinned ones on Node ${version}`, { tags }, async () => {
      const { stdout } = await run(node(), [`${root}test/generate/pins.js`]);
      expect(JSON.parse(stdout)).toEqual(pinned);
    });
  }
});

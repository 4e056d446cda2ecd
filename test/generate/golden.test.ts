/**
 * Golden hashes: pinned, not proven right. They say that the bytes have not changed, on any supported Node.
 * A change of bytes is a new generator version: raise GENERATOR_VERSION, pin anew (`node test/generate/pins.js --write`
 * refuses without), and say why in the commit.
 */
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const run = promisify(execFile);
const root = new URL("../../", import.meta.url).pathname;
const pinned = JSON.parse(readFileSync(new URL("pins.json", import.meta.url), "utf8"));

const nodes: Record<string, string> = { [process.versions.node]: process.execPath };
for (const version of ["22", "24"]) nodes[version] = `${root}.cache/nodes/${version}/node`;

describe(`the bytes of generator version ${pinned.generator_version}`, () => {
  for (const [version, node] of Object.entries(nodes)) {
    // .ci/run puts the other versions there; elsewhere their tests say that they did not run.
    const available = existsSync(node) || process.env.CI === "true";
    it.runIf(available)(`are the pinned ones on Node ${version}`, async () => {
      const { stdout } = await run(node, [`${root}test/generate/pins.js`]);
      expect(JSON.parse(stdout)).toEqual(pinned);
    });
  }
});

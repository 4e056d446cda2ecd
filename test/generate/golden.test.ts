/**
 * Golden hashes: pinned, not proven right. They say that the bytes have not changed, on any supported Node.
 * A change of bytes is a new generator version: raise GENERATOR_VERSION, pin anew, and say why in the commit.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { GENERATOR_VERSION } from "#lib/generate/plan";

const run = promisify(execFile);
const root = new URL("../../", import.meta.url).pathname;

const pinned: Record<string, string> = {
  "--rows 1000 --seed 42": "67220c15d4795c8681462fdfbe1c88dacceeb4487fdfce88236c289bfab7493c",
  "--rows 1000 --seed 1": "e5e819da5d75910c0e4613ede5e2eaf8a0986058d9ba4c708c680b01a89793e2",
  "--rows 200000 --seed 42": "9ad8c7532840036d934a15a7e72412c173c1fd640538af6fa5e52e422a7f9760",
  "--rate 200 --seed 9007199254740991 --start 2024-02-28T23:50:00Z --end 2024-02-29T00:20:00Z":
    "4ed7d6e4ac7c22112dab6862d7aeb1119ca84f15fe24593bd5cb0700cfe0b671",
  "--rate 0.01 --seed 7 --start 2026-01-01T00:00:00Z --end 2026-12-31T00:00:00Z":
    "3ab45c937374040b253d31b913818333f4ab93eea52bf54d087950bfeb098c71",
  // every incident and every defect
  [[
    "--rows 200000 --seed 42 --incidents outage error_burst latency_spike slow_leak traffic_surge traffic_drop",
    "bad_deploy scraper credential_stuffing dependency_failure --defects malformed=0.01 missing=0.01 wrongType=0.01",
    "badEncoding=0.01 duplicated=0.01 late=0.01 outOfOrder=0.01 skewedClock=0.01",
  ].join(" ")]: "d66fb8591a3f70ede7e2f72b098ff3cf0371d796d4928ccd7b79f1225bce8e25",
};

const nodes: Record<string, string> = { [process.versions.node]: process.execPath };
for (const version of ["22", "24"]) nodes[version] = `${root}.cache/nodes/${version}/node`;

describe("the bytes of generator version 2", () => {
  it("are those of this version", () => {
    expect(GENERATOR_VERSION).toBe(2);
  });

  for (const [version, node] of Object.entries(nodes)) {
    // .ci/run puts the other versions there; elsewhere their tests say that they did not run.
    const available = existsSync(node) || process.env.CI === "true";
    it.runIf(available)(`are the pinned ones on Node ${version}`, async () => {
      for (const [options, sha256] of Object.entries(pinned)) {
        const args = [
          `${root}lib/bin/server-logs.js`,
          "generate",
          ...options.split(" "),
          "--out",
          "/dev/null",
          "--json",
        ];
        const { stdout } = await run(node, args);
        expect([options, JSON.parse(stdout).sha256]).toEqual([options, sha256]);
      }
    });
  }
});

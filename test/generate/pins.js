// The logs whose bytes are pinned: every preset in every text format, and the corners of the generator.
//
//     node test/generate/pins.js            prints their hashes as this Node makes them
//     node test/generate/pins.js --write    pins them: new logs, or all of them for a new generator version
import { readFileSync, writeFileSync } from "node:fs";
import { GENERATOR_VERSION } from "#lib/generate/plan";
import { defectKinds } from "#lib/scenario/defects";
import { incidentKinds } from "#lib/scenario/incidents/kinds";
import { presets } from "#lib/scenario/presets";
import { generate } from "#lib/write/generate";

const textFormats = ["csv", "ndjson", "combined", "combined-timed"];
/** The kinds of the log that was pinned with all of them. Each later kind is pinned in a log of its own. */
const firstKinds = [
  "outage",
  "error_burst",
  "latency_spike",
  "slow_leak",
  "traffic_surge",
  "traffic_drop",
  "bad_deploy",
  "scraper",
  "credential_stuffing",
  "dependency_failure",
];
const defects = Object.fromEntries(defectKinds.map((kind) => [kind, 0.01]));

/** Options of every pinned log, by name. */
const logs = {
  "a thousand records": { rows: 1000, seed: 42 },
  "a thousand records of another seed": { rows: 1000, seed: 1 },
  "a busy day": { rows: 200_000, seed: 42 },
  "a leap day and the largest seed": {
    rate: 200,
    seed: 9007199254740991,
    start: "2024-02-28T23:50:00Z",
    end: "2024-02-29T00:20:00Z",
  },
  "a quiet year": { rate: 0.01, seed: 7, start: "2026-01-01T00:00:00Z", end: "2026-12-31T00:00:00Z" },
  "every incident and every defect": { rows: 200_000, seed: 42, incidents: firstKinds, defects },
  "incidents drawn from the seed": { rows: 50_000, seed: 42, randomIncidents: 12 },
  "addresses of documentation": {
    rows: 2000,
    seed: 42,
    scenario: { visitors: { addresses: "documentation" } },
  },
};
for (const kind of incidentKinds.filter((each) => !firstKinds.includes(each)))
  logs[`incident ${kind}`] = { rows: 5000, seed: 42, incidents: [kind] };
for (const scenario of Object.keys(presets)) {
  for (const format of textFormats)
    logs[`${scenario} as ${format}`] = {
      rows: 5000,
      seed: 3,
      scenario,
      format,
      incidents: ["outage"],
      defects,
    };
}

const pinned = new URL("pins.json", import.meta.url);
const hashes = {};
for (const [name, options] of Object.entries(logs)) hashes[name] = (await generate(options)).sha256;
if (process.argv[2] === "--write") {
  const before = JSON.parse(readFileSync(pinned, "utf8"));
  const changed = Object.keys(before.sha256).filter(
    (name) => name in hashes && hashes[name] !== before.sha256[name],
  );
  if (changed.length > 0 && before.generator_version >= GENERATOR_VERSION)
    throw new Error(
      `other bytes need a higher GENERATOR_VERSION than ${before.generator_version}: ${changed.join(", ")}`,
    );
  writeFileSync(
    pinned,
    `${JSON.stringify({ generator_version: GENERATOR_VERSION, sha256: hashes }, null, 2)}\n`,
  );
} else {
  console.log(JSON.stringify({ generator_version: GENERATOR_VERSION, sha256: hashes }));
}

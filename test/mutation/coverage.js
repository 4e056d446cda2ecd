import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The places of compiled files that were executed, from the files that Node writes into the folder of NODE_V8_COVERAGE:
 * one for each process, thread and call of `takeCoverage`.
 * @param {string} folder
 * @param {string} dist only files below it count
 * @returns {Record<string, number[]>} by the path below `dist`: the start and end of each executed range, alternately
 */
export function executedIn(folder, dist) {
  /** @type {Map<string, Uint8Array>} */
  const executed = new Map();
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".json"))) {
    let scripts = [];
    try {
      scripts = JSON.parse(readFileSync(join(folder, name), "utf8")).result;
    } catch {
      continue; // written by a process that was killed meanwhile
    }
    for (const { url, functions } of scripts) {
      if (!url.startsWith("file:")) continue;
      const path = fileURLToPath(url);
      if (!path.startsWith(`${dist}/`)) continue;
      const size = Math.max(...functions.flatMap(({ ranges }) => ranges.map(({ endOffset }) => endOffset)));
      const here = new Uint8Array(size);
      // Outer ranges come before inner ranges, which override them.
      for (const { ranges } of functions)
        for (const { startOffset, endOffset, count } of ranges)
          here.fill(count > 0 ? 1 : 0, startOffset, endOffset);
      const file = path.slice(dist.length + 1);
      const before = executed.get(file);
      if (before === undefined) executed.set(file, here);
      else for (let i = 0; i < Math.min(size, before.length); i++) before[i] |= here[i];
    }
  }
  return Object.fromEntries([...executed].map(([file, places]) => [file, stretchesOf(places)]));
}

/** @param {Uint8Array} places */
function stretchesOf(places) {
  const stretches = [];
  let inside = 0;
  places.forEach((place, i) => {
    if (place === inside) return;
    stretches.push(i);
    inside = place;
  });
  if (inside === 1) stretches.push(places.length);
  return stretches;
}

/**
 * Whether a place was executed.
 * @param {readonly number[] | undefined} stretches @param {number} offset
 */
export function isExecuted(stretches, offset) {
  return (stretches ?? []).filter((edge) => edge <= offset).length % 2 === 1;
}

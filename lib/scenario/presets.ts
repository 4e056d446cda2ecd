import { defectKinds } from "./defects.js";
import { demo } from "./presets/demo.js";
import { internalApi } from "./presets/internalApi.js";
import { mobileApi } from "./presets/mobileApi.js";
import { shop } from "./presets/shop.js";
import { website } from "./presets/website.js";
import type { Defects, Healthy, PresetName, Scenario } from "./types.js";

/**
 * All presets by name. `demo` is invented. The others aim at figures measured on real sites, and `npm run realism`
 * compares them with those figures.
 */
export const presets: Readonly<Record<PresetName, Scenario>> = {
  demo: healthy(demo),
  shop: healthy(shop),
  "mobile-api": healthy(mobileApi),
  website: healthy(website),
  "internal-api": healthy(internalApi),
};

function healthy(scenario: Healthy): Scenario {
  const none = defectKinds.map((kind) => [kind, 0]);
  return {
    ...scenario,
    incidents: [],
    randomIncidents: 0,
    defects: Object.fromEntries(none) as unknown as Defects,
  };
}

import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "#lib/errors";
import { kinds } from "#lib/scenario/incidents/kinds";
import { momentOf } from "#lib/scenario/moment";
import { parseScenario } from "#lib/scenario/parse";
import { presets } from "#lib/scenario/presets";
import type { ScenarioInput } from "#lib/scenario/types";

/** The published schema, read by a validator that knows nothing of the library. */
const published = JSON.parse(
  readFileSync(new URL("../../lib/dist/scenario/scenario.schema.json", import.meta.url), "utf8"),
);
const isScenario = new Ajv({ strict: true, strictTypes: false, allErrors: false }).compile(published);

interface Node {
  type?: string;
  description?: string;
  properties?: Record<string, Node>;
  additionalProperties?: Node | boolean;
  items?: Node;
  anyOf?: Node[];
}
type Path = (string | number)[];

/** A demonstration shop in which every option stands somewhere. */
function complete() {
  const scenario = structuredClone(presets.demo);
  scenario.visitors.agents = "browsers";
  scenario.site.endpoints[0].size = { median: 1000, spread: 0.5 };
  scenario.incidents = [
    {
      id: "it",
      kind: "outage",
      endpoints: ["/"],
      clients: 0.5,
      start: "2026-01-05T01:00:00Z",
      seconds: 60,
      shape: "step",
      size: 0.5,
    },
  ];
  return scenario as unknown as Record<string, unknown>;
}

/** Every option of the schema: where it is and what it is. The first item stands for all items of a list. */
function* options(node: Node, path: Path = []): Generator<{ path: Path; node: Node }> {
  const object = node.anyOf?.find((branch) => branch.type === "object") ?? node;
  if (path.length > 0) yield { path, node: object };
  for (const [key, property] of Object.entries(object.properties ?? {})) {
    if (path.length === 0 && (key === "preset" || key === "$schema")) continue;
    yield* options(property, [...path, key]);
  }
  if (object.items !== undefined) yield* options(object.items, [...path, 0]);
  if (typeof object.additionalProperties === "object")
    yield* options(object.additionalProperties, [...path, "200"]);
}

const all = [...options(published)];
const named = (path: Path) =>
  path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`))
    .join("")
    .slice(1);

function changed(path: Path, change: (parent: Record<string, unknown>, key: string) => void): ScenarioInput {
  const scenario = complete();
  let parent = scenario;
  for (const key of path.slice(0, -1)) parent = parent[key] as Record<string, unknown>;
  change(parent, String(path.at(-1)));
  return scenario as ScenarioInput;
}

/** The one sentence with which a scenario is refused. */
function refusal(input: unknown): string {
  try {
    parseScenario(input as ScenarioInput);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    const { message } = error as InputError;
    expect(message).not.toMatch(/\n/);
    expect(message.length).toBeLessThan(500);
    return message;
  }
  throw new Error(`accepted: ${JSON.stringify(input)?.slice(0, 200)}`);
}

describe("a scenario", () => {
  it("is a preset, or a preset with changes on top", () => {
    expect(parseScenario()).toEqual(presets.demo);
    for (const [name, preset] of Object.entries(presets)) expect(parseScenario(name)).toEqual(preset);
    const changed = parseScenario({
      preset: "shop",
      traffic: { rate: 3 },
      visitors: { bots: { share: 0.5 } },
    });
    expect(changed.traffic).toEqual({ ...presets.shop.traffic, rows: undefined, rate: 3 });
    expect(changed.visitors.bots).toEqual({ ...presets.shop.visitors.bots, share: 0.5 });
    expect(changed.site).toEqual(presets.shop.site);
  });

  it("is plain JSON: written and read it is the same", () => {
    for (const preset of Object.values(presets)) {
      expect(parseScenario(JSON.parse(JSON.stringify(preset)))).toEqual(preset);
    }
  });

  it("leaves the preset as it was, whatever is done to the result", () => {
    const before = JSON.stringify(presets.demo);
    const scenario = parseScenario();
    scenario.site.endpoints[0].status[200] = 0;
    scenario.traffic.hours.fill(0);
    expect(JSON.stringify(presets.demo)).toBe(before);
  });

  it("has endpoints that are a GET where nothing is said", () => {
    const [{ method, ...endpoint }] = presets.demo.site.endpoints;
    expect(parseScenario({ site: { endpoints: [endpoint] } }).site.endpoints[0].method).toBe(method);
  });
});

describe("a scenario's name", () => {
  it("is no longer the preset's alone where the site or the visitors are one's own", () => {
    const site = { endpoints: [{ route: "/api", latency: 80 }] };
    expect(parseScenario({ site }).name).toBe("own scenario on the demonstration shop");
    expect(parseScenario({ preset: "shop", visitors: { returning: 0.5 } }).name).toBe(
      "own scenario on the real-life shop",
    );
    expect(parseScenario({ name: "ours", site }).name).toBe("ours");
    expect(parseScenario({ traffic: { rate: 5 }, incidents: ["outage"] }).name).toBe("demonstration shop");
    expect(parseScenario(parseScenario({ site })).name).toBe(parseScenario({ site }).name);
  });
});

describe("the published schema", () => {
  it("says what an incident's size means for every kind", () => {
    const { description } = published.properties.incidents.items.anyOf[1].properties.size;
    for (const [kind, { size }] of Object.entries(kinds))
      expect(description).toContain(`${kind}: ${size.means} (default ${size.default})`);
  });

  it("accepts every preset, whole or by name, and a scenario in which every option stands", () => {
    for (const [name, preset] of Object.entries(presets)) {
      expect([isScenario({ $schema: "x", preset: name }), isScenario.errors]).toEqual([true, null]);
      expect([isScenario(preset), isScenario.errors]).toEqual([true, null]);
    }
    expect([isScenario(complete()), isScenario.errors]).toEqual([true, null]);
    expect(parseScenario(complete() as ScenarioInput)).toEqual(complete());
  });

  it("knows every option that presets use, and says what it is for", () => {
    expect(all.length).toBeGreaterThan(60);
    // A status code is a key without a name.
    const keys = all.filter(({ path }) => typeof path.at(-1) === "string" && path.at(-1) !== "200");
    expect(keys.filter(({ node }) => !node.description).map(({ path }) => named(path))).toEqual([]);
  });

  it("takes an endpoint of a route and a median, the rest by default", () => {
    const rest = { spread: 0.35, tail: 0.04, tailIndex: 1.9 };
    const whole = { method: "GET", popularity: 1, status: { "200": 1 } };
    const short = {
      site: {
        endpoints: [
          { route: "/a", latency: 80 },
          { route: "/b", latency: { p50: 5, tail: 0.1 } },
        ],
      },
    };
    expect(isScenario(short)).toBe(true);
    expect(parseScenario(short).site.endpoints).toEqual([
      { ...whole, route: "/a", latency: { p50: 80, ...rest } },
      { ...whole, route: "/b", latency: { p50: 5, ...rest, tail: 0.1 } },
    ]);
    expect(refusal({ site: { endpoints: [{ route: "/a", latency: -1 }] } })).toBe(
      "site.endpoints[0].latency.p50: must be a number from 0.01 to 600000, not -1",
    );
    expect(refusal({ site: { endpoints: [{ route: "/a" }] } })).toContain("site.endpoints[0].latency");
  });

  it("may be named in the scenario's file", () => {
    const file = {
      $schema: "node_modules/server-logs/dist/scenario/scenario.schema.json",
      preset: "website",
    };
    expect(parseScenario(file)).toEqual(presets.website);
    expect(refusal({ $schema: 5 })).toBe("$schema: must be the address of a JSON Schema, not 5");
  });
});

const wrong: Record<string, unknown[]> = {
  number: [null, "5", [], {}, true, 1e99, -1e99],
  integer: [null, "5", [], {}, true, 1e99, -1, 1.5],
  string: [null, 5, [], {}, true, "\n", "x".repeat(1e6)],
  boolean: [null, 0, "true", [], {}],
  object: [null, 5, "x", true, []],
  array: [null, 5, "x", true, {}, []],
};

describe("a wrong value", () => {
  it.each(all.map(({ path, node }) => ({ path, node, name: named(path) })))(
    "of $name is refused at its path, by the library and by the schema",
    ({ path, node, name }) => {
      for (const value of wrong[node.type!]) {
        if (name === "incidents" && Array.isArray(value)) continue; // no incidents are fine
        if (name.endsWith(".latency") && value === 5) continue; // its median
        const input = changed(path, (parent, key) => {
          parent[key] = value;
        });
        const message = refusal(input);
        expect(message.slice(0, name.length)).toBe(name);
        expect([":", ".", "["]).toContain(message[name.length]);
        expect(isScenario(input)).toBe(false);
      }
    },
  );

  it.each(all.filter(({ node }) => node.type === "number" || node.type === "integer"))(
    "that JSON does not know is refused too: $path",
    ({ path }) => {
      for (const value of [
        Number.NaN,
        Number.POSITIVE_INFINITY,
        Number.NEGATIVE_INFINITY,
        5n,
        () => 1,
        Symbol("x"),
      ]) {
        const message = refusal(
          changed(path, (parent, key) => {
            parent[key] = value;
          }),
        );
        expect(message.startsWith(`${named(path)}: must be a `)).toBe(true);
        expect(message).toContain(String(value).slice(0, 60));
      }
    },
  );
});

describe("a misspelt key", () => {
  const keys = all.filter(({ path }) => typeof path.at(-1) === "string" && path.at(-1) !== "200");

  it.each(keys.map(({ path }) => ({ path, name: named(path) })))(
    "for $name is told with the right one",
    ({ path }) => {
      const right = String(path.at(-1));
      const misspelt = `${right.slice(0, -1)}${right.at(-1)}${right.at(-1)}`;
      const input = changed(path, (parent, key) => {
        parent[misspelt] = parent[key];
        delete parent[key];
      });
      expect(refusal(input)).toBe(
        `${named([...path.slice(0, -1), misspelt])}: unknown key; did you mean "${right}"?`,
      );
      expect(isScenario(input)).toBe(false);
    },
  );

  it("for preset, too", () => {
    expect(refusal({ presett: "shop" })).toBe('presett: unknown key; did you mean "preset"?');
    expect(refusal({ preset: "shopp" })).toMatch(
      /^scenario: there is no preset "shopp"; did you mean "shop"\?/,
    );
  });
});

describe("a misspelt word", () => {
  it("is told with the right one", () => {
    const incident = { id: "it", start: "2026-01-05T01:00:00Z", seconds: 60 };
    expect(refusal({ incidents: [{ ...incident, kind: "outag" }] })).toMatch(
      /^incidents\[0\]\.kind: must be one of .*, not "outag"; did you mean "outage"\?$/,
    );
    expect(refusal({ visitors: { agents: "browser" } })).toMatch(/not "browser"; did you mean "browsers"\?$/);
    expect(refusal({ visitors: { agents: "x" } })).toMatch(/not "x"$/);
  });
});

describe("hostile input", () => {
  const circular: Record<string, unknown> = {};
  circular.traffic = circular;
  const throwing = {
    visitors: {
      get bots() {
        throw new Error("not today");
      },
    },
  };
  let deep: unknown = 1;
  for (let i = 0; i < 100_000; i++) deep = { traffic: deep };

  it.each<[string, unknown, RegExp]>([
    [
      "an object that holds itself",
      circular,
      /^traffic\.traffic\.traffic\.\.\.: is nested too deeply, or holds itself$/,
    ],
    ["a hundred thousand levels", deep, /nested too deeply/],
    ["a getter that throws", throwing, /^visitors\.bots: cannot be read: not today$/],
    ["__proto__ as a key", JSON.parse('{"__proto__": {"rows": 5}}'), /^__proto__: unknown key$/],
    ["constructor as a key", { site: { constructor: 1 } }, /^site\.constructor: unknown key$/],
    ["__proto__ as a preset", { preset: "__proto__" }, /^scenario: there is no preset "__proto__"/],
    ["a map", { traffic: new Map() }, /^traffic: must be plain data, not a Map$/],
    ["a date", { traffic: { start: new Date(0) } }, /^traffic\.start: must be plain data, not a Date$/],
    ["a typed array", { traffic: { hours: new Float64Array(24) } }, /^traffic\.hours: must be plain data/],
    ["a key of a megabyte", { ["x".repeat(1e6)]: 1 }, /^x{57}\.\.\.: unknown key$/],
    ["null", null, /^scenario: must be a preset's name or an object, not null$/],
    ["a number", 5, /not 5$/],
    ["a list", ["shop"], /not \["shop"\]$/],
    [
      "a route of a megabyte",
      { site: { endpoints: [{ route: `/${"x".repeat(1e6)}` }] } },
      /site\.endpoints\[0\]/,
    ],
    [
      "a list without end",
      { site: { endpoints: new Array(3000).fill(presets.demo.site.endpoints[0]) } },
      /at most 2,000/,
    ],
    ["a list of holes", { traffic: { hours: new Array(24) } }, /^traffic\.hours\[0\]/],
  ])("%s ends in one sentence", (_, input, sentence) => {
    expect(refusal(input)).toMatch(sentence);
  });

  it("never pollutes a prototype", () => {
    for (const key of ["__proto__", "constructor", "prototype"]) {
      refusal(JSON.parse(`{"${key}": {"polluted": 1}, "traffic": {"${key}": {"polluted": 1}}}`));
    }
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it("of any JSON is either a scenario or refused in one sentence", () => {
    const keys = fc.constantFrom(...all.map(({ path }) => String(path.at(-1))), "preset");
    const json = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: "small" }, fc.jsonValue(), fc.dictionary(keys, tie("value"))),
    })).value;
    fc.assert(
      fc.property(fc.dictionary(keys, json), (input) => {
        try {
          parseScenario(input as ScenarioInput);
        } catch {
          refusal(input);
        }
      }),
      { seed: 42, numRuns: 300 },
    );
  });
});

describe("rules that span several keys", () => {
  const start = "2026-01-05T00:00:00Z";
  const outage = { id: "it", kind: "outage", start, seconds: 60 } as const;
  const twice = { site: { endpoints: [presets.demo.site.endpoints[0], presets.demo.site.endpoints[0]] } };
  it.each<[string, ScenarioInput, RegExp]>([
    ["end after start", { traffic: { start, end: start } }, /^traffic\.end: must be after traffic\.start/],
    [
      "50 years at most",
      { traffic: { start, end: "2099-01-01T00:00:00Z" } },
      /^traffic\.end: must be at most 50 years/,
    ],
    ["rows or rate", { traffic: { rows: 5, rate: 5 } }, /^traffic: must have either rows or rate/],
    [
      "traffic never ends",
      { traffic: { trend: -0.5, end: "2026-01-19T00:00:00Z" } }, // half a week less than in two weeks
      /^traffic\.trend: -0\.5 a week/,
    ],
    [
      "no time before 1970",
      { traffic: { start: "1969-12-31T00:00:00Z" } },
      /^traffic\.start: must be 1970-01-01T00:00:00Z or later, not "1969/,
    ],
    [
      "no skewed clock before 1970",
      { traffic: { start: "1970-01-01T00:01:59Z" }, defects: { skewedClock: 0.1 } },
      /^traffic\.start: must be 1970-01-01T00:02:00Z or later where clocks are skewed/,
    ],
    [
      "an incident's route once",
      { incidents: [{ ...outage, endpoints: ["/cart", "/", "/cart"] }] },
      /^incidents\[0\]\.endpoints: "\/cart" is there twice$/,
    ],
    ["an endpoint once", twice, /^site\.endpoints\[1\]\.route: GET \/ is there twice$/],
    [
      "a day that exists",
      { traffic: { start: "2026-02-30T00:00:00Z" } },
      /^traffic\.start: must be a moment/,
    ],
    [
      "a leap day in years that divide by 400 only, of those that end a century",
      { traffic: { start: "2100-02-29T00:00:00Z" } },
      /^traffic\.start: must be a moment/,
    ],
  ])("%s", (_, input, sentence) => {
    expect(refusal(input)).toMatch(sentence);
  });
});

describe("a moment", () => {
  // Years that divide by 4 have a 29 February, but those that divide by 100 only where they divide by 400.
  it.each([
    ["2000-02-29T00:00:00Z", 951_782_400],
    ["2024-02-29T23:59:59Z", 1_709_251_199],
    ["2100-02-28T00:00:00Z", 4_107_456_000],
    ["2100-02-29T00:00:00Z", undefined],
    ["2026-02-29T00:00:00Z", undefined],
    ["2026-04-31T00:00:00Z", undefined],
    ["2026-01-05T24:00:00Z", undefined],
    ["2026-01-05T00:00:60Z", undefined],
    ["2026-01-05T00:00:00.5Z", undefined],
  ])("such as %s is second %s since 1970", (text, second) => {
    expect(momentOf(text)).toBe(second);
  });
});

import * as v from "valibot";
import { incidentKinds } from "./incidents/kinds.js";
import { momentOf } from "./moment.js";
import type { Scenario } from "./types.js";

const number = (min: number, max: number) =>
  v.pipe(
    v.number(`must be a number from ${min} to ${max}`),
    v.finite(`must be a number from ${min} to ${max}`),
    v.minValue(min, `must be a number from ${min} to ${max}`),
    v.maxValue(max, `must be a number from ${min} to ${max}`),
  );
const whole = (min: number, max: number) =>
  v.pipe(number(min, max), v.integer(`must be a whole number from ${min} to ${max}`));
const list = (length: number) =>
  v.pipe(
    v.array(number(0, 1e6), `must be a list of ${length} numbers`),
    v.length(length, `must have ${length} numbers`),
    v.check((values) => values.some((value) => value > 0), "must not be all 0"),
  );
const aMoment = "must be a moment such as 2026-01-05T00:00:00Z, in whole seconds, UTC";
const moment = v.pipe(
  v.string(aMoment),
  v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.000)?Z$/, aMoment),
  v.check((text) => momentOf(text) !== undefined, aMoment),
  // Readers of logs do not accept a time before 1970.
  v.check((text) => momentOf(text)! >= 0, "must be 1970-01-01T00:00:00Z or later"),
);
const lognormal = (min: number, max: number) =>
  v.strictObject({ median: number(min, max), spread: number(0, 2.5) });
const route = v.pipe(
  v.string("must be a path such as /products/{id}"),
  v.maxLength(2000, "must have at most 2,000 characters"),
  v.regex(
    /^(?!.*\{id\}.*\{id\})\/[\x21-\x7e]*$/,
    "must be a path that starts with /, of printable ASCII characters without spaces, with {id} at most once",
  ),
);

const rules: v.GenericSchema<unknown, Scenario> = v.strictObject({
  name: v.pipe(
    v.string("must be text"),
    v.maxLength(80, "must have at most 80 characters"),
    v.regex(/^[^\u0000-\u001f\u007f]*$/, "must be one line of text"),
  ),
  traffic: v.strictObject({
    start: moment,
    end: moment,
    rows: v.optional(whole(0, 1e10)),
    rate: v.optional(number(1e-9, 1e6)),
    hours: list(24),
    weekdays: list(7),
    trend: number(-0.5, 10),
    burstiness: number(0, 2),
    hurst: number(0.5, 0.95),
  }),
  visitors: v.strictObject({
    requestsPerSession: lognormal(0.2, 1000),
    deepVisits: v.strictObject({ share: number(0, 0.5), requests: number(1, 10_000) }),
    secondsBetweenRequests: lognormal(0.1, 3600),
    returning: number(0, 1),
    regulars: number(1e-9, 1),
    bots: v.strictObject({ share: number(0, 1), clients: whole(1, 100_000) }),
    agents: v.optional(
      v.picklist(["browsers", "app", "services"], 'must be "browsers", "app" or "services"'),
    ),
    addresses: v.picklist(["public", "documentation"], 'must be "public" or "documentation"'),
  }),
  site: v.strictObject({
    endpoints: v.pipe(
      v.array(
        v.strictObject({
          route,
          method: v.optional(
            v.picklist(
              ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"],
              "must be GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS",
            ),
            "GET",
          ),
          popularity: v.optional(number(1e-9, 1e9), 1),
          phase: v.optional(
            v.picklist(["entry", "browse", "finish"], 'must be "entry", "browse" or "finish"'),
          ),
          latency: v.strictObject({
            p50: number(0.01, 600_000),
            // By default between those of the presets that `npm run realism` compares with real sites.
            spread: v.optional(number(0.01, 2), 0.35),
            tail: v.optional(number(0.0001, 0.5), 0.04),
            tailIndex: v.optional(number(0.8, 10), 1.9),
          }),
          size: v.optional(v.strictObject({ median: number(0, 10_000_000), spread: number(0, 1.5) })),
          status: v.optional(
            v.pipe(
              v.record(
                v.pipe(v.string(), v.regex(/^[1-5]\d\d$/, "must be a status code from 100 to 599")),
                number(0, 1e9),
                "must be an object of status codes and their frequencies",
              ),
              v.check(
                (mix) => Object.values(mix).some((share) => share > 0),
                "must have a frequency above 0",
              ),
            ),
            { "200": 1 },
          ),
        }),
        "must be a list of endpoints",
      ),
      v.minLength(1, "must have at least one endpoint"),
      v.maxLength(2000, "must have at most 2,000 endpoints"),
    ),
    identifiers: v.boolean("must be true or false"),
    catalogue: whole(1, 1e9),
    utilisation: number(0, 0.8),
    drift: number(0, 1),
    timeLimit: number(100, 3_600_000),
  }),
  incidents: v.pipe(
    v.array(
      v.strictObject({
        id: v.pipe(
          v.string("must be a name such as checkout_outage"),
          v.regex(
            /^[a-z][a-z0-9_-]{0,39}$/,
            "must be a lower-case letter, then up to 39 of a-z, 0-9, _ and -",
          ),
        ),
        kind: v.picklist(incidentKinds, `must be one of ${incidentKinds.join(", ")}`),
        endpoints: v.optional(
          v.pipe(v.array(route, "must be a list of routes"), v.minLength(1, "must have at least one route")),
        ),
        clients: v.optional(number(0.0001, 1)),
        start: moment,
        seconds: whole(1, 31_622_400),
        shape: v.optional(v.picklist(["step", "ramp", "pulse"], 'must be "step", "ramp" or "pulse"')),
        size: v.optional(number(0.001, 1000)),
      }),
      "must be a list of incidents",
    ),
    v.maxLength(20, "must have at most 20 incidents"),
  ),
  randomIncidents: whole(0, 12),
  defects: v.pipe(
    v.strictObject({
      malformed: number(0, 0.5),
      missing: number(0, 0.5),
      wrongType: number(0, 0.5),
      badEncoding: number(0, 0.5),
      duplicated: number(0, 0.5),
      late: number(0, 0.5),
      outOfOrder: number(0, 0.5),
      skewedClock: number(0, 0.5),
    }),
    v.check(
      (defects) => Object.values(defects).reduce((a, b) => a + b, 0) <= 0.9,
      "must add up to at most 0.9",
    ),
  ),
});

/** The rules for a whole scenario, key by key. A parsed scenario can be parsed again. */
export const scenarioSchema = rules as v.GenericSchema<Scenario>;

import * as v from "valibot";
import { defectKinds } from "../scenario/defects.js";
import { incidentKinds } from "../scenario/incidents/kinds.js";
import { scenarioSchema } from "../scenario/schema.js";
import type { AnswerKey } from "./answerKey.js";

const whole = v.pipe(
  v.number("must be a whole number, 0 or more"),
  v.safeInteger("must be a whole number, 0 or more"),
  v.minValue(0, "must be a whole number, 0 or more"),
);
const moment = v.pipe(
  v.string("must be a moment such as 2026-01-05T00:00:00.000Z"),
  v.regex(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
    "must be a moment such as 2026-01-05T00:00:00.000Z, in milliseconds, UTC",
  ),
  v.check((text) => !Number.isNaN(Date.parse(text)), "must be a moment that exists"),
);
const amount = v.pipe(v.number("must be a number, 0 or more"), v.minValue(0, "must be a number, 0 or more"));
const milliseconds = v.nullable(amount);
const file = {
  name: v.string("must be text"),
  bytes: whole,
  sha256: v.pipe(
    v.string("must be 64 hexadecimal digits"),
    v.regex(/^[0-9a-f]{64}$/, "must be 64 hexadecimal digits"),
  ),
};
const column = v.array(whole, "must be a list of whole numbers");

/** The rules for an answer key, key by key. `dist/answer-key.schema.json` states the same rules for other programs. */
export const keySchema: v.GenericSchema<AnswerKey> = v.object({
  key_version: v.literal(1, "must be 1"),
  generator_version: whole,
  seed: whole,
  from: moment,
  to: moment,
  file: v.exactOptional(
    v.object({
      ...file,
      format: v.string("must be text"),
      labels: v.exactOptional(v.object(file)),
    }),
  ),
  lines: v.object({ base: whole, dropped: whole, added: whole, duplicated: whole, written: whole }),
  incidents: v.array(
    v.object({
      id: v.string("must be text"),
      kind: v.picklist(incidentKinds, `must be one of ${incidentKinds.join(", ")}`),
      endpoints: v.nullable(v.array(v.string("must be a route"))),
      clients: amount,
      start: moment,
      end: moment,
      shape: v.string("must be text"),
      size: amount,
      size_means: v.string("must be text"),
      happened: v.boolean("must be true or false"),
      added: whole,
      altered: whole,
      dropped: whole,
    }),
    "must be a list of incidents",
  ),
  defects: v.object(
    Object.fromEntries(defectKinds.map((kind) => [kind, whole])) as Record<
      (typeof defectKinds)[number],
      typeof whole
    >,
  ),
  response_time_ms: v.object({
    p50: milliseconds,
    p90: milliseconds,
    p95: milliseconds,
    p99: milliseconds,
    p999: milliseconds,
    max: milliseconds,
    bins: column,
    counts: column,
  }),
  counts: v.object({
    bucket_seconds: v.pipe(whole, v.minValue(1, "must be 1 or more")),
    first_bucket: moment,
    endpoints: v.array(v.string("must be a route"), "must be a list of routes"),
    bucket: column,
    endpoint: column,
    status_class: column,
    requests: column,
  }),
  scenario: scenarioSchema,
});

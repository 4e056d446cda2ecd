import * as v from "valibot";
import { type FormatName, formats } from "../../encode/formats.js";
import { defectKinds } from "../../scenario/defects.js";
import type { Schedule } from "./schedule.js";

const text = v.pipe(v.string("must be text"), v.minLength(1, "must not be empty"));
const bool = v.boolean("must be true or false");
const number = v.number("must be a number");
const formatNames = Object.keys(formats) as FormatName[];

/**
 * The options that `generate` checks in detail. Here only their types are checked, for editors and for misspelt keys.
 */
const log = v.strictObject({
  scenario: v.optional(
    v.union([text, v.looseObject({})], "must be a preset's name, a path or a scenario's data"),
  ),
  seed: v.optional(number),
  rows: v.optional(number),
  rate: v.optional(number),
  start: text,
  end: text,
  incidents: v.optional(v.array(v.union([text, v.looseObject({})]), "must be a list of incidents")),
  randomIncidents: v.optional(number),
  withoutIncidents: v.optional(
    v.union([v.literal(true), v.array(text)], "must be true or a list of incidents' ids"),
  ),
  defects: v.optional(v.strictObject(v.entriesFromList(defectKinds, v.optional(number)))),
  workers: v.optional(number),
});

const job = v.strictObject({
  name: v.pipe(
    v.string("must be a name such as hourly"),
    v.regex(/^[a-z][a-z0-9_-]{0,39}$/, "must be a small letter, then up to 39 of a-z, 0-9, _ and -"),
  ),
  cron: text,
  timeZone: v.optional(text),
  makes: v.picklist(
    ["last-hour", "yesterday", "since-last-run"],
    'must be "last-hour", "yesterday" or "since-last-run"',
  ),
  log: v.optional(log),
  file: v.optional(text),
  format: v.optional(v.picklist(formatNames, `must be one of ${formatNames.join(", ")}`)),
  labels: v.optional(bool),
  key: v.optional(bool),
  lake: v.optional(text),
  table: v.optional(text),
});

/** The rules of a schedule, key by key; `parseSchedule` checks what spans several of them. */
export const scheduleSchema = v.strictObject({
  $schema: v.optional(text),
  timeZone: v.optional(text),
  log: v.optional(log),
  jobs: v.pipe(
    v.array(job, "must be a list of jobs"),
    v.minLength(1, "must have at least one job"),
    v.maxLength(100, "must have at most 100 jobs"),
  ),
}) as unknown as v.GenericSchema<unknown, Schedule>;

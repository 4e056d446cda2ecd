import { isUtf8 } from "node:buffer";
import { OPEN_BRACE } from "../../ascii.js";
import { recordFields } from "../../record.js";
import { clientIs, clientsAmong } from "../fields/forwarded.js";
import { JsonFields } from "../fields/jsonFields.js";
import { elementIn, jsonRecords, type OtherEntry } from "../fields/jsonRecord.js";
import { type FieldMap, mapFields } from "../fields/mapFields.js";
import {
  type FormatOptions,
  type LineFormat,
  OtherFormatError,
  type Reading,
  type TimeUnit,
} from "../row.js";

/**
 * JSON lines: one object on each line, with fields found by their usual names or by a map. A dot in a map goes down a
 * level: `request.remote_ip`.
 */
export function jsonLines(title: string, fields: FieldMap = {}, unit?: TimeUnit): LineFormat {
  return {
    title,
    hearsTimeField: true,
    reading: (options, sample) => jsonReading(options, sample, fields, unit),
  };
}

/** JSON lines with the usual names at the top level, as this library writes them, and nginx if it is configured so. */
export const json: LineFormat = { ...jsonLines("JSON lines"), general: true };

/**
 * Makes the reader of JSON lines with these fields.
 * @param forwarded - the path of X-Forwarded-For, where the product has it besides the peer
 */
export function jsonReading(
  options: FormatOptions,
  sample: readonly Uint8Array[],
  map: FieldMap,
  unit?: TimeUnit,
  forwarded?: string,
  other?: OtherEntry,
): Reading {
  const { timeField } = options;
  const fields = timeField === undefined ? map : { ...map, response_time_ms: timeField };
  const given = Object.values(fields).flat() as string[];
  const complete = recordFields.every(({ name, optional }) => optional || fields[name] !== undefined);
  const values = valuesIn(sample);
  const known = { ...options, timeField: undefined, timeUnit: options.timeUnit ?? unit, values };
  // If the map is not complete, the names in the first objects fill the gaps.
  const names = new Set(given);
  if (!complete && sample.length > 0) {
    const objects = sample.map(objectOf).filter((object) => object !== undefined);
    if (objects.length === 0) throw new OtherFormatError("format: the first lines are not JSON objects");
    // A list's first value has a name of its own, `x_forwarded_for.0`.
    for (const object of objects)
      for (const [name, value] of Object.entries(object)) if (!Array.isArray(value)) names.add(name);
    // Names of one object that another holds come behind those of its own.
    for (const object of objects) for (const path of pathsIn(object)) names.add(path);
  } else if (!complete) return { read: jsonRecords(options, [[], [], [], [], []], "none") };
  const mapped = mapFields(
    [...names],
    fields,
    known,
    complete ? "the map of fields" : "the names of the first JSON objects",
  );
  const places: (readonly string[])[] = mapped.names.map((path) => (path === undefined ? [] : [path]));
  const [, client] = mapped.names;
  const own =
    client === undefined || fields.ip_address !== undefined
      ? undefined
      : clientsAmong(client, [...names], known);
  if (own !== undefined) places[1] = own.names;
  const header = forwarded ?? own?.forwarded;
  places.push(mapped.clock === undefined ? [] : [mapped.clock], header === undefined ? [] : [header]);
  const peer = places[1].join(", else ");
  const clients = header === undefined ? undefined : ([peer, header] as const);
  return {
    decided: complete
      ? undefined
      : mapped.decided.replace(
          `ip_address = ${client}`,
          `ip_address = ${clients === undefined ? peer : clientIs(options.client, clients)}`,
        ),
    clients,
    unsure: mapped.unsure,
    read: jsonRecords(options, places, mapped.unit, other),
  };
}

/** Most names of the objects within objects that are looked at, and how deep. */
const mostPaths = 500;
const deepest = 4;

/** The names of values inside of other objects, with dots between: `http.status`; `client.0` is the first of a list. */
function pathsIn(object: object, before = "", depth = 0, found: string[] = []): string[] {
  for (const [name, value] of Object.entries(object)) {
    const path = `${before}${name}`;
    if (found.length >= mostPaths) break;
    if (typeof value !== "object" || value === null) {
      if (depth > 0) found.push(path);
    } else if (!Array.isArray(value)) {
      if (depth < deepest) pathsIn(value, `${path}.`, depth + 1, found);
    } else if (typeof value[0] !== "object" && value.length > 0) found.push(`${path}.0`);
  }
  return found;
}

/** The values of a name, or of a path with dots, in the first objects, unchanged. */
export function valuesIn(sample: readonly Uint8Array[]): (name: string) => string[] {
  const known = new Map<string, string[]>();
  return (name) => {
    let values = known.get(name);
    if (values === undefined) {
      const json = new JsonFields([name]);
      values = sample
        .map((line) => elementIn(line, 0, line.length))
        .map((line) => (json.read(line, 0, line.length) ? (json.text(0) ?? "") : ""));
      known.set(name, values);
    }
    return values;
  };
}

function objectOf(whole: Uint8Array): object | undefined {
  const line = elementIn(whole, 0, whole.length);
  if (line[0] !== OPEN_BRACE || !isUtf8(line)) return;
  try {
    // nginx's \xHH, which no JSON has, stands in values, of which only the names count here.
    const text = utf8
      .decode(line)
      .replace(/\\(?:x([\da-f]{2})|.)/gi, (all, byte) => (byte === undefined ? all : `\\u00${byte}`));
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return;
  }
}

const utf8 = new TextDecoder();

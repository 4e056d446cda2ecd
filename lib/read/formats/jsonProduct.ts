import { recordFields } from "../../record.js";
import { clientIs } from "../fields/forwarded.js";
import { JsonFields } from "../fields/jsonFields.js";
import { jsonRecords } from "../fields/jsonRecord.js";
import { type LineFormat, OtherFormatError, type TimeUnit } from "../row.js";

/** Names of X-Forwarded-For that people give it in a product's JSON. */
export const headerNames = [
  "x_forwarded_for",
  "x-forwarded-for",
  "http_x_forwarded_for",
  "xforwardedfor",
  "forwardedfor",
  "xff",
];

/** The names under which a product writes a record's fields in its JSON, the most certain first. */
export interface ProductNames {
  readonly timestamp: readonly string[];
  readonly ip_address: readonly string[];
  /** X-Forwarded-For, where the product has it besides the peer. */
  readonly forwarded?: readonly string[];
  readonly endpoint: readonly string[];
  readonly status_code: readonly string[];
  /** Each with its unit from the product's manual. The first one that the first lines have is read in all lines. */
  readonly response_time_ms: readonly (readonly [string, TimeUnit])[];
}

/**
 * The JSON log of a product whose manual fixes names and units, with one object on each line.
 * @param shows - what one of the first lines must show, if another product could use the same names
 */
export function jsonProduct(title: string, names: ProductNames, shows?: RegExp): LineFormat {
  return {
    title,
    reading: (options, sample) => {
      if (shows !== undefined && sample.length > 0 && !sample.some((line) => shows.test(utf8.decode(line))))
        throw new OtherFormatError(`format: none of the first lines is one of a ${title}`);
      const all = recordFields.map(({ name }) =>
        name === "response_time_ms" ? names[name].map(([path]) => path) : names[name],
      );
      const { forwarded = [] } = names;
      const known = [...all, forwarded].flat();
      const json = new JsonFields(known);
      const seen = new Set<string>();
      for (const line of sample) {
        if (!json.read(line, 0, line.length)) continue;
        known.forEach((path, slot) => {
          if (json.start[slot] >= 0) seen.add(path);
        });
      }
      const [path, own = "ms"] =
        (options.timeUnit === "none" ? undefined : names.response_time_ms.find(([each]) => seen.has(each))) ??
        [];
      const unit = path === undefined ? "none" : (options.timeUnit ?? own);
      const paths = [...all.slice(0, 4), path === undefined ? [] : [path], [], forwarded];
      const has = (each: string) => seen.has(each);
      const header = forwarded.find(has);
      const client = all[1].filter(has).join(" or ");
      const clients = forwarded.length === 0 ? undefined : ([client, header ?? forwarded[0]] as const);
      const decided = recordFields.map(({ name }, field) => {
        const found = paths[field].filter(has);
        if (field === 1 && header !== undefined)
          return `${name} = ${client === "" ? header : clientIs(options.client, [client, header])}`;
        return found.length === 0 ? `no ${name}` : `${name} = ${found.join(" or ")}`;
      });
      return {
        read: jsonRecords(options, paths, unit),
        clients,
        decided: `${decided.join(", ")}${unit === "none" ? "" : ` in ${unit}`}`,
      };
    },
  };
}

const utf8 = new TextDecoder();

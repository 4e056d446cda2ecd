import type { FormatName } from "../files/extensions.js";
import type { Plan } from "../generate/plan.js";
import { CsvEncoder } from "./csv.js";
import type { Encoder } from "./encoder.js";

/** A format in which a log can be written. */
export interface Format {
  /**
   * Whether the bytes of slices put together are the bytes of the whole. If not, each slice is a file of its
   * own, with header and end.
   */
  readonly concatenable: boolean;
  /** What a reader finds in it, for people. */
  readonly says: string;
  /** Loads what the format needs and makes an encoder. */
  encoder(plan: Plan): Promise<Encoder>;
}

/** Every format by its name. What only some of them need is loaded with the encoder. */
export const formats = {
  csv: {
    concatenable: true,
    says: "the five fields, with a header",
    encoder: async (plan) => new CsvEncoder(plan),
  },
  ndjson: {
    concatenable: true,
    says: "the five fields as JSON, an object a line",
    encoder: async (plan) => new (await import("./ndjson.js")).NdjsonEncoder(plan),
  },
  combined: {
    concatenable: true,
    says: "what Apache and nginx write, with method, bytes, referrer and user agent; whole seconds, no response time",
    encoder: async (plan) => (await import("./combined.js")).combinedEncoder(plan, "plain"),
  },
  "combined-timed": {
    concatenable: true,
    says: "combined with nginx's $request_time behind it: the response time in seconds, three decimals",
    encoder: async (plan) => (await import("./combined.js")).combinedEncoder(plan, "timed"),
  },
  parquet: {
    concatenable: false,
    says: "the five fields as typed columns, compressed with zstd",
    encoder: async (plan) => (await import("./parquet/parquet.js")).parquetEncoder(plan),
  },
} as const satisfies Record<FormatName, Format>;

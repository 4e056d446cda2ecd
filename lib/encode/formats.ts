import type { Plan } from "../generate/plan.js";
import { CsvEncoder } from "./csv.js";
import type { Encoder } from "./encoder.js";
import type { Pattern } from "./pattern.js";

/** What a format leaves of a record's numbers: the rest is cut off. */
export interface Precision {
  /** Whether the time is that of the second. */
  readonly wholeSeconds: boolean;
  /** Step of the response time in hundredths of a millisecond; 0 if there is none. */
  readonly step: number;
}

/** A format in which a log can be written. */
export interface Format {
  /**
   * Whether the bytes of slices, put together, are the bytes of the whole. If not, each slice is a file of its own,
   * with header and end.
   */
  readonly concatenable: boolean;
  /** What it leaves of a record's numbers, if that is not all. */
  readonly keeps?: Precision;
  /** What the format contains, for people to read. */
  readonly says: string;
  /** Loads whatever the format needs and makes an encoder. */
  encoder(plan: Plan): Promise<Encoder>;
}

const pattern = async (plan: Plan, lines: Pattern) =>
  (await import("./patternEncoder.js")).patternEncoder(plan, lines);

/** Every format by its name. Modules that only some formats need are loaded with their encoder. */
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
    keeps: { wholeSeconds: true, step: 0 },
    says: "what Apache and nginx write, with method, bytes, referrer and user agent; whole seconds, no response time",
    encoder: async (plan) => (await import("./combined.js")).combinedEncoder(plan, "plain"),
  },
  "combined-timed": {
    concatenable: true,
    keeps: { wholeSeconds: true, step: 100 },
    says: "combined with nginx's $request_time behind it: the response time in seconds, three decimals",
    encoder: async (plan) => (await import("./combined.js")).combinedEncoder(plan, "timed"),
  },
  "vhost-combined": {
    concatenable: true,
    keeps: { wholeSeconds: true, step: 0 },
    says: "Apache's combined log with the virtual host first, as Debian sets it up; whole seconds, no response time",
    encoder: async (plan) => pattern(plan, (await import("./patterns/vhostCombined.js")).vhostCombined),
  },
  "nginx-json": {
    concatenable: true,
    keeps: { wholeSeconds: true, step: 100 },
    says: "nginx's own JSON (escape=json), its variables as strings; whole seconds, the response time in seconds",
    encoder: async (plan) => pattern(plan, (await import("./patterns/nginxJson.js")).nginxJson),
  },
  "ingress-nginx": {
    concatenable: true,
    keeps: { wholeSeconds: true, step: 100 },
    says: "the default log of Kubernetes' ingress-nginx; whole seconds, the response time in seconds",
    encoder: async (plan) => pattern(plan, (await import("./patterns/ingressNginx.js")).ingressNginx),
  },
  w3c: {
    concatenable: true,
    keeps: { wholeSeconds: true, step: 100 },
    says: "the W3C's extended log as IIS writes it, with its #Fields; whole seconds, whole milliseconds",
    encoder: async (plan) => pattern(plan, (await import("./patterns/w3c.js")).w3c),
  },
  cloudfront: {
    concatenable: true,
    keeps: { wholeSeconds: true, step: 100 },
    says: "Amazon CloudFront's standard log, with its #Fields; whole seconds, the response time in seconds",
    encoder: async (plan) => pattern(plan, (await import("./patterns/cloudfront.js")).cloudfront),
  },
  alb: {
    concatenable: true,
    keeps: { wholeSeconds: false, step: 100 },
    says: "AWS application load balancer; the response time in seconds, three decimals",
    encoder: async (plan) => pattern(plan, (await import("./patterns/alb.js")).alb),
  },
  caddy: {
    concatenable: true,
    says: "Caddy's JSON; the response time in seconds, five decimals",
    encoder: async (plan) => pattern(plan, (await import("./patterns/caddy.js")).caddy),
  },
  "envoy-json": {
    concatenable: true,
    keeps: { wholeSeconds: false, step: 100 },
    says: "Envoy's JSON with Istio's names; whole milliseconds",
    encoder: async (plan) => pattern(plan, (await import("./patterns/envoyJson.js")).envoyJson),
  },
  ecs: {
    concatenable: true,
    says: "the Elastic Common Schema as NDJSON; the response time in nanoseconds",
    encoder: async (plan) => pattern(plan, (await import("./patterns/ecs.js")).ecs),
  },
  parquet: {
    concatenable: false,
    says: "the five fields as typed columns, compressed with zstd",
    encoder: async (plan) => (await import("./parquet/parquet.js")).parquetEncoder(plan),
  },
} as const satisfies Record<string, Format>;

/** The precision in which logs of these formats, or of others, can be compared: that of the coarsest. */
export function precisionOf(names: readonly (string | undefined)[]): Precision {
  const kept = names.map((name) => (formats as Record<string, Format>)[name ?? ""]?.keeps ?? exact);
  return {
    wholeSeconds: kept.some(({ wholeSeconds }) => wholeSeconds),
    step: kept.some(({ step }) => step === 0) ? 0 : Math.max(1, ...kept.map(({ step }) => step)),
  };
}

/** The precision of a record. */
export const exact: Precision = { wholeSeconds: false, step: 1 };

/** Names of the formats that can be written. */
export type FormatName = keyof typeof formats;

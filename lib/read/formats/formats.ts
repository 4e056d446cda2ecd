import { didYouMean, InputError, quoted } from "../../errors.js";
import type { LineFormat } from "../row.js";
import { combined, common } from "./apache.js";
import { apiGateway } from "./apiGateway.js";
import { alb, elb } from "./aws.js";
import { caddy } from "./caddy.js";
import { cloudflare } from "./cloudflare.js";
import { cloudfrontRealtime } from "./cloudfront.js";
import { csv } from "./delimited.js";
import { ecs } from "./ecs.js";
import { envoy } from "./envoy.js";
import { envoyJson } from "./envoyJson.js";
import { fluentd } from "./fluentd.js";
import { gcp } from "./gcp.js";
import { haproxy } from "./haproxy.js";
import { heroku } from "./heroku.js";
import { ingressNginx } from "./ingressNginx.js";
import { json } from "./jsonLines.js";
import { logstash } from "./logstash.js";
import { ltsv } from "./ltsv.js";
import { type OwnFormat, ownFormat, ownName } from "./ownFormat.js";
import { pino } from "./pino.js";
import { proxyManager } from "./proxyManager.js";
import { s3 } from "./s3.js";
import { squid } from "./squid.js";
import { traefik } from "./traefik.js";
import { uvicorn } from "./uvicorn.js";
import { w3c } from "./w3c.js";
import { werkzeug } from "./werkzeug.js";

/** The formats of lines that can be read. A new format is a file beside this one and a line here. */
export const lineFormats = {
  combined,
  common,
  "ingress-nginx": ingressNginx,
  "nginx-proxy-manager": proxyManager,
  w3c,
  haproxy,
  alb,
  elb,
  "cloudfront-realtime": cloudfrontRealtime,
  s3,
  envoy,
  heroku,
  uvicorn,
  werkzeug,
  squid,
  ltsv,
  caddy,
  traefik,
  ecs,
  "envoy-json": envoyJson,
  gcp,
  cloudflare,
  "api-gateway": apiGateway,
  pino,
  logstash,
  fluentd,
  json,
  csv,
} as const satisfies Record<string, LineFormat>;

/** The name of a format: of lines, or Parquet, or "auto" to recognise it by the beginning of the log. */
export type ReadFormat = keyof typeof lineFormats | "parquet" | "auto";

/** Names of the formats that can be read. */
export const readFormats = [...Object.keys(lineFormats), "parquet"] as readonly ReadFormat[];

/** A format that was requested. */
export interface RequestedFormat {
  readonly name: string;
  /** Undefined for "auto" and "parquet", which are not formats of lines. */
  readonly format: LineFormat | undefined;
}

/** @throws InputError if it is neither the name of a format nor a valid format of the user's own */
export function askedFormat(asked: unknown): RequestedFormat {
  if (typeof asked !== "string") {
    return { format: ownFormat(asked), name: (asked as OwnFormat).name ?? ownName };
  }
  if (Object.hasOwn(lineFormats, asked)) {
    return { name: asked, format: lineFormats[asked as keyof typeof lineFormats] };
  }
  if (asked === "auto" || asked === "parquet") return { name: asked, format: undefined };
  const names = ["auto", ...readFormats];
  throw new InputError(
    `format: ${quoted(asked)} is not a format that can be read: ${names.join(", ")}${didYouMean(asked, names)}`,
  );
}

import type { Outcome } from "../../generate/batch.js";

/** The virtual host that serves an endpoint. Static files and APIs have hosts of their own. */
export function hostOf({ endpoint: { route } }: Outcome): string {
  if (/^\/(?:api|v\d+|graphql)(?:\/|$)/.test(route)) return "api.example.com";
  return /\.(?:avif|css|gif|ico|jpe?g|js|mjs|mp4|png|svg|webp|woff2?)$/.test(route)
    ? "static.example.com"
    : "www.example.com";
}

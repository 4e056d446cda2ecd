import { combinedParts, type Pattern, part } from "../pattern.js";

/**
 * The default log of Kubernetes' ingress-nginx: the combined log, followed by the request's length and time, the
 * upstream and its answer, and the request's identifier. Source: ingress-nginx, "Log format".
 */
export const ingressNginx: Pattern = {
  parts: [
    ...combinedParts,
    " 412 ",
    { drawn: "seconds", field: 4 },
    " [default-shop-80] [] 10.1.2.",
    { drawn: "server" },
    ":8080 ",
    part.size,
    " ",
    { drawn: "seconds" },
    " ",
    { outcome: ({ status }) => String(status) },
    " ",
    { drawn: "hex8" },
    { drawn: "hex8" },
    { drawn: "hex8" },
    { drawn: "hex8" },
  ],
};

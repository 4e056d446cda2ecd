import { escaped, type Pattern, part, route } from "../pattern.js";

/**
 * The default log of Kubernetes' ingress-nginx: combined, and behind it the request's length and time, the upstream and
 * its answer, and the request's identifier. Source: ingress-nginx, "Log format".
 */
export const ingressNginx: Pattern = {
  parts: [
    part.address,
    " - - [",
    part.clf,
    '] "',
    part.method,
    " ",
    route(escaped),
    ' HTTP/1.1" ',
    part.status,
    " ",
    part.size,
    ' "',
    { referrer: escaped },
    '" "',
    { agent: escaped },
    '" 412 ',
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

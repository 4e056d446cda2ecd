import { type Pattern, part, route } from "../pattern.js";

/** Escapes spaces as %20, as CloudFront does. */
const encoded = (text: string) => text.replaceAll(" ", "%20");

/**
 * Amazon CloudFront's standard log, with tabs between the fields and the response time in seconds. CloudFront would
 * encode some more characters of the paths, which are written unchanged here. Source: AWS, "Standard logging (access
 * logs)" of CloudFront.
 */
export const cloudfront: Pattern = {
  header: () =>
    "#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end\n",
  parts: [
    { second: { midnight: (day) => day.toISOString().slice(0, 19).replace("T", "\t"), clockAt: 11 } },
    "\tFRA60-P",
    { drawn: "server" },
    "\t",
    part.size,
    "\t",
    part.address,
    "\t",
    part.method,
    "\td111111abcdef8.cloudfront.net\t",
    route((text) => encoded(text.split("?")[0])),
    "\t",
    part.status,
    "\t",
    { referrer: encoded },
    "\t",
    { agent: encoded },
    "\t",
    { outcome: ({ endpoint }) => encoded(endpoint.route.split("?").slice(1).join("?") || "-") },
    "\t-\t",
    { outcome: ({ status }) => (status >= 500 ? "Error" : "Miss") },
    "\t",
    { drawn: "hex8" },
    { drawn: "hex8" },
    { drawn: "hex8" },
    "==\twww.example.com\thttps\t412\t",
    { drawn: "seconds", field: 4 },
    "\t-\tTLSv1.3\tTLS_AES_128_GCM_SHA256\t",
    { outcome: ({ status }) => (status >= 500 ? "Error" : "Miss") },
    "\tHTTP/2.0\t-\t-\t",
    { drawn: "port" },
    "\t",
    { drawn: "seconds" },
    "\t",
    { outcome: ({ status }) => (status >= 500 ? "OriginError" : "Miss") },
    "\ttext/html\t",
    part.size,
    "\t-\t-",
  ],
};

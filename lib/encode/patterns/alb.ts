import { type Pattern, part, route } from "../pattern.js";

/** Escapes text for a field in quotes, as browsers encode it. */
const quoted = (text: string) => text.replaceAll('"', "%22").replaceAll("\\", "%5C");

/**
 * Access log of an AWS application load balancer. The target takes all of the response time, and microseconds end in
 * 000. Source: AWS, "Access logs for your Application Load Balancer".
 */
export const alb: Pattern = {
  parts: [
    "https ",
    part.iso,
    ".",
    { drawn: "millisecond" },
    "000Z app/shop/50dc6c495c0c9188 ",
    part.address,
    ":",
    { drawn: "port" },
    " 10.0.1.",
    { drawn: "server" },
    ":80 0.000 ",
    { drawn: "seconds", field: 4 },
    " 0.000 ",
    part.status,
    " ",
    { outcome: ({ status }) => String(status) },
    " 412 ",
    part.size,
    ' "',
    part.method,
    " https://www.example.com:443",
    route(quoted),
    ' HTTP/2.0" "',
    { agent: quoted },
    '" TLS_AES_128_GCM_SHA256 TLSv1.3 arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/shop/73e2d6bc24d8a067 "Root=1-',
    { drawn: "hex8" },
    "-",
    { drawn: "hex8" },
    { drawn: "hex8" },
    { drawn: "hex8" },
    '" "www.example.com" "arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012" 0 ',
    part.iso,
    ".",
    { drawn: "millisecond" },
    '000Z "forward" "-" "-" "10.0.1.7:80" "',
    { outcome: ({ status }) => String(status) },
    '" "-" "-"',
  ],
};

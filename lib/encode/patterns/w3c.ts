import { type Pattern, part, route } from "../pattern.js";

/** Escapes spaces as plus signs, as IIS does. */
const joined = (text: string) => text.replaceAll(" ", "+");
const stem = (text: string) => joined(text.split("?")[0]);
const query = (text: string) => joined(text.split("?").slice(1).join("?") || "-");

/**
 * The W3C extended log format as IIS writes it, with directives first and the response time in whole milliseconds.
 * Source: Microsoft, "W3C logging"; W3C, "Extended Log File Format".
 */
export const w3c: Pattern = {
  header: ({ scenario }) =>
    [
      "#Software: Microsoft Internet Information Services 10.0",
      "#Version: 1.0",
      `#Date: ${scenario.traffic.start.replace("T", " ").slice(0, 19)}`,
      "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken",
      "",
    ].join("\n"),
  parts: [
    { second: { midnight: (day) => day.toISOString().slice(0, 19).replace("T", " "), clockAt: 11 } },
    " 10.0.0.",
    { drawn: "server" },
    " ",
    part.method,
    " ",
    route(stem),
    " ",
    { outcome: ({ endpoint }) => query(endpoint.route) },
    " 443 - ",
    part.address,
    " ",
    { agent: joined },
    " ",
    { referrer: joined },
    " ",
    part.status,
    " 0 0 ",
    { drawn: "milliseconds", field: 4 },
  ],
};

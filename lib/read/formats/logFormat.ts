import { InputError, quoted } from "../../errors.js";
import { checkSays } from "../fields/strftime.js";
import type { LineFormat } from "../row.js";
import { apacheItems, nginxItems, type Role } from "./logFormatItems.js";
import { formatReading } from "./logFormatLines.js";

/**
 * The format of a log as configured in its server: nginx's `log_format`, Apache's `LogFormat` or Gunicorn's
 * `access_log_format`, as the whole line of the configuration or only its string. For every variable and directive it is known how its values are written, so
 * that those that are not part of a record are skipped correctly: quoted ones with their escapes, lists of upstreams
 * and of X-Forwarded-For, times by their format. Sources: nginx, ngx_http_log_module; Apache, mod_log_config, "Custom
 * Log Formats"; Gunicorn, "access_log_format".
 * @throws InputError when it is neither, or lacks the time, client, request or status
 */
export function logFormat(text: unknown): LineFormat {
  if (typeof text !== "string" || text.trim() === "")
    throw new InputError(`logFormat: ${quoted(text)} is not nginx's log_format nor Apache's LogFormat`);
  const python = gunicornForm(text.trim());
  const form = python ?? formOf(text.trim());
  const other = otherServers.find(([shows]) => shows.test(form));
  if (other !== undefined)
    throw new InputError(
      `logFormat: ${quoted(form)} is ${other[1]}, which is not read: give nginx's log_format or Apache's LogFormat with these fields in these places, or a format of your own (--format FILE.json)`,
    );
  const apache = !/\$\{?[a-z_]/i.test(form);
  const { before, items } = apache ? apacheItems(form) : nginxItems(form);
  const lacking = [
    ["the time", ({ field }: Role) => field === "moment" || field === "clf" || field === "part"],
    ["the client's address", ({ field }: Role) => field === "client"],
    ["the request or its path", ({ field }: Role) => field === "request" || field === "target"],
    ["the status", ({ field }: Role) => field === "status"],
  ] as const;
  for (const [what, isIt] of lacking) {
    if (!items.some(({ role }) => isIt(role)))
      throw new InputError(
        `logFormat: ${quoted(form)} has no variable for ${what}${apache ? "" : ", such as $time_local, $remote_addr, $request and $status"}`,
      );
  }
  const letters = items.flatMap(({ role }) => (role.field === "part" ? role.letters : []));
  if (!items.some(({ role }) => role.field === "moment" || role.field === "clf"))
    checkSays(letters, `logFormat: the time in ${quoted(form)}`);
  return {
    hearsTimeField: true,
    title:
      python !== undefined
        ? "Gunicorn's access_log_format"
        : apache
          ? "Apache's LogFormat"
          : "nginx's log_format",
    reading: (options) => {
      const reading = formatReading(options, before, items);
      const isUnclear =
        options.timeUnit === undefined &&
        python === undefined &&
        /%D/.test(form) &&
        !/%[<>]|^LogFormat|^CustomLog/i.test(text);
      return { ...reading, unsure: reading.unsure ?? (isUnclear ? ofOtherServers : undefined) };
    },
  };
}

const ofOtherServers =
  'timeUnit: %D is in microseconds to Apache and Tomcat 10, and in milliseconds to Tomcat before it and to Undertow: give "us" or "ms" (--time-unit us), or "none"';

/** What only the formats of other servers and tools have. */
const otherServers: readonly [shows: RegExp, what: string][] = [
  [/%(START_TIME|REQ\(|RESPONSE_CODE|DURATION)/, "Envoy's format"],
  [/%[<>]?(tu|ru|Hs|Ss|Sh)\b|%ts\.%|%\d+t[ur]/, "Squid's logformat"],
  [/%(\[|\{[+-]|(ci|cp|tr|TR|ft|HM|HU|ST)\b)/, "HAProxy's log-format"],
  [/%\^(?!FB|t[io])|%d:%t|%x\b/, "GoAccess's log-format"],
];

/** Gunicorn's format in Apache's directives; undefined if the text is none. */
function gunicornForm(text: string): string | undefined {
  const directive = /%\((?:\{([^}]*)\}([ieo])|(\w))\)s/g;
  if (text.search(directive) < 0) return;
  const string = /^access_log_format\s*=\s*(['"])(.*)\1$/s.exec(text)?.[2] ?? text;
  const own: Record<string, string> = {
    a: "%{User-Agent}i",
    f: "%{Referer}i",
    L: "%{s}T",
    M: "%{ms}T",
    p: "%P",
  };
  return string.replace(directive, (_, header: string, kind: string, letter: string) =>
    letter === undefined ? `%{${header}}${kind}` : (own[letter] ?? `%${letter}`),
  );
}

/** The format string in a line of a configuration, or the text itself. */
function formOf(text: string): string {
  const nginx = /^log_format\s+\S+\s+(?:escape=\w+\s+)?(.*?);?\s*$/s.exec(text)?.[1];
  if (nginx !== undefined || /^'.*'\s*;?$/s.test(text)) {
    const pieces = [...(nginx ?? text).matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/gs)];
    return pieces.map(([, one, two]) => (one ?? two).replace(/\\(['"\\])/g, "$1")).join("");
  }
  const apache = /^(?:LogFormat|CustomLog\s+\S+)\s+"((?:[^"\\]|\\.)*)"/is.exec(text)?.[1];
  const escapes: Record<string, string> = { n: "\n", t: "\t" };
  const isQuoted = /^"((?:[^"\\]|\\.)*)"$/s.exec(text)?.[1];
  const form = apache ?? (isQuoted?.includes('\\"') ? isQuoted : text);
  return form.includes("$")
    ? form
    : form.replace(/\\(["\\nt])/g, (_, letter: string) => escapes[letter] ?? letter);
}

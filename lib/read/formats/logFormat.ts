import { InputError, quoted } from "../../errors.js";
import { checkSays } from "../fields/strftime.js";
import type { LineFormat } from "../row.js";
import { apacheItems, nginxItems, type Role } from "./logFormatItems.js";
import { formatReading } from "./logFormatLines.js";

/**
 * The format of a log as configured in its server: nginx's `log_format` or Apache's `LogFormat`, as the whole line of
 * the configuration or only its string. For every variable and directive it is known how its values are written, so
 * that those that are not part of a record are skipped correctly: quoted ones with their escapes, lists of upstreams
 * and of X-Forwarded-For, times by their format. Sources: nginx, ngx_http_log_module; Apache, mod_log_config, "Custom
 * Log Formats".
 * @throws InputError when it is neither, or lacks the time, client, request or status
 */
export function logFormat(text: unknown): LineFormat {
  if (typeof text !== "string" || text.trim() === "")
    throw new InputError(`logFormat: ${quoted(text)} is not nginx's log_format nor Apache's LogFormat`);
  const form = formOf(text.trim());
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
    title: apache ? "Apache's LogFormat" : "nginx's log_format",
    reading: (options) => formatReading(options, before, items),
  };
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

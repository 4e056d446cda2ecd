import { InputError, quoted } from "../../errors.js";
import { readClient } from "../fields/client.js";
import { readDuration } from "../fields/duration.js";
import { unescaped } from "../fields/escapes.js";
import { isPrivateAt } from "../fields/forwarded.js";
import { damagedTarget, pathOf, requestPath } from "../fields/request.js";
import {
  checkSays,
  epochPart,
  fractionPart,
  lettersOf,
  type ReadTimePart,
  TimeParts,
  timeForm,
} from "../fields/strftime.js";
import { digits, moment } from "../fields/time.js";
import { quoteEnd, wordEnd } from "../fields/words.js";
import type { FormatOptions, LineFormat, Reading, Reason, TimeUnit } from "../row.js";

/** What a variable of a log's format holds of a record. */
type Role =
  | { readonly field: "client" | "request" | "target" | "status" | "moment" | "clf" | "none" }
  | { readonly field: "duration"; readonly unit: TimeUnit }
  /** A part of a time; its letters are the directives of strftime that say as much. */
  | { readonly field: "part"; readonly read: ReadTimePart; readonly letters: readonly string[] };

/** A variable of nginx (`$status`) or a directive of Apache (`%>s`), and the text that follows it. */
interface Item {
  /** As the format writes it. */
  readonly name: string;
  readonly role: Role;
  readonly after: Uint8Array;
  /** How its value ends. */
  readonly ends: "quote" | "bracket" | "list" | "version" | "date" | "literal" | "line";
}

/**
 * The format of a log as its server was told it: nginx's `log_format` or Apache's `LogFormat`, the whole line of the
 * configuration or its string alone. All variables and directives are known by how their values are written, so that
 * those which are no part of a record are skipped rightly: quoted ones with their escapes, lists of upstreams and of
 * X-Forwarded-For, times by their form.
 * Sources: nginx, ngx_http_log_module; Apache, mod_log_config, "Custom Log Formats".
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

/** The string of the format in a line of the configuration, or the text itself. */
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

const nginxRoles: Record<string, Role> = {
  time_local: { field: "clf" },
  time_iso8601: { field: "moment" },
  msec: { field: "moment" },
  remote_addr: { field: "client" },
  realip_remote_addr: { field: "client" },
  proxy_protocol_addr: { field: "client" },
  proxy_add_x_forwarded_for: { field: "client" },
  http_x_forwarded_for: { field: "client" },
  http_x_real_ip: { field: "client" },
  http_cf_connecting_ip: { field: "client" },
  http_true_client_ip: { field: "client" },
  request: { field: "request" },
  request_uri: { field: "target" },
  uri: { field: "target" },
  document_uri: { field: "target" },
  status: { field: "status" },
  request_time: { field: "duration", unit: "s" },
};

function nginxItems(form: string): { before: Uint8Array; items: Item[] } {
  return itemsOf(form, /\$(?:\{(\w+)\}|(\w+))/g, ([, braced, bare]) => nginxRoles[braced ?? bare] ?? none);
}

const none: Role = { field: "none" };

const apacheRoles: Record<string, Role> = {
  a: { field: "client" },
  h: { field: "client" },
  r: { field: "request" },
  U: { field: "target" },
  s: { field: "status" },
  D: { field: "duration", unit: "us" },
};

function apacheItems(form: string): { before: Uint8Array; items: Item[] } {
  const directive = /%(?:[<>]|!?\d{3}(?:,\d{3})*)*(?:\{([^}]*)\})?(?:[<>])?(\^FB|\^t[io]|[a-zA-Z])/g;
  // %% is a percent sign; the query string of %q belongs to the path before it.
  return itemsOf(form.replaceAll("%%", "\0").replaceAll("%U%q", "%U"), directive, ([, argument, letter]) =>
    apacheRole(argument, letter),
  );
}

function apacheRole(argument: string | undefined, letter: string): Role {
  if (letter === "t") return argument === undefined ? { field: "clf" } : timeRole(argument);
  if (letter === "T") return { field: "duration", unit: (argument ?? "s") as TimeUnit };
  if (letter === "i" || letter === "a") {
    const header = argument?.toLowerCase() ?? "";
    const clients = ["x-forwarded-for", "x-real-ip", "cf-connecting-ip", "true-client-ip", "x-client-ip"];
    return clients.includes(header) || letter === "a" ? { field: "client" } : none;
  }
  return argument === undefined ? (apacheRoles[letter] ?? none) : none;
}

function timeRole(argument: string): Role {
  const form = argument.replace(/^(begin|end):/, "");
  const own: Record<string, [read: ReadTimePart, letter: string]> = {
    sec: [epochPart(1000), "s"],
    msec: [epochPart(1), "s"],
    usec: [epochPart(1e-3), "s"],
    msec_frac: [fractionPart(3), "f"],
    usec_frac: [fractionPart(6), "f"],
  };
  const [read, letter] = own[form] ?? [];
  if (read !== undefined && letter !== undefined) return { field: "part", read, letters: [letter] };
  return { field: "part", read: timeForm(form, "logFormat"), letters: lettersOf(form) };
}

function itemsOf(
  form: string,
  pattern: RegExp,
  roleOf: (match: RegExpMatchArray) => Role,
): { before: Uint8Array; items: Item[] } {
  const matches = [...form.matchAll(pattern)];
  const text = (from: number, to: number | undefined) => form.slice(from, to).replaceAll("\0", "%");
  const items = matches.map((match, i): Item => {
    const end = match.index + match[0].length;
    const after = text(end, matches[i + 1]?.index);
    const role = roleOf(match);
    if (after === "" && i + 1 < matches.length && role.field !== "part" && match[0] !== "%t")
      throw new InputError(
        `logFormat: nothing stands between ${match[0]} and ${matches[i + 1][0]}, so that nothing tells where one ends`,
      );
    const previous = form[match.index - 1];
    return { name: match[0], role, after: utf8.encode(after), ends: endOf(role, previous, after, match[0]) };
  });
  return { before: utf8.encode(text(0, matches[0]?.index)), items };
}

function endOf(role: Role, before: string | undefined, after: string, name: string): Item["ends"] {
  if (role.field === "part") return "date";
  if (before === '"' && after.startsWith('"')) return "quote";
  if (name === "%t" || (before === "[" && after.startsWith("]"))) return "bracket";
  if (after === "") return "line";
  if (role.field === "clf") return "date";
  if (/^\s/.test(after)) {
    if (role.field === "request") return "version";
    if (role.field === "client" || /upstream|\}i$|^\$http_/.test(name)) return "list";
  }
  return "literal";
}

const utf8 = new TextEncoder();

function formatReading(options: FormatOptions, before: Uint8Array, items: readonly Item[]): Reading {
  const { toUtc, keepQuery, timeUnit, timeField } = options;
  const find = (field: Role["field"]) => items.findIndex(({ role }) => role.field === field);
  const clients = items.flatMap(({ role }, i) => (role.field === "client" ? [i] : []));
  // The most exact of the moments: $msec and ISO 8601 before the common log's; parts where there is none.
  const at = items.findIndex(({ name, role }) => /msec/.test(name) && role.field === "moment");
  const time = at >= 0 ? at : find("moment") >= 0 ? find("moment") : find("clf");
  const fraction = items.some(({ role }) => role.field === "part" && role.letters[0] === "f");
  const request = find("request");
  const target = request >= 0 ? request : find("target");
  const status = Math.max(
    find("status"),
    items.findIndex(({ name, role }) => role.field === "status" && name.includes(">")),
  );
  const took = durationOf(items, timeUnit, timeField);
  const start = new Int32Array(items.length);
  const end = new Int32Array(items.length);
  const moments = new TimeParts();
  let own = new Uint8Array(4096);
  const partReaders = items.map(({ role }) => (role.field === "part" ? role.read : undefined));
  const wrongAt = items.map(({ name }) => `the line does not fit the log format at ${name}`);

  return {
    decided: `client = ${clients.map((i) => items[i].name).join(", else ")}; ${took.index < 0 ? "no response time" : `response time = ${items[took.index].name} in ${took.unit}`}`,
    unsure: took.unsure,
    read: (bytes, from, to, row): Reason => {
      moments.clear();
      let p = afterLiteral(bytes, from, to, before);
      if (p < 0) return "the line does not begin as the log format does";
      for (let i = 0; i < items.length; i++) {
        const item = items[i];
        start[i] = p;
        const readPart = partReaders[i];
        const valueEnd = readPart ? readPart(bytes, p, to, moments) : valueEndOf(bytes, p, to, item);
        if (valueEnd < 0) return wrongAt[i];
        end[i] = valueEnd;
        p = afterLiteral(bytes, valueEnd, to, item.after);
        if (p < 0) return wrongAt[i];
      }
      if (p < to) return "the line goes on where the log format ends";
      row.bytes = bytes;
      row.status = digits(bytes, start[status], end[status]);
      if (time < 0) row.time = moments.time(toUtc);
      else {
        row.time = moment(bytes, start[time], end[time], toUtc);
        if (fraction && row.time >= 0 && row.time % 1000 === 0) row.time += moments.milliseconds;
      }
      if (row.time < 0) return "the time is not a real date and time";
      if (row.status < 0) return "the status is not a number of three digits";
      let client = clients[0];
      for (const i of clients) {
        if (end[i] - start[i] <= 1 || bytes[start[i]] === MINUS) continue;
        client = i;
        // A private address is a proxy's, where a later field names another client.
        if (!isPrivateAt(bytes, start[i], end[i])) break;
      }
      readClient(bytes, start[client], end[client], row);
      if (took.index >= 0) {
        const wrong = readDuration(bytes, start[took.index], end[took.index], took.unit, row);
        if (wrong !== undefined) return wrong;
      } else row.hundredths = -1;
      let pathStart = start[target];
      let pathEnd = end[target];
      const damaged = damagedTarget(bytes, pathStart, pathEnd);
      if (damaged !== undefined) return damaged;
      for (let i = pathStart; i < pathEnd; i++) {
        if (bytes[i] !== BACKSLASH) continue;
        const length = row.addressEnd - row.addressStart;
        if (own.length < length + pathEnd - pathStart)
          own = new Uint8Array(2 * (length + pathEnd - pathStart));
        own.set(bytes.subarray(row.addressStart, row.addressEnd));
        pathEnd = unescaped(bytes, pathStart, pathEnd, own, length);
        pathStart = length;
        row.bytes = own;
        row.addressStart = 0;
        row.addressEnd = length;
        break;
      }
      return request >= 0
        ? requestPath(row.bytes, pathStart, pathEnd, row, keepQuery)
        : pathOf(row.bytes, pathStart, pathEnd, row, keepQuery);
    },
  };
}

/** Which item is the response time, and its unit. */
function durationOf(
  items: readonly Item[],
  timeUnit: TimeUnit | "none" | undefined,
  timeField: string | undefined,
): { index: number; unit: TimeUnit; unsure?: string } {
  const bare = (name: string) => name.replace(/[${}]/g, "");
  if (timeUnit === "none") return { index: -1, unit: "s" };
  if (timeField !== undefined) {
    const index = items.findIndex(({ name }) => name === timeField || bare(name) === bare(timeField));
    if (index < 0)
      throw new InputError(
        `timeField: ${quoted(timeField)} is not in the log format: ${items.map(({ name }) => name).join(" ")}`,
      );
    const { role, name } = items[index];
    const unit = timeUnit ?? (role.field === "duration" ? role.unit : /_time\b/.test(name) ? "s" : undefined);
    if (unit !== undefined) return { index, unit };
    return {
      index,
      unit: "s",
      unsure: `timeUnit: ${name} does not say its unit: give "s", "ms" or "us" (--time-unit ms)`,
    };
  }
  // The same time may stand there in two units: the finer one
  for (const unit of ["us", "ms", "s"] as const) {
    const index = items.findIndex(({ role }) => role.field === "duration" && role.unit === unit);
    if (index >= 0) return { index, unit: timeUnit ?? unit };
  }
  return { index: -1, unit: "s" };
}

/** Where the value that begins at `at` ends, or -1. */
function valueEndOf(bytes: Uint8Array, at: number, to: number, item: Item): number {
  switch (item.ends) {
    case "quote":
      return quoteEnd(bytes, at, to);
    case "bracket": {
      let i = at;
      while (i < to && bytes[i] !== CLOSE) i++;
      return i === to ? -1 : item.name === "%t" ? i + 1 : i;
    }
    case "date":
      return at + 26 <= to ? at + 26 : -1; // 05/Jan/2026:00:22:28 +0000
    case "list": {
      let end = wordEnd(bytes, at, to);
      for (;;) {
        const colon = bytes[end + 1] === COLON && bytes[end + 2] === SPACE && end + 2 < to;
        if (bytes[end - 1] !== COMMA && !colon) return end;
        end = wordEnd(bytes, colon ? end + 3 : end + 1, to);
        if (end >= to) return end;
      }
    }
    case "version": {
      for (let i = at; i + 6 < to; i++) {
        if (
          bytes[i] === SPACE &&
          bytes[i + 1] === CAPITAL_H &&
          bytes[i + 2] === CAPITAL_T &&
          bytes[i + 5] === SLASH
        )
          return wordEnd(bytes, i + 1, to);
      }
      return wordEnd(bytes, at, to);
    }
    case "line":
      return to;
    default:
      return literalAt(bytes, at, to, item.after);
  }
}

/** Where the text stands next, from `at` on; a backslash escapes what follows it. */
function literalAt(bytes: Uint8Array, at: number, to: number, text: Uint8Array): number {
  const first = text[0];
  for (let i = at; i + text.length <= to; i++) {
    const byte = bytes[i];
    if (byte === BACKSLASH) {
      i++;
      continue;
    }
    if (byte !== first) continue;
    let same = 0;
    while (same < text.length && bytes[i + same] === text[same]) same++;
    if (same === text.length) return i;
  }
  return -1;
}

/** Position behind the text at `at`, where a space may stand more than once; -1 when it does not stand there. */
function afterLiteral(bytes: Uint8Array, at: number, to: number, text: Uint8Array): number {
  let i = at;
  const length = text.length;
  for (let k = 0; k < length; k++) {
    if (i >= to || bytes[i] !== text[k]) return -1;
    i++;
    if (text[k] === SPACE) while (i < to && bytes[i] === SPACE && text[k + 1] !== SPACE) i++;
  }
  return i;
}

const SPACE = 32;
const COMMA = 44;
const MINUS = 45;
const SLASH = 47;
const COLON = 58;
const CAPITAL_H = 72;
const CAPITAL_T = 84;
const BACKSLASH = 92;
const CLOSE = 93;

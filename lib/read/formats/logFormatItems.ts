import { InputError } from "../../errors.js";
import { epochPart, fractionPart, lettersOf, type ReadTimePart, timeForm } from "../fields/strftime.js";
import type { TimeUnit } from "../row.js";

/** What a variable of a log's format holds. */
export type Role =
  | { readonly field: "request" | "target" | "status" | "moment" | "clf" | "none" }
  /** The peer, or the client that a proxy names. */
  | { readonly field: "client"; readonly forwarded: boolean }
  | { readonly field: "duration"; readonly unit: TimeUnit }
  /** A part of a time. Its letters are the equivalent directives of strftime. */
  | { readonly field: "part"; readonly read: ReadTimePart; readonly letters: readonly string[] };

/** A variable of nginx (`$status`) or a directive of Apache (`%>s`), and the text that follows it. */
export interface Item {
  /** As it is written in the format. */
  readonly name: string;
  readonly role: Role;
  readonly after: Uint8Array;
  /** The text that ends its value. */
  readonly ends: "quote" | "bracket" | "list" | "version" | "date" | "literal" | "line";
}

const peer: Role = { field: "client", forwarded: false };
const forwarded: Role = { field: "client", forwarded: true };

const nginxRoles: Record<string, Role> = {
  time_local: { field: "clf" },
  time_iso8601: { field: "moment" },
  msec: { field: "moment" },
  remote_addr: peer,
  realip_remote_addr: peer,
  proxy_protocol_addr: peer,
  proxy_add_x_forwarded_for: forwarded,
  http_x_forwarded_for: forwarded,
  http_x_real_ip: forwarded,
  http_forwarded: forwarded,
  http_cf_connecting_ip: forwarded,
  http_true_client_ip: forwarded,
  request: { field: "request" },
  request_uri: { field: "target" },
  uri: { field: "target" },
  document_uri: { field: "target" },
  status: { field: "status" },
  request_time: { field: "duration", unit: "s" },
};

/** The variables of nginx's `log_format`, and the text before the first one. */
export function nginxItems(form: string): { before: Uint8Array; items: Item[] } {
  return itemsOf(form, /\$(?:\{(\w+)\}|(\w+))/g, ([, braced, bare]) => nginxRoles[braced ?? bare] ?? none);
}

const none: Role = { field: "none" };

const apacheRoles: Record<string, Role> = {
  a: peer,
  h: peer,
  r: { field: "request" },
  U: { field: "target" },
  s: { field: "status" },
  D: { field: "duration", unit: "us" },
};

/** The directives of Apache's `LogFormat`, and the text before the first one. */
export function apacheItems(form: string): { before: Uint8Array; items: Item[] } {
  const directive = /%(?:[<>]|!?\d{3}(?:,\d{3})*)*(?:\{([^}]*)\})?(?:[<>])?(\^FB|\^t[io]|[a-zA-Z])/g;
  // %% is a percent sign. The query string of %q belongs to the path before it.
  return itemsOf(form.replaceAll("%%", "\0").replaceAll("%U%q", "%U"), directive, ([, argument, letter]) =>
    apacheRole(argument, letter),
  );
}

function apacheRole(argument: string | undefined, letter: string): Role {
  if (letter === "t") return argument === undefined ? { field: "clf" } : timeRole(argument);
  if (letter === "T") return { field: "duration", unit: (argument ?? "s") as TimeUnit };
  if (letter === "i" || letter === "a") {
    const header = argument?.toLowerCase() ?? "";
    const clients = [
      "x-forwarded-for",
      "forwarded",
      "x-real-ip",
      "cf-connecting-ip",
      "true-client-ip",
      "x-client-ip",
    ];
    return letter === "a" ? peer : clients.includes(header) ? forwarded : none;
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

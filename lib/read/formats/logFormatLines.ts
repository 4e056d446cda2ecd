import {
  BACKSLASH,
  CAPITAL_H,
  CAPITAL_T,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  MINUS,
  SLASH,
  SPACE,
} from "../../ascii.js";
import { InputError, quoted } from "../../errors.js";
import { readClient } from "../fields/client.js";
import { readDuration } from "../fields/duration.js";
import { unescaped } from "../fields/escapes.js";
import { chooseClient, clientIs, isPrivateAt } from "../fields/forwarded.js";
import { damagedTarget, pathOf, requestPath } from "../fields/request.js";
import { TimeParts } from "../fields/strftime.js";
import { digits, moment } from "../fields/time.js";
import { quoteEnd, wordEnd } from "../fields/words.js";
import type { FormatOptions, Reading, Reason, TimeUnit } from "../row.js";
import type { Item, Role } from "./logFormatItems.js";

/**
 * Makes the reader of the lines that a log's format describes.
 * @param before - text before the first item
 */
export function formatReading(options: FormatOptions, before: Uint8Array, items: readonly Item[]): Reading {
  const { toUtc, keepQuery, timeUnit, timeField, client: asked } = options;
  const find = (field: Role["field"]) => items.findIndex(({ role }) => role.field === field);
  const all = items.flatMap(({ role }, i) => (role.field === "client" ? [{ i, role }] : []));
  const firstPeer = all.findIndex(({ role }) => !role.forwarded);
  // The client that a proxy names replaces the client if it comes before the peer; otherwise it is kept beside the
  // peer.
  const isAhead = firstPeer > 0 && asked !== "peer";
  const clients = all.filter(({ role }) => firstPeer < 0 || isAhead || !role.forwarded).map(({ i }) => i);
  const beside = isAhead || firstPeer < 0 ? [] : all.filter(({ role }) => role.forwarded).map(({ i }) => i);
  const namesOf = (places: readonly number[]) => places.map((i) => items[i].name).join(", else ");
  const two =
    firstPeer < 0 || all.every(({ role }) => !role.forwarded)
      ? undefined
      : ([namesOf(clients), namesOf(beside)] as const);
  // The most exact of the moments: $msec and ISO 8601 before the common log's; the parts of a time if there is no
  // moment.
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
    clients: two,
    decided: `client = ${beside.length > 0 && two !== undefined ? clientIs(asked, two) : namesOf(clients)}; ${took.index < 0 ? "no response time" : `response time = ${items[took.index].name} in ${took.unit}`}`,
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
        // A private address is that of a proxy if a later field names another client.
        if (!isPrivateAt(bytes, start[i], end[i])) break;
      }
      if (beside.length === 0) readClient(bytes, start[client], end[client], row);
      else {
        let header = beside[0];
        for (const i of beside) {
          if (end[i] - start[i] <= 1) continue;
          header = i;
          break;
        }
        const either = chooseClient(bytes, start, end, client, header, asked, row);
        if (either !== undefined) return either;
      }
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

/** The item that holds the response time, and its unit. */
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
  // The same time may be in the log in two units. The finer one is read.
  for (const unit of ["us", "ms", "s"] as const) {
    const index = items.findIndex(({ role }) => role.field === "duration" && role.unit === unit);
    if (index >= 0) return { index, unit: timeUnit ?? unit };
  }
  return { index: -1, unit: "s" };
}

/** The end of the value that begins at `at`, or −1. */
function valueEndOf(bytes: Uint8Array, at: number, to: number, item: Item): number {
  switch (item.ends) {
    case "quote":
      return quoteEnd(bytes, at, to);
    case "bracket": {
      let i = at;
      while (i < to && bytes[i] !== CLOSE_BRACKET) i++;
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

/** The next position of the text, from `at` on. A backslash escapes the character after it. */
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

/** Position after the text at `at`, in which a space may be repeated; −1 if the text is not there. */
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

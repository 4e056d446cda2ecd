import { quoted } from "../../errors.js";
import { Row } from "../row.js";
import { isAddress } from "./address.js";
import { readClient } from "./client.js";
import { bare, clientNames, forwardedNames, type Known } from "./names.js";
import { Pieces } from "./pieces.js";

/** The names that hold the client, the surest first: on each line the first that is not empty counts. */
export interface Clients {
  readonly names: readonly string[];
  readonly unsure?: string | undefined;
}

/**
 * Who the client is where a log has more than one address of it. Behind a proxy the peer is the proxy and
 * X-Forwarded-For names the client: so it is where the peer's address is a private one. Where it is a public one, a
 * client may have made the header up: that is asked. A name that is empty on some lines leaves these to the next.
 * @param found - the name that is the client's by its usual names
 * @param available - all names
 */
export function clientsAmong(found: string, available: readonly string[], { values }: Known): Clients {
  if (values === undefined) return { names: [found] };
  const own = values(found);
  const others = (of: string) =>
    of
      .split(" ")
      .flatMap((wanted) => available.filter((name) => bare(name) === wanted && name !== found))
      .filter((name) => values(name).some((text) => isClient(text)));
  const isForwarded = forwardedNames.split(" ").includes(bare(found));
  const [header] = isForwarded ? [] : others(forwardedNames);
  if (header !== undefined) {
    const told = values(header).map((text) => text.split(",")[0].trim());
    const differing = own.filter(
      (peer, i) => isClient(told[i]) && isClient(peer) && told[i] !== bareAddress(peer),
    );
    if (differing.length > 0 && differing.every(isPrivate)) return { names: [header, found] };
    if (differing.length >= own.length / 2) {
      const example = own.findIndex((peer, i) => differing.includes(peer) && isClient(told[i]));
      return {
        names: [found],
        unsure: `format: the client may be ${quoted(found)}, such as ${quoted(own[example])}, or ${quoted(header)}, such as ${quoted(told[example])}: say which in a format of your own, {"name": "mine", "kind": "json", "fields": {"ip_address": ${quoted(header)}}}`,
      };
    }
  }
  const isWhole = own.every((text) => text !== "" && text !== "-");
  return { names: isWhole ? [found] : [found, ...others(clientNames)] };
}

const bareAddress = (text: string) => text.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1");
const isClient = (text: string) => /^[\da-f.:[\], ]{2,}$/i.test(text);

/** Private, shared, loopback and link-local addresses. Source: RFC 6890. */
const isPrivate = (text: string) =>
  /^(::ffff:)?(10\.|127\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)|^\[?(::1\b|f[cd]|fe[89ab])/i.test(
    text,
  );

/** Whether the text bytes[start, end) is a private address, with or without a port. */
export function isPrivateAt(bytes: Uint8Array, start: number, end: number): boolean {
  const first = bytes[start];
  // 1…, ::…, f…, [… : most public addresses begin otherwise
  if (first !== 49 && first !== 58 && (first | 32) !== 102 && first !== 91) return false;
  const length = end - start;
  if (length > before.length) return false;
  let same = length === beforeLength ? 0 : -1;
  while (same >= 0 && same < length && bytes[start + same] === before[same]) same++;
  if (same !== length) {
    for (let i = 0; i < length; i++) before[i] = bytes[start + i];
    beforeLength = length;
    beforeIsPrivate = isPrivate(String.fromCharCode(...bytes.subarray(start, end)));
  }
  return beforeIsPrivate;
}

// The address looked at last: as a rule a log's lines come through one proxy.
const before = new Uint8Array(64);
let beforeLength = -1;
let beforeIsPrivate = false;

/**
 * Finds the field behind an access log's fixed ones that holds X-Forwarded-For, as nginx's own `main` format has it last:
 * addresses, public ones among them, where the peer's is a private one. Undefined when none does.
 * @param lines - the part behind the fixed fields of each of the first lines
 * @param peers - the client's address on each
 */
export function forwardedField(lines: readonly Uint8Array[], peers: readonly string[]): number | undefined {
  const pieces = new Pieces();
  const fitting = new Map<number, boolean>();
  const told = new Set<number>();
  lines.forEach((line, i) => {
    const count = pieces.read(line, 0, line.length);
    for (let field = 0; field < count; field++) {
      const [start, end] = [pieces.start[field], pieces.end[field]];
      if (line[start - 1] !== QUOTE || pieces.nameEnd[field] > pieces.nameStart[field]) continue;
      const isEmpty = end - start === 0 || (end - start === 1 && line[start] === MINUS);
      if (isEmpty || fitting.get(field) === false) continue;
      readClient(line, start, end, probe);
      const { addressStart, addressEnd } = probe;
      const text = String.fromCharCode(...line.subarray(start, Math.min(end, start + 200)));
      const fits =
        isAddress(line, addressStart, addressEnd) &&
        isPrivate(peers[i]) &&
        !/^(\d+\.[\d.]+|\[.*\]):\d/.test(text);
      fitting.set(field, fits); // with a port it is an upstream's
      if (fits && !isPrivate(text)) told.add(field);
    }
  });
  for (const [field, fits] of fitting) if (fits && told.has(field)) return field;
}

const probe = new Row();
const QUOTE = 34;
const MINUS = 45;

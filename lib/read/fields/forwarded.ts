import { CLOSE_BRACKET, COLON, DOT, MINUS, NINE, ONE, QUOTE, ZERO } from "../../ascii.js";
import { quoted } from "../../errors.js";
import { eitherClient, type Reading, type Reason, Row, type WhichClient } from "../row.js";
import { isAddress } from "./address.js";
import { readClient } from "./client.js";
import type { FieldEvidence } from "./fits.js";
import { forwardedFor } from "./forwardedElement.js";
import { isHostName } from "./hostName.js";
import type { FieldMap, Mapped } from "./mapFields.js";
import { Pieces } from "./pieces.js";
import { bare, clientNames, forwardedNames } from "./usualNames.js";

/** The names that hold the client: the peer's, of which on each line the first counts that is not empty. */
export interface Clients {
  readonly names: readonly string[];
  /** The name of a header in which a proxy says who its client is, where the log has one besides. */
  readonly forwarded?: string | undefined;
}

/**
 * The names of the client in a log that may have more than one address of it.
 * @param found - the name that is the client's by its usual names
 * @param available - all names
 */
export function clientsAmong(
  found: string,
  available: readonly string[],
  { values }: FieldEvidence,
): Clients {
  const others = (of: string) =>
    of.split(" ").flatMap((wanted) => available.filter((name) => bareOf(name) === wanted && name !== found));
  const hasClients = (name: string) => values === undefined || values(name).some((text) => isClient(text));
  const headers = forwardedNames.split(" ").includes(bare(found)) ? [] : others(forwardedNames);
  const forwarded = headers.find(hasClients) ?? headers[0];
  const isWhole = values === undefined || values(found).every((text) => text !== "" && text !== "-");
  const names = isWhole ? [found] : [found, ...others(clientNames).filter(hasClients)];
  return { names, forwarded };
}

/** `x_forwarded_for.0` is the first of a list of JSON. */
const bareOf = (name: string) => bare(name.replace(/\.0$/, ""));

const isClient = (text: string) => /^[\da-f.:[\], ]{2,}$|^(\w+=[^;]*;\s*)*for=/i.test(text);

/** What is said of a log's client where it has a peer and X-Forwarded-For. */
export const clientIs = (
  asked: WhichClient | undefined,
  [peer, forwarded]: readonly [peer: string, forwarded: string],
) =>
  asked === "peer"
    ? peer
    : asked === "forwarded"
      ? `${forwarded}, else ${peer}`
      : `${peer}, or ${forwarded} where that is a private address`;

/**
 * The header that names a client besides the peer, in a log whose fields were found by their names; none where the map
 * says who the client is. `decided` tells of it.
 */
export function headerBeside(
  { names, decided }: Mapped,
  map: FieldMap,
  available: readonly string[],
  known: FieldEvidence,
  asked: WhichClient | undefined,
): { header?: string; clients?: readonly [peer: string, forwarded: string]; decided: string } {
  const [, peer] = names;
  if (peer === undefined || map.ip_address !== undefined) return { decided };
  const { forwarded: header } = clientsAmong(peer, available, known);
  if (header === undefined) return { decided };
  const clients = [peer, header] as const;
  return {
    header,
    clients,
    decided: decided.replace(`ip_address = ${peer}`, `ip_address = ${clientIs(asked, clients)}`),
  };
}

/**
 * Sets the row's address to that of a line's client, which has its peer in field `peer` of the positions and a list of
 * X-Forwarded-For, or nothing, in `forwarded`. Behind a proxy the peer is the proxy: so it is where its address is a
 * private one, and the client is the left-most of the list. Where it is a public one, the client may have made the
 * list up, and which of the two it is must be said; a private address in the list then is no client's: the peer is the
 * address under which it comes.
 * @param asked - "unsure" where the list may be something else, so that the peer's address does not decide
 * @returns why the line is no record: who its client is was not said
 */
export function chooseClient(
  bytes: Uint8Array,
  starts: Int32Array,
  ends: Int32Array,
  peer: number,
  forwarded: number,
  asked: WhichClient | "unsure" | undefined,
  row: Row,
): Reason {
  const [start, end] = [starts[peer], ends[peer]];
  let [from, to] = [starts[forwarded], ends[forwarded]];
  if (to - from > 1 && bytes[from] === QUOTE && bytes[to - 1] === QUOTE) {
    from++; // as Fluentd's parser leaves them
    to--;
  }
  if (asked === "peer" || isNothing(bytes, from, to)) {
    readClient(bytes, start, end, row);
    return;
  }
  readClient(bytes, from, to, row);
  if (
    asked === "forwarded" ||
    isNothing(bytes, start, end) ||
    (asked === undefined && isPrivateAt(bytes, start, end))
  )
    return;
  const { addressStart, addressEnd } = row;
  readClient(bytes, start, end, row);
  if (!isAddress(bytes, addressStart, addressEnd) || isPrivateAt(bytes, addressStart, addressEnd)) return;
  // A peer that is neither is no client at all.
  if (
    !isAddress(bytes, row.addressStart, row.addressEnd) &&
    !isHostName(bytes, row.addressStart, row.addressEnd)
  )
    return;
  let i = 0;
  const length = addressEnd - addressStart;
  if (row.addressEnd - row.addressStart === length)
    while (i < length && bytes[addressStart + i] === bytes[row.addressStart + i]) i++;
  if (i === length) return;
  row.forwardedStart = addressStart;
  row.forwardedEnd = addressEnd;
  return eitherClient;
}

/** Whether an address, or a list of them, stands in bytes[start, end), the first without a port. */
export function isAddressAt(bytes: Uint8Array, start: number, end: number): boolean {
  readClient(bytes, start, end, probe);
  if (!isAddress(bytes, probe.addressStart, probe.addressEnd)) return false;
  if (probe.addressStart - start >= "for=".length) return true;
  const next = bytes[probe.addressEnd];
  return probe.addressEnd >= end || (next !== COLON && next !== CLOSE_BRACKET);
}

const isNothing = (bytes: Uint8Array, start: number, end: number) =>
  end === start || (end - start === 1 && bytes[start] === MINUS);

/**
 * The question that the first lines of a log raise: who the client is. Undefined when they name only one.
 * @param reading - made for these lines, and for nothing else, as it may remember them
 */
export function clientQuestion({ read, clients }: Reading, lines: readonly Uint8Array[]): string | undefined {
  const row = new Row();
  let count = 0;
  let example = "";
  for (const line of lines) {
    if (read(line, 0, line.length, row) !== eitherClient) continue;
    if (count++ > 0) continue;
    const text = (start: number, end: number) => quoted(utf8.decode(row.bytes.subarray(start, end)));
    const [peer, forwarded] = clients ?? ["the peer", "X-Forwarded-For"];
    example = `${peer}, such as ${text(row.addressStart, row.addressEnd)}, or ${forwarded}, such as ${text(row.forwardedStart, row.forwardedEnd)}`;
  }
  if (count === 0) return;
  return `client: on ${count} of the first ${lines.length} lines the client may be ${example}: a public peer may be a proxy, and the header may be made up; give "peer" or "forwarded" (--client peer)`;
}

const utf8 = new TextDecoder();

/** Private, shared, loopback and link-local addresses, and nginx's name of a local socket. Source: RFC 6890. */
export const privateAddresses =
  /^(::ffff:)?(10\.|127\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)|^\[?(::1\b|f[cd]|fe[89ab])|^unix:/i;

const isPrivate = (text: string) => privateAddresses.test(text);

/** Whether the text bytes[start, end) is a private address, with or without a port. */
export function isPrivateAt(bytes: Uint8Array, start: number, end: number): boolean {
  const first = bytes[start];
  // 1…, ::…, f…, […, u… : most public addresses begin otherwise
  if (first !== 49 && first !== 58 && (first | 32) !== 102 && first !== 91 && first !== 117) return false;
  const length = end - start;
  if (length > before.length) return false;
  if (first === ONE) return isPrivateIPv4(bytes, start, end);
  let same = length === beforeLength ? 0 : -1;
  while (same >= 0 && same < length && bytes[start + same] === before[same]) same++;
  if (same !== length) {
    for (let i = 0; i < length; i++) before[i] = bytes[start + i];
    beforeLength = length;
    beforeIsPrivate = isPrivate(String.fromCharCode(...bytes.subarray(start, end)));
  }
  return beforeIsPrivate;
}

// The other address looked at last: as a rule a log's lines come through one proxy.
const before = new Uint8Array(64);
let beforeLength = -1;
let beforeIsPrivate = false;

/** Whether a text that begins with 1 is a private address, by the numbers of `privateAddresses`. */
function isPrivateIPv4(bytes: Uint8Array, start: number, end: number): boolean {
  const first = octet(bytes, start, end);
  if (first === 10 || first === 127) return true;
  if (first !== 100 && first !== 169 && first !== 172 && first !== 192) return false;
  const second = octet(bytes, start + 4, end);
  if (first === 100) return second >= 64 && second <= 127;
  if (first === 172) return second >= 16 && second <= 31;
  return second === (first === 169 ? 254 : 168);
}

/** The number at `start` with a dot behind it; −1 if there is none, or it has a leading zero. */
function octet(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  let value = 0;
  for (; at < end && bytes[at] >= ZERO && bytes[at] <= NINE; at++) value = 10 * value + bytes[at] - ZERO;
  const isPlain = at > start && (bytes[start] !== ZERO || at === start + 1);
  return isPlain && at < end && bytes[at] === DOT ? value : -1;
}

/** The fields behind an access log's fixed ones that can hold X-Forwarded-For. */
export interface ForwardedFields {
  readonly fields: readonly number[];
  /**
   * Whether it is sure that the one field holds it: it is in quotes, has its name or is a `Forwarded`, and is not empty
   * on all lines.
   */
  readonly isSure: boolean;
  /** Whether its addresses have ports, so that they may be those of upstreams. */
  readonly withPort?: boolean;
}

/** Whether a public address with a port stands at the beginning of bytes[start, end). */
function isClientWithPort(bytes: Uint8Array, start: number, end: number): boolean {
  readClient(bytes, start, end, probe);
  const { addressStart, addressEnd } = probe;
  return isAddress(bytes, addressStart, addressEnd) && !isPrivateAt(bytes, addressStart, addressEnd);
}

/**
 * Finds the field behind an access log's fixed ones that holds X-Forwarded-For, as nginx's own `main` format has it last:
 * an address or a list of them on each line, without ports, which an upstream's has, and another than the peer's on some;
 * or one with its name, `xff="…"`. Where none does, the fields that are empty on all lines may hold it later on.
 * @param lines - the part behind the fixed fields of each of the first lines
 * @param peers - the peer's address on each
 */
export function forwardedFields(lines: readonly Uint8Array[], peers: readonly string[]): ForwardedFields {
  const pieces = new Pieces();
  const empty = new Set<number>();
  const seen = new Map<number, number>();
  const fitting = new Map<number, number>();
  const filled = new Map<number, number>();
  const ports = new Map<number, string[]>();
  const certain = new Set<number>();
  const shown = new Set<number>();
  lines.forEach((line, i) => {
    const count = pieces.read(line, 0, line.length);
    for (let field = 0; field < count; field++) {
      const [start, end] = [pieces.start[field], pieces.end[field]];
      const [nameStart, nameEnd] = [pieces.nameStart[field], pieces.nameEnd[field]];
      const name = nameStart === nameEnd ? "" : utf8.decode(line.subarray(nameStart, nameEnd));
      const isNamed = name !== "" && forwardedNames.split(" ").includes(bare(name));
      seen.set(field, (seen.get(field) ?? 0) + 1);
      if (isNothing(line, start, end)) {
        if (name === "" || isNamed) empty.add(field);
        continue;
      }
      filled.set(field, (filled.get(field) ?? 0) + 1);
      const isPlain = isNamed || (name === "" && isAddressAt(line, start, end));
      // Azure's gateway writes its client's port, as nginx does an upstream's: which of them it is, must be said.
      const hasPort = !isPlain && name === "" && isClientWithPort(line, start, end);
      const fits = isPlain || hasPort;
      if (isPlain) fitting.set(field, (fitting.get(field) ?? 0) + 1);
      if (hasPort) {
        const port = /^\]?:\d+/.exec(utf8.decode(line.subarray(probe.addressEnd, end)))?.[0] ?? "";
        const all = ports.get(field) ?? [];
        all.push(port);
        ports.set(field, all);
      }
      if (isNamed || line[start - 1] === QUOTE || forwardedFor(line, start, end) >= 0) certain.add(field);
      readClient(line, start, end, probe);
      const client = utf8.decode(line.subarray(probe.addressStart, probe.addressEnd));
      if (fits && client !== peers[i] && !isPrivate(client)) shown.add(field); // a private one may be the server's
    }
  });
  // A few values of clients' making, such as "unknown", do not make it another field.
  const ported = (field: number) => {
    const all = ports.get(field) ?? [];
    const different = new Set(all).size; // an upstream's port is always the same
    return different > 1 && different >= all.length / 2 ? all.length : 0;
  };
  const isFitting = (field: number) =>
    (fitting.get(field) ?? 0) + ported(field) >= 0.9 * (filled.get(field) ?? 1);
  // A field that few lines have is none: these lines may be damaged.
  const isThere = (field: number) => (seen.get(field) ?? 0) >= lines.length / 2;
  for (const field of shown)
    if (isFitting(field) && isThere(field))
      return {
        fields: [field],
        isSure: certain.has(field) && ported(field) === 0,
        withPort: ported(field) > 0,
      };
  return { fields: [...empty].filter((field) => !filled.has(field) && isThere(field)), isSure: false };
}

const probe = new Row();

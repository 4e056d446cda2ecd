import { addressOf, type Batch, type Outcome } from "../generate/batch.js";
import type { Plan } from "../generate/plan.js";
import { mix32 } from "../generate/random/stream.js";
import { Requests } from "../generate/site/request.js";
import type { LineFields } from "./corrupt.js";
import { LineEncoder, type RouteText, routeText } from "./encoder.js";
import {
  PADDED_POINT,
  packText,
  putAddress,
  putHundredths,
  putSeconds,
  putText,
  putWhole,
  type SecondForm,
  SecondText,
  type Text,
  TWO_DIGITS,
  WHOLE_LENGTH,
  WHOLE_POINT,
} from "./text.js";

/** Which of the record's five fields a part is, as the CSV has them. */
type FieldIndex = 0 | 1 | 2 | 3 | 4;

/** A value that each record has of its own. */
export type Drawn =
  /** Seconds since 1970. */
  | "epoch"
  /** Milliseconds of the second, three digits. */
  | "millisecond"
  | "address"
  /** Bytes of the body. */
  | "size"
  /** The response time in seconds with three decimals, cut off. */
  | "seconds"
  /** In seconds with five decimals, all that there is. */
  | "seconds5"
  /** In whole milliseconds, cut off. */
  | "milliseconds"
  /** In milliseconds with two decimals. */
  | "hundredths"
  /** In nanoseconds. */
  | "nanoseconds"
  /** A port of a client, 1024 to 65535. */
  | "port"
  /** The last octet of a server's address, 1 to 8. */
  | "server"
  /** Eight and four hexadecimal digits of an identifier. */
  | "hex8"
  | "hex4";

/** A part of a line: text that is always the same, or what a record puts there. */
export type Part =
  | string
  | { readonly second: SecondForm }
  | { readonly drawn: Drawn; readonly field?: FieldIndex }
  /** Text of the outcome; at most one part of a line holds the route's `{id}`. */
  | { readonly outcome: (outcome: Outcome) => string; readonly field?: FieldIndex }
  | { readonly agent: (text: string) => string }
  | { readonly referrer: (text: string) => string };

/** A part that is known from the outcome: runs of these become one text. */
type RunPart = Extract<Part, string | { outcome: unknown }>;

/** A format of lines, written by its parts. */
export interface Pattern {
  /** What stands at the beginning of a log of this plan; "" in most. */
  readonly header?: (plan: Plan) => string;
  /** The parts of a line, without its line end. */
  readonly parts: readonly Part[];
  /** Of a format of JSON: where the five fields stand in the object; undefined where it lacks one. */
  readonly json?: readonly (string | undefined)[];
}

/** Parts that every format of access logs has. */
export const part = {
  address: { drawn: "address", field: 1 },
  size: { drawn: "size" },
  method: { outcome: ({ endpoint }) => endpoint.method },
  status: { outcome: ({ status }) => String(status), field: 3 },
  /** `2026-01-05T00:22:28` */
  iso: { second: { midnight: (day) => day.toISOString().slice(0, 19), clockAt: 11 } },
  /** `05/Jan/2026:00:22:28 +0000` */
  clf: {
    second: {
      midnight: (day) => {
        const [, date, month, year] = day.toUTCString().split(" ");
        return `${date}/${month}/${year}:00:00:00 +0000`;
      },
      clockAt: 12,
    },
  },
} as const satisfies Record<string, Part>;

/** The route as it is written; `{id}` in it becomes the identifier. */
export const route = (write: (route: string) => string): Part => ({
  outcome: ({ endpoint }) => write(endpoint.route),
  field: 2,
});

/** As nginx escapes a logged value in text. */
export const escaped = (text: string): string => text.replaceAll("\\", "\\x5C").replaceAll('"', "\\x22");

/** As JSON escapes a string; without its quotes. */
export const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

// What the inner loop does: an operation, and what it works on.
const [TEXT, SECOND, ROUTE, AGENT, REFERRER] = [0, 1, 2, 3, 4];
const drawnAt = 5;
const drawn: readonly Drawn[] = [
  "epoch",
  "millisecond",
  "address",
  "size",
  "seconds",
  "seconds5",
  "milliseconds",
  "hundredths",
  "nanoseconds",
  "port",
  "server",
  "hex8",
  "hex4",
];
const [
  EPOCH,
  MILLISECOND,
  ADDRESS,
  SIZE,
  SECONDS,
  SECONDS5,
  MILLISECONDS,
  HUNDREDTHS,
  NANOSECONDS,
  PORT,
  SERVER,
  HEX8,
] = drawn.map((_, i) => drawnAt + i);
/** Room that a drawn value takes, and eight bytes that copying may overshoot. */
const drawnRoom = 24;

/** Makes an encoder of a pattern's lines. */
export async function patternEncoder(plan: Plan, pattern: Pattern): Promise<LineEncoder> {
  return new PatternEncoder(plan, await Requests.of(plan), pattern);
}

/** Writes the lines of a pattern: runs of text become one, and eight bytes are copied at a time. */
export class PatternEncoder extends LineEncoder {
  readonly #addresses: "public" | "documentation";
  readonly #requests: Requests;
  readonly #operations: Uint8Array;
  /** Which of the texts, routes and seconds an operation writes. */
  readonly #operands: Uint8Array;
  readonly #texts: Text;
  readonly #routes: readonly RouteText[];
  /** For each of the routes and each outcome: 1 when this run of text is the one that holds the route's `{id}`. */
  readonly #identified: readonly Uint8Array[];
  readonly #seconds: readonly SecondText[];
  readonly #agents: Text;
  readonly #referrers: Text;
  protected readonly lineFields: LineFields;

  constructor(plan: Plan, requests: Requests, { header, parts, json }: Pattern) {
    const operations: number[] = [];
    const operands: number[] = [];
    const texts: string[] = [];
    const routes: RouteText[] = [];
    const identified: Uint8Array[] = [];
    const seconds: SecondText[] = [];
    let agents: string[] = [""];
    let referrers: string[] = [""];
    const isText = (each: Part | undefined): each is RunPart =>
      typeof each === "string" || (each !== undefined && "outcome" in each);
    const all = [...parts, "\n"];
    for (let i = 0; i < all.length; i++) {
      const each = all[i];
      const add = (operation: number, operand = 0) => {
        operations.push(operation);
        operands.push(operand);
      };
      if (isText(each)) {
        const run: RunPart[] = [each];
        for (let next = all[i + 1]; isText(next); next = all[i + 1]) {
          run.push(next);
          i++;
        }
        if (run.every((one) => typeof one === "string")) add(TEXT, texts.push(run.join("")) - 1);
        else {
          const render = (outcome: Outcome) =>
            run.map((one) => (typeof one === "string" ? one : one.outcome(outcome))).join("");
          add(ROUTE, routes.push(routeText(plan, render)) - 1);
          identified.push(
            Uint8Array.from(plan.outcomes, (outcome) => Number(render(outcome).includes("{id}"))),
          );
        }
      } else if (typeof each !== "string" && "second" in each)
        add(SECOND, seconds.push(new SecondText(each.second)) - 1);
      else if (typeof each !== "string" && "agent" in each) {
        agents = requests.agents.map(each.agent);
        add(AGENT);
      } else if (typeof each !== "string" && "referrer" in each) {
        referrers = requests.referrers.map(each.referrer);
        add(REFERRER);
      } else if (typeof each !== "string" && "drawn" in each) add(drawnAt + drawn.indexOf(each.drawn));
    }
    const longest = (lines: readonly string[]) => Math.max(0, ...lines.map((text) => text.length));
    const room =
      texts.join("").length +
      routes.reduce((sum, each) => sum + each.longest, 0) +
      longest(agents) +
      longest(referrers) +
      drawnRoom * operations.length;
    super(header?.(plan) ?? "", room + 64);
    this.#addresses = plan.scenario.visitors.addresses;
    this.#requests = requests;
    this.#operations = Uint8Array.from(operations);
    this.#operands = Uint8Array.from(operands);
    this.#texts = packText(texts);
    this.#routes = routes;
    this.#identified = identified;
    this.#seconds = seconds;
    this.#agents = packText(agents);
    this.#referrers = packText(referrers);
    this.lineFields = json === undefined ? textFields(parts) : jsonFields(json);
  }

  override encode(batch: Batch): Generator<Uint8Array> {
    this.#requests.draw(batch);
    return super.encode(batch);
  }

  protected fill(
    view: DataView,
    batch: Batch,
    row: number,
    last: number,
    at: number,
  ): { row: number; length: number } {
    const { second: seconds, millisecond, visitor, outcome: outcomes, latency, identifier } = batch;
    const { agent, referrer, size, word: own } = this.#requests;
    const operations = this.#operations;
    const operands = this.#operands;
    const addresses = this.#addresses;
    for (; row < batch.length && at < last; row++) {
      for (let i = 0; i < operations.length; i++) {
        switch (operations[i]) {
          case TEXT:
            at = putText(view, at, this.#texts, operands[i]);
            break;
          case SECOND: {
            const text = this.#seconds[operands[i]];
            text.set(seconds[row]);
            for (let word = 0; word < text.words.length; word++)
              view.setFloat64(at + word * 8, text.words[word], true);
            at += text.length;
            break;
          }
          case ROUTE: {
            const { before, behind } = this.#routes[operands[i]];
            const outcome = outcomes[row];
            at = putText(view, at, before, outcome);
            if (identifier[row] !== 0 && this.#identified[operands[i]][outcome] !== 0) {
              at = putWhole(view, at, identifier[row]);
              at = putText(view, at, behind, outcome);
            }
            break;
          }
          case AGENT:
            at = putText(view, at, this.#agents, agent[row]);
            break;
          case REFERRER:
            at = putText(view, at, this.#referrers, referrer[row]);
            break;
          case EPOCH:
            at = putWhole(view, at, seconds[row]);
            break;
          case MILLISECOND:
            view.setUint32(at, PADDED_POINT[millisecond[row]], true);
            at += 3;
            break;
          case ADDRESS:
            at = putAddress(view, at, addressOf(visitor[row], addresses));
            break;
          case SIZE:
            at = putWhole(view, at, size[row]);
            break;
          case SECONDS:
            at = putSeconds(view, at, latency[row]);
            break;
          case SECONDS5:
            at = putSeconds(view, at, latency[row]);
            view.setUint32(at, TWO_DIGITS[latency[row] % 100], true);
            at += 2;
            break;
          case MILLISECONDS:
            at = putWhole(view, at, (latency[row] / 100) | 0);
            break;
          case HUNDREDTHS:
            at = putHundredths(view, at, latency[row]);
            break;
          case NANOSECONDS:
            at = putWhole(view, at, latency[row]);
            if (latency[row] !== 0) {
              view.setUint32(at, FOUR_ZEROS, true);
              at += 4;
            }
            break;
          case PORT:
            at = putWhole(view, at, 1024 + ((mix32(own[row] ^ salt(i)) >>> 0) % 64_512));
            break;
          case SERVER: {
            const octet = 1 + (mix32(own[row] ^ salt(i)) & 7);
            view.setUint32(at, WHOLE_POINT[octet], true);
            at += WHOLE_LENGTH[octet] - 1;
            break;
          }
          default: {
            const word = mix32(own[row] ^ salt(i));
            view.setUint16(at, HEX[word & 255], true);
            view.setUint16(at + 2, HEX[(word >>> 8) & 255], true);
            at += 4;
            if (operations[i] !== HEX8) break;
            view.setUint16(at, HEX[(word >>> 16) & 255], true);
            view.setUint16(at + 2, HEX[word >>> 24], true);
            at += 4;
          }
        }
      }
    }
    return { row, length: at };
  }
}

/** So that two parts of a line draw apart. */
const salt = (operation: number) => Math.imul(operation + 1, 0x9e3779b1);
const FOUR_ZEROS = 0x30303030;
/** Two hexadecimal digits, little-endian. */
const HEX = Uint16Array.from({ length: 256 }, (_, i) => {
  const [high, low] = i.toString(16).padStart(2, "0");
  return high.charCodeAt(0) | (low.charCodeAt(0) << 8);
});

/** Takes lines apart by the parts of the pattern. */
function textFields(parts: readonly Part[]): LineFields {
  const groups: (FieldIndex | undefined)[] = [];
  const pattern = parts.map((each) => {
    if (typeof each === "string") return each.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    groups.push("second" in each ? 0 : "field" in each ? each.field : undefined);
    return "(.*?)";
  });
  const line = new RegExp(`^${pattern.join("")}$`);
  return {
    fields: (text) => {
      const found = line.exec(text)!.slice(1);
      return [0, 1, 2, 3, 4].map((field) => {
        const group = groups.indexOf(field as FieldIndex);
        return group < 0 ? undefined : found[group];
      });
    },
    join: (text, fields) => {
      const found = line.exec(text)!.slice(1);
      fields.forEach((value, field) => {
        const group = groups.indexOf(field as FieldIndex);
        if (group >= 0) found[group] = value ?? "-";
      });
      let group = 0;
      return parts.map((each) => (typeof each === "string" ? each : found[group++])).join("");
    },
  };
}

/** Takes objects apart at the places of the fields. */
function jsonFields(places: readonly (string | undefined)[]): LineFields {
  const holderOf = (object: Record<string, unknown>, place: string): [Record<string, unknown>, string] => {
    if (Object.hasOwn(object, place)) return [object, place];
    const steps = place.split(".");
    let holder = object;
    for (const step of steps.slice(0, -1)) holder = holder[step] as Record<string, unknown>;
    return [holder, steps[steps.length - 1]];
  };
  return {
    fields: (line) => {
      const object = JSON.parse(line);
      return places.map((place) => {
        if (place === undefined) return undefined;
        const [holder, name] = holderOf(object, place);
        return String(holder[name]);
      });
    },
    join: (line, fields) => {
      const object = JSON.parse(line);
      for (const [i, place] of places.entries()) {
        if (place === undefined) continue;
        const [holder, name] = holderOf(object, place);
        if (fields[i] !== String(holder[name])) holder[name] = fields[i];
      }
      return JSON.stringify(object); // a field that is undefined is left out
    },
  };
}

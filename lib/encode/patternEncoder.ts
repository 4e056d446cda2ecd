import { addressOf, type Batch, type Outcome } from "../generate/batch.js";
import type { Plan } from "../generate/plan.js";
import { mix32 } from "../generate/random/stream.js";
import { RequestDetails } from "../generate/site/request.js";
import type { LineFields } from "./corrupt.js";
import { LineEncoder, putRoute, type RouteText, routeText } from "./encoder.js";
import type { Drawn, Part, Pattern } from "./pattern.js";
import { jsonFields, textFields } from "./patternFields.js";
import {
  PADDED_POINT,
  packText,
  putAddress,
  putHundredths,
  putSeconds,
  putText,
  putWhole,
  SecondText,
  type Text,
  TWO_DIGITS,
  WHOLE_LENGTH,
  WHOLE_POINT,
} from "./text.js";

/** A part that depends only on the outcome. A run of such parts becomes one text. */
type RunPart = Extract<Part, string | { outcome: unknown }>;

// The inner loop performs operations. Each has a kind, and an operand that says what it writes.
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
/** Bytes reserved for a drawn value, including eight that copying may overshoot. */
const drawnRoom = 24;

/** Makes an encoder for the lines of a pattern. */
export async function patternEncoder(plan: Plan, pattern: Pattern): Promise<LineEncoder> {
  return new PatternEncoder(plan, await RequestDetails.of(plan), pattern);
}

/** Writes the lines of a pattern. Runs of text are joined, and eight bytes are copied at a time. */
export class PatternEncoder extends LineEncoder {
  readonly #addresses: "public" | "documentation";
  readonly #requests: RequestDetails;
  readonly #operations: Uint8Array;
  /** The text, route or second that an operation writes. */
  readonly #operands: Uint8Array;
  readonly #texts: Text;
  readonly #routes: readonly RouteText[];
  /** For each run of text and each outcome: 1 if this run holds the route's `{id}`. */
  readonly #identified: readonly Uint8Array[];
  readonly #seconds: readonly SecondText[];
  readonly #agents: Text;
  readonly #referrers: Text;
  protected readonly lineFields: LineFields;

  constructor(plan: Plan, requests: RequestDetails, { header, parts, json }: Pattern) {
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

  protected putLine(view: DataView, at: number, batch: Batch, row: number): number {
    const { agent, referrer, size, word: own } = this.#requests;
    const operations = this.#operations;
    const operands = this.#operands;
    for (let i = 0; i < operations.length; i++) {
      switch (operations[i]) {
        case TEXT:
          at = putText(view, at, this.#texts, operands[i]);
          break;
        case SECOND:
          at = this.#seconds[operands[i]].put(view, at, batch.second[row]);
          break;
        case ROUTE: {
          const outcome = batch.outcome[row];
          const isIdentified = this.#identified[operands[i]][outcome] !== 0;
          at = putRoute(
            view,
            at,
            this.#routes[operands[i]],
            outcome,
            isIdentified ? batch.identifier[row] : 0,
          );
          break;
        }
        case AGENT:
          at = putText(view, at, this.#agents, agent[row]);
          break;
        case REFERRER:
          at = putText(view, at, this.#referrers, referrer[row]);
          break;
        case EPOCH:
          at = putWhole(view, at, batch.second[row]);
          break;
        case MILLISECOND:
          view.setUint32(at, PADDED_POINT[batch.millisecond[row]], true);
          at += 3;
          break;
        case ADDRESS:
          at = putAddress(view, at, addressOf(batch.visitor[row], this.#addresses));
          break;
        case SIZE:
          at = putWhole(view, at, size[row]);
          break;
        case SECONDS:
          at = putSeconds(view, at, batch.latency[row]);
          break;
        case SECONDS5:
          at = putSeconds(view, at, batch.latency[row]);
          view.setUint32(at, TWO_DIGITS[batch.latency[row] % 100], true);
          at += 2;
          break;
        case MILLISECONDS:
          at = putWhole(view, at, (batch.latency[row] / 100) | 0);
          break;
        case HUNDREDTHS:
          at = putHundredths(view, at, batch.latency[row]);
          break;
        case NANOSECONDS:
          at = putWhole(view, at, batch.latency[row]);
          if (batch.latency[row] !== 0) {
            view.setUint32(at, FOUR_ZEROS); // four equal bytes: the same from both ends
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
    return at;
  }
}

/** Makes the parts of a line draw different values. */
const salt = (operation: number) => Math.imul(operation + 1, 0x9e3779b1);
const FOUR_ZEROS = 0x30303030;
/** Two hexadecimal digits, little-endian. */
const HEX = Uint16Array.from({ length: 256 }, (_, i) => {
  const [high, low] = i.toString(16).padStart(2, "0");
  return high.charCodeAt(0) | (low.charCodeAt(0) << 8);
});

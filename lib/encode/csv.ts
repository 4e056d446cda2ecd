import { addressOf, type Batch } from "../generate/batch.js";
import type { Plan } from "../generate/plan.js";
import { csvHeader } from "../record.js";
import type { LineFields } from "./corrupt.js";
import { LineEncoder, type RouteText, routeText } from "./encoder.js";
import {
  ISO_TIME,
  MILLISECONDS_Z,
  putAddress,
  putHundredths,
  putText,
  putWhole,
  SecondText,
} from "./text.js";

/** A CSV cell, quoted where RFC 4180 asks for it. */
export function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Five-field CSV: `2026-01-05T00:00:00.123Z,203.0.113.9,/cart,200,63.07`, lines ended by LF. */
export class CsvEncoder extends LineEncoder {
  readonly #addresses: "public" | "documentation";
  readonly #second = new SecondText(ISO_TIME);
  /** `,/cart,200,` */
  readonly #routes: RouteText;

  constructor(plan: Plan) {
    const routes = routeText(plan, ({ endpoint, status }) => `,${csvCell(endpoint.route)},${status},`);
    super(`${csvHeader}\n`, 100 + routes.longest);
    this.#addresses = plan.scenario.visitors.addresses;
    this.#routes = routes;
  }

  protected readonly lineFields: LineFields = {
    fields: (line) => {
      if (!line.includes('"')) return line.split(",");
      const cells = [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].slice(0, 5);
      return cells.map(([, cell]) => cell);
    },
    join: (_, fields) => fields.join(","), // nothing, where one is undefined
  };

  protected fill(
    view: DataView,
    batch: Batch,
    row: number,
    last: number,
    at: number,
  ): { row: number; length: number } {
    const { second: seconds, millisecond, visitor, outcome: outcomes, latency, identifier } = batch;
    const { before, behind } = this.#routes;
    const addresses = this.#addresses;
    const secondText = this.#second;
    const stamp = secondText.words;
    let current = Number.NaN;
    for (; row < batch.length && at < last; row++) {
      if (seconds[row] !== current) {
        current = seconds[row];
        secondText.set(current);
      }
      view.setFloat64(at, stamp[0], true);
      view.setFloat64(at + 8, stamp[1], true);
      view.setFloat64(at + 16, stamp[2], true);
      view.setUint32(at + 20, MILLISECONDS_Z[millisecond[row]], true);
      view.setUint8(at + 24, 0x2c);
      at = putAddress(view, at + 25, addressOf(visitor[row], addresses));
      const outcome = outcomes[row];
      at = putText(view, at, before, outcome);
      if (identifier[row] !== 0) {
        at = putWhole(view, at, identifier[row]);
        at = putText(view, at, behind, outcome);
      }
      at = putHundredths(view, at, latency[row]);
      view.setUint8(at++, 0x0a);
    }
    return { row, length: at };
  }
}

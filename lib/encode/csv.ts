import { COMMA, LF } from "../ascii.js";
import { addressOf, type Batch } from "../generate/batch.js";
import type { Plan } from "../generate/plan.js";
import { csvHeader } from "../record.js";
import type { LineFields } from "./corrupt.js";
import { LineEncoder, putRoute, type RouteText, routeText } from "./encoder.js";
import { ISO_TIME, MILLISECONDS_Z, putAddress, putHundredths, SecondText } from "./text.js";

/** A CSV cell, quoted if RFC 4180 requires it. */
export function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** CSV with five fields: `2026-01-05T00:00:00.123Z,203.0.113.9,/cart,200,63.07`. Lines end with LF. */
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
    join: (_, fields) => fields.join(","), // an undefined field becomes an empty one
  };

  protected putLine(view: DataView, at: number, batch: Batch, row: number): number {
    at = this.#second.put(view, at, batch.second[row]);
    view.setUint32(at, MILLISECONDS_Z[batch.millisecond[row]], true);
    view.setUint8(at + 4, COMMA);
    at = putAddress(view, at + 5, addressOf(batch.visitor[row], this.#addresses));
    at = putRoute(view, at, this.#routes, batch.outcome[row], batch.identifier[row]);
    at = putHundredths(view, at, batch.latency[row]);
    view.setUint8(at, LF);
    return at + 1;
  }
}

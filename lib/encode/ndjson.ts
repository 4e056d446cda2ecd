import { addressOf, type Batch } from "../generate/batch.js";
import type { Plan } from "../generate/plan.js";
import type { LineFields } from "./corrupt.js";
import { LineEncoder, putRoute, type RouteText, routeText } from "./encoder.js";
import { ISO_TIME, MILLISECONDS_Z, packText, putAddress, putHundredths, SecondText } from "./text.js";

/** `","ip_address":"`, as words of eight bytes. */
const BEFORE_ADDRESS = packText(['","ip_address":"']).words;
/** `}` and a line feed, as a little-endian word. */
const END = 0x0a7d;

/**
 * The five fields as JSON, one object on each line (NDJSON, JSON Lines). Numbers are numbers; everything else is a
 * string.
 * `{"timestamp":"2026-01-05T00:00:00.123Z","ip_address":"203.0.113.9","endpoint":"/cart","status_code":200,"response_time_ms":63.07}`
 */
export class NdjsonEncoder extends LineEncoder {
  readonly #addresses: "public" | "documentation";
  /** `{"timestamp":"2026-01-05T00:00:00.` */
  readonly #second = new SecondText({
    midnight: (day) => `{"timestamp":"${ISO_TIME.midnight(day)}`,
    clockAt: 14 + ISO_TIME.clockAt,
  });
  /** `","endpoint":"/cart","status_code":200,"response_time_ms":` */
  readonly #routes: RouteText;

  constructor(plan: Plan) {
    const routes = routeText(
      plan,
      ({ endpoint, status }) =>
        `","endpoint":${JSON.stringify(endpoint.route)},"status_code":${status},"response_time_ms":`,
    );
    super("", 150 + routes.longest);
    this.#addresses = plan.scenario.visitors.addresses;
    this.#routes = routes;
  }

  protected readonly lineFields: LineFields = {
    fields: (line) => Object.values(JSON.parse(line)).map(String),
    join: (line, fields) => {
      const record: Record<string, unknown> = JSON.parse(line);
      Object.keys(record).forEach((name, i) => {
        if (fields[i] !== String(record[name])) record[name] = fields[i];
      });
      return JSON.stringify(record); // a field that is undefined is left out
    },
  };

  protected putLine(view: DataView, at: number, batch: Batch, row: number): number {
    at = this.#second.put(view, at, batch.second[row]);
    view.setUint32(at, MILLISECONDS_Z[batch.millisecond[row]], true);
    view.setFloat64(at + 4, BEFORE_ADDRESS[0], true);
    view.setFloat64(at + 12, BEFORE_ADDRESS[1], true);
    at = putAddress(view, at + 20, addressOf(batch.visitor[row], this.#addresses));
    at = putRoute(view, at, this.#routes, batch.outcome[row], batch.identifier[row]);
    at = putHundredths(view, at, batch.latency[row]);
    view.setUint16(at, END, true);
    return at + 2;
  }
}

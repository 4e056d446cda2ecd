import { addressOf, type Batch } from "../generate/batch.js";
import type { Plan } from "../generate/plan.js";
import type { LineFields } from "./corrupt.js";
import { LineEncoder, type RouteText, routeText } from "./encoder.js";
import {
  MILLISECONDS_Z,
  packText,
  putAddress,
  putHundredths,
  putText,
  putWhole,
  SecondText,
} from "./text.js";

/** `","ip_address":"`, in whole words. */
const BEFORE_ADDRESS = packText(['","ip_address":"']).words;
/** `}` and a line end, as a little-endian word. */
const END = 0x0a7d;

/**
 * The five fields as JSON, an object a line (NDJSON, JSON Lines): numbers as numbers, the rest as strings.
 * `{"timestamp":"2026-01-05T00:00:00.123Z","ip_address":"203.0.113.9","endpoint":"/cart","status_code":200,"response_time_ms":63.07}`
 */
export class NdjsonEncoder extends LineEncoder {
  readonly #addresses: "public" | "documentation";
  /** `{"timestamp":"2026-01-05T00:00:00.` */
  readonly #second = new SecondText({
    midnight: (day) => `{"timestamp":"${day.toISOString().slice(0, 20)}`,
    clockAt: 25,
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
    const stampLength = secondText.length;
    let current = Number.NaN;
    for (; row < batch.length && at < last; row++) {
      if (seconds[row] !== current) {
        current = seconds[row];
        secondText.set(current);
      }
      for (let word = 0; word < stamp.length; word++) view.setFloat64(at + word * 8, stamp[word], true);
      at += stampLength;
      view.setUint32(at, MILLISECONDS_Z[millisecond[row]], true);
      view.setFloat64(at + 4, BEFORE_ADDRESS[0], true);
      view.setFloat64(at + 12, BEFORE_ADDRESS[1], true);
      at = putAddress(view, at + 20, addressOf(visitor[row], addresses));
      const outcome = outcomes[row];
      at = putText(view, at, before, outcome);
      if (identifier[row] !== 0) {
        at = putWhole(view, at, identifier[row]);
        at = putText(view, at, behind, outcome);
      }
      at = putHundredths(view, at, latency[row]);
      view.setUint16(at, END, true);
      at += 2;
    }
    return { row, length: at };
  }
}

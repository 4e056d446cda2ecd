import { COMMA, LF } from "../ascii.js";
import type { Batch } from "../generate/batch.js";
import type { Plan } from "../generate/plan.js";
import { defectKinds } from "../scenario/defects.js";

/** First line of a sidecar of labels. The labels of a part of a log have it if the part has the log's header. */
export const labelHeader = "incidents,defect\n";

/**
 * Labels beside a log: one line for each line of the log, in the same order, so that the log itself keeps its five
 * fields. `incidents` holds the ids of all incidents that touched the record, in the order of the scenario, joined by
 * `|`. `defect` is the line's defect. Both are empty for most records.
 */
export class Labels {
  readonly #ids: readonly string[];
  readonly #lines = new Map<number, Uint8Array>();
  #bytes = new Uint8Array(1 << 16);

  constructor({ incidents }: Plan) {
    this.#ids = incidents.map(({ incident }) => incident.id);
  }

  /** The lines for a batch, valid until the next call. */
  encode({ incidents, defect, length }: Batch): Uint8Array {
    let at = 0;
    for (let row = 0; row < length; row++) {
      if (at + 2000 > this.#bytes.length) {
        const larger = new Uint8Array(this.#bytes.length * 2);
        larger.set(this.#bytes);
        this.#bytes = larger;
      }
      if (incidents[row] === 0 && defect[row] === 0) {
        this.#bytes[at] = COMMA;
        this.#bytes[at + 1] = LF;
        at += 2;
      } else {
        const line = this.#line(incidents[row], defect[row]);
        this.#bytes.set(line, at);
        at += line.length;
      }
    }
    return this.#bytes.subarray(0, at);
  }

  #line(incidents: number, defect: number): Uint8Array {
    const key = incidents * 16 + defect;
    let line = this.#lines.get(key);
    if (line === undefined) {
      const ids = this.#ids.filter((_, bit) => (incidents >>> bit) & 1).join("|");
      line = new TextEncoder().encode(`${ids},${defect === 0 ? "" : defectKinds[defect - 1]}\n`);
      this.#lines.set(key, line);
    }
    return line;
  }
}

import { BaseRecords } from "./base/baseRecords.js";
import { type Batch, trim } from "./batch.js";
import { Delivery } from "./delivery/delivery.js";
import { Overlay, type Touched } from "./incidents/overlay.js";
import type { Plan } from "./plan.js";

/**
 * The terms of a log's number of lines: base − dropped + added + duplicated. Of a part of a log, records count
 * where their time lies, even if they are delivered in the next part.
 */
export interface Terms {
  base: number;
  dropped: number;
  added: number;
  duplicated: number;
}

/** A log as it is written: base records, the incidents laid over them, the defects of delivery. */
export class LogStream {
  readonly #plan: Plan;
  readonly #baseRecords: BaseRecords;
  readonly #overlay: Overlay | undefined;
  readonly #delivery: Delivery;
  #base = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#baseRecords = new BaseRecords(plan);
    this.#delivery = new Delivery(plan);
    // Defects draw by the addresses that the overlay gives.
    this.#overlay = plan.happening.length > 0 || this.#delivery.active ? new Overlay(plan) : undefined;
  }

  /**
   * The records delivered from one moment to another, in that order, in batches. The same batch objects are
   * filled again and again: use one before asking for the next. Some are empty, while what was delivered before the
   * slice is looked through: whoever waits may want to stop.
   * @param from milliseconds since 1970, included @param to excluded
   */
  *batches(from: number, to: number): Generator<Batch> {
    const overlay = this.#overlay;
    if (overlay === undefined) {
      for (const batch of this.#baseRecords.batches(from, to)) {
        this.#base += batch.length;
        yield batch;
      }
      return;
    }
    const { start, end } = this.#plan;
    // Overlays number the records of a second from its beginning on.
    const seen = Math.max(start * 1000, floorSecond(this.#delivery.lookBack(from)));
    const until = Math.min(end * 1000, floorSecond(to + 999));
    const base = this.#baseRecords.batches(overlay.lookBack(seen), until);
    const laid = overlay.lay(base, seen, until, from, to);
    if (this.#delivery.active) yield* this.#delivery.deliver(laid, from, to, to >= end * 1000);
    else
      for (const batch of laid) {
        trim(batch, from, to);
        yield batch;
      }
  }

  /** When a record of a batch was delivered, milliseconds since 1970: what slices go by. It never falls from row to row. */
  deliveredAt(batch: Batch, row: number): number {
    return this.#delivery.deliveredAt(batch, row);
  }

  /** What the slices made so far add up to. */
  get terms(): Terms {
    const touched = this.#overlay?.touched ?? [];
    return {
      base: this.#overlay?.baseRows ?? this.#base,
      dropped: touched.reduce((sum, { dropped }) => sum + dropped, 0),
      added: touched.reduce((sum, { added }) => sum + added, 0),
      duplicated: this.#delivery.duplicated,
    };
  }

  /** By incident, in the plan's list: what was touched in the slices made so far. */
  get touched(): readonly Touched[] {
    return this.#overlay?.touched ?? this.#plan.incidents.map(() => ({ added: 0, altered: 0, dropped: 0 }));
  }
}

function floorSecond(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000;
}

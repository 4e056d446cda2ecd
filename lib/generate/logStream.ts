import { BaseRecords } from "./base/baseRecords.js";
import { type Batch, trim } from "./batch.js";
import { Delivery } from "./delivery/delivery.js";
import { Overlay, type Touched } from "./incidents/overlay.js";
import type { Plan } from "./plan.js";

/**
 * The terms of a log's number of lines: base − dropped + added + duplicated. In a part of a log, a record counts where
 * its time lies, even if it is delivered in the next part.
 */
export interface Terms {
  base: number;
  dropped: number;
  added: number;
  duplicated: number;
}

/** A log as it is written: base records, with incidents laid over them and faults of delivery. */
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
    // Defects draw by the keys that the overlay gives to records.
    this.#overlay = plan.happening.length > 0 || this.#delivery.active ? new Overlay(plan) : undefined;
  }

  /**
   * Yields the records that are delivered from one moment to another, in that order, in batches. The same batch objects
   * are filled again and again, so use one before you ask for the next. A batch may be empty while records that were
   * delivered before the slice are looked through; the caller may want to stop then.
   * @param from milliseconds since 1970, included
   * @param to excluded
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
    // Overlays number the records of a second from the beginning of the second.
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

  /**
   * When a record of a batch was delivered, milliseconds since 1970; slices are cut by this time. It never decreases
   * from row to row.
   */
  deliveredAt(batch: Batch, row: number): number {
    return this.#delivery.deliveredAt(batch, row);
  }

  /** The terms of the slices made so far, added up. */
  get terms(): Terms {
    const touched = this.#overlay?.touched ?? [];
    return {
      base: this.#overlay?.baseRows ?? this.#base,
      dropped: touched.reduce((sum, { dropped }) => sum + dropped, 0),
      added: touched.reduce((sum, { added }) => sum + added, 0),
      duplicated: this.#delivery.duplicated,
    };
  }

  /** For each incident in the plan's list: what it touched in the slices made so far. */
  get touched(): readonly Touched[] {
    return this.#overlay?.touched ?? this.#plan.incidents.map(() => ({ added: 0, altered: 0, dropped: 0 }));
  }
}

function floorSecond(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000;
}

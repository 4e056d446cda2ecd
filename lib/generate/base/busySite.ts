import { ln } from "../../elementary.js";
import { type Batch, BOT } from "../batch.js";
import type { Plan } from "../plan.js";
import { drawAlias, readZipf } from "../random/distributions.js";
import { mix32, PER_WORD, Stream, Words } from "../random/stream.js";
import { loadFactor, readShape } from "../site/latency.js";
import { CLASSES, Crowd, phaseAt } from "../site/visitors.js";
import { type Fill, type SiteTables, siteTablesOf } from "./siteTables.js";

/** Seconds of log for which the cascade is asked in one call. */
const STRIDE = 512;

/** Exponential deviates with mean 2^16, rounded to integers, indexed by 10 random bits. */
const GAPS = Float64Array.from({ length: 1024 }, (_, i) => Math.round(-65536 * ln(1 - (i + 0.5) / 1024)));

/** A site where many visitors are present at any time. The moment of a request is drawn first, then its visitor. */
export class BusySite {
  readonly #plan: Plan;
  readonly #tables: SiteTables;
  readonly #crowd: Crowd;
  // The seconds to fill, and the position in the current one.
  readonly #seconds = new Float64Array(STRIDE);
  readonly #counts = new Float64Array(STRIDE);
  readonly #intensities = new Float64Array(STRIDE);
  #cells = 0;
  #cell = 0;
  #done = 0;
  /** Position of the next word to read. */
  #at = 0;
  /** Sum of the gaps so far, and sum of all gaps of the second. */
  readonly #sums = new Float64Array(2);
  readonly #words = new Words();
  readonly #gaps = new Words();
  /** Position of the next gap to read. */
  #gap = 0;
  readonly #identifiers = new Stream(0, 0);

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#tables = siteTablesOf(plan);
    this.#crowd = new Crowd(this.#tables.population, plan.intensity);
  }

  *cells(from: number, to: number): Generator<Fill> {
    const fill: Fill = (batch, limit) => this.#fill(batch, limit);
    for (let at = from; at < to; at += STRIDE) {
      this.#cells = 0;
      this.#cell = 0;
      this.#tables.cascade.visit(at, Math.min(at + STRIDE, to), 1, (second, _, count, intensity) => {
        if (count === 0) return;
        this.#seconds[this.#cells] = this.#plan.start + second;
        this.#counts[this.#cells] = count;
        this.#intensities[this.#cells++] = intensity;
      });
      yield fill;
    }
  }

  #fill(batch: Batch, limit: number): boolean {
    for (; this.#cell < this.#cells; this.#cell++) {
      const second = this.#seconds[this.#cell];
      const count = this.#counts[this.#cell];
      if (this.#done === 0) this.#begin(second, count);
      const until = Math.min(count, this.#done + limit - batch.length);
      this.#rows(batch, second, until, this.#intensities[this.#cell]);
      if (until < count) return true;
      this.#done = 0;
    }
    return false;
  }

  /** Begins a second: seeds its streams and sums its gaps. */
  #begin(second: number, count: number): void {
    const { recordKey, identifierKey } = this.#tables;
    this.#crowd.prepare(second);
    this.#words.reseed(recordKey, second, 0, 8 + count * 6);
    this.#at = 0;
    this.#identifiers.reseed(identifierKey, second);
    // Times inside the second are the order statistics of `count` uniform numbers: running sums of exponential gaps,
    // divided by their total. If there are more gaps than the table holds, they are drawn twice, once for the total and
    // once for the sums.
    const gaps = this.#gaps;
    const { table } = gaps;
    gaps.reseed(recordKey, second, 1, count + 1);
    let total = 0;
    for (let left = count + 1, gap = 0; left > 0; left--, gap++) {
      if (gap === gaps.end) {
        gaps.refill(gap, left);
        gap = 0;
      }
      total += GAPS[table[gap] >>> 22];
    }
    if (count >= table.length) gaps.reseed(recordKey, second, 1, count);
    this.#gap = 0;
    this.#sums[0] = 0;
    this.#sums[1] = total;
  }

  /** Writes the rows of a second, from the first one not yet written up to row `until`: when, who and what. */
  #rows(batch: Batch, second: number, until: number, intensity: number): void {
    const first = batch.length;
    const last = first + until - this.#done;
    batch.second.fill(second, first, last);
    this.#moments(batch, first, last);
    this.#askers(batch, second, first, last);
    this.#answers(batch, second, first, last, intensity);
    this.#done = until;
    batch.length = last;
  }

  #moments({ millisecond }: Batch, first: number, last: number): void {
    const gaps = this.#gaps;
    const { table } = gaps;
    const perGap = 1000 / this.#sums[1];
    let gap = this.#gap;
    let sum = this.#sums[0];
    for (let row = first; row < last; row++) {
      if (gap === gaps.end) {
        gaps.refill(gap, last - row);
        gap = 0;
      }
      sum += GAPS[table[gap++] >>> 22];
      millisecond[row] = sum * perGap;
    }
    this.#gap = gap;
    this.#sums[0] = sum;
  }

  /** Draws the visitors. The two words that follow a visitor's word are kept in the columns that they will fill. */
  #askers(batch: Batch, second: number, first: number, last: number): void {
    const { millisecond, visitor, phase, latency: latencyWord, identifier: outcomeWord } = batch;
    const { population } = this.#tables;
    const { botThreshold } = population;
    const crowd = this.#crowd;
    const { bound, perMillisecond, table, slots, seenMask, place } = crowd;
    const words = this.#words;
    const word = words.table;
    let end = words.end;
    let at = this.#at;
    for (let row = first; row < last; row++) {
      if (at + 8 > end) {
        words.refill(at, 8 + (last - row) * 6);
        end = words.end;
        at = 0;
      }
      if (word[at++] < botThreshold) {
        visitor[row] = population.botOf(word[at++]);
        phase[row] = BOT;
      } else {
        const now = second * 1000 + millisecond[row];
        // Draw slots until one is open, that is, until its current spell holds a session.
        for (let attempt = 0; ; attempt++) {
          if (at + 6 > end) {
            words.refill(at, 8 + (last - row) * 6);
            end = words.end;
            at = 0;
          }
          const c = drawAlias(table, word[at++]);
          const index = (word[at++] * PER_WORD * bound[c]) | 0;
          const number = index * CLASSES + c;
          const seen = ((place[c] + index) & seenMask) << 2;
          let passed = (now + slots[seen + 1]) * perMillisecond[c] - slots[seen + 2];
          if (slots[seen] !== number || passed < 0 || passed >= 1) passed = crowd.look(number, now, seen);
          const who = slots[seen + 3];
          if (who >= 0 || attempt === 64) {
            visitor[row] = who >= 0 ? who : -1 - who;
            phase[row] = phaseAt(passed);
            break;
          }
        }
      }
      outcomeWord[row] = word[at++];
      latencyWord[row] = word[at++];
    }
    this.#at = at;
  }

  #answers(batch: Batch, second: number, first: number, last: number, intensity: number): void {
    const { phase, outcome: outcomes, latency: latencies, identifier: ids } = batch;
    const { latency, journey, hasIdentifier, catalogue, drift } = this.#tables;
    const { shapes, shapeAt, scale, loaded, limit, timedOut } = latency;
    const identifiers = this.#identifiers;
    const slowness = loadFactor(this.#plan.scenario.site.utilisation, intensity) * drift.at(second);
    for (let row = first; row < last; row++) {
      const word = latencies[row];
      let outcome = drawAlias(journey[phase[row]], ids[row]);
      let time = scale[outcome] * readShape(shapes, shapeAt[outcome], word);
      if (loaded[outcome] === 1) time *= slowness;
      if (time >= limit) {
        outcome = timedOut[outcome];
        time = scale[outcome] * readShape(shapes, shapeAt[outcome], mix32(word));
      }
      outcomes[row] = outcome;
      latencies[row] = time + 0.5;
      ids[row] = hasIdentifier[outcome] === 1 ? readZipf(catalogue, identifiers.next()) : 0;
    }
  }
}

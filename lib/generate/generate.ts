import { BATCH_SIZE, type Batch, BOT, newBatch, trim } from "./batch.js";
import { type Alias, drawAlias, readZipf, zipfTable } from "./distributions.js";
import { ln } from "./elementary.js";
import { journeyTables } from "./journey.js";
import { Drift, type LatencyTables, latencyTables, loadFactor, readShape } from "./latency.js";
import type { Plan } from "./plan.js";
import { keyOf, mix32, Purpose, Stream, Words } from "./random.js";
import { Cascade } from "./traffic.js";
import {
  CLASSES,
  Crowd,
  LONGEST_SESSION,
  Population,
  phaseAt,
  type Session,
  sessionsStartingIn,
} from "./visitors.js";

/** Visitors' requests per second from which a site is busy: slots are drawn by arithmetic, not listed. */
const BUSY_RATE = 4;
/** Records that a cell of a quiet site should hold, so that there are a few dozen sessions to choose from. */
const QUIET_CELL = 512;
/** Records that a cell of a quiet site may hold on average: bots can be busy where people are few. */
const LARGE_CELL = 65_536;
/** Seconds of log for which the cascade is asked at once. */
const STRIDE = 512;

/**
 * Records in the first batch of a slice; the next ones grow to the full size. The engine compiles a loop well
 * only after it has seen some end: long first loops would be compiled, thrown away and interpreted again.
 */
const SHORT_BATCH = 256;

/** Makes the records of a plan. Its tables are prepared once, for any number of slices. */
export class Generation {
  readonly #plan: Plan;
  readonly #site: BusySite | QuietSite;
  readonly #batch = newBatch();
  #limit = SHORT_BATCH;

  constructor(plan: Plan) {
    this.#plan = plan;
    const people = plan.rate * (1 - plan.scenario.visitors.bots.share);
    this.#site = people < BUSY_RATE ? new QuietSite(plan) : new BusySite(plan);
  }

  /**
   * The records from one moment to another, in order of time, in batches. The same batch object is filled
   * again and again: use it before asking for the next.
   * @param from milliseconds since 1970, included; default the window's start
   * @param to excluded; default the window's end
   */
  *batches(from = this.#plan.start * 1000, to = this.#plan.end * 1000): Generator<Batch> {
    const { start, end } = this.#plan;
    const batch = this.#batch;
    batch.length = 0;
    this.#limit = SHORT_BATCH;
    const first = Math.max(0, Math.floor(from / 1000) - start);
    const last = Math.min(end, Math.ceil(to / 1000)) - start;
    for (const fill of this.#site.cells(first, last)) {
      while (fill(batch, this.#limit)) {
        this.#limit = Math.min(BATCH_SIZE, this.#limit * 4);
        trim(batch, from, to);
        if (batch.length > 0) yield batch;
        batch.length = 0;
      }
    }
    trim(batch, from, to);
    if (batch.length > 0) yield batch;
  }
}

/** Writes rows behind `batch.length` up to `limit`; true when there are so many and there is more to write. */
type Fill = (batch: Batch, limit: number) => boolean;

/** What both kinds of site draw from. */
class Sources {
  readonly cascade: Cascade;
  readonly population: Population;
  readonly latency: LatencyTables;
  readonly drift: Drift;
  /** Tables of outcomes by phase; bots browse. */
  readonly journey: Alias[];
  /** 1 for the outcomes whose route has an identifier to fill in. */
  readonly hasIdentifier: Uint8Array;
  /** Zipf table of the identifiers. */
  readonly catalogue: Float64Array;
  readonly recordKey: number;
  readonly identifierKey: number;

  constructor({ scenario, seed, start, end, rows, rate, intensity, outcomes, ownOutcomes }: Plan) {
    this.cascade = new Cascade(intensity, { start, seconds: end - start, rows }, scenario.traffic, seed);
    this.population = new Population(scenario.visitors, rate, rows, seed);
    this.latency = latencyTables(outcomes, scenario.site);
    this.drift = new Drift(seed, scenario.site.drift);
    const [entry, browse, finish] = journeyTables(scenario, outcomes.slice(0, ownOutcomes));
    this.journey = [entry, browse, finish, browse];
    this.hasIdentifier = Uint8Array.from(outcomes, ({ endpoint }) =>
      scenario.site.identifiers && endpoint.route.includes("{id}") ? 1 : 0,
    );
    this.catalogue = zipfTable(scenario.site.catalogue);
    this.recordKey = keyOf(seed, Purpose.records);
    this.identifierKey = keyOf(seed, Purpose.identifiers);
  }
}

/** Exponential deviates with mean 2^16, rounded to integers, by 10 random bits. */
const GAPS = Float64Array.from({ length: 1024 }, (_, i) => Math.round(-65536 * ln(1 - (i + 0.5) / 1024)));

/** A site where many visitors are present at any time: the moment comes first, then the visitor. */
class BusySite {
  readonly #plan: Plan;
  readonly #sources: Sources;
  readonly #crowd: Crowd;
  // The seconds to fill, and how far the current one has come.
  readonly #seconds = new Float64Array(STRIDE);
  readonly #counts = new Float64Array(STRIDE);
  readonly #intensities = new Float64Array(STRIDE);
  #cells = 0;
  #cell = 0;
  #done = 0;
  /** Next word to read. */
  #at = 0;
  /** Sum of the gaps so far, and of all gaps of the second. */
  readonly #sums = new Float64Array(2);
  readonly #words = new Words();
  readonly #gaps = new Words();
  /** Next gap to read. */
  #gap = 0;
  readonly #identifiers = new Stream(0, 0);

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#sources = new Sources(plan);
    this.#crowd = new Crowd(this.#sources.population, plan.intensity);
  }

  *cells(from: number, to: number): Generator<Fill> {
    const fill: Fill = (batch, limit) => this.#fill(batch, limit);
    for (let at = from; at < to; at += STRIDE) {
      this.#cells = 0;
      this.#cell = 0;
      this.#sources.cascade.visit(at, Math.min(at + STRIDE, to), 1, (second, _, count, intensity) => {
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
    const { recordKey, identifierKey } = this.#sources;
    this.#crowd.prepare(second);
    this.#words.reseed(recordKey, second, 0, 8 + count * 6);
    this.#at = 0;
    this.#identifiers.reseed(identifierKey, second);
    // Times inside the second are the order statistics of `count` uniforms: running sums of exponential gaps
    // over their total. More gaps than the table holds are drawn twice, for the total and for the sums.
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

  /** Writes the rows of a second from the first one not done up to row `until`. */
  #rows(batch: Batch, second: number, until: number, intensity: number): void {
    const { population, latency, journey, hasIdentifier, catalogue, drift } = this.#sources;
    const { slotKey, sessionKey, length, present, botThreshold } = population;
    const { bound, perMillisecond, quarters, firstQuarter, table } = this.#crowd;
    const { shapes, shapeAt, scale, loaded, limit } = latency;
    const { second: seconds, millisecond: milliseconds, visitor: visitors, outcome: outcomes } = batch;
    const { latency: latencies, identifier: ids, phase: phases } = batch;
    const words = this.#words;
    const word = words.table;
    let end = words.end;
    let at = this.#at;
    const gaps = this.#gaps;
    const gapWord = gaps.table;
    let gap = this.#gap;
    const identifiers = this.#identifiers;
    const slowness = loadFactor(this.#plan.scenario.site.utilisation, intensity) * drift.at(second);
    const perGap = 1000 / this.#sums[1];
    let sum = this.#sums[0];
    let row = batch.length;

    for (let i = this.#done; i < until; i++, row++) {
      if (gap === gaps.end) {
        gaps.refill(gap, until - i);
        gap = 0;
      }
      sum += GAPS[gapWord[gap++] >>> 22];
      const millisecond = (sum * perGap) | 0;
      const now = second * 1000 + millisecond;
      let visitor = 0;
      let phase = 1;
      if (at + 8 > end) {
        words.refill(at, 8 + (until - i) * 6);
        end = words.end;
        at = 0;
      }
      if (word[at++] < botThreshold) {
        visitor = population.botOf(word[at++]);
        phase = BOT;
      } else {
        // Draw slots until one is open: its spell of now holds a session.
        for (let attempt = 0; ; attempt++) {
          if (at + 6 > end) {
            words.refill(at, 8 + (until - i) * 6);
            end = words.end;
            at = 0;
          }
          const c = drawAlias(table, word[at++]);
          const index = (word[at++] * PER_WORD * bound[c]) | 0;
          const slot = mix32((slotKey + Math.imul(index * CLASSES + c, 0x9e3779b1)) | 0);
          const offset = slot * PER_WORD * length[c];
          const spells = (now + offset) * perMillisecond[c];
          const spell = Math.floor(spells);
          const session = mix32(sessionKey ^ ((slot + Math.imul(spell, 0x85ebca77)) | 0));
          const quarter = Math.floor((spell * length[c] - offset) / 900_000) - firstQuarter;
          const here = present[c] * quarters[quarter < 0 ? 0 : quarter];
          if (index + session * PER_WORD < here || attempt === 64) {
            visitor = population.visitorOf(session);
            phase = phaseAt(spells - spell);
            break;
          }
        }
      }
      const outcome = drawAlias(journey[phase], word[at++]);
      const time = scale[outcome] * readShape(shapes, shapeAt[outcome], word[at++]);
      const slowed = loaded[outcome] === 1 ? time * slowness : time;

      seconds[row] = second;
      milliseconds[row] = millisecond;
      visitors[row] = visitor;
      outcomes[row] = outcome;
      latencies[row] = slowed < limit ? slowed + 0.5 : limit;
      ids[row] = hasIdentifier[outcome] === 1 ? readZipf(catalogue, identifiers.next()) : 0;
      phases[row] = phase;
    }
    this.#gap = gap;
    this.#sums[0] = sum;
    this.#at = at;
    this.#done = until;
    batch.length = row;
  }
}

/** 2^−32: turns a random word into a uniform in [0, 1). */
const PER_WORD = 2.3283064365386963e-10;

/** A site with few visitors: a cell's sessions are listed, then its requests spread over them and put in order. */
class QuietSite {
  readonly #plan: Plan;
  readonly #sources: Sources;
  readonly #words = new Stream(0, 0);
  readonly #identifiers = new Stream(0, 0);

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#sources = new Sources(plan);
  }

  *cells(from: number, to: number): Generator<Fill> {
    const { rate, start } = this.#plan;
    const enough = Math.ceil((2 * QUIET_CELL) / Math.max(rate, 1e-9));
    const longest = Math.max(enough, Math.min(2 * LONGEST_SESSION, Math.floor(LARGE_CELL / rate)));
    const cells: [second: number, length: number, count: number, intensity: number][] = [];
    this.#sources.cascade.visit(from, to, longest, (...cell) => {
      if (cell[2] > 0) cells.push(cell);
    });
    for (const [second, length, count, intensity] of cells) {
      yield this.#cell(start + second, length, count, intensity);
    }
  }

  #cell(from: number, length: number, count: number, intensity: number): Fill {
    const { latency, drift, journey, hasIdentifier, catalogue, identifierKey } = this.#sources;
    const requests = this.#requests(from, length, count);
    const words = this.#words.reseed(this.#sources.recordKey, from, -length);
    const identifiers = this.#identifiers.reseed(identifierKey, from, length);
    const load = loadFactor(this.#plan.scenario.site.utilisation, intensity);
    const { shapes, shapeAt, scale, loaded, limit: longest } = latency;
    let done = 0;
    return (batch, limit) => {
      const until = Math.min(count, done + limit - batch.length);
      let row = batch.length;
      for (; done < until; done++, row++) {
        const { time, visitor, phase } = requests[done];
        const second = Math.floor(time / 1000);
        const outcome = drawAlias(journey[phase], words.next());
        const took = scale[outcome] * readShape(shapes, shapeAt[outcome], words.next());
        const slowed = loaded[outcome] === 1 ? took * load * drift.at(second) : took;
        batch.second[row] = second;
        batch.millisecond[row] = time - second * 1000;
        batch.visitor[row] = visitor;
        batch.outcome[row] = outcome;
        batch.latency[row] = slowed < longest ? slowed + 0.5 : longest;
        batch.identifier[row] = hasIdentifier[outcome] === 1 ? readZipf(catalogue, identifiers.next()) : 0;
        batch.phase[row] = phase;
      }
      batch.length = row;
      return done < count;
    };
  }

  /** Who asks when, in order of time. */
  #requests(from: number, length: number, count: number): { time: number; visitor: number; phase: number }[] {
    const begin = from * 1000;
    const end = begin + length * 1000;
    const population = this.#sources.population;
    const sessions: Session[] = [];
    const expected: number[] = []; // running sum of the requests that the sessions have inside the cell
    let all = 0;
    for (let hour = Math.floor((from - LONGEST_SESSION) / 3600); hour * 3600 < from + length; hour++) {
      for (const session of sessionsStartingIn(population, this.#plan.intensity, hour)) {
        const inside = Math.min(end, session.start + session.length) - Math.max(begin, session.start);
        if (inside <= 0) continue;
        all += (session.requests * inside) / session.length;
        sessions.push(session);
        expected.push(all);
      }
    }
    const words = this.#words.reseed(this.#sources.recordKey, from, length);
    const requests = Array.from({ length: count }, () => {
      if (words.next() < population.botThreshold || sessions.length === 0) {
        const time = Math.floor(begin + words.uniform() * length * 1000);
        return { time, visitor: population.botOf(words.next()), phase: BOT };
      }
      const session = sessions[indexAbove(expected, words.uniform() * all)];
      const earliest = Math.max(begin, session.start);
      const latest = Math.min(end, session.start + session.length);
      const time = Math.floor(earliest + words.uniform() * (latest - earliest));
      return { time, visitor: session.visitor, phase: phaseAt((time - session.start) / session.length) };
    });
    return requests.sort((a, b) => a.time - b.time); // stable: equal times keep the order of their draws
  }
}

/** Index of the first running sum above `value`. */
function indexAbove(sums: readonly number[], value: number): number {
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

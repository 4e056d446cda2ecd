import { firstIndexWhere } from "../../bisect.js";
import { BOT } from "../batch.js";
import type { Plan } from "../plan.js";
import { drawAlias, readZipf } from "../random/distributions.js";
import { mix32, Stream } from "../random/stream.js";
import { loadFactor, readShape } from "../site/latency.js";
import { LONGEST_SESSION, phaseAt, type Session, sessionsStartingIn } from "../site/visitors.js";
import { type Fill, type SiteTables, siteTablesOf } from "./siteTables.js";

/** Records that a cell of a quiet site should hold, so that there are a few dozen sessions to choose from. */
const QUIET_CELL = 512;
/** Mean number of records that a cell of a quiet site may hold. Bots can be busy where people are few. */
const LARGE_CELL = 65_536;
/** A site with few visitors. The sessions of a cell are listed; then its requests are spread over them and sorted. */
export class QuietSite {
  readonly #plan: Plan;
  readonly #tables: SiteTables;
  readonly #words = new Stream(0, 0);
  readonly #identifiers = new Stream(0, 0);

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#tables = siteTablesOf(plan);
  }

  *cells(from: number, to: number): Generator<Fill> {
    const { rate, start } = this.#plan;
    const enough = Math.ceil((2 * QUIET_CELL) / Math.max(rate, 1e-9));
    const longest = Math.max(enough, Math.min(2 * LONGEST_SESSION, Math.floor(LARGE_CELL / rate)));
    const cells: [second: number, length: number, count: number, intensity: number][] = [];
    this.#tables.cascade.visit(from, to, longest, (...cell) => {
      if (cell[2] > 0) cells.push(cell);
    });
    for (const [second, length, count, intensity] of cells) {
      yield this.#cell(start + second, length, count, intensity);
    }
  }

  #cell(from: number, length: number, count: number, intensity: number): Fill {
    const { latency, drift, journey, hasIdentifier, catalogue, identifierKey } = this.#tables;
    const requests = this.#requests(from, length, count);
    const words = this.#words.reseed(this.#tables.recordKey, from, -length);
    const identifiers = this.#identifiers.reseed(identifierKey, from, length);
    const load = loadFactor(this.#plan.scenario.site.utilisation, intensity);
    const { shapes, shapeAt, scale, loaded, limit: longest, timedOut } = latency;
    let done = 0;
    return (batch, limit) => {
      const until = Math.min(count, done + limit - batch.length);
      let row = batch.length;
      for (; done < until; done++, row++) {
        const { time, visitor, phase } = requests[done];
        const second = Math.floor(time / 1000);
        let outcome = drawAlias(journey[phase], words.next());
        const word = words.next();
        let took = scale[outcome] * readShape(shapes, shapeAt[outcome], word);
        if (loaded[outcome] === 1) took *= load * drift.at(second);
        if (took >= longest) {
          outcome = timedOut[outcome];
          took = scale[outcome] * readShape(shapes, shapeAt[outcome], mix32(word));
        }
        batch.second[row] = second;
        batch.millisecond[row] = time - second * 1000;
        batch.visitor[row] = visitor;
        batch.outcome[row] = outcome;
        batch.latency[row] = took + 0.5;
        batch.identifier[row] = hasIdentifier[outcome] === 1 ? readZipf(catalogue, identifiers.next()) : 0;
        batch.phase[row] = phase;
      }
      batch.length = row;
      return done < count;
    };
  }

  /** Who makes a request and when, in order of time. */
  #requests(from: number, length: number, count: number): { time: number; visitor: number; phase: number }[] {
    const begin = from * 1000;
    const end = begin + length * 1000;
    const population = this.#tables.population;
    const sessions: Session[] = [];
    const expected: number[] = []; // running sums of the requests that the sessions have inside the cell
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
    const words = this.#words.reseed(this.#tables.recordKey, from, length);
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

/** Index of the first running sum above `value`; the last index if none is. */
function indexAbove(sums: readonly number[], value: number): number {
  return firstIndexWhere(0, sums.length - 1, (i) => sums[i] > value);
}

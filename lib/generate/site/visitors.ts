import { exp, ln, normalQuantile } from "../../elementary.js";
import type { Visitors } from "../../scenario/types.js";
import { type Alias, aliasTable, bitsFor, drawAlias } from "../random/distributions.js";
import { hash32, mix32, PER_WORD, Purpose, streamKey, WORDS } from "../random/stream.js";
import type { Intensity } from "./traffic.js";

/**
 * Who makes a request. Visitors need no state. A slot holds one session for a spell and then another, so the session at
 * any moment follows from (slot, time) by arithmetic. Slots come in 64 classes, each with a mean number of requests and
 * a length. A class has as many slots as sessions of its kind are present at once.
 */

export const CLASSES = 64;
/** Longest session, in seconds. */
export const LONGEST_SESSION = 7200;

/** The phases of a visit. The share of the session's time that has passed decides which one a request falls into. */
export const PHASES = ["entry", "browse", "finish"] as const;
const ENTRY_UNTIL = 0.15;
const FINISH_FROM = 0.85;

/** 0 entry, 1 browse, 2 finish. @param passed share of the session's time, 0 to 1 */
export function phaseAt(passed: number): number {
  return passed < ENTRY_UNTIL ? 0 : passed < FINISH_FROM ? 1 : 2;
}

/** Share of the requests in each phase. */
export function phaseShares({ bots }: Visitors): [number, number, number] {
  const people = 1 - bots.share;
  return [
    ENTRY_UNTIL * people,
    (FINISH_FROM - ENTRY_UNTIL) * people + bots.share,
    (1 - FINISH_FROM) * people,
  ];
}

/** Standard deviation of the ln of the number of requests of deep visits. */
const DEEP_SPREAD = 0.3;

/** The population (session classes, regulars and bots) and the arithmetic that finds them. */
export class Population {
  /** Mean requests of a session, by class. */
  readonly requests = new Float64Array(CLASSES);
  /** Length of a session in milliseconds, by class. */
  readonly length = new Float64Array(CLASSES);
  /** Draws the class of a session. */
  readonly classes: Alias;
  /** Sessions of the class present at once at the mean rate. */
  readonly present = new Float64Array(CLASSES);
  /** Mean requests of a session. */
  readonly meanRequests: number;
  /** Sessions that start in a second at the mean rate. */
  readonly startRate: number;
  /** Share of the requests that bots make, as a 32-bit threshold. */
  readonly botThreshold: number;
  readonly slotKey: number;
  readonly sessionKey: number;
  readonly #visitorKey: number;
  readonly #returning: number;
  readonly #regulars: number;
  readonly #bots: number;

  /**
   * @param rate requests per second at mean intensity
   * @param rows records in the window: the number of regulars grows with it
   */
  constructor(visitors: Visitors, rate: number, rows: number, seed: number) {
    // Deep visits take the last classes, at least eight of them, so that some of them are slow and some quick.
    const { deepVisits } = visitors;
    const deep = deepVisits.share > 0 ? Math.max(8, Math.ceil(deepVisits.share * CLASSES)) : 0;
    const plain = CLASSES - deep;
    const share = Float64Array.from({ length: CLASSES }, (_, c) =>
      c < plain ? (1 - deepVisits.share) / plain : deepVisits.share / deep,
    );
    this.meanRequests = 0;
    for (let c = 0; c < CLASSES; c++) {
      // A grid of good lattice points: the quantiles of requests in order, those of gaps by the reversed bits.
      const reversed =
        (parseInt(c.toString(2).padStart(6, "0").split("").reverse().join(""), 2) + 0.5) / CLASSES;
      this.requests[c] =
        c < plain
          ? lognormal(visitors.requestsPerSession, (c + 0.5) / plain)
          : lognormal({ median: deepVisits.requests, spread: DEEP_SPREAD }, (c - plain + 0.5) / deep);
      const gap = lognormal(visitors.secondsBetweenRequests, reversed);
      this.length[c] = Math.round(1000 * Math.min(LONGEST_SESSION, Math.max(5, this.requests[c] * gap)));
      this.meanRequests += share[c] * this.requests[c];
    }
    this.classes = aliasTable(share);
    this.startRate = (rate * (1 - visitors.bots.share)) / this.meanRequests;
    for (let c = 0; c < CLASSES; c++) {
      this.present[c] = this.startRate * share[c] * (this.length[c] / 1000);
    }
    this.botThreshold = visitors.bots.share * WORDS;
    this.slotKey = streamKey(seed, Purpose.slots);
    this.sessionKey = streamKey(seed, Purpose.sessions);
    this.#visitorKey = streamKey(seed, Purpose.visitors);
    this.#returning = visitors.returning * WORDS;
    this.#regulars = Math.max(1, Math.round((visitors.regulars * rows) / this.meanRequests));
    this.#bots = visitors.bots.clients;
  }

  /**
   * The visitor of the session with this hash: a regular (some of them come far more often than others) or somebody
   * new.
   */
  visitorOf(session: number): number {
    const chance = mix32(session ^ 0x6a09e667);
    if (chance >= this.#returning) return mix32(session ^ this.#visitorKey);
    const u = mix32(chance ^ 0xbb67ae85) * PER_WORD;
    return hash32(this.#visitorKey, (this.#regulars * u * u) | 0, 1);
  }

  /** Visitor number of a bot, drawn with one random word. A few bots make most of the requests. */
  botOf(word: number): number {
    const u = word * PER_WORD;
    return hash32(this.#visitorKey, (this.#bots * u * u) | 0, 2);
  }
}

function lognormal({ median, spread }: { median: number; spread: number }, quantile: number): number {
  return exp(ln(median) + spread * normalQuantile(quantile));
}

/**
 * The slots of a busy site. A hash decides whether a slot is open in a spell, by the intensity at the start of the
 * spell. So there are more visitors by day than by night, and no session is cut short.
 */
export class Crowd {
  readonly #population: Population;
  readonly #intensity: Intensity;
  /** For each class, the number of slots among which to draw in the current hour. */
  readonly bound = new Float64Array(CLASSES);
  /** 1 / length, per millisecond. */
  readonly perMillisecond = new Float64Array(CLASSES);
  /** Classes by the request rate of all their slots, open or not. */
  table!: Alias;
  /**
   * Recently computed slots, with four numbers each: the slot's number, its offset in milliseconds, the spell, and the
   * visitor of that spell's session, or −1 − visitor when the slot is not open. A session makes several requests, so
   * most requests find their slot here.
   */
  slots = new Float64Array(4).fill(-1);
  /**
   * A slot is kept at the place of its class plus its index in the class; these are the bits of the index that count.
   */
  seenMask = 0;
  readonly place = new Int32Array(CLASSES);
  /**
   * Intensity at the beginning of each quarter of an hour since `firstQuarter`, used to look back to the start of a
   * spell.
   */
  readonly quarters = new Float64Array(LOOK_BACK + 5);
  firstQuarter = 0;
  #hour = Number.NaN;

  constructor(population: Population, intensity: Intensity) {
    this.#population = population;
    this.#intensity = intensity;
    for (let c = 0; c < CLASSES; c++) this.perMillisecond[c] = 1 / population.length[c];
  }

  /** Prepares the tables for a second since 1970. They change with the hour. */
  prepare(second: number): void {
    const hour = Math.floor(second / 3600);
    if (hour === this.#hour) return;
    this.#hour = hour;
    this.firstQuarter = hour * 4 - LOOK_BACK;
    let most = 0;
    for (let q = 0; q < this.quarters.length; q++) {
      const intensity = this.#intensity.at((this.firstQuarter + q) * 900);
      this.quarters[q] = intensity;
      most = Math.max(most, intensity);
    }
    const { present, requests, length } = this.#population;
    const weights = new Float64Array(CLASSES);
    for (let c = 0; c < CLASSES; c++) {
      this.bound[c] = Math.ceil(present[c] * most);
      weights[c] = this.bound[c] * (requests[c] / length[c]);
    }
    this.table = aliasTable(weights);
    let all = 0;
    for (let c = 0; c < CLASSES; c++) {
      this.place[c] = all;
      all += this.bound[c];
    }
    const wanted = 1 << bitsFor(Math.max(1, Math.min(MOST_SEEN, all)));
    if (wanted <= this.seenMask + 1) return;
    this.seenMask = wanted - 1;
    this.slots = new Float64Array(4 * wanted).fill(-1);
  }

  /**
   * Works out who is in a slot at a moment and keeps it in `slots`.
   * @returns the share of the spell that has passed
   * @param now milliseconds since 1970
   * @param seen index in `slots`
   */
  look(number: number, now: number, seen: number): number {
    const { slotKey, sessionKey, length, present } = this.#population;
    const c = number % CLASSES;
    const slot = mix32((slotKey + Math.imul(number, 0x9e3779b1)) | 0);
    const offset = slot * PER_WORD * length[c];
    const spells = (now + offset) * this.perMillisecond[c];
    const spell = Math.floor(spells);
    const session = mix32(sessionKey ^ ((slot + Math.imul(spell, 0x85ebca77)) | 0));
    const quarter = Math.floor((spell * length[c] - offset) / 900_000) - this.firstQuarter;
    const here = present[c] * this.quarters[quarter < 0 ? 0 : quarter];
    const visitor = this.#population.visitorOf(session);
    const isOpen = (number - c) / CLASSES + session * PER_WORD < here;
    this.slots[seen] = number;
    this.slots[seen + 1] = offset;
    this.slots[seen + 2] = spell;
    this.slots[seen + 3] = isOpen ? visitor : -1 - visitor;
    return spells - spell;
  }
}

/** Largest number of slots that are kept: 2 MB. */
const MOST_SEEN = 65_536;
/** Quarters of an hour that a session can reach back. */
const LOOK_BACK = LONGEST_SESSION / 900 + 1;

/** A session of a quiet site, with its times since 1970. */
export interface Session {
  /** First moment, milliseconds since 1970. */
  start: number;
  /** Milliseconds. */
  length: number;
  /** Mean number of requests. */
  requests: number;
  /** The visitor's number. */
  visitor: number;
}

/**
 * The sessions of a quiet site that start in an hour. With fewer visitors than slot classes, the distribution is the
 * same, but the sessions are listed first and the requests are then spread over them. So even a thousand requests a day
 * come as visits.
 * @param hour hours since 1970
 */
export function sessionsStartingIn(population: Population, intensity: Intensity, hour: number): Session[] {
  const from = hour * 3600;
  const key = hash32(population.slotKey, hour);
  const expected = population.startRate * intensity.sum(from, from + 3600);
  const count = Math.floor(expected + hash32(key, -1) * PER_WORD);
  return Array.from({ length: count }, (_, i) => {
    const c = drawAlias(population.classes, hash32(key, i, 1));
    return {
      start: momentWhere(intensity, from, from + 3600, hash32(key, i, 2) * PER_WORD),
      length: population.length[c],
      requests: population.requests[c],
      visitor: population.visitorOf(hash32(population.sessionKey ^ key, i)),
    };
  });
}

/** The moment, in milliseconds, by which a share of the intensity between two seconds has passed. */
function momentWhere(intensity: Intensity, from: number, to: number, share: number): number {
  const wanted = intensity.sum(from, to) * share;
  let low = from;
  let high = to;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (intensity.sum(from, middle) <= wanted) low = middle;
    else high = middle;
  }
  const inside = intensity.sum(low, high);
  const rest = inside > 0 ? (wanted - intensity.sum(from, low)) / inside : share;
  return low * 1000 + Math.floor(1000 * Math.min(0.999, Math.max(0, rest)));
}

import { exp, normalQuantile } from "../../elementary.js";
import { BATCH_SIZE, type Batch, BOT, type Outcome } from "../batch.js";
import type { Plan } from "../plan.js";
import { aliasTable, drawAlias, readZipf, zipfTable } from "../random/distributions.js";
import { hash32, mix32, PER_WORD, Purpose, Stream, streamKey } from "../random/stream.js";
import { makePools, type Pools } from "./pools.js";

/**
 * What a server's own log says of a request beyond the five fields: size, referrer and user agent. All of it is a hash
 * of the record (its visitor, time and response time). So nothing is drawn from the streams of the five fields, and a
 * record gets the same values however the work is divided.
 */

/** The site's own address, in a domain reserved for examples. */
const ORIGIN = "https://www.example.com";
/** Pages of the site from which a request may have come. */
const OWN_PAGES = 1024;

/** Where the requests of an outcome come from, by phase. */
const NO_REFERRER = 0;
const FOREIGN = 1;
const OWN_PAGE = 2;

/** Files that a page embeds. */
const ASSET = /\.(?:avif|css|gif|ico|jpe?g|js|mjs|mp4|png|svg|webp|woff2?)$/;

/** e to the x for x from −8 to 8, in steps of 1/64. */
const POWERS = Float64Array.from({ length: 1026 }, (_, i) => exp((i - 512) / 64));
/** Standard normal quantiles, in steps of 1/1024. */
const NORMALS = Float64Array.from({ length: 1025 }, (_, i) => normalQuantile((i + 0.5) / 1025.5));

/** Draws what formats need beyond the five fields. */
export class RequestDetails {
  /** The texts that `agent` indexes. */
  readonly agents: readonly string[];
  /** The texts that `referrer` indexes. */
  readonly referrers: readonly string[];
  /** Index of the user agent, by row of the batch that was drawn last. */
  readonly agent = new Uint16Array(BATCH_SIZE);
  /** Index of the referrer. */
  readonly referrer = new Uint16Array(BATCH_SIZE);
  /** Bytes of the body sent. */
  readonly size = new Uint32Array(BATCH_SIZE);
  /** 32 random bits of the record, from which formats draw their ports and identifiers. */
  readonly word = new Int32Array(BATCH_SIZE);

  readonly #key: number;
  readonly #people: number;
  readonly #foreign: number;
  /** Kind of origin by outcome and phase: 4 entries for each outcome. */
  readonly #comesFrom: Uint8Array;
  /** Median size by outcome. */
  readonly #median: Float64Array;
  /** Standard deviation of the ln of the size by outcome, in steps of `POWERS`. */
  readonly #spread: Float64Array;
  /** For files, each of which has one size: a word to hash with the identifier; 0 for all other outcomes. */
  readonly #file: Int32Array;

  /** Makes the pools of the plan's visitors and the tables of its outcomes. */
  static async of(plan: Plan): Promise<RequestDetails> {
    const key = streamKey(plan.seed, Purpose.request);
    return new RequestDetails(
      plan,
      key,
      await makePools(key >>> 0, plan.scenario.visitors.agents ?? "browsers"),
    );
  }

  private constructor({ scenario, outcomes }: Plan, key: number, pools: Pools) {
    this.#key = key;
    this.agents = [...pools.agents, ...pools.bots];
    this.#people = pools.agents.length;
    this.#foreign = pools.referrers.length;
    this.referrers = [...pools.referrers, ...ownPages(scenario.site, key, pools.searches), "-"];
    const browsing = (scenario.visitors.agents ?? "browsers") === "browsers";
    this.#comesFrom = new Uint8Array(outcomes.length * 4);
    outcomes.forEach(({ endpoint }, i) => {
      if (!browsing) return;
      const entry = isPage(endpoint) ? FOREIGN : OWN_PAGE;
      this.#comesFrom.set([entry, OWN_PAGE, OWN_PAGE, NO_REFERRER], i * 4);
    });
    const sizes = outcomes.map(sizeOf);
    this.#median = Float64Array.from(sizes, ({ median }) => median);
    this.#spread = Float64Array.from(sizes, ({ spread }) => spread * 64);
    this.#file = Int32Array.from(outcomes, ({ endpoint }) =>
      ASSET.test(endpoint.route) ? hashText(endpoint.route) | 1 : 0,
    );
  }

  /** Draws for all rows of a batch. */
  draw(batch: Batch): void {
    const { length, second, millisecond, visitor, outcome: outcomes, latency, identifier, phase } = batch;
    const { agent, referrer, size, word: words } = this;
    const key = this.#key;
    const people = this.#people;
    const bots = this.agents.length - people;
    const foreign = this.#foreign;
    const comesFrom = this.#comesFrom;
    const median = this.#median;
    const spread = this.#spread;
    const file = this.#file;
    const nowhere = this.referrers.length - 1;
    for (let row = 0; row < length; row++) {
      const who = mix32(visitor[row] ^ key);
      const when = Math.imul(second[row] | 0, 1000) + millisecond[row];
      const word = mix32((who + Math.imul(when, 0x9e3779b1)) ^ Math.imul(latency[row], 0x85ebca6b));
      words[row] = word;
      const outcome = outcomes[row];
      const from = comesFrom[outcome * 4 + phase[row]];
      agent[row] = phase[row] === BOT ? people + below(who, bots) : below(who, people);
      referrer[row] =
        from === OWN_PAGE
          ? foreign + (word & (OWN_PAGES - 1))
          : from === FOREIGN
            ? below(mix32(who), foreign)
            : nowhere;
      const own = file[outcome] === 0 ? word : mix32(Math.imul(identifier[row], 0x9e3779b1) ^ file[outcome]);
      const quantile = own >>> 22;
      const low = NORMALS[quantile];
      const normal = low + (NORMALS[quantile + 1] - low) * (((own >>> 10) & 0xfff) / 4096);
      const at = 512 + spread[outcome] * normal;
      const step = at | 0;
      const power = POWERS[step] + (at - step) * (POWERS[step + 1] - POWERS[step]);
      size[row] = median[outcome] * power + 0.5;
    }
  }
}

/** A whole number from 0 to `count` − 1, made from a word of 32 bits. */
function below(word: number, count: number): number {
  return ((word >>> 16) * count) >>> 16;
}

function isPage({ method, route }: Outcome["endpoint"]): boolean {
  return method === "GET" && !ASSET.test(route) && !/^\/(?:api|v\d+|graphql)(?:\/|$)/.test(route);
}

/** Pages of the site as browsers name them in a referrer. A popular page is in the list many times. */
function ownPages(
  { endpoints, identifiers, catalogue }: Plan["scenario"]["site"],
  key: number,
  searches: readonly string[],
): string[] {
  const pages = endpoints.filter(isPage);
  if (pages.length === 0) return Array(OWN_PAGES).fill(`${ORIGIN}/`);
  const stream = new Stream(key, 0);
  const byPopularity = aliasTable(pages.map(({ popularity }) => popularity));
  const table = zipfTable(catalogue);
  return Array.from({ length: OWN_PAGES }, () => {
    const page = pages[drawAlias(byPopularity, stream.next())];
    const word = stream.next();
    const route = identifiers ? page.route.replace("{id}", () => String(readZipf(table, word))) : page.route;
    const query =
      /search/.test(route) && !route.includes("?") ? `?q=${searches[word % searches.length]}` : "";
    return ORIGIN + route + query;
  });
}

/** Size in bytes of an answer's body, lognormal. Error pages and redirects are short, and some answers have no body. */
function sizeOf({ endpoint, status }: Outcome): { median: number; spread: number } {
  const { method, route, size } = endpoint;
  if (method === "HEAD" || status < 200 || status === 204 || status === 304) return { median: 0, spread: 0 };
  if (status >= 300) return { median: 160, spread: status >= 400 && status < 500 ? 0.15 : 0 };
  if (size !== undefined) return size;
  // Typical sizes of web pages and their parts, roughly the medians of the HTTP Archive. Endpoints differ from them.
  const typical = ASSET.test(route)
    ? { median: /\.(?:css|js|mjs|svg|ico)$/.test(route) ? 6_000 : 30_000, spread: 0.8 }
    : isPage(endpoint)
      ? { median: 18_000, spread: 0.3 }
      : { median: 1_500, spread: 0.7 };
  const own = exp(0.5 * normalQuantile((hashText(`${method} ${route}`) + 0.5) * PER_WORD));
  return { median: typical.median * own, spread: typical.spread };
}

function hashText(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = hash32(hash, text.charCodeAt(i));
  return hash;
}

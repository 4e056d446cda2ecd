import type { Endpoint, Visitors } from "../site.js";

/** How an incident reaches its size: at once, by growing to it, or by growing to it and shrinking again. */
export type IncidentShape = "step" | "ramp" | "pulse";

/**
 * Everything that defines a kind of incident. A new kind is a file that holds one of these, and a line in `kinds.ts`. A
 * kind alters requests, adds requests, or does both.
 */
export type Kind = Description & (Altering | Adding);

interface Description {
  /** What `size` means for this kind, its bounds (included) and its default. */
  readonly size: {
    readonly means: string;
    readonly min: number;
    readonly max: number;
    readonly default: number;
  };
  /**
   * Where an incident begins, and how long it is, when it is asked for by name. Both are shares of the log's window.
   */
  readonly place: { readonly begin: number; readonly length: number };
  /** Shape of an incident that does not give one; default `step`. Incidents drawn at random use it too. */
  readonly shape?: IncidentShape;
  /** Whether a randomly drawn incident of this kind always affects the whole site, never a single endpoint. */
  readonly siteWide?: true;
  /** Whether it makes visitors repeat requests, at most `RETRY_WITHIN` later. */
  readonly retries?: true;
  /**
   * For a failure that spreads: the share of the incident's length after which it reaches each endpoint; undefined for
   * an endpoint that it never reaches. By default it reaches all of its endpoints at once.
   * @param isNamed whether the incident names the endpoint with this index; undefined when it names no endpoint
   * @param draw a uniform number from 0 to 1 for the endpoint with this index
   */
  readonly spread?: (
    endpoints: readonly Endpoint[],
    isNamed: ((endpoint: number) => boolean) | undefined,
    draw: (endpoint: number) => number,
  ) => (number | undefined)[];
}

interface Altering {
  /** How it changes requests. */
  readonly effect: Effect;
  readonly adds?: AddedRequests;
}

interface Adding {
  readonly effect?: never;
  /** The requests that it adds. */
  readonly adds: AddedRequests;
}

/** The requests that an incident adds. */
export interface AddedRequests {
  /**
   * How its own clients behave, where they differ from the site's visitors. They come at a steady rate. If this is left
   * out, the requests come from more of the site's usual visitors, at their usual hours.
   */
  readonly clients?: Partial<Visitors>;
  /**
   * Which endpoints they request when the incident names none. If no endpoint suits, they request all of them. Default
   * all.
   */
  readonly suits?: (endpoint: Endpoint) => boolean;
  /** The endpoint as it answers these requests. By default it answers them as it answers all others. */
  readonly answering?: (endpoint: Endpoint) => Endpoint;
  /** Number of seconds, from the beginning of each minute, in which they send requests; then they pause. Default 60. */
  readonly secondsInMinute?: number;
}

/**
 * Alters the requests of a batch between two rows (the second excluded). All of them fall into seconds in which the
 * incident happens. Each kind has its own loop, so that the engine compiles one for each kind.
 */
export type Effect = (incident: Happening, requests: Requests, from: number, to: number) => void;

/** An incident in progress, as its effect sees it. */
export interface Happening {
  /** How bad it is, in the unit of its kind. */
  readonly size: number;
  /** Share of the visitors that it affects; undefined when it affects all. */
  readonly clients: number | undefined;
  /** First second since 1970. */
  readonly start: number;
  /** Share of the site's requests that go to the endpoints that it affects, 0 to 1. */
  readonly breadth: number;
}

/**
 * The requests of a batch, as an effect sees and alters them. A draw depends only on the request's own key or on its
 * visitor, so it is the same whatever else happens.
 */
export interface Requests {
  /** Milliseconds since 1970. */
  time(row: number): number;
  /** The fraction of its size that the incident has at the time of the request, 0 to 1. */
  strength(incident: Happening, row: number): number;
  /** Whether the incident affects the visitor. */
  isClient(incident: Happening, row: number): boolean;
  /** Whether the incident affects the endpoint. */
  isAtTarget(incident: Happening, row: number): boolean;
  /** Whether the incident affects both the endpoint and the visitor. */
  isTouched(incident: Happening, row: number): boolean;
  /** Whether a failure that spreads has reached the endpoint by the time of the request. */
  isReached(incident: Happening, row: number): boolean;
  /** Usual utilisation of the site at that time, 0 to 1. */
  utilisation(row: number): number;
  /** A uniform number from 0 to 1, drawn for this request. */
  draw(incident: Happening, row: number, what: Draw): number;
  /** A uniform number from 0 to 1, the same for all requests of a visitor. */
  drawForVisitor(incident: Happening, row: number, what: Draw): number;
  /** Makes the request fail. @returns whether this changed anything */
  fail(incident: Happening, row: number, status: number): boolean;
  /** Multiplies the response time by a factor of 1 or more. */
  slow(incident: Happening, row: number, factor: number): void;
  /** Removes the request from the log. */
  drop(incident: Happening, row: number): void;
  /** Repeats the request. @param time milliseconds since 1970, at most `RETRY_WITHIN` after it */
  retry(incident: Happening, row: number, time: number): void;
}

/**
 * Longest time between a failed request and its repetition, in milliseconds. Incidents look back no further than this.
 */
export const RETRY_WITHIN = 60_000;

/**
 * What can be drawn for an incident. Different draws are independent. The numbers are part of the format: a new draw
 * takes the next number.
 */
export const Draw = {
  failure: 1,
  stayingAway: 2,
  spreading: 3,
  responseTime: 4,
  clients: 5,
  leaving: 6,
  timeOfLeaving: 7,
  retrying: 8,
  timeOfRetry: 9,
  thinning: 10,
} as const;
/** One of the draws. */
export type Draw = (typeof Draw)[keyof typeof Draw];

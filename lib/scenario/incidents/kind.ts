import type { Endpoint, Visitors } from "../site.js";

/** How the size of an incident develops: full at once, growing to it, or growing to it and back. */
export type IncidentShape = "step" | "ramp" | "pulse";

/**
 * All that there is to know of a kind of incident. A new kind is a file with one of these, and a line in `kinds.ts`.
 * It alters requests, adds requests, or does both.
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
  /** Where in the log an incident that is asked for by name begins and how long it is, as shares of the log's window. */
  readonly place: { readonly begin: number; readonly length: number };
  /** IncidentShape of an incident that is given none; default step. An incident drawn at random keeps it too. */
  readonly shape?: IncidentShape;
  /** Whether an incident of this kind drawn at random always touches the whole site, never a single endpoint. */
  readonly siteWide?: true;
  /** Whether it makes visitors repeat requests, at most `RETRY_WITHIN` later. */
  readonly retries?: true;
  /**
   * Of a failure that spreads: the share of the incident's length after which it reaches each endpoint; undefined for
   * one that it never reaches. Default: it reaches all of its endpoints at once.
   * @param isNamed whether the incident names the endpoint with this index; undefined when it names none
   * @param draw a uniform number from 0 to 1 for the endpoint with this index
   */
  readonly spread?: (
    endpoints: readonly Endpoint[],
    isNamed: ((endpoint: number) => boolean) | undefined,
    draw: (endpoint: number) => number,
  ) => (number | undefined)[];
}

interface Altering {
  /** What it does to requests. */
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
   * How its own clients behave, where they differ from the site's visitors; they come at a steady rate. Left out: more
   * of the site's usual visitors, at their usual hours.
   */
  readonly clients?: Partial<Visitors>;
  /** Which endpoints they ask for, where the incident names none; when none suits, all of them. Default all. */
  readonly suits?: (endpoint: Endpoint) => boolean;
  /** The endpoint as it answers these requests. Default: as it answers all. */
  readonly answering?: (endpoint: Endpoint) => Endpoint;
  /** Seconds from the beginning of each minute in which they come; then they pause. Default 60. */
  readonly secondsInMinute?: number;
}

/**
 * Alters requests of a batch, from one row to another (excluded), all of them of seconds in which the incident happens.
 * Each kind has a loop of its own, which the engine compiles for that kind alone.
 */
export type Effect = (incident: Happening, requests: Requests, from: number, to: number) => void;

/** An incident that happens, as its effect sees it. */
export interface Happening {
  /** How bad it is, in the unit of its kind. */
  readonly size: number;
  /** Share of the visitors that it touches; undefined for all. */
  readonly clients: number | undefined;
  /** First second since 1970. */
  readonly start: number;
  /** Share of the site's requests that go to the endpoints that it touches, 0 to 1. */
  readonly breadth: number;
}

/**
 * The requests of a batch, as an effect sees and alters them. Draws are made by the request's own key or by its
 * visitor, so that they are the same whatever else happens.
 */
export interface Requests {
  /** Milliseconds since 1970. */
  time(row: number): number;
  /** How much of its size the incident has at the time of the request, 0 to 1. */
  strength(incident: Happening, row: number): number;
  /** Whether the visitor is among those that the incident touches. */
  isClient(incident: Happening, row: number): boolean;
  /** Whether the request is for one of the endpoints that the incident touches. */
  isAtTarget(incident: Happening, row: number): boolean;
  /** Whether the incident touches both the endpoint and the visitor. */
  isTouched(incident: Happening, row: number): boolean;
  /** Whether a failure that spreads has reached the endpoint by now. */
  isReached(incident: Happening, row: number): boolean;
  /** Usual utilisation of the site at that time, 0 to 1. */
  utilisation(row: number): number;
  /** A uniform number from 0 to 1 of the request's own. */
  draw(incident: Happening, row: number, what: Draw): number;
  /** A uniform number from 0 to 1, the same for all requests of a visitor. */
  drawForVisitor(incident: Happening, row: number, what: Draw): number;
  /** Makes the request fail; whether that changes anything. */
  fail(incident: Happening, row: number, status: number): boolean;
  /** Multiplies the response time by a factor of 1 or more. */
  slow(incident: Happening, row: number, factor: number): void;
  /** Takes the request out of the log. */
  drop(incident: Happening, row: number): void;
  /** Repeats the request. @param time milliseconds since 1970, at most `RETRY_WITHIN` after it */
  retry(incident: Happening, row: number, time: number): void;
}

/** Milliseconds at most between a failed request and its repetition: how far incidents look back. */
export const RETRY_WITHIN = 60_000;

/**
 * What is drawn of an incident; different draws are independent. The numbers are part of the format: a new draw takes
 * the next number.
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

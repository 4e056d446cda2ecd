import { didYouMean, InputError, quoted } from "../errors.js";
import { type Plan, planOf } from "../generate/plan.js";
import { type Incident, shapeOf } from "../scenario/incidents/incident.js";
import type { IncidentShape } from "../scenario/incidents/kind.js";
import { kinds } from "../scenario/incidents/kinds.js";
import { presetIncident, presetIncidents } from "../scenario/incidents/preset.js";
import { momentOf, momentText } from "../scenario/moment.js";
import { parseScenario } from "../scenario/parse.js";
import type { LogSlice } from "../write/sliceEncoder.js";

/** A request to begin an incident while a log is streamed. */
export interface Wish {
  /** A kind, or the name of a preset incident: `"outage"`, `"checkout_outage"`. */
  readonly what: string;
  /** Its name. Default: its kind, with a number if that name is taken. */
  readonly id?: string | undefined;
  readonly size?: number | undefined;
  readonly endpoints?: string[] | undefined;
  readonly clients?: number | undefined;
  readonly shape?: IncidentShape | undefined;
  /** Its duration. Without it, the incident lasts until it is stopped. */
  readonly seconds?: number | undefined;
}

/** An incident that was begun by hand. */
export interface HandIncident {
  readonly incident: Incident;
  /** Whether it lasts until it is stopped. */
  readonly isOpen: boolean;
}

/** What a stream knows when it handles a request. */
interface Standing {
  readonly plan: Plan;
  /** The first second since 1970 that is in the future and of which nothing was streamed. */
  readonly next: number;
}

interface Request {
  readonly change: (standing: Standing) => { incidents: readonly HandIncident[]; answer: HandIncident };
  readonly resolve: (answer: HandIncident) => void;
  readonly reject: (error: unknown) => void;
  isGone: boolean;
}

/** The part of the incidents by hand that only the stream calls. */
interface Desk {
  /** Restores the incidents of an earlier run of the same stream. */
  restore(hand: HandIncidents, incidents: readonly HandIncident[]): void;
  /** Whether the stream should call `settle`. */
  isAsked(hand: HandIncidents): boolean;
  /** Called between two records. @param adopt makes the log continue with these incidents, or throws */
  settle(
    hand: HandIncidents,
    standing: () => Standing,
    adopt: (incidents: readonly HandIncident[]) => Promise<void>,
  ): Promise<void>;
  /**
   * Called when the stream ends. Incidents that last until they are stopped end with it. @param end second since 1970
   */
  close(hand: HandIncidents, end: number): void;
}

/** The stream's part of the incidents by hand. */
export let desk: Desk;

/**
 * Incidents that people start and stop while a log is streamed. An incident begins and ends at the next whole second of
 * which nothing has been streamed, so that the log is, to the byte, that of a scenario which had them from the
 * beginning.
 */
export class HandIncidents {
  #incidents: readonly HandIncident[] = [];
  #requests: Request[] = [];
  #hasEnded = false;

  /** Begins an incident. @param patience aborts the wait for a stream that is itself waiting @throws InputError */
  start(wish: Wish, patience?: AbortSignal): Promise<HandIncident> {
    return this.#ask((standing) => this.#begun(wish, standing), patience);
  }

  /** Ends an incident. @param id may be left out if only one incident lasts until it is stopped @throws InputError */
  stop(id?: string, patience?: AbortSignal): Promise<HandIncident> {
    return this.#ask(({ next }) => this.#ended(id, next), patience);
  }

  /** All incidents that were begun, in order. */
  list(): readonly HandIncident[] {
    return this.#incidents;
  }

  static {
    desk = {
      restore: (hand, incidents) => hand.#restore(incidents),
      isAsked: (hand) => hand.#requests.length > 0,
      settle: (hand, standing, adopt) => hand.#settle(standing, adopt),
      close: (hand, end) => hand.#close(end),
    };
  }

  #restore(incidents: readonly HandIncident[]): void {
    this.#incidents = incidents;
    this.#hasEnded = false;
  }

  async #settle(
    standing: () => Standing,
    adopt: (incidents: readonly HandIncident[]) => Promise<void>,
  ): Promise<void> {
    for (let request = this.#requests.shift(); request; request = this.#requests.shift()) {
      if (request.isGone) continue;
      try {
        const { incidents, answer } = request.change(standing());
        await adopt(incidents);
        this.#incidents = incidents;
        request.resolve(answer);
      } catch (error) {
        request.reject(error);
        if (!(error instanceof InputError)) throw error;
      }
    }
  }

  #close(end: number): void {
    this.#hasEnded = true;
    for (const request of this.#requests) request.reject(ended());
    this.#requests = [];
    this.#incidents = this.#incidents.map((each) => (each.isOpen ? endedAt(each, end) : each));
  }

  #ask(change: Request["change"], patience: AbortSignal | undefined): Promise<HandIncident> {
    if (this.#hasEnded) return Promise.reject(ended());
    return new Promise((resolve, reject) => {
      const request: Request = { change, resolve, reject, isGone: false };
      patience?.addEventListener("abort", () => {
        request.isGone = true;
        reject(new InputError("stream: it waits for its receiver, and nothing was changed: try again later"));
      });
      this.#requests.push(request);
    });
  }

  #begun({ what, id, seconds, ...given }: Wish, { plan, next }: Standing): ReturnType<Request["change"]> {
    if (!presetIncidents.includes(what))
      throw new InputError(
        `incident: there is no ${quoted(what)}${didYouMean(what, presetIncidents)}; there are ${presetIncidents.join(", ")}`,
      );
    if (next >= plan.end)
      throw new InputError(`incident: the log ends at ${momentText(plan.end)}, before one can begin`);
    const routes = plan.scenario.site.endpoints.map(({ route }) => route);
    const { kind, endpoints } = presetIncident(what, plan.start, plan.end, routes);
    const taken = plan.incidents.map(({ incident }) => incident.id);
    let name = id ?? what;
    for (let n = 2; id === undefined && taken.includes(name); n++) name = `${what}_${n}`;
    if (taken.includes(name)) throw new InputError(`id: there is an incident ${quoted(name)} already`);
    const own = Object.entries({ endpoints, ...given }).filter(([, value]) => value !== undefined);
    const incident = {
      id: name,
      kind,
      ...Object.fromEntries(own),
      start: momentText(next),
      seconds: seconds ?? plan.end - next,
    } as Incident;
    if (seconds === undefined && needsItsLength(incident))
      throw new InputError(
        `duration: ${what}${shapeOf(incident) === "step" ? "" : ` of shape ${shapeOf(incident)}`} needs a duration, because its records depend on it`,
      );
    const begun = { incident, isOpen: seconds === undefined };
    return { incidents: [...this.#incidents, begun], answer: begun };
  }

  #ended(id: string | undefined, next: number): ReturnType<Request["change"]> {
    const running = this.#incidents.filter(({ incident }) => endOf(incident) > next);
    const open = running.filter(({ isOpen }) => isOpen);
    const names = running.map(({ incident }) => incident.id).join(", ");
    if (running.length === 0) throw new InputError("incident: no incident that was begun by hand is running");
    if (id === undefined && open.length !== 1)
      throw new InputError(
        `incident: ${open.length === 0 ? "no incident lasts until it is stopped" : `${open.length} incidents last until they are stopped`}: name the one to stop: ${names}`,
      );
    const found = id === undefined ? open[0] : running.find(({ incident }) => incident.id === id);
    if (found === undefined)
      throw new InputError(
        `incident: no incident that was begun by hand is running with the id ${quoted(id)}; there are ${names}`,
      );
    if (needsItsLength(found.incident))
      throw new InputError(
        `incident: ${found.incident.id} ends at ${momentText(endOf(found.incident))}, and no sooner, since its records depend on its length`,
      );
    const answer = endedAt(found, next);
    return { incidents: this.#incidents.map((each) => (each === found ? answer : each)), answer };
  }
}

const ended = () => new InputError("stream: it has ended");

/** The incident with its end at a second, or with a length of one second if it has just begun. */
function endedAt({ incident }: HandIncident, end: number): HandIncident {
  const seconds = Math.max(1, Math.min(end, endOf(incident)) - momentOf(incident.start)!);
  return { incident: { ...incident, seconds }, isOpen: false };
}

function endOf({ start, seconds }: Incident): number {
  return momentOf(start)! + seconds;
}

/** Whether records at the beginning of an incident depend on when it ends. */
function needsItsLength(incident: Incident): boolean {
  const { adds, spread } = kinds[incident.kind];
  return adds !== undefined || spread !== undefined || shapeOf(incident) !== "step";
}

/**
 * The log with further incidents, after those that it has.
 * @throws InputError when the scenario cannot have them
 */
export function withIncidents(
  { plan, slice }: { plan: Plan; slice: LogSlice },
  further: readonly HandIncident[],
): { plan: Plan; slice: LogSlice } {
  if (further.length === 0) return { plan, slice };
  const own = plan.incidents.map(({ incident }) => incident); // including those that were drawn from the seed
  const scenario = parseScenario({
    ...slice.scenario,
    incidents: [...own, ...further.map(({ incident }) => incident)],
    randomIncidents: 0,
  });
  const without = slice.without === true ? own.map(({ id }) => id) : slice.without;
  return { plan: planOf(scenario, plan.seed, without), slice: { ...slice, scenario, without } };
}

import { formats } from "../encode/formats.js";
import { InputError, quoted } from "../errors.js";
import { Digest } from "../files/digest.js";
import type { Plan } from "../generate/plan.js";
import { momentText } from "../scenario/moment.js";
import type { Incident, Scenario } from "../scenario/types.js";
import { Pace } from "../work.js";
import { type GenerateOptions, prepare } from "../write/options.js";
import { type Clock, LogClock, systemClock } from "./clock.js";
import type { StreamSink } from "./sink.js";
import { desk, type HandIncident, HandIncidents, withIncidents } from "./streamIncidents.js";
import { DueLines, type Position } from "./stretch.js";

/** What is streamed: a log as `generate` makes it, and how fast. */
export interface StreamOptions
  extends Omit<GenerateOptions, "out" | "key" | "labels" | "workers" | "shard" | "onProgress" | "signal"> {
  /**
   * How many times as fast the log's time passes, above 0, up to 1,000,000; the log's first moment is then now. Without
   * it the log's time is the clock's: records in the past come first, at full speed, and future records at their time.
   */
  speed?: number | undefined;
}

/** How to follow and stop a stream. */
export interface StreamWork {
  /** Ends the stream between two records. Work in progress is finished. */
  signal?: AbortSignal | undefined;
  /** Gets messages for people, such as that the clock was set back. */
  tell?: ((words: string) => void) | undefined;
  /** Called once, when the stream begins. */
  begun?: ((ahead: Ahead) => void) | undefined;
  /** A clock to use instead of the machine's. */
  clock?: Clock | undefined;
  /** Begins and ends incidents while the stream runs. */
  incidents?: HandIncidents | undefined;
}

/** What a stream that begins has before it. */
export interface Ahead {
  /** Number of records without what incidents and defects add or take; estimated for a part of a log. */
  readonly records: number;
  readonly isExact: boolean;
  /** The first moment, or that at which an earlier run stopped, and the end, excluded; ISO 8601. */
  readonly from: string;
  readonly to: string;
  /** How long they take from now on; 0 when they all lie in the past. */
  readonly milliseconds: number;
}

/** What was streamed. */
export interface Streamed {
  /** Number of records that this call gave to the sink. */
  readonly records: number;
  /** Number of their bytes, including the log's header. */
  readonly bytes: number;
  /** SHA-256 of these bytes, hexadecimal. */
  readonly sha256: string;
  /** First moment of the log, ISO 8601. */
  readonly from: string;
  /** The moment at which it ended, excluded: `generate` makes the same bytes from `from` to `to`. */
  readonly to: string;
  /** The whole log's window and seed, as `generate` takes them. */
  readonly start: string;
  readonly end: string;
  readonly seed: number;
  /** The scenario from which `generate` makes the same log, with the incidents that were begun by hand. */
  readonly scenario: Scenario;
  /** Incidents of the scenario that were left out, or true for all, as `withoutIncidents` takes them. */
  readonly without: true | readonly string[];
  /** The incidents that were begun by hand. */
  readonly incidents: readonly Incident[];
  /** Whether the log's end was reached; false if the stream was stopped. */
  readonly ended: boolean;
}

/**
 * Streams a log: each record at its time, never before, and in order. After any pause (a machine that slept, a slow
 * receiver, a clock set forward) it catches up, so that the streamed bytes are always a prefix of those that `generate`
 * makes with the same options. If the sink has a checkpoint of an earlier run, the stream continues from there.
 *
 * @throws InputError naming the argument, its value and the rule, before the sink is opened
 * @throws Error when the sink fails for good
 */
export async function stream(
  options: StreamOptions,
  sink: StreamSink,
  {
    signal,
    tell = () => {},
    begun,
    clock = systemClock,
    incidents: byHand = new HandIncidents(),
  }: StreamWork = {},
): Promise<Streamed> {
  const { speed, ...log } = options;
  if (speed !== undefined && !(typeof speed === "number" && speed > 0 && speed <= 1e6))
    throw new InputError(`speed: must be a number above 0, up to 1000000, not ${quoted(speed)}`);
  const { plan, slice } = prepare({ ...log, out: "-" });
  if (!formats[slice.format].concatenable)
    throw new InputError(`format: only formats of lines can be streamed, and ${slice.format} is not one`);
  const begin: Position = await sink.open(plan, slice).catch(async (error) => {
    await sink.abandon();
    throw error;
  });
  /** The log from a position on, with the incidents that were begun by hand. */
  const linesFrom = async ({ at, skip }: Position, incidents: readonly HandIncident[]) => {
    const made = withIncidents({ plan, slice }, incidents);
    return {
      ...made,
      lines: await DueLines.create(made.plan, { ...made.slice, from: at }, skip, sink.wants),
    };
  };
  begun?.(aheadOf(plan, begin.at, slice.to, speed, clock.now()));
  let made = await linesFrom(begin, byHand.list());
  const digest = new Digest();
  let records = 0;
  // The header comes with the first record, or at the end of a log without records.
  let header = begin.at === plan.start * 1000 && begin.skip === 0 && slice.to > slice.from;
  const putHeader = async () => {
    header = false;
    if (made.lines.header.length === 0) return;
    const bytes = Buffer.from(made.lines.header);
    digest.add(bytes);
    await sink.put({ bytes, due: new Float64Array(0), from: begin });
  };
  const time = new LogClock(clock, speed, begin.at, tell);
  const pace = new Pace({});
  const put = async (moment: number) => {
    if (header) await putHeader();
    const stretch = made.lines.take(moment);
    digest.add(stretch.bytes);
    records += stretch.due.length;
    await sink.put(stretch);
  };
  const standing = () => ({
    plan: made.plan,
    next: Math.floor(Math.max(time.now(), made.lines.position.at) / 1000) + 1,
  });
  const adopt = async (incidents: readonly HandIncident[]) => {
    const next = await linesFrom(made.lines.position, incidents);
    await sink.note?.(incidents);
    made = next;
  };
  let ended = false;
  try {
    for (;;) {
      if (desk.isAsked(byHand)) await desk.settle(byHand, standing, adopt);
      const { lines } = made;
      const next = lines.next();
      await pace.step(records, undefined, "records"); // lets an interrupt be handled
      if (next === null) continue;
      if (next === undefined) {
        // The log ends when its last moment has passed, not with its last record.
        ended = time.now() >= slice.to;
        if (ended || signal?.aborted) break;
        await sink.idle(clock.now());
        await time.wait(slice.to, signal);
        continue;
      }
      // A stopped stream ends between two moments, so that `to` can say where.
      if (signal?.aborted && next !== lines.position.at) break;
      const now = time.now();
      if (next <= now || signal?.aborted) await put(signal?.aborted ? next : now);
      else {
        await sink.idle(clock.now());
        await time.wait(next, signal);
      }
    }
    if (ended && header) await putHeader();
    await sink.end();
  } catch (error) {
    desk.close(byHand, Math.ceil(made.lines.position.at / 1000));
    await sink.abandon();
    throw error;
  }
  const { bytes, sha256 } = digest.result();
  const { at, skip } = made.lines.position;
  const to = Math.min(slice.to, ended ? slice.to : skip > 0 ? at + 1 : at);
  desk.close(byHand, Math.ceil(to / 1000));
  const { scenario, without } = withIncidents({ plan, slice }, byHand.list()).slice;
  return {
    records,
    bytes,
    sha256,
    from: new Date(slice.from).toISOString(),
    to: new Date(to).toISOString(),
    start: momentText(plan.start),
    end: momentText(plan.end),
    seed: plan.seed,
    scenario,
    without,
    incidents: byHand.list().map(({ incident }) => incident),
    ended,
  };
}

/** @param from milliseconds since 1970, as `to` and `now` */
function aheadOf(plan: Plan, from: number, to: number, speed: number | undefined, now: number): Ahead {
  const whole = (plan.end - plan.start) * 1000;
  return {
    records: Math.round((plan.rows * (to - from)) / whole),
    isExact: to - from === whole,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    milliseconds: speed === undefined ? Math.max(0, to - Math.max(from, now)) : (to - from) / speed,
  };
}

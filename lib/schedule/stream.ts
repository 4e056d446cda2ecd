import { formats } from "../encode/formats.js";
import { InputError, quoted } from "../errors.js";
import { Digest } from "../files/digest.js";
import { momentText } from "../scenario/moment.js";
import { Pace } from "../work.js";
import { type GenerateOptions, prepare } from "../write/options.js";
import { type Clock, LogClock, systemClock } from "./clock.js";
import type { Sink } from "./sink.js";
import { DueLines, type Position } from "./stretch.js";

/** What is streamed: a log as `generate` makes it, and how fast. */
export interface StreamOptions
  extends Omit<GenerateOptions, "out" | "key" | "labels" | "workers" | "shard" | "onProgress" | "signal"> {
  /**
   * How many times as fast the log's time goes, above 0, up to 1,000,000; its first moment is then now. Without it the
   * log's time is the clock's: what lies in the past comes first, at full speed, what lies ahead when its time comes.
   */
  speed?: number | undefined;
}

/** How a stream is watched and stopped. */
export interface StreamWork {
  /** Ends the stream between two records; what was begun is finished. */
  signal?: AbortSignal | undefined;
  /** Hears what people should know, such as that the clock was set back. */
  tell?: ((words: string) => void) | undefined;
  /** Another clock than the machine's. */
  clock?: Clock | undefined;
}

/** What was streamed. */
export interface Streamed {
  /** Records given to the sink by this call. */
  readonly records: number;
  /** Their bytes, the log's header included. */
  readonly bytes: number;
  /** SHA-256 of these bytes, hexadecimal. */
  readonly sha256: string;
  /** First moment of the log, ISO 8601. */
  readonly from: string;
  /** Where it ended, excluded: `generate` makes the same bytes from `from` to `to`. */
  readonly to: string;
  /** The whole log's window and seed, as `generate` takes them. */
  readonly start: string;
  readonly end: string;
  readonly seed: number;
  /** Whether the log's end was reached; false where the stream was stopped. */
  readonly ended: boolean;
}

/**
 * Streams a log: each record when its time comes, never before, and in order. After a pause of whatever kind (a
 * machine that slept, a slow receiver, a clock set forward) it catches up, so that what was streamed is always, to
 * the byte, the beginning of what `generate` makes with the same options. Where the sink knows a position from an
 * earlier run, the stream goes on from there.
 *
 * @throws InputError naming the argument, its value and the rule, before the sink is opened
 * @throws Error when the sink fails for good
 */
export async function stream(
  options: StreamOptions,
  sink: Sink,
  { signal, tell = () => {}, clock = systemClock }: StreamWork = {},
): Promise<Streamed> {
  const { speed, ...log } = options;
  if (speed !== undefined && !(typeof speed === "number" && speed > 0 && speed <= 1e6))
    throw new InputError(`speed: must be a number above 0, up to 1000000, not ${quoted(speed)}`);
  const { plan, slice } = prepare({ ...log, out: "-" });
  if (!formats[slice.format].concatenable)
    throw new InputError(`format: ${slice.format} is no format of lines, which alone can be streamed`);
  const begin: Position = await sink.open(plan, slice).catch(async (error) => {
    await sink.abandon();
    throw error;
  });
  const lines = await DueLines.create(plan, { ...slice, from: begin.at }, begin.skip);
  const digest = new Digest();
  let records = 0;
  // The header comes with the first record, or at the end of a log that has none.
  let header = begin.at === plan.start * 1000 && begin.skip === 0 && slice.to > slice.from;
  const putHeader = async () => {
    header = false;
    if (lines.header.length === 0) return;
    const bytes = Buffer.from(lines.header);
    digest.add(bytes);
    await sink.put({ bytes, due: new Float64Array(0), from: begin });
  };
  const time = new LogClock(clock, speed, begin.at, tell);
  const pace = new Pace({});
  const put = async (moment: number) => {
    if (header) await putHeader();
    const stretch = lines.take(moment);
    digest.add(stretch.bytes);
    records += stretch.due.length;
    await sink.put(stretch);
  };
  let ended = false;
  try {
    for (;;) {
      const next = lines.next();
      await pace.step(records, undefined, "records"); // an interrupt is heard
      if (next === undefined) ended = true;
      // What is stopped ends between two moments, so that `to` can tell where.
      if (next === undefined || (signal?.aborted && next !== lines.position.at && next !== null)) break;
      if (next === null) continue;
      const now = time.now();
      if (next <= now || signal?.aborted) await put(signal?.aborted ? next : now);
      else {
        await sink.idle(clock.now());
        await time.wait(next, signal);
      }
    }
    // The log ends when its last moment has passed, not with its last record.
    while (ended && !signal?.aborted && time.now() < slice.to) {
      await sink.idle(clock.now());
      await time.wait(slice.to, signal);
    }
    if (ended && time.now() < slice.to) ended = false;
    if (ended && header) await putHeader();
    await sink.end();
  } catch (error) {
    await sink.abandon();
    throw error;
  }
  const { bytes, sha256 } = digest.result();
  const { at, skip } = lines.position;
  const to = ended ? slice.to : skip > 0 ? at + 1 : at;
  return {
    records,
    bytes,
    sha256,
    from: new Date(slice.from).toISOString(),
    to: new Date(Math.min(slice.to, to)).toISOString(),
    start: momentText(plan.start),
    end: momentText(plan.end),
    seed: plan.seed,
    ended,
  };
}

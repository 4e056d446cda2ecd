import { stat } from "node:fs/promises";
import { writtenForm } from "../encode/writtenForm.js";
import { InputError, quoted } from "../errors.js";
import { checkPlaces, pathOption, standardOutput, targetOf } from "../files/places.js";
import { momentText } from "../scenario/moment.js";
import { plainScenario } from "../scenario/parse.js";
import { generate } from "../write/generate.js";
import { systemClock } from "./clock.js";
import { readProgress } from "./position.js";
import { type Rotation, StreamFileSink } from "./sinks/fileSink.js";
import { PipeSink } from "./sinks/pipeSink.js";
import type { Receiver } from "./sinks/receiver.js";
import { ReceiverSink } from "./sinks/receiverSink.js";
import { isReceiverAddress, type ReceiverOptions, receiverAt } from "./sinks/receivers.js";
import { type Streamed, type StreamOptions, type StreamWork, stream } from "./stream.js";
import { desk, HandIncidents } from "./streamIncidents.js";

/** Formats with a JSON object on each line: receivers of NDJSON take them, and they have room for a record's id. */
const jsonFormats: readonly string[] = ["ndjson", "nginx-json", "caddy", "envoy-json", "ecs"];
/** Formats with a header, which is not a record. */
const headed: readonly string[] = ["csv", "w3c", "cloudfront"];

/** A stream and its destination. */
export interface StreamToOptions extends StreamOptions {
  /**
   * `"-"` for standard output, a named pipe, a file, or the address of a receiver: `http://…` (NDJSON),
   * `otlp+http://…`, `loki+http://…` or `syslog+tcp://…`, the first three also with https. Default `"-"`.
   */
  out?: string | undefined;
  /** For a file: when it is rotated. */
  rotation?: Rotation | undefined;
  /** For a receiver: its options. */
  receiver?: ReceiverOptions | undefined;
  /**
   * Whether each record carries an id, which is the same however often it is sent, so that `verify` can name what a
   * collector lost or doubled. It is the member `record_id` in lines of JSON, an element of syslog's structured data,
   * OTLP's attribute `log.record.uid`, or part of Loki's structured metadata. Default false.
   */
  recordIds?: boolean | undefined;
  /** File for the answer key of what was streamed, written at the end. */
  key?: string | undefined;
}

/** The result of a stream to a destination. */
export interface StreamedTo extends Streamed {
  /** Number of records that the receiver rejected. */
  readonly rejected: number;
}

/**
 * Streams a log to a destination; see `stream`. A log without `start` starts now, unless it has a speed. A log that
 * continues where an earlier run stopped keeps its start and end.
 */
export async function streamTo(
  {
    out = standardOutput,
    key,
    rotation,
    receiver: spoken = {},
    recordIds = false,
    ...options
  }: StreamToOptions,
  { giveUp, ...work }: StreamWork & { giveUp?: AbortSignal | undefined } = {},
): Promise<StreamedTo> {
  pathOption("out", out);
  if (key !== undefined) pathOption("key", key);
  const receiver = isReceiverAddress(out) ? receiverAt(out, spoken) : undefined;
  const named = Object.entries(spoken).find(([, value]) => value !== undefined);
  if (receiver === undefined && named !== undefined)
    throw new InputError(
      `${named[0]}: is for a receiver, whose address out gives, such as otlp+http://127.0.0.1:4318`,
    );
  const { format, compression } = receiver
    ? writtenForm(options.format ?? "ndjson")
    : writtenForm(options.format, out === standardOutput ? undefined : out);
  checkFormat(format, receiver, recordIds);
  if (compression !== undefined)
    throw new InputError(
      "out: a file that grows is plain text; with rotation, gzip compresses those that are closed",
    );
  const found = receiver || out === standardOutput ? undefined : await stat(out).catch(() => undefined);
  const isPipe = out === standardOutput || (found !== undefined && !found.isFile() && !found.isDirectory());
  const isRotated = rotation?.bytes !== undefined || rotation?.every !== undefined;
  if ((isPipe || receiver) && isRotated) throw new InputError("rotate: needs a file in out");
  if (!isRotated && (rotation?.gzip || rotation?.keep !== undefined))
    throw new InputError("gzip and keep: need rotation, by size or by time");
  const { state } = spoken;
  await checkPlaces(
    [],
    [
      ...(receiver ? [] : [{ argument: "out", path: out, what: "the log that is written" }]),
      ...(state === undefined
        ? []
        : [{ argument: "state", path: state, what: "the file of how far the stream has come" }]),
      ...(key === undefined ? [] : [{ argument: "key", path: key, what: "the answer key that is written" }]),
    ],
  );
  const { clock = systemClock, tell = () => {} } = work;
  const ids = recordIds ? "inside" : undefined;
  const sink = receiver
    ? new ReceiverSink(receiver, spoken, recordIds, clock, tell, giveUp)
    : isPipe
      ? new PipeSink(out, ids, giveUp)
      : new StreamFileSink(out, rotation, ids);
  const kept = receiver ? state : isPipe ? undefined : StreamFileSink.progressOf(await targetOf(out));
  const known = kept === undefined ? undefined : await readProgress(kept, receiver ? "state" : "out");
  const log = { ...options, format, ...windowOf(options, known, clock.now()) };
  const incidents = work.incidents ?? new HandIncidents();
  desk.restore(incidents, known?.incidents ?? []);
  const streamed = await stream(log, sink, { ...work, incidents }).catch((error) => {
    // What was taken of the last moment is known to the receiver alone: a key would tell of records that never came.
    if (key !== undefined && !(error instanceof InputError))
      tell(`key: ${quoted(key)} is not written, as the stream failed before its end`);
    throw error;
  });
  if (key !== undefined) {
    const { scenario, seed, without, from, to } = streamed;
    const withoutIncidents = without === true ? without : [...without];
    await generate({ scenario, seed, withoutIncidents, format, from, to, out: "/dev/null", key });
  }
  return { ...streamed, rejected: sink instanceof ReceiverSink ? sink.rejected : 0 };
}

/** @throws InputError when the destination cannot take lines of this format, or they have no room for ids */
function checkFormat(format: string, receiver: Receiver | undefined, recordIds: boolean): void {
  const isJson = jsonFormats.includes(format);
  if (receiver?.ids === "inside" && !isJson)
    throw new InputError(
      `format: a receiver is sent NDJSON: must be one of ${jsonFormats.join(", ")}, not ${format}`,
    );
  if (receiver !== undefined && headed.includes(format))
    throw new InputError(
      `format: a receiver takes records only, and ${format} has a header, which is not a record: must be another format than ${headed.join(", ")}`,
    );
  if (recordIds && !isJson && receiver?.ids !== "apart")
    throw new InputError(
      `recordIds: lines of ${format} have no room for an id: the format must be one of ${jsonFormats.join(", ")}`,
    );
}

/** Start and end of the log, where they differ from those of the scenario. */
function windowOf(
  { start, end, from, speed, scenario }: StreamOptions,
  known: { start: string; end: string } | undefined,
  now: number,
): { start?: string | undefined; end?: string | undefined } {
  if (start !== undefined) return { start, end };
  if (known !== undefined) return { start: known.start, end: end ?? known.end };
  const { traffic } = plainScenario(scenario ?? "demo") as { traffic?: { start?: unknown } };
  if (speed !== undefined || from !== undefined || traffic?.start !== undefined) return { start, end };
  return { start: momentText(Math.floor(now / 1000)), end };
}

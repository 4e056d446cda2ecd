import { stat } from "node:fs/promises";
import { InputError, quoted } from "../errors.js";
import { formOf } from "../files/extensions.js";
import { checkPlaces, pathOption, standardOutput, targetOf } from "../files/places.js";
import { plainScenario } from "../scenario/parse.js";
import { generate } from "../write/generate.js";
import { systemClock } from "./clock.js";
import { readProgress } from "./position.js";
import type { Sink } from "./sink.js";
import { FileSink, type Rotation } from "./sinks/fileSink.js";
import { type HttpOptions, HttpSink } from "./sinks/httpSink.js";
import { PipeSink } from "./sinks/pipeSink.js";
import { type Streamed, type StreamOptions, type StreamWork, stream } from "./stream.js";

/** Formats of a JSON object a line, as receivers of NDJSON take them. */
const jsonFormats: readonly string[] = ["ndjson", "nginx-json", "caddy", "envoy-json", "ecs"];

/** A stream and where it goes. */
export interface StreamToOptions extends StreamOptions {
  /** "-" for standard output, a named pipe, a file, or the http:// or https:// address of a receiver of NDJSON. */
  out?: string | undefined;
  /** Of a file: when it is closed and the next one begun. */
  rotation?: Rotation | undefined;
  /** Of a receiver: how it is spoken to. */
  http?: HttpOptions | undefined;
  /** File for the answer key of what was streamed, written at the end. */
  key?: string | undefined;
}

/**
 * Streams a log to a place; see `stream`. A log whose start nobody tells starts now, unless it goes at another speed;
 * one that goes on where an earlier run stopped keeps its start and end.
 */
export async function streamTo(
  { out = standardOutput, key, rotation, http, ...options }: StreamToOptions,
  { giveUp, ...work }: StreamWork & { giveUp?: AbortSignal | undefined } = {},
): Promise<Streamed> {
  pathOption("out", out);
  if (key !== undefined) pathOption("key", key);
  const isHttp = /^https?:\/\//i.test(out);
  if (isHttp && !URL.canParse(out)) throw new InputError(`out: ${quoted(out)} is no address`);
  if (!isHttp && http !== undefined && Object.values(http).some((value) => value !== undefined))
    throw new InputError(
      "batch, timeout and state: are for a receiver, an http:// or https:// address in out",
    );
  const { format, compression } = isHttp
    ? formOf(options.format ?? "ndjson")
    : formOf(options.format, out === standardOutput ? undefined : out);
  if (isHttp && !jsonFormats.includes(format))
    throw new InputError(
      `format: a receiver is sent NDJSON: must be one of ${jsonFormats.join(", ")}, not ${format}`,
    );
  if (compression !== undefined)
    throw new InputError(
      "out: a file that grows is plain text; with rotation, gzip compresses those that are closed",
    );
  const found = isHttp || out === standardOutput ? undefined : await stat(out).catch(() => undefined);
  const isPipe = out === standardOutput || (found !== undefined && !found.isFile() && !found.isDirectory());
  const isRotated = rotation?.bytes !== undefined || rotation?.every !== undefined;
  if ((isPipe || isHttp) && isRotated) throw new InputError("rotate: needs a file in out");
  if (!isRotated && (rotation?.gzip || rotation?.keep !== undefined))
    throw new InputError("gzip and keep: need rotation, by size or by time");
  await checkPlaces(
    [],
    [
      ...(isHttp ? [] : [{ argument: "out", path: out, what: "the log that is written" }]),
      ...(http?.state === undefined
        ? []
        : [{ argument: "state", path: http.state, what: "the file of how far the stream has come" }]),
      ...(key === undefined ? [] : [{ argument: "key", path: key, what: "the answer key that is written" }]),
    ],
  );
  const { clock = systemClock, tell = () => {} } = work;
  const sink: Sink = isHttp
    ? new HttpSink(out, http ?? {}, clock, tell, giveUp)
    : isPipe
      ? new PipeSink(out, giveUp)
      : new FileSink(out, rotation);
  const kept = isHttp ? http?.state : isPipe ? undefined : FileSink.progressOf(await targetOf(out));
  const known = kept === undefined ? undefined : await readProgress(kept, isHttp ? "state" : "out");
  const log = { ...options, format, ...windowOf(options, known, clock.now()) };
  const streamed = await stream(log, sink, work);
  const { speed: _, ...made } = log;
  if (key !== undefined)
    await generate({ ...made, from: streamed.from, to: streamed.to, out: "/dev/null", key });
  return streamed;
}

/** Start and end of the log, where they are not what the scenario says. */
function windowOf(
  { start, end, from, speed, scenario }: StreamOptions,
  known: { start: string; end: string } | undefined,
  now: number,
): { start?: string | undefined; end?: string | undefined } {
  if (start !== undefined) return { start, end };
  if (known !== undefined) return { start: known.start, end: end ?? known.end };
  const { traffic } = plainScenario(scenario ?? "demo") as { traffic?: { start?: unknown } };
  if (speed !== undefined || from !== undefined || traffic?.start !== undefined) return { start, end };
  return { start: new Date(Math.floor(now / 1000) * 1000).toISOString().replace(".000", ""), end };
}

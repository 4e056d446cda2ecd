import type { Command } from "commander";
import { counted } from "../digits.js";
import { InputError, quoted } from "../errors.js";
import { lengthOf, momentOption } from "../scenario/spokenMoment.js";
import type { Ahead } from "../schedule/stream.js";
import { command, type Exit } from "./command.js";
import { logOf, logOptions } from "./generate.js";
import { number, pairs } from "./options.js";
import { tell } from "./output.js";
import { stopping } from "./progress.js";

/** Adds the command `stream`. */
export function streamCommand(program: Command, exit: Exit): void {
  logOptions(
    command(
      program,
      "stream",
      "make a log live, each record at its time; the bytes are those of `generate` for the same window",
    ),
  )
    .option("--from <moment>", "stream only the part from here")
    .option("--to <moment>", "stream only the part before here")
    .option(
      "--speed <n>",
      "let the log's time pass n times as fast; its first moment is then now, and its time stamps stay those of the scenario or of --start (default: time passes as on the clock, and without --start the log starts now)",
      number("speed"),
    )
    .option(
      "--out <file>",
      "where to: a file, - for standard output, or a receiver: http://… (NDJSON), otlp+http://…, loki+http://… or syslog+tcp://HOST:PORT",
      "-",
    )
    .option("--format <name>", "a format of lines, as for generate")
    .option("--rotate <amount>", "for a file: rotate it after a size (100MB) or a time of the log (1h)")
    .option("--gzip", "for a file that rotates: compress closed files")
    .option(
      "--keep <n>",
      "for a file that rotates: number of closed files to keep (default: all)",
      number("keep"),
    )
    .option(
      "--record-ids",
      "give each record an id, which shows what a collector lost or doubled (verify --ids)",
    )
    .option(
      "--batch <n>",
      "for a receiver: maximum number of records in a request or connection (default: 1000; syslog 10000)",
      number("batch"),
    )
    .option(
      "--timeout <seconds>",
      "for a receiver: how long a request may take (default: 10)",
      number("timeout"),
    )
    .option(
      "--state <file>",
      "for a receiver: checkpoint file with what it acknowledged, from which to continue",
    )
    .option("--framing <kind>", "for syslog: octets (counted before each message; default) or lines")
    .option("--label <name=value...>", "for Loki: labels of the stream (default: job=server-logs)")
    .option("--key <file>", "where to write the answer key when the stream ends or is stopped")
    .action(async ({ out, key, from, to, speed, rotate, gzip, keep, recordIds, ...all }) => {
      const { batch, timeout, state, framing, label, ...options } = all;
      const { streamTo } = await import("../schedule/streamTo.js");
      const now = Date.now();
      const log = {
        ...logOf(options, now),
        from: momentOption("from", from, now),
        to: momentOption("to", to, now),
        speed,
      };
      const rotation = { ...rotateOption(rotate), gzip, keep: keepOption(keep) };
      const receiver = {
        batch,
        state,
        framing,
        timeout: timeout === undefined ? undefined : timeout * 1000,
        labels: label && labelsOf(pairs("label", label)),
      };
      const { HandIncidents } = await import("../schedule/streamIncidents.js");
      const { controlled } = await import("../schedule/streamControl.js");
      const incidents = new HandIncidents();
      const made = await stopping(async (stop) => {
        const close = await controlled(incidents).catch(({ message }) => {
          tell(`incident: cannot be used while this stream runs: ${message}`);
        });
        try {
          return await streamTo(
            { ...log, out, key, rotation, receiver, recordIds },
            { ...stop, tell, incidents, begun: (ahead) => tell(inWords(ahead, speed)) },
          );
        } finally {
          await close?.();
        }
      });
      tell(
        `${counted(made.records, "record")} streamed, ${made.ended ? "to the log's end" : "until stopped"}; seed ${made.seed}, --start ${made.start} --end ${made.end}: generate makes the same with --from ${made.from} --to ${made.to}`,
      );
      for (const { id, start, seconds } of made.incidents)
        tell(
          `incident ${id}, begun by hand: ${start}, ${seconds} s; ${key ? `in ${key}` : "a --key FILE keeps its data"}`,
        );
      if (made.rejected > 0) {
        tell(`${counted(made.rejected, "record")} of them the receiver has rejected`);
        exit.code = 1;
      }
    });
}

/** What a stream will do, as one line: a thousand records over a day look as if nothing happened. */
function inWords({ records, isExact, from, to, milliseconds }: Ahead, speed: number | undefined): string {
  const words = `streaming ${isExact ? "" : "about "}${counted(records, "record")} from ${from} to ${to}`;
  if (records === 0 || milliseconds <= 0) return words;
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000 / records / (speed ?? 1);
  if (seconds <= 1) return `${words}, ${Number((1 / seconds).toPrecision(2))} a second on average`;
  const [length, unit] =
    seconds < 90 ? [seconds, "s"] : seconds < 5400 ? [seconds / 60, "min"] : [seconds / 3600, "h"];
  const faster =
    speed === undefined
      ? "--speed N lets the time pass N times as fast"
      : "a larger --speed lets the time pass faster";
  return `${words}, one every ${Number(length.toPrecision(2))} ${unit} on average; ${faster}, a larger --rate or --rows makes more records`;
}

const labelsOf = (labels: Record<string, string | number>): Record<string, string> =>
  Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]));

const BYTES: Readonly<Record<string, number>> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9 };

/** Parses a size such as 100MB or a time such as 1h. */
function rotateOption(text: string | undefined): { bytes?: number; every?: number } {
  if (text === undefined) return {};
  const every = lengthOf(text);
  if (every !== undefined) return { every };
  const [, amount, unit] = /^(\d{1,9})(B|kB|MB|GB)$/.exec(text) ?? [];
  if (unit === undefined || Number(amount) === 0)
    throw new InputError(`rotate: must be a size such as 100MB or a time such as 1h, not ${quoted(text)}`);
  return { bytes: Number(amount) * BYTES[unit] };
}

function keepOption(keep: number | undefined): number | undefined {
  if (keep === undefined || (Number.isInteger(keep) && keep >= 1)) return keep;
  throw new InputError(`keep: must be a whole number from 1 on, not ${keep}`);
}

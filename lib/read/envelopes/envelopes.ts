import type { FormatOptions, LineReader, Reason, Row } from "../row.js";
import { compose, cri, outFile, pods, stamped } from "./container.js";
import { type Envelope, Inside } from "./envelope.js";
import { docker, journal, loki, shipped, textPayload } from "./jsonMessage.js";
import { syslog, syslog5424 } from "./syslog.js";

/** All envelopes, the most certain first. A new envelope is one more line here. */
const envelopes: readonly Envelope[] = [
  docker,
  journal,
  cri,
  syslog5424,
  syslog,
  compose,
  pods,
  outFile,
  stamped,
  shipped,
  textPayload,
  loki,
];

/** The lines inside the first lines of a log, and how the other lines are opened. */
export interface Opened {
  readonly title: string;
  /** Copies of the first lines that could be opened. */
  readonly lines: readonly Uint8Array[];
  /** Whether the envelope gives a time for each line. */
  readonly received: boolean;
  /** Turns a reader of inner lines into a reader of wrapped lines. */
  wrap(read: LineReader): LineReader;
}

/** Opens the first lines with the envelope that fits at least nine in ten of them; undefined if none does. */
export function opened(options: FormatOptions, lines: readonly Uint8Array[]): Opened | undefined {
  for (const { title, opener } of envelopes) {
    const open = opener(options);
    const inside = new Inside();
    const found: Uint8Array[] = [];
    let received = true;
    let fitting = 0;
    for (const line of lines) {
      if (open(line, 0, line.length, inside) !== undefined) continue;
      fitting++; // also around an empty line
      if (inside.end > inside.start) found.push(inside.bytes.slice(inside.start, inside.end));
      if (inside.time < 0) received = false;
    }
    if (found.length > 0 && fitting >= 0.9 * lines.length)
      return { title, lines: found, received, wrap: (read) => wrapped(opener(options), read) };
  }
}

function wrapped(open: ReturnType<Envelope["opener"]>, read: LineReader): LineReader {
  const inside = new Inside();
  return (bytes: Uint8Array, start: number, end: number, row: Row): Reason => {
    const wrong = open(bytes, start, end, inside);
    if (wrong !== undefined) return wrong;
    if (inside.start >= inside.end) return "nothing stands inside";
    row.time = inside.time;
    row.repeats *= inside.repeats;
    return read(inside.bytes, inside.start, inside.end, row);
  };
}

import {
  BAR,
  CAPITAL_F,
  CAPITAL_P,
  CLOSE_BRACKET,
  COLON,
  MINUS,
  OPEN_BRACKET,
  SMALL_O,
  SMALL_P,
  SMALL_S,
  SPACE,
  TAB,
} from "../../ascii.js";
import { moment } from "../fields/time.js";
import { wordEnd } from "../fields/words.js";
import type { Envelope } from "./envelope.js";

/** The end of the time that begins a line, if it is ISO 8601 with a zone; otherwise −1. */
function timeEnd(bytes: Uint8Array, start: number, end: number, stop: number): number {
  let to = start;
  while (to < end && bytes[to] !== stop) to++;
  const isTime =
    to - start >= 20 &&
    bytes[start + 4] === MINUS &&
    bytes[start + 7] === MINUS &&
    bytes[start + 13] === COLON;
  return isTime && to < end ? to : -1;
}

const asUtc = (local: number) => local;

/**
 * The files of Kubernetes' container runtimes (containerd, CRI-O): `2026-01-05T10:00:00.123456789Z stdout F …`. If the
 * runtime cut a line into pieces, tagged P and the last one F, the line is not a record. Source: Kubernetes, "CRI: Log
 * management for container stdout/stderr streams".
 */
export const cri: Envelope = {
  title: "Kubernetes' container runtime (CRI)",
  opener: () => {
    const open = [false, false]; // whether a line of stdout or stderr is still incomplete
    return (bytes, start, end, into) => {
      const time = timeEnd(bytes, start, end, SPACE);
      const stream = time + 1;
      const tag = wordEnd(bytes, stream, end) + 1;
      const isCri =
        time > 0 &&
        tag - stream === 7 &&
        tag < end &&
        bytes[stream] === SMALL_S &&
        bytes[stream + 3] < SMALL_P;
      if (!isCri || (bytes[tag] !== CAPITAL_F && bytes[tag] !== CAPITAL_P))
        return "no time, stream and tag of a container's runtime";
      const which = bytes[stream + 3] === SMALL_O ? 0 : 1;
      const whole = bytes[tag] === CAPITAL_F;
      const piece = open[which] || !whole;
      open[which] = !whole;
      if (piece) return "a piece of a line that the container's runtime cut";
      into.time = moment(bytes, start, time, asUtc);
      into.set(bytes, Math.min(end, wordEnd(bytes, tag, end) + 1), end);
    };
  },
};

/**
 * The output of `docker compose logs`: `web-1
 * …`.
 */
export const compose: Envelope = {
  title: "docker compose",
  opener: () => (bytes, start, end, into) => {
    const name = wordEnd(bytes, start, end);
    let bar = name;
    while (bar < end && bytes[bar] === SPACE) bar++;
    if (name === start || bar === name || bytes[bar] !== BAR || bar >= end)
      return "no name and bar of docker compose";
    into.time = -1;
    into.set(bytes, bytes[bar + 1] === SPACE ? Math.min(end, bar + 2) : bar + 1, end);
  },
};

/** The output of `kubectl logs --prefix`: `[pod/web-7f9/nginx] …`. */
export const pods: Envelope = {
  title: "kubectl logs --prefix",
  opener: () => (bytes, start, end, into) => {
    const close = wordEnd(bytes, start, end);
    const isPod =
      bytes[start] === OPEN_BRACKET &&
      bytes[close - 1] === CLOSE_BRACKET &&
      close < end &&
      String.fromCharCode(...bytes.subarray(start + 1, start + 5)) === "pod/";
    if (!isPod) return "no pod in brackets";
    into.time = -1;
    into.set(bytes, close + 1, end);
  },
};

/** The output of `docker logs --timestamps` and `kubectl logs --timestamps`: `2026-01-05T10:00:00.123456789Z …`. */
export const stamped: Envelope = {
  title: "a time before each line",
  opener: () => (bytes, start, end, into) => {
    const time = timeEnd(bytes, start, end, SPACE);
    into.time = time < 0 ? -1 : moment(bytes, start, time, asUtc);
    if (into.time < 0) return "no time before the line";
    into.set(bytes, time + 1, end);
  },
};

/** The files of Fluentd's `out_file`: time, tag and JSON, separated by tabs. Source: Fluentd, "file output plugin". */
export const outFile: Envelope = {
  title: "Fluentd's out_file",
  opener: () => (bytes, start, end, into) => {
    const time = timeEnd(bytes, start, end, TAB);
    const tag = time < 0 ? -1 : bytes.subarray(0, end).indexOf(TAB, time + 1);
    into.time = tag < 0 ? -1 : moment(bytes, start, time, asUtc);
    if (into.time < 0) return "no time and tag with tabs between before the line";
    into.set(bytes, tag + 1, end);
  },
};

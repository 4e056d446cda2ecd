import { didYouMean, InputError, quoted } from "../../errors.js";
import type { Alert, Detector } from "../alert.js";
import type { Point } from "../series.js";
import { Alarm } from "./alarm.js";
import { Cusum } from "./cusum.js";
import { Ewma } from "./ewma.js";
import type { NewJudge } from "./judge.js";
import { Jump } from "./jump.js";
import { Novelty } from "./novelty.js";
import { Seasonal } from "./seasonal.js";
import { restAfter, Shift, shiftConstants } from "./shift.js";
import { type SignalName, signals } from "./signals.js";

/** A built-in detector: a judge for each signal that suits it. */
interface Kind {
  /** What it does, in one line. */
  readonly about: string;
  readonly judge: NewJudge;
  /** The judge of a log's signals, if it differs from that of a plain series. */
  readonly logJudge?: NewJudge;
  readonly signals: readonly SignalName[];
  /** Whether it judges shares of requests only, and so cannot judge a plain series. */
  readonly sharesOnly?: boolean;
  readonly rest?: (seen: number) => number;
}

const shares = ["errors", "refusals"] as const;
const all = ["errors", "refusals", "traffic", "latency"] as const;

/**
 * Limits for a log's signals. Shewhart's three standard deviations are for independent readings; a log's traffic and
 * its response times are self-similar, and their means wander with the hour. Six, and twelve of novelty, were chosen on
 * the twins of the drill's seeds 1 to 60, over all signals; other seeds show how many false alarms they give: `drill
 * --first-seed 101`.
 */
const forLogs = { ...shiftConstants, limit: 6, novelty: 12 };

/** The built-in detectors. A new one is a file beside this one and an entry here. */
const kinds = {
  ewma: {
    about: "moving average of shares with binomial variance",
    judge: () => new Ewma(),
    signals: shares,
    sharesOnly: true,
  },
  cusum: {
    about: "cumulative evidence that a share has doubled",
    judge: () => new Cusum(),
    signals: shares,
    sharesOnly: true,
  },
  seasonal: {
    about: "robust z-score by hour of the week",
    judge: () => new Seasonal(),
    signals: all,
  },
  jump: {
    about: "sudden change against the readings just before",
    judge: () => new Jump(),
    signals: all,
  },
  shift: {
    about: "change of the level or the spread",
    judge: () => new Shift(),
    logJudge: () => new Shift(forLogs),
    signals: all,
    rest: restAfter,
  },
  novelty: {
    about: "change of the level or the spread, and readings where none have been",
    judge: () => new Novelty(),
    logJudge: () => new Novelty(forLogs),
    signals: all,
    rest: restAfter,
  },
} as const satisfies Record<string, Kind>;

/** Name of a built-in detector. */
export type DetectorName = keyof typeof kinds;

/** Names of the built-in detectors. */
export const detectorNames = Object.keys(kinds) as DetectorName[];

/** What a built-in detector does, in one line. */
export function aboutDetector(name: DetectorName): string {
  return kinds[name].about;
}

/** The detector of a name. @throws InputError when there is none */
function kindOf(name: string): Kind {
  if (Object.hasOwn(kinds, name)) return kinds[name as DetectorName];
  throw new InputError(
    `detector: there is no ${quoted(name)}; there are ${detectorNames.join(", ")}${didYouMean(name, detectorNames)}`,
  );
}

/**
 * A new built-in detector for the series of a log.
 * @throws InputError when there is none of this name
 */
export function builtInDetector(name: string): Detector {
  const kind = kindOf(name);
  const watched = kind.signals.map((signal) => ({
    signal: signals[signal],
    alarm: new Alarm(
      (kind.logJudge ?? kind.judge)(),
      `${name}:${signal}`,
      signals[signal].about,
      signals[signal].say,
      kind.rest,
    ),
  }));
  return {
    next(point: Point): Alert[] {
      const alerts: Alert[] = [];
      for (const { signal, alarm } of watched) {
        const alert = alarm.next(signal.value(point), signal.of(point), point.time, point.time + point.step);
        if (alert !== undefined) alerts.push(alert);
      }
      return alerts;
    },
  };
}

/** What a detector says about one reading of a plain series. */
export interface ReadingScore {
  /**
   * How anomalous the reading is, 0 to 1: 0.5 or more where an alarm begins, less elsewhere, so that a lasting anomaly
   * is one alarm.
   */
  readonly score: number;
  /** The alarm that begins or ends with it. */
  readonly alert: Alert | undefined;
}

/**
 * A new built-in detector for a plain series: a function that takes the readings one by one, with the time in
 * milliseconds since 1970, and scores each.
 * @throws InputError when there is no detector of this name, or it judges shares of requests only
 */
export function readingDetector(name: string): (time: number, value: number) => ReadingScore {
  const kind = kindOf(name);
  if (kind.sharesOnly) {
    const others = detectorNames.filter((other) => !kindOf(other).sharesOnly);
    throw new InputError(
      `detector: ${name} judges shares of requests, and a plain series has no number of requests; take ${others.join(" or ")}`,
    );
  }
  const alarm = new Alarm(kind.judge(), name, "", (value) => String(Number(value.toPrecision(4))), kind.rest);
  return (time, value) => {
    const alert = alarm.next(value, 1, time, time);
    const begins = alert !== undefined && alert.end === undefined;
    const strength = begins ? alarm.strength : Math.min(alarm.strength, 0.99);
    return { score: strength / (1 + strength), alert };
  };
}

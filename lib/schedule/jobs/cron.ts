import { Cron } from "croner";
import { InputError, quoted } from "../../errors.js";
import type { Zone } from "./zone.js";

/**
 * The moments for which a cron expression plans a run, by the clock of a zone: minutes, never seconds.
 *
 * When the clock is put forward, a run in the missing hour happens right after it if its time is fixed, and is left out
 * if the job repeats (`*`, `/`). When the clock is put back, a job with a fixed time runs once, and one that repeats
 * runs in both hours.
 */
export class CronTimes {
  readonly #cron: Cron;

  /** @throws InputError naming `argument` when the expression is invalid or never fires */
  constructor(expression: string, zone: Zone, argument: string) {
    const fields = expression.trim().split(/\s+/);
    const fail = (why: string) => new InputError(`${argument}: ${quoted(expression)} ${why}`);
    if (fields.length !== 5 && !/^@(hourly|daily|midnight|weekly|monthly|yearly|annually)$/i.test(fields[0]))
      throw fail(
        "is not a cron expression: give minute, hour, day, month and weekday, such as 5 * * * *, or @hourly, @daily, @weekly, @monthly or @yearly",
      );
    // croner takes a fixed offset as a number of minutes.
    const isNamed = /^[A-Za-z]/.test(zone.name) && zone.name !== "Z";
    const clock = isNamed ? { timezone: zone.name } : { utcOffset: zone.offsetAt(0) / 60_000 };
    try {
      this.#cron = new Cron(expression, {
        ...clock,
        mode: "5-part",
        fixedTimeRule: "no-wildcard",
        paused: true,
      });
    } catch (error) {
      throw fail(`is not a cron expression: ${(error as Error).message.replace(/^CronPattern: /, "")}`);
    }
    if (this.next(0) === undefined) throw fail("never fires: there is no such day");
  }

  /** The first planned moment after another, milliseconds since 1970; undefined if there is none. */
  next(moment: number): number | undefined {
    return this.#cron.nextRun(new Date(moment))?.getTime();
  }
}

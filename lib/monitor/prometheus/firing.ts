import type { Alert } from "../alert.js";
import type { Rule } from "./rules.js";

/**
 * The periods in which an alert fired: from when its condition had held for its duration until it no longer held, or
 * until the end of its time to keep firing.
 * @param slot by how many seconds the time of `values` is shifted, and its last evaluation, in seconds since 1970
 */
export function fired(
  rule: Rule,
  metric: Record<string, string>,
  values: readonly [number, string][],
  slot: { readonly shift: number; readonly to: number },
  interval: number,
): Alert[] {
  const { shift, to } = slot;
  const { duration = 0, keepFiringFor = 0, labels = {} } = rule;
  const found: Alert[] = [];
  const { severity } = labels;
  const { handler } = metric;
  const moment = (seconds: number) => Math.round((seconds - shift) * 1000);
  let open: { since: number; last: number; value: number } | undefined;
  const close = () => {
    if (open === undefined || open.last - open.since < duration) return;
    const firing = open.since + Math.ceil(duration / interval) * interval;
    const end = open.last + interval + Math.ceil(keepFiringFor / interval) * interval;
    found.push({
      name: rule.name,
      start: moment(firing),
      ...(end <= to && { end: moment(end) }),
      ...(severity !== undefined && { severity }),
      ...(handler !== undefined && { endpoint: handler }),
      value: open.value,
      why: rule.query,
    });
  };
  for (const [time, value] of values) {
    const keeps = open !== undefined && open.last - open.since >= duration ? keepFiringFor : 0;
    if (open !== undefined && time <= open.last + interval + keeps) open.last = time;
    else {
      close();
      open = { since: time, last: time, value: Number(value) };
    }
  }
  close();
  return found;
}

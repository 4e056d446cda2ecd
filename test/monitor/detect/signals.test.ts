/** A reading in words, as an alert gives its reason. */
import { expect, test } from "vitest";
import { signals } from "#lib/monitor/detect/signals";

test.each([
  [0.5, "0.500 ms"],
  [357.2, "357 ms"],
  [999.9, "1,000 ms"],
  [9764, "9,760 ms"],
  [1_234_567, "1,230,000 ms"],
])("a response time of %d ms is said as %s, never with an exponent", (value, words) => {
  expect(signals.latency.say(Math.log(value))).toBe(words);
  expect(signals.traffic.say(Math.log(value))).not.toContain("e+");
});

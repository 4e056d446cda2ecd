import type { Precision } from "../../encode/formats.js";

/** A time in milliseconds since 1970, as far as a format keeps it. */
export const keptTime = (time: number, { wholeSeconds }: Precision): number =>
  wholeSeconds ? Math.floor(time / 1000) * 1000 : time;

/** A response time in hundredths of a millisecond, as far as a format keeps it; −1 for none. */
export const keptHundredths = (hundredths: number, { step }: Precision): number =>
  step === 0 ? -1 : step === 1 || hundredths < 0 ? hundredths : hundredths - (hundredths % step);

/** What a comparison leaves out, for people to read; undefined if it is nothing. */
export function leftOut({ wholeSeconds, step }: Precision): string | undefined {
  const times = [
    ...(wholeSeconds ? ["times to the second"] : []),
    ...(step > 1 ? ["response times to the millisecond"] : []),
    ...(step === 0 ? ["no response times"] : []),
  ];
  return times.length === 0 ? undefined : `compared as the log's format keeps it: ${times.join(", ")}`;
}

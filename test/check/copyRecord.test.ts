/** The quick reader of canonical lines held to the form that it stands for, as a pattern and JavaScript's own values. */
import { expect, it } from "vitest";
import { CopyRecord } from "#lib/check/verify/copyRecord";
import { exact } from "#lib/encode/formats";

const octet = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const form = new RegExp(
  `^(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z),(${octet}(?:\\.${octet}){3}),` +
    `(/[!#-+\\--~]*),([1-5]\\d\\d),(\\d{1,11}\\.\\d\\d)\n$`,
);

/** What a line says, if it is canonical: its time, status and hundredths. */
function told(line: string) {
  const [, time, , , status, milliseconds] = form.exec(line) ?? [];
  if (time === undefined) return undefined;
  const moment = new Date(time);
  if (!(moment.getTime() >= 0) || moment.toISOString() !== time) return undefined;
  return [moment.getTime(), Number(status), Math.round(Number(milliseconds) * 100)];
}

/** What the reader takes a line for. */
function taken(line: string) {
  const record = new CopyRecord(exact);
  const bytes = Buffer.from(line, "latin1");
  const end = record.canonical(bytes, 0, bytes.length);
  if (end < 0) return undefined;
  expect(end).toBe(bytes.length);
  return [record.time, record.status, record.hundredths];
}

it("a line of a copy is read the quick way exactly if it is canonical, whichever one byte of it is another", () => {
  const lines = [
    "2026-02-28T09:00:00.123Z,1.2.3.4,/,200,1.00\n",
    "2024-02-29T23:59:59.999Z,255.10.0.199,/a/17?b=~!,599,12345678901.25\n",
  ];
  const seen = { canonical: 0, other: 0 };
  for (const line of lines) {
    expect(taken(line)).toEqual(told(line));
    expect(told(line)).toBeDefined();
    for (let at = 0; at < line.length; at++) {
      for (const byte of [
        "",
        "0",
        "1",
        "3",
        "5",
        "6",
        "9",
        "00",
        ",",
        ".",
        "/",
        ":",
        '"',
        " ",
        "\x7f",
        "\xe9",
      ]) {
        const other = line.slice(0, at) + byte + line.slice(at + 1);
        // A line feed that is gone or comes early ends another line.
        if (other.indexOf("\n") !== other.length - 1) continue;
        expect(taken(other), JSON.stringify(other)).toEqual(told(other));
        seen[told(other) ? "canonical" : "other"]++;
      }
    }
  }
  expect(seen.canonical).toBeGreaterThan(100);
  expect(seen.other).toBeGreaterThan(500);
});

import { exactNumber } from "../values.js";

type Reader = (text: string) => unknown;

/** How the texts of PostgreSQL's types are converted, by the number of the type. All other types stay text. */
const readers = new Map<number, Reader>([
  [16, (text) => text === "t"], // bool
  [20, exactNumber], // int8
  [21, Number], // int2
  [23, Number], // int4
  [700, Number], // float4
  [701, Number], // float8
  [1700, exactNumber], // numeric
  [1114, momentOf], // timestamp, UTC by our convention
  [1184, momentOf], // timestamptz, in the connection's zone, which is UTC
]);

/** For each type of array, the type of its elements. */
const lists = new Map<number, number>([
  [1000, 16],
  [1005, 21],
  [1007, 23],
  [1009, 25], // text
  [1015, 1043], // varchar
  [1016, 20],
  [1021, 700],
  [1022, 701],
  [1115, 1114],
  [1182, 1082], // date
  [1183, 1083], // time
  [1185, 1184],
  [1187, 1186], // interval
  [1231, 1700],
]);

/** How a connection converts the values of an answer to those that `plainValues` takes. */
export async function valueReaders(): Promise<{ getTypeParser(oid: number): Reader }> {
  const { default: pg } = await import("pg");
  const { arrayParser } = pg.types as unknown as {
    arrayParser: { create(text: string, read: Reader): { parse(): unknown[] } };
  };
  const same: Reader = (text) => text;
  return {
    getTypeParser(oid) {
      const item = lists.get(oid);
      if (item === undefined) return readers.get(oid) ?? same;
      return (text) => arrayParser.create(text, readers.get(item) ?? same).parse();
    },
  };
}

/**
 * A time from its text, `2026-01-05 00:00:00.5`, with or without `+00`. A time that JavaScript cannot represent stays
 * text.
 */
function momentOf(text: string): Date | string {
  const [, year, rest] = /^(\d{4,6})(-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?)(?:\+00)?$/.exec(text) ?? [];
  if (year === undefined) return text;
  const moment = new Date(
    `${year.length > 4 ? `+${year.padStart(6, "0")}` : year}${rest.replace(" ", "T")}Z`,
  );
  return Number.isNaN(moment.getTime()) ? text : moment;
}

import type { DataFrame } from "danfojs-node";
import { InputError } from "../errors.js";
import type { Log } from "../record.js";
import { ask } from "../warehouse/ask.js";
import { loadDanfo } from "./frame.js";
import { count } from "./numbers.js";

/** A log that a cell can turn into a frame. */
export interface Framed {
  /**
   * The log as a Danfo frame: a row for each record in the log's order, with real dates as `timestamp`, so that
   * `frame.column("timestamp").dt.hours()` works; a missing response time is NaN.
   * @throws InputError for more than 300,000 records: `ask` takes any number
   */
  frame(): Promise<DataFrame>;
}

/** Danfo keeps each cell as an object: more rows would take over half a gigabyte. */
const most = 300_000;

/** Gives a log its `frame()`. */
export function withFrame<T extends Log>(log: T): T & Framed {
  // Not enumerable, so that a log that is printed or copied shows only its data.
  return Object.defineProperty(log, "frame", { value: () => frameOf(log) }) as T & Framed;
}

async function frameOf(log: Log): Promise<DataFrame> {
  if (log.records > most) {
    throw new InputError(
      `frame: the log has ${count(log.records)} records, but a frame takes at most ${count(most)}: ask("SELECT …", log) answers from all of them`,
    );
  }
  const columns = await ask(
    "SELECT timestamp, ip_address, endpoint, status_code, response_time_ms FROM requests",
    log,
  );
  const { DataFrame } = loadDanfo();
  if (columns.timestamp!.length === 0) return new DataFrame([], { columns: Object.keys(columns) });
  return new DataFrame({
    ...columns,
    timestamp: columns.timestamp!.map((time) => new Date(String(time))),
    response_time_ms: columns.response_time_ms!.map((time) => time ?? Number.NaN),
  });
}

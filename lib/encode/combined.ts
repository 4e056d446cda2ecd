import { LF } from "../ascii.js";
import { addressOf, type Batch } from "../generate/batch.js";
import type { Plan } from "../generate/plan.js";
import { RequestDetails } from "../generate/site/request.js";
import type { LineFields } from "./corrupt.js";
import { type Encoder, LineEncoder, putRoute, type RouteText, routeText } from "./encoder.js";
import {
  CLF_TIME,
  escapedByNginx,
  packText,
  putAddress,
  putSeconds,
  putText,
  putWhole,
  SecondText,
  type Text,
} from "./text.js";

/** Matches a line. Its groups are the fields that defects corrupt. */
const LINE = /^(\S+) \S+ \S+ \[([^\]]*)\] "[A-Z]+ (\S+) [^"]*" (\d{3}) \S+ "[^"]*" "[^"]*"(?: (\S+))?$/;

/**
 * The combined log of Apache and nginx: `203.0.113.9 - - [05/Jan/2026:00:22:28 +0000] "GET /cart HTTP/1.1" 200 5316
 * "https://www.example.com/" "Mozilla/5.0 …"`. An empty body has size 0 and special characters become `\x22`, as nginx
 * writes both.
 * @param time `timed`: each line ends with the response time in seconds, with three decimals, cut off rather than
 * rounded, as nginx writes it with `log_format … '… "$http_user_agent" $request_time'`
 */
export async function combinedEncoder(plan: Plan, time: "plain" | "timed"): Promise<Encoder> {
  return new CombinedEncoder(plan, await RequestDetails.of(plan), time);
}

/** Lines of the combined log. Timed lines end with the response time in seconds. */
class CombinedEncoder extends LineEncoder {
  readonly #addresses: "public" | "documentation";
  readonly #timed: boolean;
  readonly #requests: RequestDetails;
  /** ` - - [05/Jan/2026:00:22:28 +0000] "` */
  readonly #second = new SecondText({
    midnight: (day) => ` - - [${CLF_TIME.midnight(day)}] "`,
    clockAt: 6 + CLF_TIME.clockAt,
  });
  /** `GET /cart HTTP/1.1" 200 ` */
  readonly #routes: RouteText;
  /** ` "https://www.example.com/" "` */
  readonly #referrers: Text;
  /** `Mozilla/5.0 …"` and a line feed, or a space before the time. */
  readonly #agents: Text;

  constructor(plan: Plan, requests: RequestDetails, time: "plain" | "timed") {
    const routes = routeText(
      plan,
      ({ endpoint: { method, route }, status }) => `${method} ${escapedByNginx(route)} HTTP/1.1" ${status} `,
    );
    const referrers = requests.referrers.map((text) => ` "${escapedByNginx(text)}" "`);
    const agents = requests.agents.map((text) => `${escapedByNginx(text)}"${time === "timed" ? " " : "\n"}`);
    const longest = (texts: readonly string[]) => Math.max(...texts.map((text) => text.length));
    super("", 120 + routes.longest + longest(referrers) + longest(agents));
    this.#addresses = plan.scenario.visitors.addresses;
    this.#timed = time === "timed";
    this.#requests = requests;
    this.#routes = routes;
    this.#referrers = packText(referrers);
    this.#agents = packText(agents);
  }

  override encode(batch: Batch): Generator<Uint8Array> {
    this.#requests.draw(batch);
    return super.encode(batch);
  }

  protected readonly lineFields: LineFields = {
    fields: (line) => {
      const [, address, time, path, status, took] = LINE.exec(line)!;
      return [time, address, path, status, took];
    },
    join: (line, [time = "-", address = "-", path, status = "-", took]) =>
      line.replace(LINE, (all, oldAddress, oldTime, oldPath, oldStatus, oldTook) => {
        const behind = all.slice(oldAddress.length);
        const request =
          path === undefined
            ? behind.replace(/"[A-Z]+ [^"]*"/, '"-"')
            : behind.replace(` ${oldPath} `, () => ` ${path} `);
        const done = request.replace(`[${oldTime}]`, `[${time}]`).replace(`" ${oldStatus} `, `" ${status} `);
        const timed =
          oldTook === undefined || took === undefined ? done : `${done.slice(0, -oldTook.length)}${took}`;
        return address + timed;
      }),
  };

  protected putLine(view: DataView, at: number, batch: Batch, row: number): number {
    const { agent, referrer, size } = this.#requests;
    at = putAddress(view, at, addressOf(batch.visitor[row], this.#addresses));
    at = this.#second.put(view, at, batch.second[row]);
    at = putRoute(view, at, this.#routes, batch.outcome[row], batch.identifier[row]);
    at = putWhole(view, at, size[row]);
    at = putText(view, at, this.#referrers, referrer[row]);
    at = putText(view, at, this.#agents, agent[row]);
    if (!this.#timed) return at;
    at = putSeconds(view, at, batch.latency[row]);
    view.setUint8(at, LF);
    return at + 1;
  }
}

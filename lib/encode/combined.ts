import { addressOf, type Batch } from "../generate/batch.js";
import type { Plan } from "../generate/plan.js";
import { Requests } from "../generate/site/request.js";
import type { LineFields } from "./corrupt.js";
import { type Encoder, LineEncoder, type RouteText, routeText } from "./encoder.js";
import { packText, putAddress, putSeconds, putText, putWhole, SecondText, type Text } from "./text.js";

/** The parts of a line that defects corrupt. */
const LINE = /^(\S+) \S+ \S+ \[([^\]]*)\] "[A-Z]+ (\S+) [^"]*" (\d{3}) \S+ "[^"]*" "[^"]*"(?: (\S+))?$/;

/**
 * The combined log of Apache and nginx:
 * `203.0.113.9 - - [05/Jan/2026:00:22:28 +0000] "GET /cart HTTP/1.1" 200 5316 "https://www.example.com/" "Mozilla/5.0 …"`,
 * an empty body as 0 and hostile characters as `\x22`, both as nginx writes them.
 * @param time `timed`: behind each line the response time in seconds with three decimals, cut off, not rounded:
 * nginx with `log_format … '… "$http_user_agent" $request_time'`
 */
export async function combinedEncoder(plan: Plan, time: "plain" | "timed"): Promise<Encoder> {
  return new CombinedEncoder(plan, await Requests.of(plan), time);
}

/** Combined log lines; timed ones end in the response time in seconds. */
class CombinedEncoder extends LineEncoder {
  readonly #addresses: "public" | "documentation";
  readonly #timed: boolean;
  readonly #requests: Requests;
  /** ` - - [05/Jan/2026:00:22:28 +0000] "` */
  readonly #second = new SecondText({
    midnight: (day) => {
      const [, date, month, year] = day.toUTCString().split(" ");
      return ` - - [${date}/${month}/${year}:00:00:00 +0000] "`;
    },
    clockAt: 18,
  });
  /** `GET /cart HTTP/1.1" 200 ` */
  readonly #routes: RouteText;
  /** ` "https://www.example.com/" "` */
  readonly #referrers: Text;
  /** `Mozilla/5.0 …"` and a line end, or a space for the time. */
  readonly #agents: Text;

  constructor(plan: Plan, requests: Requests, time: "plain" | "timed") {
    const routes = routeText(
      plan,
      ({ endpoint: { method, route }, status }) => `${method} ${escaped(route)} HTTP/1.1" ${status} `,
    );
    const referrers = requests.referrers.map((text) => ` "${escaped(text)}" "`);
    const agents = requests.agents.map((text) => `${escaped(text)}"${time === "timed" ? " " : "\n"}`);
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

  protected fill(
    view: DataView,
    batch: Batch,
    row: number,
    last: number,
    at: number,
  ): { row: number; length: number } {
    const { second: seconds, visitor, outcome: outcomes, latency, identifier } = batch;
    const { agent, referrer, size } = this.#requests;
    const { before, behind } = this.#routes;
    const referrers = this.#referrers;
    const agents = this.#agents;
    const addresses = this.#addresses;
    const timed = this.#timed;
    const secondText = this.#second;
    const stamp = secondText.words;
    const stampLength = secondText.length;
    let current = Number.NaN;
    for (; row < batch.length && at < last; row++) {
      if (seconds[row] !== current) {
        current = seconds[row];
        secondText.set(current);
      }
      at = putAddress(view, at, addressOf(visitor[row], addresses));
      for (let word = 0; word < stamp.length; word++) view.setFloat64(at + word * 8, stamp[word], true);
      const outcome = outcomes[row];
      at = putText(view, at + stampLength, before, outcome);
      if (identifier[row] !== 0) {
        at = putWhole(view, at, identifier[row]);
        at = putText(view, at, behind, outcome);
      }
      at = putWhole(view, at, size[row]);
      at = putText(view, at, referrers, referrer[row]);
      at = putText(view, at, agents, agent[row]);
      if (timed) {
        at = putSeconds(view, at, latency[row]);
        view.setUint8(at++, 0x0a);
      }
    }
    return { row, length: at };
  }
}

/** As nginx escapes a logged value. */
function escaped(text: string): string {
  return text.replaceAll("\\", "\\x5C").replaceAll('"', "\\x22");
}

/**
 * Logs that were once read wrongly, or not at all, in ../shared/data/cases: each with the public report that it follows
 * and with what a user expects, in the .md beside it. Either the records are right, or the log is refused with a
 * question that names the option which decides; then the answer to the question gives the records.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { type ReadOptions, read } from "#lib/read/read";

const folder = new URL("../../../shared/data/cases/", import.meta.url).pathname;

interface Case {
  /** The records as CSV; undefined where no option gives them. */
  readonly rows?: readonly string[];
  /** How many lines go into quarantine. */
  readonly quarantined?: number;
  /** Why they do. */
  readonly reason?: RegExp;
  /** What is asked when nothing is said. */
  readonly asks?: RegExp;
  /** The answer, or what the case itself gives. */
  readonly options?: ReadOptions;
}

const day = "2026-01-05T10:00:";
const plain = (texts: readonly string[]) => texts.map((text) => `${day}${text},`);

const cases: Record<string, Case> = {
  alb_malformed_request: {
    rows: ["2026-01-05T10:00:00.186Z,203.0.113.5,/a,200,1.00"],
    quarantined: 1,
    reason: /no readable request|no method/,
  },
  apache_ms_T: {
    asks: /1736.*--time-unit/,
    options: { timeUnit: "ms" },
    rows: [
      "2020-05-03T00:00:01.000Z,203.0.113.1,/mobile/last,200,1736.00",
      "2020-05-03T00:00:02.000Z,203.0.113.1,/mobile/b,200,1102.00",
      "2020-05-03T00:00:03.000Z,203.0.113.1,/mobile/c,200,936.00",
    ],
  },
  api_gateway_json: {
    rows: plain(["00.000Z,203.0.113.9,/prod/pets/1,200", "01.000Z,203.0.113.9,/prod/pets/2,200"]),
  },
  caddy_duration_format: {
    rows: [`${day}00.100Z,203.0.113.9,/a,200,24.32`, `${day}01.100Z,203.0.113.9,/b,200,312.00`],
  },
  caddy_error_beside_access: {
    rows: [`${day}00.100Z,203.0.113.9,/ok,200,0.90`, `${day}01.200Z,203.0.113.9,/down,502,0.90`],
    quarantined: 1,
    reason: /not an access entry/,
  },
  client_with_port: {
    rows: plain([
      "20.000Z,192.0.2.10,/a,200",
      "21.000Z,192.0.2.10,/port,200",
      "22.000Z,2001:db8::5,/bracket,200",
      "23.000Z,192.0.2.11,/b,200",
    ]),
  },
  // combinedio, "%I %O", with %D behind it
  combinedio_and_D: {
    asks: /field 1.*530.*field 2.*912.*field 3.*12345.*--time-field/,
    options: { timeField: "3", timeUnit: "us" },
    rows: [`${day}00.000Z,192.0.2.10,/a,200,12.35`, `${day}01.000Z,192.0.2.11,/b,200,301.25`],
  },
  compact_timestamp_csv: {
    rows: [`${day}00.000Z,192.0.2.1,/a,200,12.00`, `${day}01.000Z,192.0.2.1,/b,200,13.00`],
  },
  // $upstream_response_time and $request_time, or $request_time and $connection_time: nothing tells
  double_space_before_fields: {
    asks: /field 1.*0\.001.*field 2.*0\.500.*--time-field/,
    options: { timeField: "2" },
    rows: [`${day}00.000Z,203.0.113.147,/a,200,500.00`, `${day}01.000Z,203.0.113.147,/b,200,2500.00`],
  },
  double_space_picks_port: {
    rows: [`${day}00.000Z,203.0.113.147,/a,200,500.00`, `${day}01.000Z,203.0.113.147,/b,200,2500.00`],
  },
  format_changed_after_line_1000: {
    asks: /field 1.*0\.012.*field 2.*0\.010.*--time-field/,
    options: { timeField: "1" },
    rows: Array(1000).fill(`${day}00.000Z,192.0.2.10,/a,200,12.00`),
    quarantined: 20,
    reason: /fields behind/,
  },
  // nginx's manual, log_format compression: the last field is "$gzip_ratio"
  gzip_ratio_alone: {
    rows: plain([
      "00.000Z,192.0.2.10,/,200",
      "01.000Z,192.0.2.11,/a.css,200",
      "02.000Z,192.0.2.12,/b.js,200",
      "03.000Z,192.0.2.13,/c.html,200",
    ]),
  },
  gzip_ratio_before_request_time: {
    rows: [
      `${day}00.000Z,192.0.2.10,/fetch,200,64.00`,
      `${day}01.000Z,192.0.2.11,/a,200,69.00`,
      `${day}02.000Z,192.0.2.12,/b,200,347.00`,
    ],
  },
  haproxy_cut_request: {
    rows: [
      "2020-01-21T20:51:50.065Z,203.0.113.2,/a,200,7.00",
      "2020-01-21T20:51:58.065Z,203.0.113.2,/long,200,7.00",
    ],
  },
  logstash_path_is_the_log_file: {
    rows: plain(["00.123Z,203.0.113.9,/cart,200", "01.123Z,203.0.113.9,/login,500"]),
  },
  lone_integer_named_pid: {
    rows: plain(["00.000Z,192.0.2.10,/,200", "01.000Z,192.0.2.11,/a,200", "02.000Z,192.0.2.12,/b,200"]),
  },
  lone_integer_port: {
    asks: /8080.*--time-unit/,
    options: { timeUnit: "none" },
    rows: plain(["00.000Z,192.0.2.10,/,200", "01.000Z,192.0.2.11,/a,200", "02.000Z,192.0.2.12,/b,200"]),
  },
  missing_cloudfront_own_pattern: {
    rows: [`${day}00.000Z,203.0.113.5,/style.css,304,82.00`],
    quarantined: 2, // the directives, which the pattern does not match
  },
  missing_docker_json_file: {
    rows: plain(["00.000Z,192.0.2.10,/a,200", "01.000Z,192.0.2.11,/b,200"]),
  },
  missing_double_space_before_status: {
    rows: [
      "2022-05-23T08:15:17.000Z,203.0.113.139,/x/a.css,200,",
      "2022-05-23T08:15:17.000Z,203.0.113.140,/x/b.css,404,",
    ],
  },
  missing_fluent_names: {
    rows: plain(["00.123Z,203.0.113.9,/a,200", "01.123Z,203.0.113.9,/b,404"]),
  },
  // a host's name is no address: the log is refused with that reason, and read as common its lines are set aside
  missing_hostnames: {
    asks: /common.*not an IP address/,
    options: { format: "common" },
    rows: ["1995-08-01T04:00:10.000Z,203.0.113.94,/a.gif,200,"],
    quarantined: 3,
    reason: /not an IP address/,
  },
  missing_iis_w3c: {
    rows: [
      "2026-01-05T00:00:01.000Z,203.0.113.9,/default.htm,200,36.00",
      "2026-01-05T00:00:02.000Z,203.0.113.9,/a+b/x.aspx,500,1236.00",
    ],
  },
  missing_json_behind_prefix: {
    rows: [`${day}00.000Z,203.0.113.9,/a,200,12.00`, `${day}01.000Z,203.0.113.9,/b,200,13.00`],
  },
  missing_mixed_common_combined: {
    rows: [
      "2018-03-27T18:55:42.000Z,192.0.2.22,/robots.txt,302,",
      "2018-03-27T18:55:42.000Z,192.0.2.22,/robots.txt,200,",
      "2018-03-27T18:55:43.000Z,192.0.2.23,/a,200,",
      "2018-03-27T18:55:44.000Z,192.0.2.23,/b,200,",
    ],
  },
  missing_werkzeug_time: {
    rows: plain(["00.000Z,203.0.113.9,/a,200", "01.000Z,203.0.113.9,/b,500"]),
  },
  request_time_taken_for_timestamp_json: {
    rows: [
      "2026-08-09T09:45:09.000Z,203.0.113.9,/common/js/index.js,200,12.00",
      "2026-08-09T09:45:10.000Z,203.0.113.9,/b,500,1512.00",
    ],
  },
  request_time_taken_for_timestamp_msec: {
    rows: [`${day}00.123Z,203.0.113.9,/a,200,12.00`, `${day}01.123Z,203.0.113.9,/b,500,1512.00`],
  },
  rsyslog_message_repeated: {
    rows: plain([...Array(8).fill("00.000Z,192.0.2.10,/health,200"), "01.000Z,192.0.2.11,/a,200"]),
  },
  space_in_path: {
    rows: plain([
      "00.000Z,192.0.2.10,/My Documents/report 2025.pdf,200",
      "01.000Z,192.0.2.10,/My Music/a.mp3,200",
      "02.000Z,192.0.2.10,/ok,200",
    ]),
  },
  // CloudFront and the W3C's draft write seconds with three decimals, IIS whole milliseconds
  time_taken_in_seconds_csv: {
    rows: [
      `${day}00.000Z,203.0.113.5,/style.css,200,82.00`,
      `${day}01.000Z,203.0.113.6,/big.zip,200,12082.00`,
    ],
  },
  time_taken_in_seconds_json: {
    rows: [
      `${day}00.123Z,203.0.113.5,/style.css,200,82.00`,
      `${day}01.123Z,203.0.113.6,/big.zip,200,12082.00`,
    ],
  },
  tls_bytes_with_slash: {
    rows: plain(["02.000Z,192.0.2.10,/,200"]),
    quarantined: 2,
    reason: /no method|no path/,
  },
  unclear_utf16: { rows: plain(["00.000Z,192.0.2.10,/a,200", "01.000Z,192.0.2.11,/b,200"]) },
  unclear_xz: {
    asks: /is packed by xz, which is not read \(gzip and zstd are\): unpack it first, such as xz -dc/,
  },
  upstream_list_unquoted: {
    rows: [
      ...Array.from(
        { length: 12 },
        (_, i) => `${day}${String(i).padStart(2, "0")}.000Z,192.0.2.10,/p${i},200,302.00`,
      ),
      `${day}20.000Z,192.0.2.10,/retry,200,60105.00`,
      `${day}21.000Z,192.0.2.10,/redirected,200,501.00`,
    ],
  },
  vhost_is_an_address: {
    rows: plain([
      "00.000Z,203.0.113.7,/a,200",
      "01.000Z,203.0.113.8,/.env,404",
      "02.000Z,203.0.113.9,/c,200",
    ]),
  },
  xff_list_in_client_place: {
    rows: plain([
      "00.000Z,203.0.113.7,/one,200",
      "01.000Z,203.0.113.7,/two,200",
      "02.000Z,203.0.113.7,/three,200",
    ]),
  },
  xff_then_peer: {
    rows: plain([
      "00.000Z,203.0.113.7,/one,200",
      "01.000Z,203.0.113.7,/two,200",
      "02.000Z,10.0.0.1,/healthcheck,200",
    ]),
  },
};

/** Cases of `load`: test/warehouse/grown.test.ts. */
const ofLoad = ["load_growing_log", "load_rotated_and_packed"];

const pathOf = (name: string) =>
  join(
    folder,
    readdirSync(folder).find((file) => /\.(log|csv|xz)$/.test(file) && file.startsWith(`${name}.`))!,
  );

function optionsOf(name: string): ReadOptions {
  const own = join(folder, `${name}.format.json`);
  return existsSync(own) ? { format: JSON.parse(readFileSync(own, "utf8")) } : {};
}

if (existsSync(folder)) {
  it("every case has its expectation", () => {
    const names = readdirSync(folder)
      .filter((file) => file.endsWith(".md") && file !== "00_README.md")
      .map((file) => file.slice(0, -3));
    expect([...Object.keys(cases), ...ofLoad].sort()).toEqual(names.sort());
  });

  describe("a log is read right or refused with a question", () => {
    for (const [name, { rows, quarantined = 0, reason, asks, options }] of Object.entries(cases)) {
      it(name, async () => {
        const given = optionsOf(name);
        if (asks !== undefined) {
          await expect(read(pathOf(name), given)).rejects.toThrow(
            expect.objectContaining({ name: "InputError", message: expect.stringMatching(asks) }),
          );
        }
        if (rows === undefined) return;
        const log = await read(pathOf(name), { ...given, ...options });
        expect(Buffer.from(log.csv!).toString().split("\n").slice(1, -1)).toEqual(rows);
        expect(log).toMatchObject({ quarantined, records: rows.length });
        expect(log.lines).toBe(log.records + log.quarantined + log.skipped);
        if (reason !== undefined) expect(log.reasons.reason.join("; ")).toMatch(reason);
      });
    }
  });
} else test("the cases are there", { tags: ["realLogs"] }, () => expect(folder).toSatisfy(existsSync));

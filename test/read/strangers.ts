/**
 * Small logs of strangers, each as a product or its users write it, with other names, orders and versions than the
 * manuals' examples; and the expected result: the rows, or the question that is asked.
 */

export interface StrangersLog {
  readonly lines: string[];
  /** Its name in `format`. */
  readonly format?: string;
  readonly rows?: string[];
  /** Lines that are not records. */
  readonly quarantined?: number;
  /** The question, if two readings are possible. */
  readonly asks?: RegExp;
  /** The rows after `client` has answered who the client is. */
  readonly peer?: string[];
  readonly forwarded?: string[];
}

const json = (...objects: object[]) => objects.map((object) => JSON.stringify(object));
const agent = '"Mozilla/5.0 (X11; Linux x86_64)"';
const at = (second: number) => `[05/Jan/2026:10:00:0${second} +0000]`;
const hit = (client: string, path: string, rest: string, second = 0) =>
  `${client} ${at(second)} "GET ${path} HTTP/1.1" 200 612 "-" ${agent}${rest}`;
const row = (client: string, path: string, took = "", status = 200, second = "00.000") =>
  `2026-01-05T10:00:${second}Z,${client},${path},${status},${took}`;

export const strangers: Record<string, Record<string, StrangersLog>> = {
  "fields behind the fixed ones": {
    "rt, uct, uht, urt": {
      lines: [
        hit("203.0.113.5 - -", "/a", ' "-" rt=0.105 uct="0.001" uht="0.100" urt="0.104"'),
        hit("203.0.113.6 - -", "/b", ' "-" rt=1.205 uct="0.001, 0.002" uht="-, 0.1" urt="0.5, 0.7"'),
      ],
      rows: [row("203.0.113.5", "/a", "105.00"), row("203.0.113.6", "/b", "1205.00")],
    },
    "host, request time, upstreams": {
      lines: [
        hit("203.0.113.5 - -", "/a", " www.example.com 0.105 10.0.0.2:8080 0.104 200"),
        hit(
          "203.0.113.6 - -",
          "/b",
          " www.example.com 1.205 10.0.0.2:8080, 10.0.0.3:8080 0.500, 0.700 502, 200",
        ),
      ],
      rows: [row("203.0.113.5", "/a", "105.00"), row("203.0.113.6", "/b", "1205.00")],
    },
    "Apache's %T/%D": {
      lines: [hit("203.0.113.5 - -", "/a", " 0/120345"), hit("203.0.113.6 - -", "/b", " **1/1203450**")],
      asks: /^timeField: field 1 .*"0\/120345", has two numbers in one.*--log-format/,
    },
    "$request_time before the client": {
      lines: [hit("0.105 203.0.113.5 - -", "/a", ""), hit("1.205 203.0.113.6 - -", "/b", "")],
      asks: /combined says: a number with decimals stands before the client.*--log-format/,
    },
    "request.time, which is a moment": {
      lines: json(
        ...[0, 1].map((second) => ({
          request: { time: 1767607200 + second, ip: "203.0.113.5", path: "/a", took_ms: 12.5 },
          response: { status: 200 },
        })),
      ),
      rows: [row("203.0.113.5", "/a", "12.50"), row("203.0.113.5", "/a", "12.50", 200, "01.000")],
    },
    "nginx's time and path beside a shipper's time and a rewritten path": {
      lines: json(
        ...["/a?x=1", "/b"].map((request_uri) => ({
          "@timestamp": "2026-01-05T10:05:00.123Z",
          time_local: "05/Jan/2026:10:00:00 +0000",
          remote_addr: "203.0.113.5",
          path: "/index.php",
          request_uri,
          status: 200,
        })),
      ),
      rows: [row("203.0.113.5", "/a"), row("203.0.113.5", "/b")],
    },
    "X-Forwarded-For as a list of JSON, behind a proxy": {
      lines: json({
        time: "2026-01-05T10:00:00Z",
        x_forwarded_for: ["203.0.113.5", "10.0.0.3"],
        remote_addr: "10.0.0.1",
        uri: "/a",
        status: 200,
      }),
      rows: [row("203.0.113.5", "/a")],
    },
    "decimal commas": {
      lines: ["time;ip;path;status;duration_ms", "2026-01-05 10:00:00;203.0.113.5;/a;200;12,5"],
      asks: /^timeUnit: the numbers of "duration_ms", such as "12,5", have a comma/,
    },
    "coordinates and a country": {
      lines: [
        hit("203.0.113.5 - -", "/a", " 52.5200 13.4050 DE 0.105"),
        hit("203.0.113.6 - -", "/b", " 48.8566 2.3522 FR 1.205"),
      ],
      rows: [row("203.0.113.5", "/a", "105.00"), row("203.0.113.6", "/b", "1205.00")],
    },
    "$msec and $request_time": {
      lines: [
        hit("203.0.113.5 - -", "/a", " 1767607200.123 0.105"),
        hit("203.0.113.6 - -", "/b", " 1767607201.456 1.205"),
      ],
      rows: [row("203.0.113.5", "/a", "105.00"), row("203.0.113.6", "/b", "1205.00")],
    },
    "mod_logio's %I %O": {
      lines: [hit("203.0.113.5 - -", "/a", " 702 4302"), hit("203.0.113.6 - -", "/b", " 811 3920")],
      asks: /^timeField: .*"702".*"4302"/,
    },
    "morgan's combined and :response-time ms": {
      lines: [hit("::1 - -", "/a", " 12.345 ms"), hit("::1 - -", "/b", " - ms")],
      rows: [row("::1", "/a", "12.35"), row("::1", "/b")],
    },
    "Traefik's CLF": {
      lines: [hit("203.0.113.5 - -", "/a", ' 1 "web@docker" "http://172.18.0.3:80" 13ms')],
      rows: [row("203.0.113.5", "/a", "13.00")],
    },
    "gunicorn's %(L)s": {
      lines: [hit("203.0.113.5 - -", "/a", " 0.012345")],
      asks: /^timeUnit: field 1.*"0.012345"/,
    },
    "Tomcat's thread and %T": {
      lines: [
        `203.0.113.9 - - ${at(0)} "GET /a HTTP/1.1" 200 5 http-nio-8080-exec-1 0.012`,
        `203.0.113.9 - - ${at(1)} "GET /b HTTP/1.1" 200 5 http-nio-8080-exec-2 1.120`,
      ],
      rows: [row("203.0.113.9", "/a", "12.00"), row("203.0.113.9", "/b", "1120.00", 200, "01.000")],
    },
  },
  "the client": {
    "a list in quotes before the peer": {
      lines: [hit('"203.0.113.5, 10.1.1.1" 10.0.0.9 - -', "/a", ""), hit('"-" 10.0.0.9 - -', "/b", "")],
      rows: [row("203.0.113.5", "/a"), row("10.0.0.9", "/b")],
    },
    "in parentheses before the peer": {
      lines: [hit("(203.0.113.5) 10.0.0.9 - -", "/a", ""), hit("(-) 10.0.0.9 - -", "/b", "")],
      rows: [row("203.0.113.5", "/a"), row("10.0.0.9", "/b")],
    },
    "nginx's main format behind a proxy": {
      lines: [
        hit("10.0.0.1 - -", "/a", ' "203.0.113.7, 10.1.1.1"'),
        hit("10.0.0.1 - -", "/\\x22b", ' "2001:db8::7"'),
        hit("10.0.0.1 - -", "/health", ' "-"'),
      ],
      rows: [row("203.0.113.7", "/a"), row("2001:db8::7", '"/""b"'), row("10.0.0.1", "/health")],
    },
    "an upstream's address is none": {
      lines: [hit("10.0.0.1 - -", "/a", ' "-" "192.0.2.5:8080" 0.012')],
      rows: [row("10.0.0.1", "/a", "12.00")],
    },
    "behind a virtual host and its port": {
      lines: [
        hit("www.example.com:443 2001:db8::5 - -", "/a", ""),
        hit("www.example.com:443 203.0.113.6 - -", "/b", ""),
      ],
      rows: [row("2001:db8::5", "/a"), row("203.0.113.6", "/b")],
    },
    "a user's name with spaces": {
      lines: [hit("203.0.113.5 - John Doe", "/a", "")],
      rows: [row("203.0.113.5", "/a")],
    },
    "JSON with X-Forwarded-For and a private peer": {
      lines: json(
        {
          time: "2026-01-05T10:00:00Z",
          remote_addr: "172.31.68.234",
          http_x_forwarded_for: "203.0.113.7, 10.0.0.1",
          request_uri: "/a",
          status: 200,
        },
        {
          time: "2026-01-05T10:00:00Z",
          remote_addr: "172.31.68.234",
          http_x_forwarded_for: "-",
          request_uri: "/b",
          status: 200,
        },
      ),
      rows: [row("203.0.113.7", "/a"), row("172.31.68.234", "/b")],
    },
    "JSON with X-Forwarded-For and a public peer": {
      lines: json({
        time: "2026-01-05T10:00:00Z",
        remote_addr: "198.51.100.3",
        xff: "203.0.113.7",
        request_uri: "/a",
        status: 200,
      }),
      asks: /client may be remote_addr, such as "198.51.100.3", or xff, such as "203.0.113.7"/,
      peer: [row("198.51.100.3", "/a")],
      forwarded: [row("203.0.113.7", "/a")],
    },
    "JSON with client_ip, empty without a proxy": {
      lines: json(
        {
          time_local: "2026-01-05T10:00:00+00:00",
          client_ip: "",
          remote_addr: "203.0.113.9",
          request: "GET /a HTTP/1.1",
          status: "200",
          request_time: "0.010",
        },
        {
          time_local: "2026-01-05T10:00:00+00:00",
          client_ip: "198.51.100.7, 10.0.0.1",
          remote_addr: "10.0.0.2",
          request: "GET /b HTTP/1.1",
          status: "200",
          request_time: "0.010",
        },
      ),
      rows: [row("203.0.113.9", "/a", "10.00"), row("198.51.100.7", "/b", "10.00")],
    },
  },
  "the path and the time": {
    "HTTP/ inside a path, a fragment, two slashes": {
      lines: [
        hit("203.0.113.5 - -", "/a b HTTP/1.1 c", ""),
        hit("203.0.113.5 - -", "/a#f?x=1", ""),
        hit("203.0.113.5 - -", "//b.example/", ""),
        `203.0.113.5 - - ${at(0)} "OPTIONS * HTTP/1.1" 200 5 "-" "-"`,
        `203.0.113.5 - - ${at(0)} "PRI * HTTP/2.0" 400 157 "-" "-"`,
      ],
      rows: [
        row("203.0.113.5", "/a b HTTP/1.1 c"),
        row("203.0.113.5", "/a#f"),
        row("203.0.113.5", "//b.example/"),
      ],
      quarantined: 2,
    },
    "Excel's serial numbers": {
      lines: ["timestamp,ip,path,status", "46027.4167,203.0.113.5,/a,200"],
      asks: /csv says: the timestamp is not a date and time/,
    },
    "days and months that may change places": {
      lines: ["timestamp,ip,path,status", "05/01/2026 10:00:00,203.0.113.5,/a,200"],
      asks: /csv says: the timestamp is not a date and time/,
    },
    "UTC behind the time": {
      lines: ["timestamp,ip,path,status", "2026-01-05 10:00:00 UTC,203.0.113.5,/a,200"],
      rows: [row("203.0.113.5", "/a")],
    },
    "a date within an object": {
      lines: json({
        timestamp: { $date: "2026-01-05T10:00:00Z" },
        client: "203.0.113.5",
        uri: "/a",
        status: 200,
      }),
      rows: [row("203.0.113.5", "/a")],
    },
    "a duration without a unit": {
      lines: json({ time: 1767607200, duration: 0.123, ip: "203.0.113.5", path: "/a", status: 200 }),
      asks: /^timeUnit: "duration", such as "0.123"/,
    },
  },
  "JSON of nginx and others": {
    "all within one object": {
      lines: json({
        nginx: {
          http_x_forwarded_for: "",
          remote_addr: "203.0.113.5",
          time_local: "05/Jan/2026:10:00:00 +0000",
          request: "GET /a?x HTTP/1.1",
          request_time: 0.123,
          request_uri: "/a?x",
          uri: "/index.html",
          status: 200,
          upstream_response_time: 0.1,
        },
      }),
      format: "json",
      rows: [row("203.0.113.5", "/a", "123.00")],
    },
    "in two objects": {
      lines: json({
        time_local: "05/Jan/2026:10:00:00 +0000",
        core: { remote_addr: "203.0.113.5", request: "GET /a HTTP/1.1", status: "200" },
        timing: { request_time: "1.886", upstream_response_time: "1.880" },
      }),
      rows: [row("203.0.113.5", "/a", "1886.00")],
    },
    "Azure Front Door": {
      lines: json({
        time: "2026-01-05T10:00:00Z",
        category: "FrontDoorAccessLog",
        properties: {
          httpMethod: "GET",
          requestUri: "https://www.example.com:443/a?b",
          clientIp: "203.0.113.9",
          clientPort: "5",
          socketIp: "203.0.113.9",
          timeTaken: "0.123",
          httpStatusCode: "200",
        },
      }),
      rows: [row("203.0.113.9", "/a", "123.00")],
    },
    "Google Cloud in a list over many lines": {
      lines: JSON.stringify(
        [
          {
            httpRequest: {
              requestUrl: "https://www.example.com/a?b",
              status: 200,
              remoteIp: "203.0.113.9",
              latency: "0.123s",
            },
            timestamp: "2026-01-05T10:00:00.000456Z",
          },
        ],
        null,
        2,
      ).split("\n"),
      format: "gcp",
      rows: [row("203.0.113.9", "/a", "123.00")],
    },
    "CloudFront, standard logging v2": {
      lines: json({
        date: "2026-01-05",
        time: "10:00:00",
        "x-edge-location": "LHR61-C1",
        "c-ip": "203.0.113.5",
        "cs(Host)": "d1.cloudfront.net",
        "cs-uri-stem": "/a",
        "sc-status": "200",
        "time-taken": "0.082",
        "x-forwarded-for": "-",
      }),
      rows: [row("203.0.113.5", "/a", "82.00")],
    },
    "Traefik without StartUTC": {
      lines: json({
        ClientHost: "203.0.113.5",
        DownstreamStatus: 200,
        Duration: 13_123_456,
        RequestPath: "/a?x=1",
        level: "info",
        time: "2026-01-05T10:00:00Z",
      }),
      format: "traefik",
      rows: [row("203.0.113.5", "/a", "13.12")],
    },
    "Caddy 2.4": {
      lines: json({
        level: "info",
        ts: 1767607200,
        logger: "http.log.access",
        request: { remote_addr: "203.0.113.5:41342", uri: "/a" },
        common_log: "…",
        duration: 0.000929675,
        status: 200,
      }),
      format: "caddy",
      rows: [row("203.0.113.5", "/a", "0.93")],
    },
    "Caddy with ISO times and durations with units": {
      lines: json({
        ts: "2026-01-05T10:00:00.000Z",
        logger: "http.log.access",
        request: { remote_ip: "203.0.113.5", uri: "/a" },
        duration: "929.675µs",
        status: 200,
      }),
      format: "caddy",
      rows: [row("203.0.113.5", "/a", "0.93")],
    },
    "Envoy Gateway": {
      lines: json({
        start_time: "2026-01-05T10:00:00.000Z",
        "x-envoy-origin-path": "/a?x",
        response_code: 200,
        "x-forwarded-for": "203.0.113.9",
        duration: 13,
        downstream_remote_address: "10.0.0.1:5",
      }),
      format: "envoy-json",
      rows: [row("203.0.113.9", "/a", "13.00")],
    },
    "Filebeat's nginx module": {
      lines: json({
        "@timestamp": "2026-01-05T10:00:00.000Z",
        nginx: { access: { remote_ip_list: ["203.0.113.9"] } },
        source: { ip: "203.0.113.9" },
        http: { response: { status_code: 200 } },
        url: { original: "/a" },
        event: { created: "2026-01-05T10:00:05.000Z" },
      }),
      format: "ecs",
      rows: [row("203.0.113.9", "/a")],
    },
    "Fastify's two lines for a request": {
      lines: json(
        { time: 1767607200123, reqId: "1", req: { url: "/a", remoteAddress: "203.0.113.9" } },
        { time: 1767607200125, reqId: "1", res: { statusCode: 200 }, responseTime: 2.5 },
      ),
      asks: /cannot tell the format/,
    },
  },
  "lines of words": {
    "Envoy's default, one without X-Forwarded-For": {
      lines: [
        `[2026-01-05T10:00:00.000Z] "GET /a?x=1 HTTP/1.1" 200 - 0 135 13 11 "203.0.113.5" "curl" "d209" "httpbin:8000" "172.30.146.73:80"`,
        `[2026-01-05T10:00:01.000Z] "POST /b HTTP/2" 503 UF,URX 0 91 1013 - "-" "curl" "d209" "httpbin:8000" "172.30.146.73:80"`,
      ],
      format: "envoy",
      rows: [row("203.0.113.5", "/a", "13.00")],
      quarantined: 1,
    },
    "HAProxy with TLS's fields behind": {
      lines: [
        `Jan  5 10:00:00 lb haproxy[123]: 203.0.113.5:39164 [05/Jan/2026:10:00:00.000] fe~ be/srv1 0/0/1/44/45 200 1234 - - ---- 1/1/0/0/0 0/0 "GET /a HTTP/2.0" 0/0000000000000000/0/0/0 example.com/TLSv1.3/TLS_AES_256_GCM_SHA384`,
      ],
      format: "haproxy",
      rows: [row("203.0.113.5", "/a", "45.00")],
    },
    "a drain of Heroku": {
      lines: [
        `<158>1 2026-01-05T10:00:00.000000+00:00 host heroku router - at=info method=GET path="/a" host=x.com fwd="203.0.113.9" dyno=web.1 connect=1ms service=18ms status=200 bytes=13 protocol=https`,
      ],
      format: "heroku",
      rows: [row("203.0.113.9", "/a", "19.00")],
    },
    "Uvicorn with the logger's name": {
      lines: [`2026-01-05 10:00:00,000 - uvicorn.access - INFO - 203.0.113.9:50000 - "GET /a HTTP/1.1" 200`],
      format: "uvicorn",
      rows: [row("203.0.113.9", "/a")],
    },
    Hypercorn: {
      lines: [
        `[2026-01-05 10:00:00 +0000] [7] [INFO] 203.0.113.9:50000 - - ${at(0)} "GET /a 1.1" 200 5 "-" "curl"`,
        `[2026-01-05 10:00:00 +0000] [7] [INFO] 203.0.113.9:50000 - - ${at(0)} "GET /b 2" 200 5 "-" "curl"`,
      ],
      rows: [row("203.0.113.9", "/a"), row("203.0.113.9", "/b")],
    },
    "LTSV with nginx's names": {
      lines: [
        "time_iso8601:2026-01-05T19:00:00+09:00\tremote_addr:203.0.113.9\trequest_method:GET\trequest_uri:/a\tstatus:200\trequest_time:0.012",
      ],
      format: "ltsv",
      rows: [row("203.0.113.9", "/a", "12.00")],
    },
    "Nginx Proxy Manager's default host": {
      lines: [`${at(0)} 404 - GET http x.com "/a" [Client 203.0.113.9] [Length 150] [Gzip 3.1] "curl" "-"`],
      format: "nginx-proxy-manager",
      rows: [row("203.0.113.9", "/a", "", 404)],
    },
    "IIS behind a balancer": {
      lines: [
        "#Software: Microsoft Internet Information Services 8.5",
        "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status sc-substatus sc-win32-status time-taken X-Forwarded-For",
        "2026-01-05 10:00:00 10.0.0.2 GET /a - 80 - 10.0.0.9 ELB 200 0 0 36 203.0.113.5,+10.1.1.1",
        "2026-01-05 10:00:00 10.0.0.2 GET /b - 80 - 10.0.0.9 ELB 200 0 0 36 -",
      ],
      format: "w3c",
      rows: [row("203.0.113.5", "/a", "36.00"), row("10.0.0.9", "/b", "36.00")],
    },
    "Squid, a tunnel among its lines": {
      lines: [
        "1767607200.000    145 203.0.113.9 TCP_MISS/200 4512 GET http://www.example.com/a?b=c - HIER_DIRECT/93.184.216.34 text/html",
        "1767607201.123      0 203.0.113.9 TCP_DENIED/407 3912 CONNECT www.example.com:443 - HIER_NONE/- text/html",
      ],
      format: "squid",
      rows: [row("203.0.113.9", "/a", "145.00")],
      quarantined: 1,
    },
    "lines that Loki gives back": {
      lines: json({
        labels: { job: "nginx" },
        line: hit("203.0.113.9 - -", "/a", ""),
        timestamp: "2026-01-05T10:00:01Z",
      }),
      format: "combined",
      rows: [row("203.0.113.9", "/a")],
    },
  },
  "nginx's JSON without escape=json": {
    "quotes, backslashes and bytes beyond ASCII": {
      lines: [
        '{"time":"2026-01-05T10:00:00+00:00","remote_addr":"203.0.113.5","request":"GET /caf\\xC3\\xA9?q=\\x22 HTTP/1.1","status":"200","request_time":"0.012","agent":"\\x22x\\x5C\\x22"}',
        '{"time":"2026-01-05T10:00:00+00:00","remote_addr":"203.0.113.5","request":"GET /a\\xFFb HTTP/1.1","status":"200","request_time":"0.013","agent":"\\x09"}',
        '{"time":"2026-01-05T10:00:00+00:00","remote_addr":"203.0.113.6","request":"\\x16\\x03\\x01","status":"400","request_time":"0.001","agent":"-"}',
      ],
      rows: [row("203.0.113.5", "/café", "12.00"), row("203.0.113.5", "/a%FFb", "13.00")],
      quarantined: 1,
    },
    "a quote in every line": {
      lines: [
        '{"time":"2026-01-05T10:00:00+00:00","remote_addr":"203.0.113.5","request_uri":"/a\\x22b","status":"200"}',
      ],
      rows: ['2026-01-05T10:00:00.000Z,203.0.113.5,"/a""b",200,'],
    },
    "a backslash of escape=json is none of these": {
      lines: [
        String.raw`{"time":"2026-01-05T10:00:00+00:00","remote_addr":"203.0.113.5","request_uri":"/a\\x41","status":"200"}`,
      ],
      rows: [String.raw`2026-01-05T10:00:00.000Z,203.0.113.5,/a\x41,200,`],
    },
  },
  "from public reports of other log readers": {
    "a time in brackets in another form": {
      lines: ["2026-01-05T12:00:00+02:00", "05/Jan/2026:10:00:00.000 +0000", "05/Jan/2026:10:00:00 Z"].map(
        (time, i) => `203.0.113.5 - - [${time}] "GET /${i} HTTP/1.1" 200 612 "-" ${agent} 0.012`,
      ),
      format: "combined",
      rows: [0, 1, 2].map((i) => row("203.0.113.5", `/${i}`, "12.00")),
    },
    "milliseconds in brackets, with a comma, no zone": {
      lines: ["00,123", "01,456"].map(
        (second) => `203.0.113.5 - - [05/Jan/2026:10:00:${second}] "GET /a HTTP/1.1" 200 612`,
      ),
      format: "common",
      rows: [row("203.0.113.5", "/a", "", 200, "00.123"), row("203.0.113.5", "/a", "", 200, "01.456")],
    },
    "AWS's IPv6 clients, whose ports have no brackets before them": {
      lines: ["2001:db8:1:2:3:4:5:6:50718", "2001:db8::7:50718", "[2001:db8::8]:1", "203.0.113.5:1"].map(
        (client) =>
          `h2 2026-01-05T10:00:00.000000Z app/x/1 ${client} 10.0.0.1:80 0.000 0.003 0.000 200 200 29 805 "GET https://a.example.com:443/a HTTP/2.0" "x" - - arn "Root=1" "a" "-" 11 2026-01-05T09:59:59.000000Z "forward" "-" "-" "10.0.0.1:80" "200" "-" "-"`,
      ),
      format: "alb",
      rows: ["2001:db8:1:2:3:4:5:6", "2001:db8::7", "2001:db8::8", "203.0.113.5"].map((client) =>
        row(client, "/a", "3.00"),
      ),
    },
    "the zone of a link-local address": {
      lines: [hit("fe80::1%eth0 - -", "/a", ""), hit("[fe80::2%25eth0]:443 - -", "/b", "")],
      rows: [row("fe80::1", "/a"), row("fe80::2", "/b")],
    },
    "Traefik behind a proxy, its headers kept": {
      lines: json(
        ...["203.0.113.2, 172.16.1.2", "203.0.113.3"].map((header, i) => ({
          ClientHost: "172.16.1.5",
          DownstreamStatus: 200,
          Duration: 13_000_000,
          RequestPath: `/${i}`,
          StartUTC: "2026-01-05T10:00:00Z",
          "request_X-Forwarded-For": header,
        })),
      ),
      format: "traefik",
      rows: [row("203.0.113.2", "/0", "13.00"), row("203.0.113.3", "/1", "13.00")],
    },
    "Logstash behind a proxy": {
      lines: json({
        "@timestamp": "2026-01-05T10:05:00.000Z",
        clientip: "10.0.0.9",
        xforwardedfor: "203.0.113.7",
        timestamp: "05/Jan/2026:10:00:00 +0000",
        verb: "GET",
        request: "/a",
        response: "200",
      }),
      format: "logstash",
      rows: [row("203.0.113.7", "/a")],
    },
    "ECS behind a proxy": {
      lines: json({
        "@timestamp": "2026-01-05T10:00:00.000Z",
        source: { ip: "10.0.0.9" },
        network: { forwarded_ip: "203.0.113.7" },
        http: { response: { status_code: 200 } },
        url: { original: "/a" },
      }),
      format: "ecs",
      rows: [row("203.0.113.7", "/a")],
    },
    "HAProxy behind a proxy, the header captured": {
      lines: ["203.0.113.7", "203.0.113.8, 10.0.0.3", ""].map(
        (header, i) =>
          `10.0.0.9:39164 [05/Jan/2026:10:00:00.000] fe be/srv1 0/0/1/44/45 200 1234 - - ---- 1/1/0/0/0 0/0 {www.example.com|${header}} {nginx} "GET /${i} HTTP/1.1"`,
      ),
      format: "haproxy",
      rows: ["203.0.113.7", "203.0.113.8", "10.0.0.9"].map((client, i) => row(client, `/${i}`, "45.00")),
    },
    "HAProxy, an address that all ask for": {
      lines: [0, 1].map(
        (i) =>
          `203.0.113.${i}:39164 [05/Jan/2026:10:00:00.000] fe be/srv1 0/0/1/44/45 200 1234 - - ---- 1/1/0/0/0 0/0 {198.51.100.9} "GET /${i} HTTP/1.1"`,
      ),
      asks: /^client: on 2 .* the peer, such as "203.0.113.0", or the header captured in place 1, such as "198.51.100.9"/,
      peer: [0, 1].map((i) => row(`203.0.113.${i}`, `/${i}`, "45.00")),
      forwarded: [0, 1].map((i) => row("198.51.100.9", `/${i}`, "45.00")),
    },
    "ingress-nginx before 0.22, the real address in brackets": {
      lines: ["10.244.0.1", "203.0.113.9, 10.244.0.1"].map((real, i) =>
        hit(
          `10.244.0.1 - [${real}] - -`,
          `/\\x22${i}`,
          " 86 0.010 [stage-80] 10.244.0.232:80 2740 - 200 de0d",
        ),
      ),
      rows: [
        '2026-01-05T10:00:00.000Z,10.244.0.1,"/""0",200,10.00',
        '2026-01-05T10:00:00.000Z,203.0.113.9,"/""1",200,10.00',
      ],
    },
    "the same, public peers": {
      lines: [hit("198.51.100.3 - [203.0.113.9] - -", "/\\x22", ""), hit("198.51.100.4 - [-] - -", "/b", "")],
      asks: /^client: on 1 .* the peer, such as "198.51.100.3", or X-Forwarded-For in brackets behind it, such as "203.0.113.9"/,
      peer: ['2026-01-05T10:00:00.000Z,198.51.100.3,"/""",200,', row("198.51.100.4", "/b")],
      forwarded: ['2026-01-05T10:00:00.000Z,203.0.113.9,"/""",200,', row("198.51.100.4", "/b")],
    },
    "a shipper's @timestamp minutes behind the entry's time": {
      lines: json({
        "@timestamp": "2026-01-05T10:05:00Z",
        time: "2026-01-05T10:00:00Z",
        remote_addr: "203.0.113.5",
        path: "/a",
        status: 200,
      }),
      asks: /json says: "@timestamp", such as .*, or "time", such as .* may be the timestamp, .*\(--format FILE.json\), {"kind": "json", "fields": {"timestamp": "time"}}/,
    },
    "two columns of times": {
      lines: [
        "time,logged_at,ip,path,status",
        "2026-01-05T10:00:00Z,2026-01-05T11:00:00Z,203.0.113.5,/a,200",
      ],
      asks: /"time".*"logged_at".* may be the timestamp.*{"kind": "csv", "fields": {"timestamp": "logged_at"}}/,
    },
    "a shipper's @timestamp in the same second": {
      lines: json({
        "@timestamp": "2026-01-05T10:00:00Z",
        time: "2026-01-05T10:00:00.900Z",
        remote_addr: "203.0.113.5",
        path: "/a",
        status: 200,
      }),
      rows: [row("203.0.113.5", "/a")],
    },
    "ingress-nginx's JSON, $request_time under two names, no peer, an empty line": {
      lines: ["0.012", "", "0.013"].map((took, i) =>
        took === ""
          ? "2026-01-05T10:00:00.1Z stdout F"
          : `2026-01-05T10:00:00.1Z stdout F {"time": "2026-01-05T10:00:00+00:00", "remote_addr": "", "x_forwarded_for": "203.0.113.${i}", "request_time": ${took}, "status": 200, "path": "/${i}", "duration": ${took}}`,
      ),
      rows: [row("203.0.113.0", "/0", "12.00"), row("203.0.113.2", "/2", "13.00")],
      quarantined: 1,
    },
    "Azure's application gateway, whose resource looks like a path": {
      lines: json(
        ...["/a", "/b"].map((requestUri) => ({
          timeStamp: "2026-01-05T10:00:00+00:00",
          resourceId: "/SUBSCRIPTIONS/1/APPLICATIONGATEWAYS/T",
          category: "ApplicationGatewayAccessLog",
          properties: { clientIP: "203.0.113.9", requestUri, httpStatus: 200, timeTaken: 0.034 },
        })),
      ),
      rows: [row("203.0.113.9", "/a", "34.00"), row("203.0.113.9", "/b", "34.00")],
    },
    "X-Forwarded-For under a shorter name": {
      lines: json(
        ...["203.0.113.7, 10.0.0.2", "-"].map((x_forwarded) => ({
          time: "2026-01-05T10:00:00Z",
          remote_addr: "10.0.0.1",
          x_forwarded,
          request_uri: "/a",
          status: 200,
        })),
      ),
      rows: [row("203.0.113.7", "/a"), row("10.0.0.1", "/a")],
    },
    "IIS behind Cloudflare": {
      lines: [
        "#Software: Microsoft Internet Information Services 10.0",
        "#Fields: date time cs-method cs-uri-stem c-ip sc-status time-taken X-Forwarded-For CF-Connecting-IP",
        "2026-01-05 10:00:00 GET /a 198.51.100.3 200 3 - 203.0.113.7",
        "2026-01-05 10:00:00 GET /b 10.0.0.3 200 3 203.0.113.8 203.0.113.9",
      ],
      asks: /^client: on 1 .* c-ip, such as "198.51.100.3", or x-forwarded-for, such as "203.0.113.7"/,
      peer: [row("198.51.100.3", "/a", "3.00"), row("10.0.0.3", "/b", "3.00")],
      forwarded: [row("203.0.113.7", "/a", "3.00"), row("203.0.113.8", "/b", "3.00")],
    },
    "Caddy's console encoder, in colours, an error's entry and the server's own": {
      lines: [
        "http.log.access.log0\thandled request\t/a\t200",
        "http.log.access.log0\thandled request\t/b\t502",
        "http.log.error.log0\tno upstreams available\t/b\t502",
      ]
        .map((line) => line.split("\t"))
        .map(
          ([logger, message, uri, status]) =>
            `2026/01/05 10:00:00.123\t\u001b[34mINFO\u001b[0m\t${logger}\t${message}\t{"request": {"remote_ip": "203.0.113.5", "remote_port": "1", "client_ip": "203.0.113.5", "proto": "HTTP/2.0", "method": "GET", "host": "x", "uri": "${uri}", "headers": {}}, "bytes_read": 0, "duration": 0.0125, "size": 12, "status": ${status}, "resp_headers": {}}`,
        )
        .concat(
          '2026/01/05 10:00:00.123\tinfo\tadmin\tadmin endpoint started\t{"address": "localhost:2019"}',
        ),
      format: "caddy",
      rows: [
        row("203.0.113.5", "/a", "12.50", 200, "00.123"),
        row("203.0.113.5", "/b", "12.50", 502, "00.123"),
      ],
      quarantined: 2,
    },
    "nginx's $request beside the $uri that a rewriting made of it": {
      lines: json(
        ...["/a?x=1", "/b"].map((target) => ({
          time: "2026-01-05T10:00:00Z",
          remote_addr: "203.0.113.5",
          uri: "/index.php",
          request: `GET ${target} HTTP/1.1`,
          status: "200",
        })),
      ),
      rows: [row("203.0.113.5", "/a"), row("203.0.113.5", "/b")],
    },
    "a path and a url, which differ": {
      lines: json({
        time: "2026-01-05T10:00:00Z",
        ip: "203.0.113.5",
        path: "/index.php",
        url: "https://www.example.com/a?x=1",
        status: 200,
      }),
      asks: /"path", such as "\/index.php", or "url", such as .* may be the path, and they differ: .*{"kind": "json", "fields": {"endpoint": "path"}}/,
    },
    "a path and a url, which are the same but for the query": {
      lines: json({
        time: "2026-01-05T10:00:00Z",
        ip: "203.0.113.5",
        path: "/a",
        url: "https://www.example.com/a?x=1",
        status: 200,
      }),
      rows: [row("203.0.113.5", "/a")],
    },
    "two statuses, which differ": {
      lines: ["time,ip,path,status,response_code", "2026-01-05T10:00:00Z,203.0.113.5,/a,500,503"],
      asks: /"status", such as "500", or "response_code", such as "503", may be the status.*{"kind": "csv", "fields": {"status_code": "status"}}/,
    },
    "rsyslog's cookie before JSON": {
      lines: json({
        time: "2026-01-05T10:00:00Z",
        remote_addr: "203.0.113.5",
        request: "GET /a HTTP/1.1",
        status: "200",
      }).map((line) => `Jan  5 10:00:01 web1 nginx: @cee: ${line}`),
      rows: [row("203.0.113.5", "/a")],
    },
    "Squid with the names of clients, of which no other format speaks": {
      lines: [
        "1767607200.789      0 rd1.domain.lan TCP_DENIED/403 4335 GET http://a.example/ - HIER_NONE/- text/html",
      ],
      asks: /first 1 lines, which begin "[^;]*; squid says: the client is a host's name, not an IP address: --client-names [^;]*; give one of/,
    },
    "X-Forwarded-For with ports, as Azure's gateway writes it": {
      lines: ["203.0.113.7:4711, 10.0.0.2:80", "203.0.113.8:4712", "-"].map((header, i) =>
        hit("10.0.0.1 - -", `/${i}`, ` "${header}"`),
      ),
      asks: /^client: on 2 of the first 3 lines .*"10.0.0.1", or X-Forwarded-For in field 1 .*"203.0.113.7"/,
      peer: [0, 1, 2].map((i) => row("10.0.0.1", `/${i}`)),
      forwarded: ["203.0.113.7", "203.0.113.8", "10.0.0.1"].map((client, i) => row(client, `/${i}`)),
    },
    "an upstream's public address with its port": {
      lines: [0, 1, 2].map((i) => hit("10.0.0.1 - -", `/${i}`, ` "203.0.113.${i}:8080" 0.012`)),
      rows: [0, 1, 2].map((i) => row("10.0.0.1", `/${i}`, "12.00")),
    },
    "a client's own nonsense in one X-Forwarded-For": {
      lines: Array.from({ length: 12 }, (_, i) =>
        hit("10.0.0.1 - -", "/a", ` "${i === 5 ? "not-known, 203.0.113.9" : `203.0.113.${i}`}"`),
      ),
      rows: Array.from({ length: 12 }, (_, i) => row(`203.0.113.${i}`, "/a")).filter((_, i) => i !== 5),
      quarantined: 1,
    },
    "response times with commas between thousands": {
      lines: ["time,ip,path,status,duration_ms", '2026-01-05T10:00:00Z,203.0.113.5,/a,200,"1,234.5"'],
      asks: /^timeUnit: the numbers of "duration_ms", such as "1,234.5", have a comma/,
    },
    "a drain of Heroku, the bytes of each message before it": {
      lines: [
        "83 <40>1 2026-01-05T10:00:00+00:00 host app web.3 - State changed from starting to up",
        ...["/a", "/b"].map(
          (path) =>
            `290 <158>1 2026-01-05T10:00:00.000000+00:00 host heroku router - at=info method=GET path="${path}" host=x.com fwd="203.0.113.9" dyno=web.1 connect=1ms service=18ms status=200 bytes=13 protocol=https`,
        ),
      ],
      format: "heroku",
      rows: [row("203.0.113.9", "/a", "19.00"), row("203.0.113.9", "/b", "19.00")],
      quarantined: 1,
    },
    "two names with other numbers": {
      lines: json({
        time: "2026-01-05T10:00:00Z",
        ip: "203.0.113.5",
        path: "/a",
        status: 200,
        request_time: 0.012,
        duration: 0.024,
      }),
      asks: /^timeField: .* "request_time", such as "0.012", or "duration", such as "0.024"; say which/,
    },
  },
  "two clients in a line": {
    "nginx's main format, public peers": {
      lines: [
        hit("198.51.100.3 - -", "/a", ' "203.0.113.7, 10.0.0.1"'),
        hit("198.51.100.4 - -", "/b", ' "-"'),
        hit("10.0.0.9 - -", "/c", ' "203.0.113.8"'),
      ],
      asks: /^client: on 1 of the first 3 lines .* the peer, such as "198.51.100.3", or X-Forwarded-For in field 1 .*, such as "203.0.113.7".*--client/,
      peer: [row("198.51.100.3", "/a"), row("198.51.100.4", "/b"), row("10.0.0.9", "/c")],
      forwarded: [row("203.0.113.7", "/a"), row("198.51.100.4", "/b"), row("203.0.113.8", "/c")],
    },
    "nginx's main format, never a header": {
      lines: [hit("198.51.100.3 - -", "/a", ' "-"'), hit("198.51.100.4 - -", "/b", ' "-"')],
      rows: [row("198.51.100.3", "/a"), row("198.51.100.4", "/b")],
    },
    "the header names the peer itself": {
      lines: [hit("198.51.100.3 - -", "/a", ' "198.51.100.3"'), hit("10.0.0.2 - -", "/b", ' "203.0.113.9"')],
      rows: [row("198.51.100.3", "/a"), row("203.0.113.9", "/b")],
    },
    "no quotes, a response time behind, an escaped path": {
      lines: [
        hit("198.51.100.3 - -", "/a\\x22b", " 203.0.113.7, 10.0.0.1 0.012"),
        hit("198.51.100.4 - -", "/b", " - 0.013"),
      ],
      asks: /^client: on 1 .*"198.51.100.3".*"203.0.113.7"/,
      peer: ['2026-01-05T10:00:00.000Z,198.51.100.3,"/a""b",200,12.00', row("198.51.100.4", "/b", "13.00")],
      forwarded: [
        '2026-01-05T10:00:00.000Z,203.0.113.7,"/a""b",200,12.00',
        row("198.51.100.4", "/b", "13.00"),
      ],
    },
    "a field with the header's name": {
      lines: [hit("198.51.100.3 - -", "/a", ' xff="203.0.113.7"'), hit("198.51.100.4 - -", "/b", ' xff="-"')],
      asks: /^client: .*"198.51.100.3".*"203.0.113.7"/,
      peer: [row("198.51.100.3", "/a"), row("198.51.100.4", "/b")],
      forwarded: [row("203.0.113.7", "/a"), row("198.51.100.4", "/b")],
    },
    "a private address of a public peer, which is not its client's own": {
      lines: [hit("198.51.100.3 - -", "/a", ' "192.168.1.7"'), hit("10.0.0.2 - -", "/b", ' "203.0.113.9"')],
      rows: [row("198.51.100.3", "/a"), row("203.0.113.9", "/b")],
    },
    "a virtual host before": {
      lines: [
        hit("www.example.com 198.51.100.3 - -", "/a", ' "203.0.113.7"'),
        hit("www.example.com 198.51.100.4 - -", "/b", ' "-"'),
      ],
      asks: /^client: .*"198.51.100.3".*"203.0.113.7"/,
      peer: [row("198.51.100.3", "/a"), row("198.51.100.4", "/b")],
      forwarded: [row("203.0.113.7", "/a"), row("198.51.100.4", "/b")],
    },
    "the common log": {
      lines: [
        `198.51.100.3 - - ${at(0)} "GET /a HTTP/1.1" 200 5 203.0.113.7`,
        `198.51.100.4 - - ${at(0)} "GET /b HTTP/1.1" 200 5 203.0.113.8`,
      ],
      asks: /^client: on 2 .*"198.51.100.3".*"203.0.113.7"/,
      peer: [row("198.51.100.3", "/a"), row("198.51.100.4", "/b")],
      forwarded: [row("203.0.113.7", "/a"), row("203.0.113.8", "/b")],
    },
    "nginx JSON, few with a header": {
      lines: json(
        ...["-", "-", "-", "203.0.113.7"].map((header, i) => ({
          time_iso8601: "2026-01-05T10:00:00+00:00",
          remote_addr: `198.51.100.${i}`,
          http_x_forwarded_for: header,
          request: `GET /${i} HTTP/1.1`,
          status: "200",
        })),
      ),
      asks: /^client: on 1 of the first 4 lines .* remote_addr, such as "198.51.100.3", or http_x_forwarded_for, such as "203.0.113.7"/,
      peer: [0, 1, 2, 3].map((i) => row(`198.51.100.${i}`, `/${i}`)),
      forwarded: [0, 1, 2].map((i) => row(`198.51.100.${i}`, `/${i}`)).concat(row("203.0.113.7", "/3")),
    },
    "CSV with both columns": {
      lines: [
        "time,remote_addr,x_forwarded_for,path,status",
        '2026-01-05T10:00:00Z,198.51.100.3,"203.0.113.7, 10.0.0.1",/a,200',
        "2026-01-05T10:00:00Z,10.0.0.1,203.0.113.8,/b,200",
      ],
      asks: /^client: .* remote_addr, such as "198.51.100.3", or x_forwarded_for, such as "203.0.113.7"/,
      peer: [row("198.51.100.3", "/a"), row("10.0.0.1", "/b")],
      forwarded: [row("203.0.113.7", "/a"), row("203.0.113.8", "/b")],
    },
    "CSV with both columns, behind a proxy": {
      lines: [
        "time,remote_addr,x_forwarded_for,path,status",
        "2026-01-05T10:00:00Z,10.0.0.1,203.0.113.8,/b,200",
        "2026-01-05T10:00:00Z,10.0.0.1,,/c,200",
      ],
      rows: [row("203.0.113.8", "/b"), row("10.0.0.1", "/c")],
    },
    LTSV: {
      lines: [
        "time:2026-01-05T10:00:00Z\thost:198.51.100.3\tforwardedfor:203.0.113.7\turi:/a\tstatus:200",
        "time:2026-01-05T10:00:00Z\thost:198.51.100.4\tforwardedfor:-\turi:/b\tstatus:200",
      ],
      asks: /^client: .* host, such as "198.51.100.3", or forwardedfor, such as "203.0.113.7"/,
      peer: [row("198.51.100.3", "/a"), row("198.51.100.4", "/b")],
      forwarded: [row("203.0.113.7", "/a"), row("198.51.100.4", "/b")],
    },
    "IIS with X-Forwarded-For": {
      lines: [
        "#Software: Microsoft Internet Information Services 10.0",
        "#Fields: date time cs-method cs-uri-stem c-ip sc-status time-taken X-Forwarded-For",
        "2026-01-05 10:00:00 GET /a 198.51.100.3 200 3 203.0.113.7",
        "2026-01-05 10:00:00 GET /b 198.51.100.4 200 3 -",
      ],
      asks: /^client: .* c-ip, such as "198.51.100.3", or x-forwarded-for, such as "203.0.113.7"/,
      peer: [row("198.51.100.3", "/a", "3.00"), row("198.51.100.4", "/b", "3.00")],
      forwarded: [row("203.0.113.7", "/a", "3.00"), row("198.51.100.4", "/b", "3.00")],
    },
    "Istio's text": {
      lines: [
        `[2026-01-05T10:00:00.000Z] "GET /a HTTP/1.1" 200 - via_upstream - "-" 0 135 4 4 "203.0.113.7" "curl" "84" "h:8000" "127.0.0.1:80" inbound|8000|| 127.0.0.1:41854 10.44.1.27:80 198.51.100.3:37652 outbound_ default`,
      ],
      asks: /^client: .*"198.51.100.3".*X-Forwarded-For.*"203.0.113.7"/,
      peer: [row("198.51.100.3", "/a", "4.00")],
      forwarded: [row("203.0.113.7", "/a", "4.00")],
    },
    pino: {
      lines: json({
        level: 30,
        time: 1767607200000,
        req: { url: "/a", headers: { "x-forwarded-for": "203.0.113.7" }, remoteAddress: "198.51.100.3" },
        res: { statusCode: 200 },
        responseTime: 2.5,
      }),
      asks: /^client: .* req.remoteAddress, such as "198.51.100.3", or req.headers.x-forwarded-for, such as "203.0.113.7"/,
      peer: [row("198.51.100.3", "/a", "2.50")],
      forwarded: [row("203.0.113.7", "/a", "2.50")],
    },
    "Caddy before client_ip, the header among the others": {
      lines: json(
        ...["198.51.100.3", "10.0.0.1"].map((remote_ip, i) => ({
          level: "info",
          ts: 1767607200,
          logger: "http.log.access",
          msg: "handled request",
          request: { remote_ip, uri: `/${i}`, headers: { "X-Forwarded-For": ["203.0.113.7"] } },
          duration: 0.004,
          status: 200,
        })),
      ),
      asks: /^client: on 1 .* request.remote_ip, such as "198.51.100.3", or request.headers.X-Forwarded-For.0, such as "203.0.113.7"/,
      peer: [row("198.51.100.3", "/0", "4.00"), row("10.0.0.1", "/1", "4.00")],
      forwarded: [row("203.0.113.7", "/0", "4.00"), row("203.0.113.7", "/1", "4.00")],
    },
    "inside docker's json-file": {
      lines: [hit("198.51.100.3 - -", "/a", ' "203.0.113.7"'), hit("198.51.100.4 - -", "/b", ' "-"')].map(
        (line) => JSON.stringify({ log: `${line}\n`, stream: "stdout", time: "2026-01-05T10:00:01Z" }),
      ),
      asks: /^client: on 1 of the first 2 lines .*"198.51.100.3".*"203.0.113.7"/,
      peer: [row("198.51.100.3", "/a"), row("198.51.100.4", "/b")],
      forwarded: [row("203.0.113.7", "/a"), row("198.51.100.4", "/b")],
    },
  },
};

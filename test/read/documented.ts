/** Lines as the manuals of products show them (shortened where they are long), and the records that they are. */

/** A format's lines, and the rows of CSV that they make. */
export interface Documented {
  /** What `format` calls it. */
  readonly format: string;
  readonly lines: string[];
  readonly rows: string[];
}

const json = (...objects: object[]) => objects.map((object) => JSON.stringify(object));

export const documented: Record<string, Documented> = {
  // Elastic, "ECS field reference"; Filebeat's nginx module, its expected events
  ecs: {
    format: "ecs",
    lines: json(
      {
        "@timestamp": "2016-12-07T10:04:37.000Z",
        event: { dataset: "nginx.access", duration: 23_450_000 },
        http: {
          request: { method: "GET" },
          response: { body: { bytes: 571 }, status_code: 404 },
          version: "1.1",
        },
        source: { address: "10.0.0.2", ip: "10.0.0.2" },
        url: { original: "/ocelot?x=1", path: "/ocelot" },
        user_agent: { original: "Mozilla/5.0" },
      },
      {
        "@timestamp": "2016-12-07T10:05:07.123Z",
        "http.response.status_code": 200,
        "url.path": "/",
        "source.ip": "2001:db8::2",
        "event.duration": 999_999,
      },
    ),
    rows: [
      "2016-12-07T10:04:37.000Z,10.0.0.2,/ocelot,404,23.45",
      "2016-12-07T10:05:07.123Z,2001:db8::2,/,200,1.00",
    ],
  },
  // Google Cloud, "LogEntry", "HttpRequest": latency "3.5s"
  gcp: {
    format: "gcp",
    lines: json(
      {
        httpRequest: {
          latency: "0.023s",
          remoteIp: "203.0.113.9",
          requestMethod: "GET",
          requestUrl: "https://www.example.com/cart?item=7",
          responseSize: "1220",
          status: 200,
        },
        insertId: "1oek5rg3l3fxj7",
        logName: "projects/my-project/logs/requests",
        receiveTimestamp: "2026-01-05T10:00:01.000Z",
        resource: { type: "http_load_balancer", labels: { project_id: "my-project" } },
        severity: "INFO",
        timestamp: "2026-01-05T10:00:00.123456Z",
      },
      {
        httpRequest: {
          latency: "3.5s",
          remoteIp: "2001:db8::1",
          requestUrl: "http://www.example.com",
          status: 502,
        },
        timestamp: "2026-01-05T10:00:01Z",
      },
    ),
    rows: [
      "2026-01-05T10:00:00.123Z,203.0.113.9,/cart,200,23.00",
      "2026-01-05T10:00:01.000Z,2001:db8::1,/,502,3500.00",
    ],
  },
  // Cloudflare, "Logs: HTTP requests"
  cloudflare: {
    format: "cloudflare",
    lines: json(
      {
        ClientIP: "89.163.242.206",
        ClientRequestHost: "www.theburritobot.com",
        ClientRequestMethod: "GET",
        ClientRequestURI: "/static/img/testimonial-hipster.png?v=2",
        EdgeEndTimestamp: 1506702504461999900,
        EdgeResponseBytes: 69045,
        EdgeResponseStatus: 200,
        EdgeStartTimestamp: 1506702504433000200,
        OriginResponseTime: 28_999_700,
        RayID: "3a6050bcbe121a87",
      },
      {
        ClientIP: "2001:db8::7",
        ClientRequestURI: "/",
        EdgeResponseStatus: 404,
        EdgeStartTimestamp: "2026-01-05T10:00:00Z",
        OriginResponseTime: 0,
      },
    ),
    rows: [
      "2017-09-29T16:28:24.433Z,89.163.242.206,/static/img/testimonial-hipster.png,200,29.00",
      "2026-01-05T10:00:00.000Z,2001:db8::7,/,404,0.00",
    ],
  },
  // AWS, "Set up CloudWatch logging for REST APIs", the JSON example
  "api-gateway": {
    format: "api-gateway",
    lines: json(
      {
        requestId: "x",
        ip: "203.0.113.9",
        caller: "-",
        user: "-",
        requestTime: "05/Jan/2026:10:00:00 +0000",
        httpMethod: "GET",
        resourcePath: "/pets/{id}",
        path: "/prod/pets/1",
        status: "200",
        protocol: "HTTP/1.1",
        responseLength: "612",
        responseLatency: "34",
      },
      {
        ip: "203.0.113.10",
        requestTime: "05/Jan/2026:10:00:01 +0000",
        routeKey: "GET /pets",
        status: "403",
        responseLatency: "-",
      },
    ),
    rows: [
      "2026-01-05T10:00:00.000Z,203.0.113.9,/prod/pets/1,200,34.00",
      "2026-01-05T10:00:01.000Z,203.0.113.10,/pets,403,",
    ],
  },
  // Istio, "Envoy access logs", the JSON example
  "envoy-json": {
    format: "envoy-json",
    lines: json(
      {
        authority: "httpbin:8000",
        bytes_received: 0,
        bytes_sent: 135,
        downstream_local_address: "172.30.209.90:80",
        downstream_remote_address: "172.30.113.19:58188",
        duration: 13,
        method: "GET",
        path: "/status/418?a=b",
        protocol: "HTTP/1.1",
        response_code: 418,
        response_flags: "-",
        start_time: "2020-11-25T21:26:18.409Z",
        upstream_service_time: "11",
        x_forwarded_for: null,
      },
      {
        downstream_remote_address: "172.30.113.19:58188",
        duration: 1200,
        path: "/",
        response_code: 503,
        start_time: "2020-11-25T21:26:19.000Z",
        x_forwarded_for: "203.0.113.9",
      },
    ),
    rows: [
      "2020-11-25T21:26:18.409Z,172.30.113.19,/status/418,418,13.00",
      "2020-11-25T21:26:19.000Z,203.0.113.9,/,503,1200.00",
    ],
  },
  // pino-http, README
  pino: {
    format: "pino",
    lines: json(
      {
        level: 30,
        time: 1531171074631,
        pid: 657,
        hostname: "box",
        req: {
          id: 1,
          method: "GET",
          url: "/?q=1",
          headers: { host: "localhost:3000", "user-agent": "curl/7.54.0", accept: "*/*" },
          remoteAddress: "::1",
          remotePort: 64022,
        },
        res: { statusCode: 200, headers: { "content-length": 13 } },
        responseTime: 2.5,
        msg: "request completed",
      },
      {
        time: 1531171075000,
        req: { url: "/cart", headers: { "x-forwarded-for": "203.0.113.9" }, remoteAddress: "10.0.0.1" },
        res: { statusCode: 500 },
        responseTime: 13,
      },
    ),
    rows: ["2018-07-09T21:17:54.631Z,::1,/,200,2.50", "2018-07-09T21:17:55.000Z,203.0.113.9,/cart,500,13.00"],
  },
  // Logstash, "httpd" patterns: the parsed line of the manual's first example
  logstash: {
    format: "logstash",
    lines: json({
      "@timestamp": "2013-12-11T08:01:45.999Z",
      path: "/var/log/httpd/access_log",
      host: "cadenza",
      clientip: "127.0.0.1",
      ident: "-",
      auth: "-",
      timestamp: "11/Dec/2013:00:01:45 -0800",
      verb: "GET",
      request: "/xampp/status.php?a=b",
      httpversion: "1.1",
      response: "200",
      bytes: "3891",
    }),
    rows: ["2013-12-11T08:01:45.000Z,127.0.0.1,/xampp/status.php,200,"],
  },
  // Fluentd, "nginx parser plugin" and "apache2 parser plugin", their examples of a result
  fluentd: {
    format: "fluentd",
    lines: json(
      {
        time: "28/Feb/2013:12:00:00 +0900",
        remote: "127.0.0.1",
        host: "192.168.0.1",
        user: "-",
        method: "GET",
        path: "/",
        code: "200",
        size: "777",
        referer: "-",
        agent: "Opera/12.0",
      },
      { date: 1362020401.25, host: "192.168.0.1", user: null, method: "GET", path: "/x", code: 304, size: 0 },
    ),
    rows: ["2013-02-28T03:00:00.000Z,127.0.0.1,/,200,", "2013-02-28T03:00:01.250Z,192.168.0.1,/x,304,"],
  },
  // nginx, ngx_http_log_module, escape=json with the names of its variables
  "nginx-json": {
    format: "json",
    lines: json(
      {
        msec: "1767607200.123",
        connection: "8",
        request_length: "142",
        remote_addr: "203.0.113.9",
        remote_user: "",
        time_local: "05/Jan/2026:10:00:00 +0000",
        time_iso8601: "2026-01-05T10:00:00+00:00",
        request: "GET /a?b=c HTTP/1.1",
        request_uri: "/a?b=c",
        status: "200",
        body_bytes_sent: "612",
        http_user_agent: "curl/8.5",
        request_time: "0.023",
        upstream_response_time: "0.022",
        gzip_ratio: "2.31",
      },
      {
        remote_addr: "203.0.113.10",
        time_iso8601: "2026-01-05T10:00:01+00:00",
        request_uri: "/\u00e9",
        status: "502",
        request_time: "60.001",
      },
    ),
    rows: [
      "2026-01-05T10:00:00.000Z,203.0.113.9,/a,200,23.00",
      "2026-01-05T10:00:01.000Z,203.0.113.10,/\u00e9,502,60001.00",
    ],
  },
  // morgan, README: tokens date[iso], remote-addr, method, url, status, response-time
  "a list of JSON": {
    format: "json",
    lines: [
      "[",
      '{"date":"2026-01-05T10:00:00.123Z","remote-addr":"203.0.113.9","method":"GET","url":"/a","status":200,"duration_ms":3.25},',
      '{"date":"2026-01-05T10:00:01.123Z","remote-addr":"203.0.113.9","method":"GET","url":"/b","status":304,"duration_ms":1}',
      "]",
    ],
    rows: [
      "2026-01-05T10:00:00.123Z,203.0.113.9,/a,200,3.25",
      "2026-01-05T10:00:01.123Z,203.0.113.9,/b,304,1.00",
    ],
  },
};

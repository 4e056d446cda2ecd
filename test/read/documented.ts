/** Lines as the manuals of products show them (long ones are shortened), and their records. */

/** A format's lines, and the rows of CSV that they make. */
export interface Documented {
  /** Its name in `format`. */
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

  // ingress-nginx, "Log format"; the second line follows kubernetes/ingress-nginx's e2e logs
  "ingress-nginx": {
    format: "ingress-nginx",
    lines: [
      '192.0.2.3 - - [05/Jan/2026:10:00:00 +0000] "GET /cart?a=b HTTP/1.1" 200 612 "-" "curl/8.5" 152 0.023 [default-web-80] [] 10.1.2.3:8080 612 0.023 200 5d8f6d1c2b3a49f08e7d6c5b4a392817',
      '2001:db8::3 - bob [05/Jan/2026:10:00:01 +0200] "POST /say\\x5Chi HTTP/2.0" 502 150 "https://example.com/" "Mozilla/5.0 (X11)" 1024 60.001 [default-web-80] [] 10.1.2.3:8080, 10.1.2.4:8080 0, 150 60.000, 0.001 504, 502 0a1b2c3d4e5f60718293a4b5c6d7e8f9',
    ],
    rows: [
      "2026-01-05T10:00:00.000Z,192.0.2.3,/cart,200,23.00",
      "2026-01-05T08:00:01.000Z,2001:db8::3,/say\\hi,502,60001.00",
    ],
  },
  // NginxProxyManager/nginx-proxy-manager, log.conf: the formats "proxy" and "standard"
  "nginx-proxy-manager": {
    format: "nginx-proxy-manager",
    lines: [
      '[25/Mar/2021:09:31:50 +0000] - 200 200 - GET https app.example.com "/api/v1?x=1" [Client 203.0.113.9] [Length 17] [Gzip -] [Sent-to 192.168.1.2] "Mozilla/5.0" "-"',
      '[25/Mar/2021:09:31:51 +0000] 404 - GET http localhost-nginx-proxy-manager "/robots.txt" [Client 198.51.100.7] [Length 548] [Gzip -] "Go-http-client/1.1" "-"',
    ],
    rows: [
      "2021-03-25T09:31:50.000Z,203.0.113.9,/api/v1,200,",
      "2021-03-25T09:31:51.000Z,198.51.100.7,/robots.txt,404,",
    ],
  },
  // Microsoft, "W3C logging", with other fields from the middle on
  w3c: {
    format: "w3c",
    lines: [
      "#Software: Microsoft Internet Information Services 10.0",
      "#Version: 1.0",
      "#Date: 2026-01-05 00:00:01",
      "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken",
      "2026-01-05 00:00:01 10.0.0.4 GET /default.htm - 443 - 203.0.113.9 Mozilla/5.0+(X11) - 200 0 0 36",
      "2026-01-05 00:00:02 10.0.0.4 POST /a+b/x.aspx id=7&q=%C3%A9 443 - 203.0.113.9 - - 500 0 64 1236",
      "#Fields: time date c-ip sc-status cs-uri-stem",
      "00:00:03 2026-01-05 2001:db8::4 304 /moved.htm",
    ],
    rows: [
      "2026-01-05T00:00:01.000Z,203.0.113.9,/default.htm,200,36.00",
      "2026-01-05T00:00:02.000Z,203.0.113.9,/a+b/x.aspx,500,1236.00",
      "2026-01-05T00:00:03.000Z,2001:db8::4,/moved.htm,304,",
    ],
  },
  // Microsoft, "Enable diagnostic logging for apps in Azure App Service": web server logs
  "Azure App Service": {
    format: "w3c",
    lines: [
      "#Fields: date time s-sitename cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Cookie) cs(Referer) cs-host sc-status sc-substatus sc-win32-status sc-bytes cs-bytes time-taken",
      "2026-01-05 10:00:00 MYSITE GET / X-ARR-LOG-ID=1f2e 80 - 203.0.113.9 Mozilla/5.0+(X11) - - my.example.com 200 0 0 4521 892 15",
    ],
    rows: ["2026-01-05T10:00:00.000Z,203.0.113.9,/,200,15.00"],
  },
  // AWS, "Standard logging (access logs)": example of a web distribution's log
  "CloudFront, standard": {
    format: "w3c",
    lines: [
      "#Version: 1.0",
      "#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end",
      "2019-12-04\t21:02:31\tLAX1\t392\t192.0.2.100\tGET\td111111abcdef8.cloudfront.net\t/index.html\t200\t-\tMozilla/5.0%20(Windows%20NT%2010.0)\t-\t-\tHit\tSOX4xwn4XV6Q4rgb7XiVGOHms_BGlTAC4KyHmureZmBNrjGdRLiNIQ==\td111111abcdef8.cloudfront.net\thttps\t23\t0.001\t-\tTLSv1.2\tECDHE-RSA-AES128-GCM-SHA256\tHit\tHTTP/2.0\t-\t-\t11040\t0.001\tHit\ttext/html\t78\t-\t-",
      "2019-12-04\t21:02:31\tLAX1\t392\t192.0.2.100\tGET\td111111abcdef8.cloudfront.net\t/a%20b\t502\t-\t-\tq=1\t-\tError\tx==\td111111abcdef8.cloudfront.net\thttps\t23\t30.25\t203.0.113.9,%20192.0.2.100\tTLSv1.2\tECDHE-RSA-AES128-GCM-SHA256\tError\tHTTP/2.0\t-\t-\t11040\t0.001\tError\ttext/html\t78\t-\t-",
    ],
    rows: [
      "2019-12-04T21:02:31.000Z,192.0.2.100,/index.html,200,1.00",
      "2019-12-04T21:02:31.000Z,203.0.113.9,/a%20b,502,30250.00",
    ],
  },
  // AWS, "Real-time logging: fields", all of them in their order
  "cloudfront-realtime": {
    format: "cloudfront-realtime",
    lines: [
      [
        "1767607200.123",
        "203.0.113.9",
        "0.002",
        "200",
        "392",
        "GET",
        "https",
        "d111111abcdef8.cloudfront.net",
        "/view/my/file.html",
        "23",
        "FRA2-C1",
        "SOX4xwn4==",
        "d111111abcdef8.cloudfront.net",
        "0.002",
        "HTTP/2.0",
        "IPv4",
        "curl/8.5",
        "-",
        "-",
        "a=b",
        "Hit",
        "-",
        "TLSv1.3",
        "TLS_AES_128_GCM_SHA256",
        "Hit",
        "-",
        "-",
        "text/html",
        "78",
        "-",
        "-",
        "11040",
        "Hit",
        "DE",
        "gzip",
        "*/*",
        "*",
        "Host:x",
        "Host",
        "2",
        "-",
        "-",
      ].join("\t"),
    ],
    rows: ["2026-01-05T10:00:00.123Z,203.0.113.9,/view/my/file.html,200,2.00"],
  },
  // AWS, "Amazon S3 server access log format", its examples
  s3: {
    format: "s3",
    lines: [
      '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be amzn-s3-demo-bucket1 [06/Feb/2019:00:00:38 +0000] 192.0.2.3 79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be 3E57427F3EXAMPLE REST.GET.VERSIONING - "GET /amzn-s3-demo-bucket1?versioning HTTP/1.1" 200 - 113 - 7 - "-" "S3Console/0.4" - s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234= SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader amzn-s3-demo-bucket1.s3.us-west-1.amazonaws.com TLSV1.2 - -',
      '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be amzn-s3-demo-bucket1 [06/Feb/2019:00:01:57 +0000] 192.0.2.3 79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be DD6CC733AEXAMPLE REST.PUT.OBJECT s3-dg.pdf "PUT /amzn-s3-demo-bucket1/s3-dg.pdf HTTP/1.1" 404 NoSuchKey 297 - 38 - "-" "S3Console/0.4" - 10S62Zv81kBW7BB6SX4XJ48o6kpcl6LPwEoizZQQxJd5qDSCTLX0TgS37kYUBKQW3+bPdrg1234= SigV4 ECDHE-RSA-AES128-SHA AuthHeader amzn-s3-demo-bucket1.s3.us-west-1.amazonaws.com TLSV1.2 - -',
    ],
    rows: [
      "2019-02-06T00:00:38.000Z,192.0.2.3,/amzn-s3-demo-bucket1,200,7.00",
      "2019-02-06T00:01:57.000Z,192.0.2.3,/amzn-s3-demo-bucket1/s3-dg.pdf,404,38.00",
    ],
  },
  // Envoy, "Access logging", example of the default format
  envoy: {
    format: "envoy",
    lines: [
      '[2016-04-15T20:17:00.310Z] "POST /api/v1/locations HTTP/2" 204 - 154 0 226 100 "10.0.35.28" "nsq2http" "cc21d9b0-cf5c-432b-8c7e-98aeb7988cd2" "locations" "tcp://10.0.2.1:80"',
      '[2016-04-15T20:17:01.310Z] "GET /a?b=c HTTP/1.1" 503 UF 0 91 3 - "2001:db8::1" "-" "cc21d9b0-cf5c-432b-8c7e-98aeb7988cd3" "locations" "-"',
    ],
    rows: [
      "2016-04-15T20:17:00.310Z,10.0.35.28,/api/v1/locations,204,226.00",
      "2016-04-15T20:17:01.310Z,2001:db8::1,/a,503,3.00",
    ],
  },
  // Istio, "Envoy access logs", the inbound example
  istio: {
    format: "envoy",
    lines: [
      '[2020-11-25T21:26:18.409Z] "GET /status/418 HTTP/1.1" 418 - via_upstream - "-" 0 135 3 1 "-" "curl/7.73.0-DEV" "84961386-6d84-929d-98bd-c5aee93b5c88" "httpbin:8000" "127.0.0.1:80" inbound|8000|| 127.0.0.1:41854 10.44.1.27:80 10.44.1.23:37652 outbound_.8000_._.httpbin.foo.svc.cluster.local default',
    ],
    rows: ["2020-11-25T21:26:18.409Z,10.44.1.23,/status/418,418,3.00"],
  },
  // Heroku, "HTTP routing": router log format; "Error codes": H12
  heroku: {
    format: "heroku",
    lines: [
      '2012-10-11T03:47:20+00:00 heroku[router]: at=info method=GET path="/a?b=c" host=example-app-1234567890ab.heroku.com request_id=8601b555-6a83-4c12-8269-97c8e32cdb22 fwd="204.204.204.204" dyno=web.1 connect=1ms service=18ms status=200 bytes=13 tls_version=tls1.1 protocol=http',
      '2010-10-06T21:51:37-07:00 heroku[router]: at=error code=H12 desc="Request timeout" method=GET path=/ host=myapp.herokuapp.com request_id=8601b555-6a83-4c12-8269-97c8e32cdb22 fwd="17.17.17.17, 204.204.204.204" dyno=web.1 connect= service=30001ms status=503 bytes=0 protocol=https',
    ],
    rows: [
      "2012-10-11T03:47:20.000Z,204.204.204.204,/a,200,19.00",
      "2010-10-07T04:51:37.000Z,17.17.17.17,/,503,30001.00",
    ],
  },
  // Uvicorn, uvicorn/logging.py, with asctime in the logging configuration, and under Gunicorn
  uvicorn: {
    format: "uvicorn",
    lines: [
      '2026-01-05 10:00:00,123 INFO:     127.0.0.1:54321 - "GET /items/5?q=1 HTTP/1.1" 200 OK',
      '[2026-01-05 10:00:01 +0000] [12] [INFO] 203.0.113.9:54321 - "GET /items/5 HTTP/1.1" 404 Not Found',
    ],
    rows: [
      "2026-01-05T10:00:00.123Z,127.0.0.1,/items/5,200,",
      "2026-01-05T10:00:01.000Z,203.0.113.9,/items/5,404,",
    ],
  },
  // CPython, Lib/http/server.py; Werkzeug, serving.py, with the colours that it writes to a terminal
  werkzeug: {
    format: "werkzeug",
    lines: [
      '127.0.0.1 - - [05/Jan/2026 10:00:00] "GET /a?x=1 HTTP/1.1" 200 -',
      'INFO:werkzeug:203.0.113.9 - - [05/Jan/2026 10:00:01] "POST /b HTTP/1.1" 500 -',
      '203.0.113.9 - - [05/Jan/2026 10:00:02] "\x1b[33mGET /nothing HTTP/1.1\x1b[0m" 404 -',
    ],
    rows: [
      "2026-01-05T10:00:00.000Z,127.0.0.1,/a,200,",
      "2026-01-05T10:00:01.000Z,203.0.113.9,/b,500,",
      "2026-01-05T10:00:02.000Z,203.0.113.9,/nothing,404,",
    ],
  },
  // Squid, "Features/LogFormat"
  squid: {
    format: "squid",
    lines: [
      "1286536309.450    921 192.168.0.68 TCP_MISS/200 507 POST http://rcv-srv37.inplay.tubemogul.co/services?a=1 - DIRECT/174.129.41.128 application/xml",
      "1286536310.007      0 192.168.0.69 NONE/400 3891 GET / - HIER_NONE/- text/html",
    ],
    rows: [
      "2010-10-08T11:11:49.450Z,192.168.0.68,/services,200,921.00",
      "2010-10-08T11:11:50.007Z,192.168.0.69,/,400,0.00",
    ],
  },
  // ltsv.org, the example and the recommended labels
  ltsv: {
    format: "ltsv",
    lines: [
      "host:127.0.0.1\tident:-\tuser:frank\ttime:[10/Oct/2000:13:55:36 -0700]\treq:GET /apache_pb.gif HTTP/1.0\tstatus:200\tsize:2326\treferer:http://www.example.com/start.html\tua:Mozilla/4.08 [en] (Win98; I ;Nav)\treqtime:0.654",
      "time:2026-01-05T10:00:00+00:00\thost:10.0.0.1\tforwardedfor:203.0.113.9\tmethod:GET\turi:/list?p=2\tstatus:404\treqtime:-",
    ],
    rows: [
      "2000-10-10T20:55:36.000Z,127.0.0.1,/apache_pb.gif,200,654.00",
      "2026-01-05T10:00:00.000Z,203.0.113.9,/list,404,",
    ],
  },
  // Gunicorn, "access_log_format": its default; Tomcat, "Access Log Valve": the pattern combined
  "gunicorn and Tomcat": {
    format: "combined",
    lines: [
      '127.0.0.1 - - [05/Jan/2026:10:00:00 +0000] "GET /a HTTP/1.1" 200 12 "-" "curl/8.5"',
      '203.0.113.9 - tomcat [05/Jan/2026:10:00:01 +0000] "GET /manager/html?a=b HTTP/1.1" 401 - "-" "Mozilla/5.0"',
    ],
    rows: [
      "2026-01-05T10:00:00.000Z,127.0.0.1,/a,200,",
      "2026-01-05T10:00:01.000Z,203.0.113.9,/manager/html,401,",
    ],
  },
};

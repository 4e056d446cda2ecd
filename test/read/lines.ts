/** Example lines for each reader, from the makers of servers and their manuals. */
import { readFileSync } from "node:fs";

const data = (name: string) => new URL(`../../data/${name}`, import.meta.url);
const linesOf = (name: string) => readFileSync(data(name), "utf8").trimEnd().split("\n");

const haproxy = linesOf("haproxy_excerpt.log");
const combined = linesOf("apache_excerpt.log");
/** The combined line without referrer and user agent: what `LogFormat "%h %l %u %t \"%r\" %>s %b"` writes. */
const common = combined.slice(0, 60).map((line) => line.split('"').slice(0, 3).join('"').trimEnd());

export const samples: Record<string, string[]> = {
  haproxy,
  combined,
  common,
  // nginx: log_format … '… "$http_user_agent" rt=$request_time ut="$upstream_response_time"'
  timed: combined
    .filter((line) => line.endsWith('"'))
    .slice(0, 60)
    .map((line, i) => `${line} rt=${(i * 0.017).toFixed(3)} ut="${(i * 0.016).toFixed(3)}"`),
  // AWS, "Access logs for your Classic Load Balancer", examples
  elb: [
    '2015-05-13T23:39:43.945958Z my-loadbalancer 192.168.131.39:2817 10.0.0.1:80 0.000073 0.001048 0.000057 200 200 0 29 "GET http://www.example.com:80/ HTTP/1.1" "curl/7.38.0" - -',
    '2015-05-13T23:39:43.945958Z my-loadbalancer 192.168.131.39:2817 10.0.0.1:80 0.000086 0.001048 0.001337 200 200 0 57 "GET https://www.example.com:443/a/b?c=d HTTP/1.1" "curl/7.38.0" DHE-RSA-AES128-SHA TLSv1.2',
    '2015-05-13T23:39:43.945958Z my-loadbalancer 192.168.131.39:2817 - -1 -1 -1 503 0 0 0 "GET http://www.example.com:80/ HTTP/1.1" "-" - -',
  ],
  // AWS, "Access logs for your Application Load Balancer", examples
  alb: [
    'http 2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 192.168.131.39:2817 10.0.0.1:80 0.000 0.001 0.000 200 200 34 366 "GET http://www.example.com:80/ HTTP/1.1" "curl/7.46.0" - - arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067 "Root=1-58337262-36d228ad5d99923122bbe354" "-" "-" 0 2018-07-02T22:22:48.364000Z "forward" "-" "-" "10.0.0.1:80" "200" "-" "-"',
    'https 2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 192.168.131.39:2817 10.0.0.1:80 0.086 0.048 0.037 200 200 0 57 "GET https://www.example.com:443/orders/7 HTTP/1.1" "curl/7.46.0" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067 "Root=1-58337281-1d84f3d73c47ec4e58577259" "www.example.com" "arn:aws:acm:us-east-2:123456789012:certificate/12345678-1234-1234-1234-123456789012" 1 2018-07-02T22:22:48.364000Z "authenticate,forward" "-" "-" "10.0.0.1:80" "200" "-" "-"',
    'h2 2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 10.0.1.252:48160 10.0.0.66:9000 0.000 0.002 0.000 200 200 5 257 "GET https://10.0.2.105:773/ HTTP/2.0" "curl/7.46.0" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067 "Root=1-58337327-72bd00b0343d75b906739c42" "-" "-" 1 2018-07-02T22:22:48.364000Z "redirect" "https://example.com:80/" "-" "10.0.0.66:9000" "200" "-" "-"',
  ],
  // Caddy, "How Logging Works", an access log entry, shortened
  caddy: [
    '{"level":"info","ts":1646861401.5241024,"logger":"http.log.access","msg":"handled request","request":{"remote_ip":"127.0.0.1","remote_port":"41342","client_ip":"127.0.0.1","proto":"HTTP/2.0","method":"GET","host":"localhost","uri":"/a?b=c","headers":{"User-Agent":["curl/7.82.0"],"Accept":["*/*"]},"tls":{"resumed":false,"version":772,"cipher_suite":4865,"proto":"h2","server_name":"example.com"}},"bytes_read":0,"user_id":"","duration":0.000929675,"size":10900,"status":200,"resp_headers":{"Server":["Caddy"]}}',
    '{"level":"error","ts":1646861403.25,"logger":"http.log.access","msg":"handled request","request":{"remote_ip":"2001:db8::1","remote_port":"1","client_ip":"2001:db8::1","proto":"HTTP/1.1","method":"POST","host":"localhost","uri":"/caf\\u00e9/\\"x\\""},"duration":1.5e-05,"size":0,"status":502}',
  ],
  // Traefik, "Access logs", JSON
  traefik: [
    '{"ClientAddr":"10.0.0.9:50010","ClientHost":"10.0.0.9","ClientPort":"50010","ClientUsername":"-","DownstreamContentSize":415,"DownstreamStatus":200,"Duration":1234567,"OriginDuration":1200000,"RequestHost":"localhost","RequestMethod":"GET","RequestPath":"/whoami","RequestProtocol":"HTTP/1.1","RouterName":"whoami@docker","StartUTC":"2024-01-02T03:04:05.123456789Z","level":"info","msg":"","time":"2024-01-02T03:04:05Z"}',
    '{"ClientHost":"10.0.0.9","DownstreamStatus":404,"Duration":99,"RequestPath":"/x?y=z","StartUTC":"2024-01-02T03:04:06Z"}',
  ],
  json: [
    '{"timestamp":"2026-01-05T00:00:00.123Z","ip_address":"203.0.113.9","endpoint":"/cart","status_code":200,"response_time_ms":63.07}',
    '{"timestamp":"2026-01-05T00:00:01.000Z","ip_address":"203.0.113.9","endpoint":"/a,b","status_code":503,"response_time_ms":null}',
  ],
  csv: [
    "status;client_ip;request;time;latency_ms",
    '200;203.0.113.9:4711;"GET /a;b?c HTTP/1.1";2026-01-05 10:00:00,123;1.25',
    '404;"2001:db8::1";"/say ""hi""";2026-01-05T10:00:01+02:00;-',
    "500;203.0.113.10;/x;1767607200.5;12",
  ],
};

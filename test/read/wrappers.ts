/** Ways to wrap a line, as what writes them shows it. */
export const wrappers: Record<string, (line: string) => string> = {
  // Docker, "JSON File logging driver"
  "Docker's json-file": (line) =>
    JSON.stringify({ log: `${line}\n`, stream: "stdout", time: "2026-01-05T10:00:00.123456789Z" }),
  // Kubernetes, "CRI: Log management for container stdout/stderr streams"
  CRI: (line) => `2016-10-06T00:17:09.669794202Z stdout F ${line}`,
  "docker compose logs": (line) => `web-1  | ${line}`,
  "kubectl logs --prefix": (line) => `[pod/web-7f9c/nginx] ${line}`,
  "docker logs --timestamps": (line) => `2016-10-06T00:17:09.669794202Z ${line}`,
  // journalctl(1)
  "journalctl -o short": (line) => `Jan  5 10:00:00 web1 nginx[812]: ${line}`,
  "journalctl -o short-precise": (line) => `Jan 05 10:00:00.123456 web1 nginx[812]: ${line}`,
  "journalctl -o short-iso": (line) => `2026-01-05T10:00:00+0000 web1 nginx[812]: ${line}`,
  "journalctl -o json": (line) =>
    JSON.stringify({ __CURSOR: "s=1", __REALTIME_TIMESTAMP: "1767607200123456", _PID: "812", MESSAGE: line }),
  "syslog, RFC 3164": (line) => `<190>Jan  5 10:00:00 web1 nginx: ${line}`,
  "syslog without a host": (line) => `<190>Jan  5 10:00:00 nginx: ${line}`,
  "rsyslog's files": (line) => `2026-01-05T10:00:00.123456+00:00 web1 nginx[812]: ${line}`,
  "syslog, RFC 5424": (line) => `<165>1 2003-10-11T22:14:15.003Z web1 nginx 812 ID47 - ${line}`,
  "syslog, RFC 5424, with data": (line) =>
    `<165>1 2003-10-11T22:14:15.003Z web1 nginx - - [a@1 b="\\]"][c@2 d="e"] \ufeff${line}`,
  "Fluentd's out_file": (line) => `2026-01-05T10:00:00+00:00\tnginx.access\t${line}`,
  "a shipper's message": (line) =>
    JSON.stringify({ "@timestamp": "2026-01-05T10:00:00.000Z", host: { name: "web1" }, message: line }),
  "Docker's json-file in the journal": (line) =>
    wrappers["journalctl -o short"](wrappers["Docker's json-file"](line)),
};

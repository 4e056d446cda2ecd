import { combinedParts, type Pattern } from "../pattern.js";
import { hostOf } from "./site.js";

/**
 * Apache's combined log with the virtual host and its port first, Debian's `vhost_combined`:
 * `www.example.com:443 203.0.113.9 - - [05/Jan/2026:00:22:28 +0000] "GET /cart HTTP/1.1" 200 5316 "…" "Mozilla/5.0 …"`.
 * Source: Debian, apache2.conf: `LogFormat "%v:%p %h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\""`.
 */
export const vhostCombined: Pattern = {
  parts: [{ outcome: hostOf }, ":443 ", ...combinedParts],
};

// bash's own completion, run as at the Tab key.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const bin = fileURLToPath(new URL("../../lib/bin/server-logs.js", import.meta.url));

/** What bash offers behind a line. */
function offered(line: string): string[] {
  const script = `
    server-logs() { "$NODE" "$BIN" "$@"; }
    eval "$(server-logs completion bash)"
    read -ra COMP_WORDS <<< "$LINE"
    [[ "$LINE" == *" " ]] && COMP_WORDS+=("")
    COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
    _server_logs
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const env = { ...process.env, NODE: process.execPath, BIN: bin, LINE: line };
  return execFileSync("bash", ["-c", script], { env, encoding: "utf8" }).trim().split("\n");
}

it.each([
  ["server-logs gen", ["generate"]],
  ["server-logs spark ", ["generate", "check"]],
  ["server-logs generate --scenario mob", ["mobile-api"]],
  ["server-logs generate --incidents outage slow", ["slow_leak"]],
  ["server-logs generate --format combined-", ["combined-timed"]],
  ["server-logs read --format squ", ["squid"]],
  ["server-logs ask failing_", ["failing_endpoints"]],
  ["server-logs ask overview --on a.log --cs", ["--csv"]],
  ["server-logs read ", [""]], // files, by bash itself
])("%s", (line, words) => {
  expect(offered(line)).toEqual(words);
});

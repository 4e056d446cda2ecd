// bash's own completion, run as at the Tab key.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const bin = fileURLToPath(new URL("../../lib/bin/server-logs.js", import.meta.url));

const offers: [line: string, words: string[]][] = [
  ["server-logs gen", ["generate"]],
  ["server-logs spark ", ["generate", "check"]],
  ["server-logs generate --scenario mob", ["mobile-api"]],
  ["server-logs generate --incidents outage slow", ["slow_leak"]],
  ["server-logs generate --format combined-", ["combined-timed"]],
  ["server-logs read --format squ", ["squid"]],
  ["server-logs ask failing_", ["failing_endpoints"]],
  ["server-logs ask overview --on a.log --cs", ["--csv"]],
  ["server-logs read ", [""]], // files, by bash itself
];

it("bash offers what can follow each line", () => {
  const script = `
    server-logs() { "$NODE" "$BIN" "$@"; }
    eval "$(server-logs completion bash)"
    for LINE in "$@"; do
      read -ra COMP_WORDS <<< "$LINE"
      [[ "$LINE" == *" " ]] && COMP_WORDS+=("")
      COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
      _server_logs
      echo "$LINE: \${COMPREPLY[@]}"
    done`;
  const env = { ...process.env, NODE: process.execPath, BIN: bin };
  const lines = offers.map(([line]) => line);
  const said = execFileSync("bash", ["-c", script, "bash", ...lines], { env, encoding: "utf8" });
  expect(said.slice(0, -1).split("\n")).toEqual(offers.map(([line, words]) => `${line}: ${words.join(" ")}`));
});

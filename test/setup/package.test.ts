// The package as others install it: packed, alone, in an empty folder, without what only notebooks need.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fill, project, temporaryFolder } from "./fixture.js";

test("the command line and the library work from a packed file, light to install", () => {
  const folder = temporaryFolder();
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  fill(folder, { "package.json": JSON.stringify({ private: true }) });
  run("npm", "pack", "--ignore-scripts", "--silent", "--pack-destination", folder, join(project, "lib"));
  const [packed] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  run("npm", "install", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", `./${packed}`);
  const installed = readdirSync(join(folder, "node_modules"));
  for (const heavy of ["danfojs-node", "jsdom", "plotly", "@tensorflow"])
    expect(installed).not.toContain(heavy);
  expect(Number(run("du", "-sm", "node_modules").split("\t")[0])).toBeLessThan(100); // MB, 71 of them DuckDB

  const { version } = JSON.parse(readFileSync(join(project, "lib/package.json"), "utf8"));
  expect(run("npx", "--no-install", "server-logs", "--version")).toBe(`${version}\n`);
  run("npx", "--no-install", "server-logs", "generate", "--rows", "100", "--out", "a.csv");
  const answer = run("npx", "--no-install", "server-logs", "ask", "overview", "--on", "a.csv", "--json");
  expect(JSON.stringify(JSON.parse(answer))).toContain("100");

  const script = `import { generate, ask } from "server-logs";
const log = await generate({ rows: 10 });
console.log(log.records, await ask("overview", log).catch((error) => error.message));`;
  expect(run("node", "--input-type=module", "--eval", script)).toMatch(
    /^10 frames and charts need the package danfojs-node, which is not installed: npm install danfojs-node@/,
  );
});

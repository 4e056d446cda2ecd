// The package as others install it: packed, alone, in an empty folder, without what only notebooks need.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
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
  const command = join(folder, "node_modules/.bin/server-logs"); // what npx starts, without npm's own half second
  run(command, "generate", "--rows", "100", "--out", "a.csv");
  const answer = run(command, "ask", "overview", "--on", "a.csv", "--json");
  expect(JSON.stringify(JSON.parse(answer))).toContain("100");

  for (const file of ["README.md", "LICENSE", "CHANGELOG.md", "FORMATS.md", "docs/stream.md"])
    expect(existsSync(join(folder, "node_modules/server-logs", file)), file).toBe(true);

  // What only notebooks need is asked for before any work, all of it at once, in a command that installs it.
  const script = `import { generate, ask, validate } from "server-logs";
const log = await generate({ rows: 10 });
for (const verb of [(log) => ask("overview", log), validate])
  console.log(log.records, await verb(log).catch((error) => error.message));`;
  expect(run("node", "--input-type=module", "--eval", script)).toBe(
    "10 frames need the package danfojs-node, not installed here: npm install danfojs-node@1.2.0\n".repeat(2),
  );
  const drawn = (file: string) => {
    const args = ["ask", "status_codes", "--on", "a.csv", "--chart", file];
    return spawnSync(command, args, { cwd: folder, encoding: "utf8" });
  };
  expect(drawn("a.png")).toMatchObject({
    status: 2,
    stdout: "",
    stderr: expect.stringContaining(
      "need the packages plotly, jsdom, @resvg/resvg-js, @expo-google-fonts/open-sans, not installed here: npm install plotly@npm:plotly.js-dist-min@4.1.2 jsdom@27.3.0 @resvg/resvg-js@2.6.2 @expo-google-fonts/open-sans@0.4.2\n",
    ),
  });
  expect(drawn("a.html").stderr).toContain("need the package plotly,");
  // The package's own README says the same commands.
  const readme = readFileSync(join(folder, "node_modules/server-logs/README.md"), "utf8");
  const { peerDependencies } = JSON.parse(readFileSync(join(project, "lib/package.json"), "utf8"));
  for (const [name, pin] of Object.entries(peerDependencies)) expect(readme).toContain(`${name}@${pin}`);
});

// `npm start`: makes the data file if it is missing, then opens JupyterLab at the front-door notebook.
import { spawn } from "node:child_process";
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:net";
import { relative } from "node:path";
import { parseArgs } from "node:util";
import { Fault } from "./fault.js";
import { jupyterEnvironment } from "./kernel.js";
import { here, python, root } from "./project.js";
import { ended, runTool, say } from "./tool.js";

const notebook = "notebooks/generate_logs.ipynb";
const data = here("data", "server_logs.csv");
const usage = "use `npm start -- [--no-browser] [--port N]`";
export const help = `Usage: npm start -- [options]

Sets everything up, makes data/server_logs.csv where it is missing, and serves the notebooks in JupyterLab on
127.0.0.1, until Ctrl-C.

Options:
  --port N      the port, from 1 to 65535; without it 8888 or the next free one
  --no-browser  opens no browser; the address is printed
  -h, --help    shows this`;
const firstPort = 8888;

/**
 * The options of `npm start`, checked before anything happens; undefined if help is requested.
 * @throws {Fault} with exit code 2
 */
export function parseStartOptions(args) {
  const options = {
    "no-browser": { type: "boolean" },
    port: { type: "string" },
    help: { type: "boolean", short: "h" },
  };
  let values;
  try {
    ({ values } = parseArgs({ args, options, allowPositionals: false }));
  } catch (error) {
    throw new Fault(`${error.message.split(/[.\n]/)[0]}: ${usage}.`, 2);
  }
  if (values.help) return undefined;
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(/^\d+$/.test(values.port) && port >= 1 && port <= 65535)) {
    throw new Fault(`--port must be a whole number from 1 to 65535, not ${JSON.stringify(values.port)}.`, 2);
  }
  return { browser: !values["no-browser"], port };
}

/**
 * Serves JupyterLab until Ctrl-C.
 * @param {{ browser: boolean, port: number | undefined }} options without a port: 8888, or the next free one
 */
export async function start({ browser, port }) {
  const chosen = await freePort(port);
  if (!existsSync(data)) await makeData();
  say(`Data: ${relative(root, data)} holds ${(await countRecords(data)).toLocaleString("en")} records.`);

  say(`JupyterLab starts on port ${chosen} and prints its address, with the token. Ctrl-C ends it.`);
  // Its standard input is a pipe that nobody writes to. When the pipe ends, Jupyter knows that this process is gone,
  // even after kill -9.
  const jupyter = spawn(
    python,
    [
      "-m",
      "jupyterlab",
      `--config=${here("notebooks", "setup", "jupyter_server_config.py")}`,
      `--ServerApp.root_dir=${root}`,
      `--ServerApp.port=${chosen}`,
      `--ServerApp.open_browser=${browser ? "True" : "False"}`,
      `--LabApp.default_url=/lab/tree/${notebook}`,
    ],
    { cwd: root, env: jupyterEnvironment(), stdio: ["pipe", "inherit", "inherit"], detached: true },
  );
  const { interrupted, error, code } = await ended(jupyter, 10_000);
  if (interrupted) say("JupyterLab and its kernels have ended.");
  else if (error || code !== 0) {
    throw new Fault(
      `JupyterLab ended by itself (${error?.code ?? `exit code ${code}`}): its own words are above.`,
    );
  }
}

async function makeData() {
  const command = [process.execPath, here("lib", "bin", "server-logs.js"), "generate"];
  await runTool("server-logs generate", [...command, "--rows", "1000", "--seed", "42", "--out", data]);
}

/** The number of records in a CSV file: its lines without the header. Line ends inside quotes do not count. */
async function countRecords(path) {
  let lines = 0;
  let quoted = false;
  for await (const chunk of createReadStream(path)) {
    for (const byte of chunk) {
      if (byte === 0x22) quoted = !quoted;
      else if (byte === 0x0a && !quoted) lines++;
    }
  }
  return Math.max(0, lines - 1);
}

/** The requested port, or the first free one from 8888 on. */
async function freePort(asked) {
  if (asked !== undefined) {
    const trouble = await troubleWith(asked);
    if (!trouble) return asked;
    if (trouble === "EACCES") {
      throw new Fault(
        `Port ${asked} is reserved for the system: choose one from 1024 on, as in \`npm start -- --port 8889\`.`,
      );
    }
    const other = asked < 65535 ? asked + 1 : firstPort;
    throw new Fault(
      `Port ${asked} is taken by another program: end that, or choose another port, as in \`npm start -- --port ${other}\`.`,
    );
  }
  for (let port = firstPort; port < firstPort + 100; port++) if (!(await troubleWith(port))) return port;
  throw new Fault(
    `The ports from ${firstPort} to ${firstPort + 99} are all taken: choose another, as in \`npm start -- --port 9999\`.`,
  );
}

function troubleWith(port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", (error) => resolve(error.code));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(undefined)));
  });
}

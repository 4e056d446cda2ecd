// `npm run notebooks`: every notebook through the real kernel.
import { spawn } from "node:child_process";
import { Fault, Interrupted } from "./fault.js";
import { jupyterEnvironment } from "./kernel.js";
import { here, python, root } from "./project.js";
import { ended } from "./tool.js";

/** Hands the arguments (`--check`, `--times`, paths) to execute_notebooks.py and takes over its exit code. */
export async function runNotebooks(args) {
  const script = here("notebooks", "setup", "execute_notebooks.py");
  const child = spawn(python, [script, ...args], {
    cwd: root,
    env: jupyterEnvironment(),
    stdio: ["ignore", "inherit", "inherit"],
    detached: true,
  });
  const { interrupted, error, code } = await ended(child, 10_000);
  if (interrupted) throw new Interrupted();
  if (error) throw new Fault(`The notebooks cannot be executed: ${error.message}.`);
  if (code !== 0) throw new Fault("", code ?? 1);
}

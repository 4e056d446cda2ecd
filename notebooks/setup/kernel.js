// What Jupyter needs to know about this project: its TypeScript kernel, and that it must not fetch news.
import { here, textOf, writeWhole } from "./project.js";
import { pythonEnvironment } from "./python.js";

const share = (...path) => here(".venv", "share", "jupyter", ...path);

export const kernel = {
  name: "kernel",
  says: "the TypeScript kernel is made known to JupyterLab",

  inPlace() {
    return files().every(([path, text]) => textOf(path) === text);
  },

  async perform() {
    for (const [path, text] of files()) writeWhole(path, text);
  },
};

function files() {
  const json = (value) => `${JSON.stringify(value, null, 2)}\n`;
  return [
    [share("kernels", "tslab", "kernel.json"), json(kernelSpec())],
    // Node takes the project's scripts for ES modules, but Jupyter's own scripts are not.
    [here(".venv", "package.json"), json({ type: "commonjs" })],
    [share("lab", "settings", "overrides.json"), json(labSettings)],
  ];
}

/** The kernel: the project's own tslab, on the Node that ran this set-up. */
function kernelSpec() {
  return {
    argv: [
      process.execPath,
      "--require", // first, because its thread has the most to do
      here("notebooks", "setup", "compiler.cjs"),
      "--require",
      here("notebooks", "setup", "publish-all.cjs"),
      "--no-deprecation", // danfojs' packages use deprecated functions of Node; a cell should not show the warnings
      here("node_modules", "tslab", "bin", "tslab"),
      "kernel",
      "--config-path",
      "{connection_file}",
    ],
    display_name: "TypeScript",
    language: "typescript",
    // Danfo's date accessors use local time, and a log is in UTC.
    env: { TZ: "UTC", NODE_COMPILE_CACHE: here(".cache", "compile") },
  };
}

/**
 * JupyterLab asks on its first start whether it may fetch news. The answer is no. Long lines of code are wrapped, as a
 * reader cannot see what is cut off.
 */
const labSettings = {
  "@jupyterlab/apputils-extension:notification": { fetchNews: "false", checkForUpdates: false },
  "@jupyterlab/notebook-extension:tracker": { codeCellConfig: { lineNumbers: false, lineWrap: true } },
};

/**
 * The environment in which Jupyter reads and writes nothing of the user's own Jupyter. Its compiled code is kept, in the
 * project's folder, also for a user who has Python keep none: it then starts in half the time.
 */
export function jupyterEnvironment() {
  const env = pythonEnvironment();
  for (const name of Object.keys(env)) if (/^(JUPYTER|npm_)/i.test(name)) delete env[name];
  delete env.PYTHONDONTWRITEBYTECODE;
  return {
    ...env,
    PATH: `${here(".venv", "bin")}:${env.PATH}`,
    VIRTUAL_ENV: here(".venv"),
    PYTHONPYCACHEPREFIX: here(".cache", "bytecode"),
    JUPYTER_CONFIG_DIR: here(".cache", "jupyter", "config"),
    JUPYTER_DATA_DIR: here(".cache", "jupyter", "data"),
    JUPYTER_RUNTIME_DIR: here(".cache", "jupyter", "runtime"),
    JUPYTER_PREFER_ENV_PATH: "1",
    JUPYTER_NO_CONFIG: "1",
  };
}

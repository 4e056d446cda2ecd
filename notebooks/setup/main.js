// The commands behind the npm scripts: set-up, start, tests, notebooks.
import { Fault, Interrupted } from "./fault.js";
import { runNotebooks } from "./notebooks.js";
import { setUp } from "./setup.js";
import { help, parseStartOptions, start } from "./start.js";

const commands = {
  /** Everything: packages, build, Python, kernel. */
  setup: () => setUp({ python: true }),
  /** What the command line needs: packages and build. */
  packages: () => setUp({ python: false }),
  /** Everything, and what tests need of the package registries. */
  tests: async () => {
    const { stepsForTests } = await import("./forTests.js");
    await setUp({ python: true, more: stepsForTests() });
  },
  /** What the command line needs, and what the tests on a Spark cluster need in addition. */
  cluster: async () => {
    const { stepsForTests } = await import("./forTests.js");
    await setUp({ python: false, more: stepsForTests(true).filter(({ name }) => name === "spark") });
  },
  start: async (args) => {
    const options = parseStartOptions(args);
    if (options === undefined) return void process.stdout.write(`${help}\n`);
    await setUp({ python: true });
    await start(options);
  },
  notebooks: async (args) => {
    await setUp({ python: true });
    await runNotebooks(args);
  },
};

/** Runs one command; a fault ends the process with its sentence and exit code, never a stack trace. */
export async function run([command = "setup", ...args]) {
  try {
    if (!Object.hasOwn(commands, command)) {
      throw new Fault(`Unknown command "${command}": use one of ${Object.keys(commands).join(", ")}.`, 2);
    }
    await commands[command](args);
  } catch (error) {
    if (!(error instanceof Fault || error instanceof Interrupted)) throw error;
    if (error.details) process.stderr.write(`${error.details.trimEnd()}\n`);
    if (error.message) process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode;
  }
}

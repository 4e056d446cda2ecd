import type { Command } from "commander";

/** The exit code of a run. It is 0, unless a command sets it to 1 because the data fell short. */
export interface Exit {
  code: number;
}

/** Adds a command to the program. Errors in a call are thrown, and reach `main`. */
export function command(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
}

import type { Command } from "commander";

/** The exit code of a run: 0, unless a command sets 1 since the data fell short. */
export interface Exit {
  code: number;
}

/** Adds a command to the program; what is wrong with a call reaches `main` as an error. */
export function command(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
}

import { inspect } from "node:util";
import { InputError, InterruptedError } from "../errors.js";
import { inNotebook } from "./show.js";

// A cell prints an error with its stack. For a caller's mistake and for an interrupt, the message says everything.
if (inNotebook()) {
  for (const { prototype } of [InputError, InterruptedError]) {
    Object.defineProperty(prototype, inspect.custom, {
      value(this: Error) {
        return `${this.name}: ${this.message}`;
      },
    });
  }
}

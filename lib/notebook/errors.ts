import { inspect } from "node:util";
import { InputError, InterruptedError } from "../errors.js";
import { inNotebook } from "./show.js";

// A cell prints an error with its stack; of a caller's mistake and of an interrupt the sentence says all.
if (inNotebook()) {
  for (const { prototype } of [InputError, InterruptedError]) {
    Object.defineProperty(prototype, inspect.custom, {
      value(this: Error) {
        return `${this.name}: ${this.message}`;
      },
    });
  }
}

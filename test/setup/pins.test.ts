// The pinned Python packages fit every Python that the README promises, not only the one at hand.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { project } from "./fixture.js";

test("each pin runs on every Python from 3.10.0 on for which it is chosen", () => {
  const script = join(project, "test/setup/pins.py");
  const requirements = join(project, "notebooks/setup/requirements.txt");
  const python = join(project, ".venv/bin/python");
  expect(execFileSync(python, [script, requirements], { encoding: "utf8" })).toBe("");
});

// Writes what a test file has executed before vitest ends its process, which would leave V8 no time for it.
import { takeCoverage } from "node:v8";
import { afterAll } from "vitest";

afterAll(() => takeCoverage());

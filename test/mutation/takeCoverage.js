// Writes what a test file has executed, before vitest ends its process and leaves V8 no time for that.
import { takeCoverage } from "node:v8";
import { afterAll } from "vitest";

afterAll(() => takeCoverage());

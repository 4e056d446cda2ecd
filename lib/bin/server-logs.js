#!/usr/bin/env node
import { main } from "../dist/bundle/main.js";

process.exitCode = await main(process.argv.slice(2));
// Node 20 may abort when it takes V8 down at its natural end (lib/thread.ts); exit() waits for the compiler.
process.once("beforeExit", () => process.exit());

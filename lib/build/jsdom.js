// jsdom for the notebook's pictures: its 840 modules take half a second of processor time at each start of a kernel, as
// one file with kept code a sixth of a second. It is not published, because a package contains no copy of another one.
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const bundle = await rolldown({
  input: fileURLToPath(import.meta.resolve("jsdom")),
  platform: "node",
  external: ["canvas"], // a peer of jsdom, which is not needed here
  checks: { eval: false },
});
await bundle.write({
  file: fileURLToPath(new URL("../dist/jsdom.cjs", import.meta.url)),
  format: "cjs",
  strict: false, // some of its modules are not written for strict mode
  minify: { compress: false, mangle: false },
});
await bundle.close();

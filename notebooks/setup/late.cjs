// Loaded into the kernel before Danfo. Danfo loads packages for what few cells do: mathjs for the spread and the mode of a
// column, request for files of other machines, xlsx for Excel. That takes 0.6 of the 1.0 seconds of processor time of its own
// loading. Here each is loaded when one of its functions is used.
const Module = require("node:module");
const { basename, sep } = require("node:path");
const { isMainThread } = require("node:worker_threads");

const late = ["mathjs", "request", "xlsx"];
const ofDanfo = `${sep}danfojs-node${sep}dist${sep}`;

if (isMainThread && basename(process.argv[1] ?? "") === "tslab") {
  const load = Module._load;
  Module._load = function (request, parent, isMain) {
    if (!late.includes(request) || !parent?.filename?.includes(ofDanfo))
      return load.call(this, request, parent, isMain);
    let loaded;
    const whole = () => (loaded ??= load.call(this, request, parent, isMain));
    return new Proxy(() => {}, {
      // What TypeScript's helper of default imports asks first; none of the three has a default of its own.
      get: (_, name) => (name === "__esModule" ? undefined : whole()[name]),
      apply: (_, self, given) => Reflect.apply(whole(), self, given),
    });
  };
}

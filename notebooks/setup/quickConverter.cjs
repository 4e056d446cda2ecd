// tslab's TypeScript compiler, made quick for cells and mended in one place. What it finds, says and emits stays the
// same. Loaded in the thread that compiles (compilerThread.cjs).
//
// - tslab builds two programs for a cell: one to learn its variables, and one in which it exports them. Here the first
//   has the exports already, so that the second is the same and is not built.
// - tslab asks the compiler for a builder, which keeps what changed between programs in order to write files. A cell is
//   one file that always changes, so a program is enough.
// - The compiler reads everything in node_modules/@types, of which cells need only Node's types; and it takes apart the
//   comments of all declarations, half of their reading, which only tooltips show: here when the first is asked for.
// - tslab can handle only one pending task of the compiler, the next check of the cell. It fails at a second one, which
//   the compiler schedules when a file appears that may be a missing module: to resolve the missing modules again. Every
//   later cell then ended in "Unexpected pending rebuildTimer". So the second task is done at once.
const { isBuiltin } = require("node:module");

/**
 * @param fromTslab tslab's `require`
 * @returns tslab's `createConverter`
 */
exports.quickConverter = (fromTslab) => {
  const file = fromTslab.resolve("@tslab/typescript-for-tslab");
  const ts = fromTslab(file);
  let state; // of the converter that is being created
  const createWatchCompilerHost = (roots, options, sys, _createProgram, ...rest) => {
    const builder = thinBuilder(ts, state);
    return quickHost(
      ts,
      state,
      ts.createWatchCompilerHost(roots, { ...options, types: ["node"] }, sys, builder, ...rest),
    );
  };
  // A copy, because the module's own properties cannot be replaced.
  fromTslab.cache[file].exports = { ...ts, createWatchCompilerHost };
  const { createConverter } = fromTslab("./converter.js");
  return (options) => {
    state = { hasDocs: false, updates: Number.NaN }; // of the program for the cell that is converted
    return quick(ts, createConverter(options), state);
  };
};

function quick(ts, converter, state) {
  const withDocs =
    (method) =>
    (...args) => {
      if (!state.hasDocs) for (const file of state.builder.getSourceFiles()) addDocs(ts, file);
      state.hasDocs = true;
      return converter[method](...args);
    };
  const convert = (...args) => {
    state.updates = 0;
    try {
      return converter.convert(...args);
    } finally {
      state.updates = Number.NaN;
    }
  };
  /** Builds the program of an empty cell after a cell with these declarations: most of the next one's work. */
  const prepare = (declarations) => converter.inspect(declarations, "", 0);
  return { ...converter, prepare, convert, inspect: withDocs("inspect"), complete: withDocs("complete") };
}

function quickHost(ts, state, host) {
  const { readFile, setTimeout } = host;
  host.readFile = (path, ...rest) => {
    const text = readFile(path, ...rest);
    if (state.builder === undefined && isCell(path)) return text + likely;
    if (state.updates === 1 && isCell(path)) {
      state.plain = bound(ts, text);
      return withExports(text, state.plain);
    }
    return state.hasDocs || !hasDocs(path) ? text : withoutDocs(text);
  };
  host.setTimeout = (task, ...args) => {
    if (task.name === "invalidateResolutionsOfFailedLookup") return task();
    const update = () => {
      const { builder } = state;
      state.updates++;
      task();
      // tslab warns about a cell that changed without a new program, although the old one has the change.
      if (builder === state.builder) host.afterProgramCreate({ ...builder });
    };
    return setTimeout(update, ...args);
  };
  return host;
}

/** What cells of this project's notebooks begin with, whose declarations are read before the first cell comes. */
const likely = 'import "server-logs";\nimport "danfojs-node";';

const isCell = (path) => path.endsWith("/__tslab__.ts");

/** A text as a file of which the variables are known. */
function bound(ts, text) {
  const file = ts.createSourceFile("cell.ts", text, ts.ScriptTarget.Latest);
  ts.bindSourceFile(file, {});
  return file;
}

/** The cell's text as tslab writes it anew when it knows the variables. */
function withExports(text, { locals }) {
  return locals.size === 0 ? text : `${text}\nexport {${[...locals.keys()].join(", ")}}`;
}

/** Makes what tslab uses of a builder. */
function thinBuilder(ts, state) {
  return (roots, options, host, ...rest) => {
    if (state.builder === undefined) {
      host.resolveModuleNameLiterals = resolvingBuiltins(host.resolveModuleNameLiterals);
      keepLibraries(ts, host);
    }
    const builder = ts.createAbstractBuilder(roots, options, host, ...rest);
    const program = builder.getProgram();
    const { getSourceFile } = builder;
    // The first time tslab asks for the variables, in which the exports must not count: they can complete a broken cell.
    builder.getSourceFile = (name) =>
      state.updates === 1 && isCell(name) && state.plain.locals.size > 0 ? state.plain : getSourceFile(name);
    builder.getAllDependencies = (file) => [...dependencies(program, file)];
    for (const name of program.getRootFileNames()) {
      const file = program.getSourceFile(name);
      if (file !== undefined) ts.bindSourceFile(file, program.getCompilerOptions());
    }
    state.builder = builder;
    return builder;
  };
}

/** Node's types import one another by the names of modules that they declare: those are in no folder. */
function resolvingBuiltins(resolve) {
  return (names, from, ...rest) => {
    if (!from.includes("/@types/node/")) return resolve(names, from, ...rest);
    const others = names.filter(({ text }) => !isBuiltin(text));
    const resolved = resolve(others, from, ...rest);
    return names.map((name) =>
      isBuiltin(name.text) ? { resolvedModule: undefined } : resolved[others.indexOf(name)],
    );
  };
}

/** Looks once for a package in place of each of TypeScript's own libraries, instead of once for each cell. */
function keepLibraries(ts, host) {
  const cache = host.getModuleResolutionCache();
  const { getFromDirectoryCache } = cache;
  const libraries = new Map();
  cache.getFromDirectoryCache = (name, mode, folder, redirect) => {
    if (!name.startsWith("@typescript/lib-")) return getFromDirectoryCache(name, mode, folder, redirect);
    if (!libraries.has(name)) {
      const options = { moduleResolution: ts.ModuleResolutionKind.Node10 };
      libraries.set(name, ts.resolveModuleName(name, `${folder}/library.ts`, options, host));
    }
    return libraries.get(name);
  };
}

/** The names of the sources that a source imports, and they in turn; its own first. */
function dependencies(program, file, found = new Set()) {
  found.add(file.fileName);
  file.resolvedModules?.forEach(({ resolvedModule }) => {
    const next = resolvedModule && program.getSourceFile(resolvedModule.resolvedFileName);
    if (next && !next.isDeclarationFile && !found.has(next.fileName)) dependencies(program, next, found);
  });
  return found;
}

const hasDocs = (path) => path.endsWith(".d.ts") && !path.endsWith("/__prev__.d.ts");

/** A text of the same length whose comments document nothing. */
const withoutDocs = (text) => text?.replace(/^([ \t]*)\/\*\*(?=\s)/gm, "$1/*+");

/** Documents the declarations of a file that was read without its comments. */
function addDocs(ts, file) {
  if (!hasDocs(file.fileName)) return;
  file.text = file.text.replace(/^([ \t]*)\/\*\+(?=\s)/gm, "$1/**");
  const documented = ts.createSourceFile(file.fileName, file.text, file.languageVersion);
  const childrenOf = (node) => {
    const children = [];
    ts.forEachChild(node, (child) => void children.push(child));
    return children;
  };
  const take = (node, from) => {
    if (from.jsDoc) {
      node.jsDoc = from.jsDoc;
      node.jsDocCache = undefined;
      for (const doc of node.jsDoc) ts.setParentRecursive(ts.setParent(doc, node), false);
    }
    node.flags |= from.flags & ts.NodeFlags.Deprecated;
    const children = childrenOf(from);
    for (const [i, child] of childrenOf(node).entries()) take(child, children[i]);
  };
  take(file, documented);
}

/** House rules, as tests. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../", import.meta.url));
const lib = join(root, "lib");
const files = readdirSync(lib, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !/(^|\/)(dist|node_modules)\//.test(name))
  .map((name) => ({ name, text: readFileSync(join(lib, name), "utf8") }));

/** A stage imports only from itself and from the stages before it. */
const stages = [
  "scenario",
  "generate",
  "files",
  "truth",
  "encode",
  "write",
  "read",
  "warehouse",
  "check",
  "learn",
  "monitor",
  "schedule",
  "report",
  "notebook",
  "cli",
];
/** What every stage may use. */
const common = [
  "ascii",
  "bisect",
  "record",
  "digits",
  "elementary",
  "errors",
  "thread",
  "work",
  "visible",
  "webAssembly",
];

const comments = /\/\*[\s\S]*?\*\/|\/\/.*$/gm;
const importsOf = (text: string) =>
  [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(([, specifier]) => specifier);

describe("stages", () => {
  it("are the only folders of lib", () => {
    const folders = new Set(
      files.filter(({ name }) => name.includes("/")).map(({ name }) => name.split("/")[0]),
    );
    expect([...folders].filter((folder) => !stages.includes(folder))).toEqual([]);
  });

  it.each(files.filter(({ name }) => name.includes("/")))(
    "$name imports no later stage and no face",
    ({ name, text }) => {
      const here = stages.indexOf(name.split("/")[0]);
      for (const specifier of importsOf(text).filter((s) => s.startsWith("."))) {
        const target = relative(lib, join(lib, name, "..", specifier)).replace(/\.js$/, "");
        const stage = stages.indexOf(target.split("/")[0]);
        const allowed = stage < 0 ? common.includes(target) : stage <= here;
        expect([target, allowed]).toEqual([target, true]);
      }
    },
  );

  it("import nothing in a circle, types neither", () => {
    const imports = new Map(
      files.map(({ name, text }) => [
        name,
        importsOf(text)
          .filter((specifier) => specifier.startsWith("."))
          .map((specifier) => relative(lib, join(lib, name, "..", specifier)).replace(/\.js$/, ".ts")),
      ]),
    );
    const done = new Set<string>();
    const circles: string[] = [];
    const follow = (name: string, path: readonly string[]) => {
      if (path.includes(name)) circles.push([...path.slice(path.indexOf(name)), name].join(" > "));
      if (done.has(name) || path.includes(name)) return;
      for (const target of imports.get(name) ?? []) follow(target, [...path, name]);
      done.add(name);
    };
    for (const name of imports.keys()) follow(name, []);
    expect(circles).toEqual([]);
  });

  it("load Danfo in notebook/frame.ts alone, and find tslab in notebook/show.ts alone", () => {
    const naming = (pattern: RegExp) =>
      files.filter(({ text }) => pattern.test(text.replace(comments, ""))).map(({ name }) => name);
    expect(naming(/^import (?!type )[^;]*"danfojs/m)).toEqual([]);
    expect(naming(/require\("danfojs/)).toEqual(["notebook/frame.ts"]);
    expect(naming(/tslab/i)).toEqual(["notebook/show.ts"]);
  });

  it("start the command line from few files, without Danfo, charts and the index", () => {
    // what a run of `generate` really loads, as V8's coverage lists it
    const folder = mkdtempSync(join(tmpdir(), "server-logs-rules-"));
    execFileSync(process.execPath, [join(lib, "bin", "server-logs.js"), "generate", "--out", "/dev/null"], {
      env: { ...process.env, NODE_V8_COVERAGE: folder },
      stdio: "ignore",
    });
    const [report] = readdirSync(folder);
    const loaded: { url: string }[] = JSON.parse(readFileSync(join(folder, report), "utf8")).result;
    rmSync(folder, { recursive: true });
    const own = loaded.filter(({ url }) => url.startsWith("file:")).map(({ url }) => fileURLToPath(url));
    expect(own.map((path) => relative(lib, path))).toContain("dist/bundle/main.js");
    expect(own.length).toBeLessThan(8); // Node takes 0.4 ms for each
    // the modules that they were made of, as rolldown names them in comments
    const modules = own.flatMap((path) => readFileSync(path, "utf8").match(/(?<=^\/\/ )\S+\.m?js$/gm) ?? []);
    expect(modules).toContain("dist/generate/base/baseRecords.js");
    const heavy = /danfo|plotly|jsdom|duckdb|faker|dist\/(index|notebook)/;
    expect(modules.filter((name) => heavy.test(name))).toEqual([]);
  });
});

describe("a log is a pure function of scenario and seed", () => {
  const pure = files.filter(({ name }) => /^(scenario|generate|truth|encode)\/|^elementary\.ts$/.test(name));
  it.each(pure)(
    "$name has no clock, no Math.random, no environment, and only Math that IEEE 754 fixes",
    ({ text }) => {
      const code = text.replace(comments, "");
      expect(code).not.toMatch(
        /Math\.random|Date\.now|new Date\(\)|performance\.now|process\.env|crypto\.random/,
      );
      // ECMAScript lets engines approximate these, so that the last bit may differ: lib/elementary.ts has what is needed.
      // Math.sqrt is the processor's, which IEEE 754 rounds correctly.
      const exact = ["abs", "ceil", "clz32", "floor", "imul", "max", "min", "round", "sqrt", "PI", "SQRT2"];
      const used = [...code.matchAll(/Math\.(\w+)/g)].map(([, member]) => member);
      expect(used.filter((member) => !exact.includes(member))).toEqual([]);
      expect(code).not.toMatch(/\*\*/);
    },
  );
});

describe("exports", () => {
  it.each(files)("of $name have a docstring", ({ name, text }) => {
    const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
    const missing: string[] = [];
    source.forEachChild((node) => {
      const exported =
        ts.canHaveModifiers(node) &&
        ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
      if (!exported || ts.isExportDeclaration(node)) return;
      const named = node as ts.DeclarationStatement & Partial<ts.VariableStatement>;
      const label =
        named.name?.getText() ?? named.declarationList?.declarations.map((d) => d.name.getText()).join(", ");
      if (ts.getJSDocCommentsAndTags(node).length === 0) missing.push(label ?? node.getText().slice(0, 40));
    });
    expect(missing).toEqual([]);
  });
});

describe("the library's face", () => {
  it("exports every type that stands in the signature of what it exports", () => {
    const dist = join(lib, "dist/");
    const face = join(dist, "index.d.ts");
    const program = ts.createProgram([face], {
      module: ts.ModuleKind.NodeNext,
      skipLibCheck: true,
      types: [],
    });
    const checker = program.getTypeChecker();
    const itself = (symbol: ts.Symbol) =>
      symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const exportsOf = (module: ts.Symbol): ts.Symbol[] =>
      checker
        .getExportsOfModule(module)
        .map(itself)
        .flatMap((symbol) => (symbol.flags & ts.SymbolFlags.ValueModule ? exportsOf(symbol) : [symbol]));
    const exported = exportsOf(checker.getSymbolAtLocation(program.getSourceFile(face)!)!);
    const missing = new Set<string>();
    const visit = (node: ts.Node, from: string) => {
      if (ts.isConstructorDeclaration(node)) return; // the library makes its objects itself
      const name = ts.isTypeReferenceNode(node)
        ? node.typeName
        : ts.isExpressionWithTypeArguments(node)
          ? node.expression
          : undefined;
      const symbol = name && itself(checker.getSymbolAtLocation(name)!);
      const [declared] = symbol?.declarations ?? [];
      const own =
        declared?.getSourceFile().fileName.startsWith(dist) && !ts.isTypeParameterDeclaration(declared);
      if (own && !exported.includes(symbol!)) missing.add(`${from}: ${symbol!.name}`);
      node.forEachChild((child) => visit(child, from));
    };
    for (const { name, declarations } of exported)
      for (const declared of declarations ?? []) visit(declared, name);
    expect(exported.length).toBeGreaterThan(50);
    expect([...missing]).toEqual([]);
  });
});

describe("a page for each command", () => {
  it("is what its help says: `node lib/build/docs.js` makes it", async () => {
    const build = pathToFileURL(join(lib, "build/docs.js")).href;
    const { folder, pages } = (await import(build)) as {
      folder: string;
      pages: () => Record<string, string>;
    };
    const made = Object.fromEntries(
      readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]),
    );
    expect(Object.keys(made).length).toBeGreaterThan(10);
    expect(made).toEqual(pages());
  });
});

describe("files that are tracked", () => {
  const tracked = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" }).trim().split("\n");

  it("stand in the top level that was agreed", () => {
    const top = new Set(tracked.map((name) => name.split("/")[0]).filter((name) => !name.startsWith(".")));
    const agreed = [
      "README.md",
      "biome.json",
      "data",
      "lib",
      "notebooks",
      "package-lock.json",
      "package.json",
      "test",
      "tsconfig.json",
    ];
    expect([...top].filter((name) => !agreed.includes(name) && !/^vitest\..*config\.ts$/.test(name))).toEqual(
      [],
    );
  });

  it("name no registry, no folder of a machine and no credentials", () => {
    for (const name of tracked.filter((file) =>
      /\.(json|ts|js|cjs|mjs|py|md|ipynb|txt|yml|sh|sql)$|^\./.test(file),
    )) {
      const text = readFileSync(join(root, name), "utf8");
      const found =
        /"resolved": "https?:|registry[=]http|index[-]url|(^|[\s"'(=])\/(root|home|Users)\/[a-z]|BEGIN [A-Z ]*PRIVATE[ ]KEY/m.exec(
          text,
        );
      expect([name, found?.[0]]).toEqual([name, undefined]);
    }
  });
});

import { createRequire, Module } from "node:module";
import { join } from "node:path";

/**
 * Delays the loading of a CommonJS package that another package requires when it loads but rarely uses. The other
 * package gets a stand-in, which loads the real package when it is first used. Nothing happens if the package is
 * already loaded or cannot be found.
 * @param name the package, as it is required
 * @param owner a file of the package that requires it, from which it is resolved
 * @param instead a file to load in its place, relative to the package's folder. If it is minified, errors are thrown
 * anew, because Node quotes the line that threw, which may be half a megabyte long
 */
export function loadLater(name: string, owner: string, instead?: string): void {
  const require = createRequire(owner);
  let file: string;
  try {
    file = require.resolve(name);
  } catch {
    return;
  }
  if (require.cache[file] !== undefined) return;
  let real: unknown;
  const load = (): object => {
    if (real === undefined) {
      delete require.cache[file];
      real =
        instead === undefined ? require(file) : quietly(require(join(packageFolder(file, name), instead)));
    }
    return real as object;
  };
  const standIn = new Module(file);
  standIn.filename = file;
  standIn.loaded = true;
  standIn.exports = new Proxy(() => {}, {
    // Compiled imports ask whether it is an ES module before they use it.
    get: (_target, key) => (key === "__esModule" ? false : Reflect.get(load(), key)),
    has: (_target, key) => Reflect.has(load(), key),
    apply: (_target, self, args) => Reflect.apply(load() as () => unknown, self, args),
    construct: (_target, args) => Reflect.construct(load() as new () => object, args),
  });
  require.cache[file] = standIn as NodeJS.Module;
}

function quietly(functions: Record<string, unknown>): object {
  return new Proxy(functions, {
    get(_target, key) {
      const member = Reflect.get(functions, key);
      if (typeof member !== "function") return member;
      return new Proxy(member, {
        apply(_function, self, args) {
          try {
            return Reflect.apply(member as () => unknown, self, args);
          } catch (error) {
            throw new Error((error as Error).message);
          }
        },
      });
    },
  });
}

function packageFolder(file: string, name: string): string {
  const inside = join("node_modules", name);
  return file.slice(0, file.lastIndexOf(inside) + inside.length);
}

import { readFileSync } from "node:fs";

/** TypeScript knows it as a part of browsers alone. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

/** The memory that a module exports. `grow` adds pages of 64 KiB, and makes another buffer in place of this one. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): void;
}

/**
 * Compiles a file of WebAssembly that AssemblyScript made.
 * @param name of its source without the ending, by which it knows what it imports
 * @returns makes an instance, with a memory of its own, and gives what it exports
 */
export function compiled<Exports>(file: URL, name: string): (imports: object) => Exports {
  const module = new WebAssembly.Module(readFileSync(file));
  return (imports) => new WebAssembly.Instance(module, { [name]: imports }).exports as Exports;
}

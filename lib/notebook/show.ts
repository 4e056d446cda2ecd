import { createRequire } from "node:module";
import { inspect } from "node:util";

/** One output of a cell in several formats, by MIME type. The front end shows the richest one that it supports. */
export type Bundle = Record<string, unknown> & { "text/plain": string };

type Send = (
  message: { data: object; metadata: Metadata; transient: { display_id?: string } },
  update: boolean,
) => void;

/** What front ends must know about a bundle, by MIME type, such as the size of a picture in CSS pixels. */
export type Metadata = Readonly<Record<string, unknown>>;

/** The part of tslab that sends output to a cell. Its public `display` sends only one MIME type at a time. */
interface TslabOutput {
  lastWriteDisplayData: Send | null;
}

const { cache } = createRequire(import.meta.url);
let tslab: TslabOutput | undefined;

// tslab is not imported but found at run time, since the kernel may use any copy of it.
function kernel(): TslabOutput | undefined {
  if (tslab === undefined) {
    const path = Object.keys(cache).find((file) => /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(file));
    if (path !== undefined) tslab = cache[path]!.exports as TslabOutput;
  }
  return tslab;
}

/** Whether this process is a notebook's kernel. */
export function inNotebook(): boolean {
  return kernel() !== undefined;
}

/** Adds an output to the running cell. Outside a notebook, it prints the plain text. */
export function show(bundle: Bundle): void {
  const send = kernel()?.lastWriteDisplayData;
  if (send) send({ data: bundle, metadata: {}, transient: {} }, false);
  else console.log(bundle["text/plain"]);
}

/** An output that can be replaced in place. */
export interface LiveOutput {
  update(bundle: Bundle): void;
}

let outputs = 0;

/**
 * Adds an output to the running cell that later updates replace, even if the next cell is running by then. Undefined
 * outside a notebook.
 */
export function liveOutput(bundle: Bundle, metadata: Metadata = {}): LiveOutput | undefined {
  const send = kernel()?.lastWriteDisplayData;
  if (!send) return undefined;
  const transient = { display_id: `server-logs-${process.pid}-${++outputs}` };
  send({ data: bundle, metadata, transient }, false);
  // Sent through the cell that is running then, because a program that executes notebooks listens to that cell only.
  return {
    update: (next) => (kernel()?.lastWriteDisplayData ?? send)({ data: next, metadata, transient }, true),
  };
}

/**
 * Makes the values of a class show themselves as a cell's last expression, or when they are logged: as the bundle in a
 * notebook, and as plain text elsewhere and inside other values.
 * @param showInCell shows the value in a cell, if that takes more than the bundle
 */
export function showsItself<T extends object>(
  prototype: T,
  bundle: (value: T, textOnly: boolean) => Bundle,
  showInCell: (value: T) => void = (value) => show(bundle(value, false)),
): void {
  Object.defineProperty(prototype, inspect.custom, {
    configurable: true,
    writable: true,
    value(this: T, depth: number, options: { depth: number | null }): string {
      const outermost = depth === options.depth || options.depth === null;
      if (!outermost || !kernel()?.lastWriteDisplayData) return bundle(this, true)["text/plain"];
      showInCell(this);
      swallowEmptyLine();
      return "";
    },
  });
}

// tslab prints the last expression with console.log, which ends even an empty text with a line feed.
function swallowEmptyLine(): void {
  const { stdout } = process;
  const write = stdout.write;
  const once = ((text: string, ...rest: unknown[]) => {
    restore();
    return text === "\n" || Reflect.apply(write, stdout, [text, ...rest]);
  }) as typeof write;
  const restore = () => {
    if (stdout.write === once) stdout.write = write;
  };
  stdout.write = once;
  queueMicrotask(restore);
}

// jsdom's own types would bring the whole DOM into every notebook's type-checking: tslab loads all of @types.
declare module "jsdom" {
  interface Element {
    readonly tagName: string;
    readonly textContent: string;
    readonly innerHTML: string;
    readonly outerHTML: string;
    getAttribute(name: string): string | null;
    querySelector(selectors: string): Element | null;
    querySelectorAll(selectors: string): Iterable<Element>;
  }
  interface Document extends Pick<Element, "querySelector" | "querySelectorAll"> {
    readonly body: Element;
    readonly documentElement: Element;
    readonly title: string;
  }
  export class JSDOM {
    constructor(html: string, options?: { contentType?: string });
    readonly window: { readonly document: Document };
  }
}

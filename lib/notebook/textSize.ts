/**
 * Sizes of text for Plotly, which asks the browser for them, while jsdom has no layout. They are measured with the font
 * of the pictures, so that margins and legends fit.
 */

// Advance widths of Open Sans Regular, in thousandths of the font size, for the characters 32 to 126.
const widths = [
  260, 264, 398, 646, 572, 827, 729, 219, 295, 295, 551, 572, 259, 322, 263, 367, 572, 572, 572, 572, 572,
  572, 572, 572, 572, 572, 263, 263, 572, 572, 572, 432, 896, 632, 646, 630, 726, 556, 516, 727, 737, 279,
  269, 612, 522, 899, 753, 778, 602, 778, 617, 548, 551, 729, 596, 923, 578, 559, 572, 327, 367, 327, 572,
  438, 277, 556, 612, 479, 612, 562, 336, 543, 613, 252, 252, 525, 252, 926, 613, 602, 612, 612, 409, 477,
  356, 613, 500, 775, 523, 501, 469, 375, 549, 375, 572,
];
const wide = 1000; // for characters that are not in the table: as wide as the widest, so that nothing is cut off
const ascent = 1.069; // relative to the font size, from the font
const descent = 0.293;
const lineHeight = 1.3; // Plotly's line spacing, relative to the font size

/** Width of one line of text, in the same unit as the font size. */
export function textWidth(text: string, fontSize: number): number {
  let sum = 0;
  for (const character of text) sum += widths[character.codePointAt(0)! - 32] ?? wide;
  return (sum * fontSize) / 1000;
}

/** The part of jsdom's SVG elements that is used here. */
interface Drawn {
  readonly tagName: string;
  readonly textContent: string | null;
  readonly parentElement: Drawn | null;
  getAttribute(name: string): string | null;
  querySelectorAll(selectors: string): Iterable<Drawn>;
}

/** Size of a text in CSS pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The box around the text of an element, in the element's coordinates, with rotation taken into account. */
export function textBox(element: Drawn): Box {
  if (element.tagName.toLowerCase() === "text") return boxOfText(element);
  const boxes = Array.from(element.querySelectorAll("text"), boxOfText);
  if (boxes.length === 0) return { left: 0, top: 0, right: 0, bottom: 0 };
  return {
    left: Math.min(...boxes.map((box) => box.left)),
    top: Math.min(...boxes.map((box) => box.top)),
    right: Math.max(...boxes.map((box) => box.right)),
    bottom: Math.max(...boxes.map((box) => box.bottom)),
  };
}

function boxOfText(text: Drawn): Box {
  const size = Number.parseFloat(inherited(text, "font-size") ?? "12");
  const lines = Array.from(text.querySelectorAll("tspan.line"), (line) => line.textContent ?? "");
  if (lines.length === 0) lines.push(text.textContent ?? "");
  const width = Math.max(...lines.map((line) => textWidth(line, size)));
  const height = (ascent + descent + (lines.length - 1) * lineHeight) * size;
  const anchor = inherited(text, "text-anchor");
  const x = attribute(text, "x") - (anchor === "middle" ? width / 2 : anchor === "end" ? width : 0);
  const y = attribute(text, "y") - ascent * size;
  return moved(text, { left: x, top: y, right: x + width, bottom: y + height });
}

function attribute(element: Drawn, name: string): number {
  return Number.parseFloat(element.getAttribute(name) ?? "0") || 0;
}

function inherited(element: Drawn, property: string): string | undefined {
  for (let at: Drawn | null = element; at; at = at.parentElement) {
    const style = new RegExp(`(?:^|;)\\s*${property}:\\s*([^;]+)`).exec(at.getAttribute("style") ?? "")?.[1];
    const value = style ?? at.getAttribute(property);
    if (value) return value.trim();
  }
  return undefined;
}

/** The box after the element's own `translate` and `rotate`. Plotly's text has no other transforms. */
function moved(element: Drawn, box: Box): Box {
  const transform = element.getAttribute("transform") ?? "";
  const [dx = 0, dy = 0] = numbers(/translate\(([^)]*)\)/.exec(transform)?.[1]);
  const [degrees = 0, cx = 0, cy = 0] = numbers(/rotate\(([^)]*)\)/.exec(transform)?.[1]);
  const [sin, cos] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
  const corners = [box.left, box.right].flatMap((x) =>
    [box.top, box.bottom].map((y) => ({
      x: dx + cx + (x - cx) * cos - (y - cy) * sin,
      y: dy + cy + (x - cx) * sin + (y - cy) * cos,
    })),
  );
  return {
    left: Math.min(...corners.map(({ x }) => x)),
    top: Math.min(...corners.map(({ y }) => y)),
    right: Math.max(...corners.map(({ x }) => x)),
    bottom: Math.max(...corners.map(({ y }) => y)),
  };
}

function numbers(list: string | undefined): number[] {
  return list === undefined ? [] : list.split(/[\s,]+/).map(Number);
}

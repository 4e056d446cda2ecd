/** The page of what is read (lib/FORMATS.md) says what the code does, and names tests that are there. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { lineFormats, readFormats } from "#lib/read/formats/formats";
import { documented } from "./documented.js";
import { samples } from "./lines.js";

const page = readFileSync(new URL("../../lib/FORMATS.md", import.meta.url), "utf8");
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| ---"))
  .map((line) => line.slice(2, -2).split(" | "));
const formats = rows.filter((cells) => cells.length === 2).slice(1);
const kinds = rows.filter((cells) => cells.length === 3).slice(1);

it("every format has its row, with its title", () => {
  expect(formats.map(([name]) => name.replaceAll("`", ""))).toEqual([...readFormats]);
  for (const [name, title] of formats.slice(0, -1))
    expect(title).toBe(lineFormats[name.replaceAll("`", "") as keyof typeof lineFormats].title);
});

it("every format of lines is read in a test, from lines as its manual shows them", () => {
  const tested = new Set([...Object.values(documented).map(({ format }) => format), ...Object.keys(samples)]);
  expect(Object.keys(lineFormats).filter((name) => !tested.has(name))).toEqual([]);
});

describe("every kind of trouble has a test", () => {
  it.each(kinds)("%s", (_, __, test) => {
    const [, file, name] = /^`(.+?)`: (.+)$/.exec(test) ?? [];
    const text = readFileSync(new URL(file, import.meta.url), "utf8");
    expect(text).toMatch(new RegExp(`["\\s]${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}["]?[:,)]`));
  });
});

import type { LineFields } from "./corrupt.js";
import type { FieldIndex, Part } from "./pattern.js";

/** Takes lines of text apart by the parts of their pattern. */
export function textFields(parts: readonly Part[]): LineFields {
  const groups: (FieldIndex | undefined)[] = [];
  const pattern = parts.map((each) => {
    if (typeof each === "string") return each.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    groups.push("second" in each ? 0 : "field" in each ? each.field : undefined);
    return "(.*?)";
  });
  const line = new RegExp(`^${pattern.join("")}$`);
  return {
    fields: (text) => {
      const found = line.exec(text)!.slice(1);
      return [0, 1, 2, 3, 4].map((field) => {
        const group = groups.indexOf(field as FieldIndex);
        return group < 0 ? undefined : found[group];
      });
    },
    join: (text, fields) => {
      const found = line.exec(text)!.slice(1);
      fields.forEach((value, field) => {
        const group = groups.indexOf(field as FieldIndex);
        if (group >= 0) found[group] = value ?? "-";
      });
      let group = 0;
      return parts.map((each) => (typeof each === "string" ? each : found[group++])).join("");
    },
  };
}

/** Takes JSON objects apart by the keys of the fields. */
export function jsonFields(places: readonly (string | undefined)[]): LineFields {
  const holderOf = (object: Record<string, unknown>, place: string): [Record<string, unknown>, string] => {
    if (Object.hasOwn(object, place)) return [object, place];
    const steps = place.split(".");
    let holder = object;
    for (const step of steps.slice(0, -1)) holder = holder[step] as Record<string, unknown>;
    return [holder, steps[steps.length - 1]];
  };
  return {
    fields: (line) => {
      const object = JSON.parse(line);
      return places.map((place) => {
        if (place === undefined) return undefined;
        const [holder, name] = holderOf(object, place);
        return String(holder[name]);
      });
    },
    join: (line, fields) => {
      const object = JSON.parse(line);
      for (const [i, place] of places.entries()) {
        if (place === undefined) continue;
        const [holder, name] = holderOf(object, place);
        if (fields[i] !== String(holder[name])) holder[name] = fields[i];
      }
      return JSON.stringify(object); // a field that is undefined is left out
    },
  };
}

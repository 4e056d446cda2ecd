/** A node of the tree: the part of a path walked so far, and how it may continue. */
interface Place {
  readonly names: Map<string, Place>;
  /** Where elements of a list lead, by their number. */
  readonly elements: (Place | undefined)[];
  /** Number of the path that ends here, or −1. */
  slot: number;
  /** Where it stands in the memory. */
  at: number;
}

// In bytes; `scan/jsonObject.ts` says what each has.
const placeSize = 32;
const nameSize = 24;

/**
 * The names to look for in an object, as a tree, laid out for the memory of `scan/jsonObject.ts`. A name leads one level
 * down, or several levels if it has the dots in it (`http.status`).
 */
export class NameTree {
  readonly bytes: Uint8Array;
  /** Position of the root in the memory. */
  readonly root: number;
  /** Position behind the tree, a multiple of 8. */
  readonly end: number;
  readonly #places = new Map<number, Place>();

  /** @param base - position in the memory where `bytes` will stand, a multiple of 8 */
  constructor(paths: readonly string[], base: number) {
    const places = placesOf(paths);
    const texts = new Map<string, Uint8Array>();
    let room = 0;
    const rooms = places.map(({ names, elements }) => {
      for (const name of names.keys()) {
        const bytes = Buffer.from(name);
        texts.set(name, bytes);
        room += 8 * Math.ceil(bytes.length / 8);
      }
      const own = placeSize + nameSize * names.size + 8 * Math.ceil(elements.length / 2);
      room += own;
      return own;
    });
    this.root = base;
    this.end = base + room;
    this.bytes = new Uint8Array(room);
    const view = new DataView(this.bytes.buffer);
    const put = (at: number, number: number) => view.setInt32(at - base, number, true);
    let free = base;
    places.forEach((place, i) => {
      place.at = free;
      this.#places.set(free, place);
      free += rooms[i];
    });
    for (const { at, slot, names, elements } of places) {
      const firstName = at + placeSize;
      const firstElement = firstName + nameSize * names.size;
      [slot, firstName, names.size, firstElement, elements.length].forEach((number, i) => {
        put(at + 4 * i, number);
      });
      let lengths = 0n;
      let name = firstName;
      for (const [text, next] of names) {
        const bytes = texts.get(text)!;
        lengths |= 1n << BigInt(bytes.length & 63);
        this.bytes.set(bytes.subarray(0, 8), name - base);
        this.bytes.set(bytes, free - base);
        [bytes.length, free, next.at].forEach((number, i) => {
          put(name + 8 + 4 * i, number);
        });
        name += nameSize;
        free += 8 * Math.ceil(bytes.length / 8);
      }
      view.setBigUint64(at + 24 - base, lengths, true);
      elements.forEach((element, i) => {
        put(firstElement + 4 * i, element?.at ?? 0);
      });
    }
  }

  /** The position to which this name leads from the place at `at`, or 0. */
  next(at: number, name: string): number {
    return this.#places.get(at)?.names.get(name)?.at ?? 0;
  }
}

/** All places, the root first. */
function placesOf(paths: readonly string[]): readonly Place[] {
  const places = new Map<string, Place>();
  const placeOf = (path: string): Place => {
    const place = places.get(path) ?? { names: new Map(), elements: [], slot: -1, at: 0 };
    places.set(path, place);
    return place;
  };
  placeOf("");
  paths.forEach((path, slot) => {
    const steps = path.split(".");
    placeOf(path).slot = slot;
    for (let to = steps.length; to > 0; to--) {
      const target = placeOf(steps.slice(0, to).join("."));
      for (let from = 0; from < to; from++) {
        const name = steps.slice(from, to).join(".");
        const source = placeOf(steps.slice(0, from).join("."));
        source.names.set(name, target);
        if (/^\d{1,3}$/.test(name)) source.elements[Number(name)] = target;
      }
    }
  });
  return [...places.values()];
}

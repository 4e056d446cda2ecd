/**
 * The records of a log in memory, in its order.
 * @param {{ csv?: Uint8Array }} log
 * @returns {{ time: number, client: string, endpoint: string, status: number, took: number }[]} times in milliseconds
 */
export function recordsOf({ csv }) {
  return new TextDecoder()
    .decode(csv)
    .split("\n")
    .slice(1, -1)
    .map((line) => {
      const [time, client, endpoint, status, took] = line.split(",");
      return { time: Date.parse(time), client, endpoint, status: Number(status), took: Number(took) };
    });
}

/**
 * Lists of items by a key, in the order in which each key is first met.
 * @template Item, Key
 * @param {readonly Item[]} items
 * @param {(item: Item) => Key} keyOf
 * @returns {Map<Key, Item[]>}
 */
export function grouped(items, keyOf) {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

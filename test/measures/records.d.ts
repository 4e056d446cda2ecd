export interface LogRecord {
  /** Milliseconds since 1970. */
  time: number;
  client: string;
  endpoint: string;
  status: number;
  /** Response time in milliseconds. */
  took: number;
}

export function recordsOf(log: { csv?: Uint8Array | undefined }): LogRecord[];

export function grouped<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]>;

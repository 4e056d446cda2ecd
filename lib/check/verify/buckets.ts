/** Most buckets. */
const MOST = 2 ** 20;

/** Where buckets lie: plain data, so that a worker can be told. */
export interface BucketPlan {
  /** Beginning of the first bucket, milliseconds since 1970. */
  readonly origin: number;
  /** Milliseconds in a bucket. */
  readonly width: number;
  /** Number of buckets; one more takes what lies outside of all. */
  readonly count: number;
}

/**
 * Divides a stretch of time so that a bucket holds few records: up to 1,048,576 buckets, of a millisecond at least.
 * @param from milliseconds since 1970 @param to excluded @param records that lie between, about
 */
export function bucketPlan(from: number, to: number, records: number): BucketPlan {
  const wanted = Math.min(MOST, Math.max(64, Math.ceil(records / 4)));
  const width = Math.max(1, Math.ceil((to - from) / wanted));
  return { origin: from, width, count: Math.max(1, Math.ceil((to - from) / width)) };
}

/**
 * Records by the time they are stamped with: for each bucket their number and the sum of their hashes, 12 bytes.
 * Two sets of records whose buckets agree are the same, whatever their order.
 */
export class Buckets {
  readonly plan: BucketPlan;
  readonly records: Uint32Array;
  readonly sumA: Int32Array;
  readonly sumB: Int32Array;
  readonly #origin: number;
  readonly #width: number;
  readonly #count: number;

  constructor(plan: BucketPlan, sums?: Pick<Buckets, "records" | "sumA" | "sumB">) {
    this.plan = plan;
    this.#origin = plan.origin;
    this.#width = plan.width;
    this.#count = plan.count;
    this.records = sums?.records ?? new Uint32Array(plan.count + 1);
    this.sumA = sums?.sumA ?? new Int32Array(plan.count + 1);
    this.sumB = sums?.sumB ?? new Int32Array(plan.count + 1);
  }

  /** The bucket of a moment; `plan.count` is outside. */
  at(time: number): number {
    const bucket = Math.floor((time - this.#origin) / this.#width);
    return bucket >= 0 && bucket < this.#count ? bucket : this.#count;
  }

  /** Counts a record. */
  add(time: number, a: number, b: number): void {
    const bucket = this.at(time);
    this.records[bucket]++;
    this.sumA[bucket] += a;
    this.sumB[bucket] += b;
  }

  /** Adds what somebody else counted. */
  merge({ records, sumA, sumB }: Pick<Buckets, "records" | "sumA" | "sumB">): void {
    for (let i = 0; i < records.length; i++) {
      this.records[i] += records[i];
      this.sumA[i] += sumA[i];
      this.sumB[i] += sumB[i];
    }
  }

  /** Whether a bucket holds the same records as the other's. */
  agrees(other: Buckets, bucket: number): boolean {
    return (
      this.records[bucket] === other.records[bucket] &&
      this.sumA[bucket] === other.sumA[bucket] &&
      this.sumB[bucket] === other.sumB[bucket]
    );
  }
}

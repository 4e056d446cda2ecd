/** Largest number of buckets. */
const MOST = 2 ** 20;

/** The position of the buckets. It is plain data, so that it can be sent to a worker. */
export interface BucketPlan {
  /** Beginning of the first bucket, milliseconds since 1970. */
  readonly origin: number;
  /** Milliseconds in a bucket. */
  readonly width: number;
  /** Number of buckets. One more bucket takes the records that lie outside all of them. */
  readonly count: number;
}

/**
 * Divides a stretch of time so that a bucket holds few records: at most 1,048,576 buckets, of at least a step.
 * @param from milliseconds since 1970
 * @param to excluded
 * @param records approximate number of records in the stretch
 * @param step what the buckets' bounds are multiples of, in milliseconds
 */
export function bucketPlan(from: number, to: number, records: number, step = 1): BucketPlan {
  const wanted = Math.min(MOST, Math.max(64, Math.ceil(records / 4)));
  const origin = Math.floor(from / step) * step;
  const width = Math.max(1, Math.ceil((to - origin) / wanted / step)) * step;
  return { origin, width, count: Math.max(1, Math.ceil((to - origin) / width)) };
}

/**
 * Records by the time in their stamp: for each bucket, their number and the sum of their hashes, in 12 bytes. Two sets
 * of records whose buckets agree are equal, whatever their order.
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

  /** The bucket of a moment; `plan.count` if it is outside all buckets. */
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

  /** Adds what another thread counted. */
  merge({ records, sumA, sumB }: Pick<Buckets, "records" | "sumA" | "sumB">): void {
    for (let i = 0; i < records.length; i++) {
      this.records[i] += records[i];
      this.sumA[i] += sumA[i];
      this.sumB[i] += sumB[i];
    }
  }

  /** Whether this bucket holds the same records as the other's. */
  agrees(other: Buckets, bucket: number): boolean {
    return (
      this.records[bucket] === other.records[bucket] &&
      this.sumA[bucket] === other.sumA[bucket] &&
      this.sumB[bucket] === other.sumB[bucket]
    );
  }
}

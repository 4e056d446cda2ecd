export interface Signature {
  kind: string;
  size: number;
  signature: string;
  expected: number;
  measured: number;
  /** How far the two may be apart, as a share of the expected value. */
  tolerance: number;
}

export function measuredSignatures(seed: number): Promise<Signature[]>;

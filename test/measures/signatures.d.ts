export interface Signature {
  kind: string;
  size: number;
  signature: string;
  expected: number;
  measured: number;
  /** Of the measured value; 0 where it must be the expected one. */
  standardError: number;
}

export function measuredSignatures(seed: number, rows?: number): Promise<Signature[]>;

export function killRuns(options: {
  runs: number;
  seed?: number;
  only?: readonly string[];
  postgres?: string | undefined;
  timings?: number;
  told?: (words: string) => void;
}): Promise<{ kinds: Record<string, { runs: number; killed: number }>; faults: string[] }>;

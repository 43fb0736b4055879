import { HASH_MODULUS } from './nacha-layout.ts';

/** The counts and sums in the control of a batch or a file. */
export interface BatchTotals {
  readonly entryAddendaCount: bigint;
  /** Cut to ten digits. */
  readonly entryHash: bigint;
  readonly debitMinor: bigint;
  readonly creditMinor: bigint;
}

export const NO_TOTALS: BatchTotals = {
  entryAddendaCount: 0n,
  entryHash: 0n,
  debitMinor: 0n,
  creditMinor: 0n,
};

export function addTotals(a: BatchTotals, b: BatchTotals): BatchTotals {
  return {
    entryAddendaCount: a.entryAddendaCount + b.entryAddendaCount,
    entryHash: (a.entryHash + b.entryHash) % HASH_MODULUS,
    debitMinor: a.debitMinor + b.debitMinor,
    creditMinor: a.creditMinor + b.creditMinor,
  };
}

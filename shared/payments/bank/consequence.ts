/** Where a payment stands, and where the bank's word leads from there. Pure; the database refuses the rest as well. */
export type Status = 'PENDING' | 'SENT' | 'SETTLED' | 'FAILED';
export type WordKind = 'SETTLED' | 'RETURNED' | 'REJECTED' | 'CORRECTED';

export const LEGAL: Readonly<Record<Status, readonly Status[]>> = {
  PENDING: ['SENT', 'FAILED'],
  SENT: ['SETTLED', 'FAILED'],
  SETTLED: [],
  FAILED: [],
};

export function isTerminal(status: Status): boolean {
  return LEGAL[status].length === 0;
}

export interface Consequence {
  /** The states that the payment passes through, the last of them its new one. */
  readonly through: readonly Status[];
  /** Settled money has come back: a compensating transaction takes it back, once. */
  readonly compensate: boolean;
}

const NOTHING: Consequence = { through: [], compensate: false };

/**
 * What follows from the bank's word. A payment that was released may have reached the bank before we know that it did, so a
 * word that implies it was sent makes it sent first. A payment that was never released can't have reached the bank.
 */
export function consequenceOf(kind: WordKind, status: Status, released: boolean): Consequence {
  if (kind === 'CORRECTED') return NOTHING;
  if (status === 'SETTLED') return { through: [], compensate: kind === 'RETURNED' };
  if (status === 'FAILED' || !released) return NOTHING;
  if (kind === 'REJECTED') return { through: ['FAILED'], compensate: false };
  const end: Status = kind === 'SETTLED' ? 'SETTLED' : 'FAILED';
  return { through: status === 'PENDING' ? ['SENT', end] : [end], compensate: false };
}

/**
 * The behaviour of a bank that stands in for a real one, by account number; docs/mock-bank.md lists them. The mock bank does so by HTTP, and the local platform's
 * originating bank by files: whatever one of them can't do it leaves out. This module is pure.
 */
export interface Behaviour {
  /** Seconds until the payment settles; undefined: it never does. */
  readonly settlesAfter: number | undefined;
  /**
   * The return code, and the seconds until the return. Without `settlesAfter` the payment is returned without having
   * settled.
   */
  readonly returns?: { readonly code: string; readonly after: number };
  readonly rejects?: string;
  /** Whether the bank rejects the whole file that has such an entry. */
  readonly rejectsFile?: boolean;
  /** The number of a way in which the file with the return deviates from what Nacha prescribes. */
  readonly deviation?: number;
  /** Notification of change: code and corrected data. */
  readonly corrects?: { readonly code: string; readonly data: string };
  readonly callbacks: 'once' | 'thrice' | 'late' | 'unsigned' | 'stale' | 'none' | 'early';
  readonly outage?: {
    readonly kind: 'busy' | 'hangs' | 'accepts-silently';
    /** Requests that it answers. */
    readonly requests: number;
  };
}

/** Whether an outage never ends. */
export const isForEver = ({ outage }: Behaviour): boolean => outage?.requests === ALWAYS;

/** Whether the bank takes a payment and says no more of it. */
export const isSilent = ({ settlesAfter, returns, rejects }: Behaviour): boolean =>
  settlesAfter === undefined && returns === undefined && rejects === undefined;

/** Seconds: quick enough to watch, slow enough to see each state. */
const SETTLES_AFTER = 2;
const RETURNS_AFTER = 2;
const RETURNS_AFTER_SETTLEMENT = 8;
const LATE_AFTER = 90;
export const LATE_SECONDS = LATE_AFTER;
const DEVIATING_CODE = 'R03';
const CORRECTED = { code: 'C01', data: '900000000077' };
const CORRECTIONS: Readonly<Record<number, typeof CORRECTED>> = {
  2: { code: 'C01', data: '9000-0000-0077' },
  4: { code: 'C04', data: 'ADA HOLDER-LOVELACE' },
};
/** Large enough to mean for ever. */
const ALWAYS = 1_000_000;

const MAGIC = /^90000000(\d\d)(\d\d)$/;

const SETTLING: Behaviour = { settlesAfter: SETTLES_AFTER, callbacks: 'once' };

export function behaviourOf(accountNumber: string): Behaviour {
  const [, group = '', detail = ''] = MAGIC.exec(accountNumber) ?? [];
  const number = Number(detail);
  switch (group) {
    case '01':
      return {
        settlesAfter: undefined,
        returns: { code: `R${detail}`, after: RETURNS_AFTER },
        callbacks: 'once',
      };
    case '02':
      return {
        ...SETTLING,
        returns: { code: `R${detail}`, after: RETURNS_AFTER_SETTLEMENT },
      };
    case '03':
      return { ...SETTLING, corrects: CORRECTIONS[number] ?? CORRECTED };
    case '04':
      return { ...SETTLING, callbacks: CALLBACKS[number] ?? 'once' };
    case '05':
      return { ...SETTLING, ...(OUTAGES[number] ?? {}) };
    case '06':
      return { ...SETTLING, settlesAfter: number };
    case '09':
      return {
        settlesAfter: undefined,
        returns: { code: DEVIATING_CODE, after: RETURNS_AFTER },
        deviation: number,
        callbacks: 'once',
      };
    default:
      return SETTLING;
  }
}

/** Returns how the bank treats the reversal of a payment to an account. The payment itself has settled, or was returned, as its number says. */
export function reversalBehaviourOf(accountNumber: string): Behaviour {
  const [, group = '', detail = ''] = MAGIC.exec(accountNumber) ?? [];
  switch (group) {
    case '02':
    case '03':
      return SETTLING;
    case '07':
      return {
        settlesAfter: undefined,
        returns: { code: `R${detail}`, after: RETURNS_AFTER },
        callbacks: 'once',
      };
    case '08':
      return { ...SETTLING, returns: { code: `R${detail}`, after: RETURNS_AFTER_SETTLEMENT } };
    default:
      return behaviourOf(accountNumber);
  }
}

const CALLBACKS: Readonly<Record<number, Behaviour['callbacks']>> = {
  1: 'thrice',
  2: 'late',
  3: 'unsigned',
  4: 'none',
  5: 'early',
  6: 'stale',
};

const OUTAGES: Readonly<Record<number, Partial<Behaviour>>> = {
  1: { outage: { kind: 'busy', requests: 2 } },
  2: { outage: { kind: 'hangs', requests: 1 } },
  3: { outage: { kind: 'accepts-silently', requests: 1 } },
  4: { rejects: 'R13', settlesAfter: undefined, callbacks: 'none' },
  5: { outage: { kind: 'busy', requests: ALWAYS } },
  6: { settlesAfter: undefined, callbacks: 'none' },
  7: { rejects: 'R13', rejectsFile: true, settlesAfter: undefined, callbacks: 'none' },
};

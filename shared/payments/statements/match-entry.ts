import { addDays, type Day } from '#kernel/calendar.ts';
import type { Tokens } from './reference-tokens.ts';

/** Money leaves for a payment, and comes back. Each happens once at most. */
export type Leg = 'OUT' | 'BACK';

/** A leg of a payment, by which entries are kept from standing for it twice. */
interface LegOf {
  readonly transactionId: string;
  readonly leg: Leg;
}

/** An entry stands for this in the ledger. */
export interface CoveredLeg extends LegOf {
  readonly amountMinor: bigint;
  /** The reversal that has brought the money back, if one has. */
  readonly reversalId: string | null;
}

/** A payment that an entry may name. */
export interface NamedPayment {
  readonly id: string;
  readonly reference: string;
  readonly traceNumber: string | null;
  readonly amountMinor: bigint;
  /** Whether the ledger has sent it. */
  readonly isSent: boolean;
  /** The payment whose money this one takes back. */
  readonly reverses: string | null;
  readonly fileId: string | null;
  /** The key of its batch in the file. */
  readonly batch: string | null;
}

/** The credits or the debits of a file or one of its batches, or what both come to: what a bank books in one entry. */
export interface FileTotal {
  readonly fileId: string;
  /** The name by which the bank has it, without its folder. */
  readonly fileName: string;
  /** Null for the whole file. */
  readonly batch: string | null;
  readonly side: 'CREDITS' | 'DEBITS' | 'BOTH';
  /** The account’s view of it: negative where it pays. */
  readonly amountMinor: bigint;
  readonly day: Day;
  readonly lastEffectiveDay: Day;
}

export type Match =
  | { readonly kind: 'PAYMENTS'; readonly legs: readonly CoveredLeg[] }
  | { readonly kind: 'FILE'; readonly total: FileTotal };

export const MISMATCHES = ['ambiguous', 'matched-before', 'not-sent', 'other-amount', 'unknown'] as const;
export type Mismatch = (typeof MISMATCHES)[number];

interface Movement {
  readonly day: Day;
  readonly amountMinor: bigint;
  readonly tokens: Tokens;
}

/** A bank may book a file on the day that it gets it, and a few days after the last of its entries takes effect. */
const LATEST_DAYS = 5;

/** Everything that a statement may stand for, and what of it an entry has been found for already. */
export class Candidates {
  readonly #totals: readonly FileTotal[];
  readonly #files: readonly { readonly fileId: string; readonly name: RegExp }[];
  readonly #covered: Set<string>;
  readonly #ofBatch: ReadonlyMap<string, readonly NamedPayment[]>;
  readonly #byName = new Map<string, NamedPayment[]>();

  /**
   * @param payments those that the statement names, and those of the files
   * @param covered the legs that stand in an entry of a statement already, see {@link legKey}
   */
  constructor(payments: readonly NamedPayment[], totals: readonly FileTotal[], covered: Iterable<string>) {
    this.#totals = totals;
    this.#files = totals
      .filter(({ batch, side }) => batch === null && side !== 'BOTH')
      .map(({ fileId, fileName }) => ({ fileId, name: nameOf(fileName) }));
    this.#covered = new Set(covered);
    for (const payment of payments)
      for (const name of [
        payment.id,
        payment.reference,
        ...(payment.traceNumber === null ? [] : [payment.traceNumber]),
      ])
        this.#byName.set(name, [...(this.#byName.get(name) ?? []), payment]);
    this.#ofBatch = Map.groupBy(payments, ({ fileId }) => fileId ?? '');
  }

  /**
   * Finds what an entry stands for: a payment that it names, several that come to it together, a batch or a file of theirs, or, where it names nothing of
   * ours, the one file or batch of those days with its amount. An amount alone never finds a payment.
   */
  match(movement: Movement): Match | Mismatch {
    const named = this.#named(movement.tokens);
    const files = this.#namedFiles(movement.tokens, named);
    if (named.length === 0 && files.length === 0) return this.#byAmount(movement);
    const found = [
      ...this.#paymentsOf(movement, named),
      ...this.#totals
        .filter(
          (total) =>
            files.includes(total.fileId) && total.amountMinor === movement.amountMinor && isOf(total, named),
        )
        .map((total): Match => ({ kind: 'FILE', total })),
    ];
    if (found.length > 0) return this.#take(found);
    const isUnsent = named.some(
      (payment) => !payment.isSent && payment.amountMinor === -movement.amountMinor,
    );
    return isUnsent ? 'not-sent' : 'other-amount';
  }

  /** The legs that a match covers. */
  legsOf(match: Match): readonly CoveredLeg[] {
    if (match.kind === 'PAYMENTS') return match.legs;
    const { fileId, batch, side } = match.total;
    return (this.#ofBatch.get(fileId) ?? [])
      .filter((payment) => batch === null || payment.batch === batch)
      .filter(({ reverses }) => side === 'BOTH' || (reverses === null) === (side === 'CREDITS'))
      .map((payment) => (payment.reverses === null ? outOf(payment) : backOf(payment)));
  }

  #named({ ids, traces, references }: Tokens): NamedPayment[] {
    const names = [...ids, ...traces, ...references];
    return [...new Set(names.flatMap((name) => this.#byName.get(name) ?? []))];
  }

  #namedFiles({ ids, text }: Tokens, named: readonly NamedPayment[]): string[] {
    const byName = this.#files.filter(({ fileId, name }) => ids.includes(fileId) || name.test(text));
    return [...byName.map(({ fileId }) => fileId), ...named.flatMap(({ fileId }) => fileId ?? [])];
  }

  /** One named payment of the amount, in the direction that it says, or all of them together. */
  #paymentsOf({ amountMinor }: Movement, named: readonly NamedPayment[]): Match[] {
    const single = named.filter(
      (payment) => payment.amountMinor === (amountMinor < 0n ? -amountMinor : amountMinor),
    );
    const one = single.flatMap((payment) => this.#legOf(payment, amountMinor) ?? []);
    if (one.length > 0) return one.map((leg) => ({ kind: 'PAYMENTS', legs: [leg] }));
    const sum = named.reduce((total, payment) => total + payment.amountMinor, 0n);
    if (named.length < 2 || sum !== (amountMinor < 0n ? -amountMinor : amountMinor)) return [];
    const legs = named.flatMap((payment) => this.#legOf(payment, amountMinor) ?? []);
    return legs.length === named.length ? [{ kind: 'PAYMENTS', legs }] : [];
  }

  /** Money leaves for a payment and comes back from it; a reversal brings that of its payment back. */
  #legOf(payment: NamedPayment, amountMinor: bigint): CoveredLeg | undefined {
    if (amountMinor > 0n) return backOf(payment);
    return payment.reverses === null && payment.isSent ? outOf(payment) : undefined;
  }

  #byAmount({ day, amountMinor }: Movement): Match | Mismatch {
    const found = this.#totals.filter(
      (total) =>
        total.amountMinor === amountMinor &&
        total.day <= day &&
        day <= addDays(total.lastEffectiveDay, LATEST_DAYS),
    );
    const open = found
      .map((total): Match => ({ kind: 'FILE', total }))
      .filter((match) => this.#isOpen(match));
    return open.length === 0 ? 'unknown' : this.#take(open);
  }

  #isOpen(match: Match): boolean {
    const legs = this.legsOf(match);
    return legs.length > 0 && legs.every((leg) => !this.#covered.has(legKey(leg)));
  }

  /** The one that is open; a batch that is its whole file is one with it. */
  #take(found: readonly Match[]): Match | Mismatch {
    const open = found.filter((match) => this.#isOpen(match));
    const [first] = open;
    if (first === undefined) return 'matched-before';
    const keys = new Set(open.map((match) => this.legsOf(match).map(legKey).sort().join(' ')));
    if (keys.size > 1) return 'ambiguous';
    for (const leg of this.legsOf(first)) this.#covered.add(legKey(leg));
    return first;
  }
}

/** Finds the name of a file, with its ending or without it, and not in the midst of a longer one. */
function nameOf(fileName: string): RegExp {
  const stem = fileName.toUpperCase().replace(/(?<=.)\.[^.]*$/, '');
  return new RegExp(`(?<![A-Z0-9])${stem.replaceAll(/[^A-Z0-9]/g, '\\$&')}(?![A-Z0-9])`);
}

/** A file or batch is meant by the payments that are named if all of them are in it. */
function isOf({ fileId, batch }: FileTotal, named: readonly NamedPayment[]): boolean {
  return named.every((payment) => payment.fileId === fileId && (batch === null || payment.batch === batch));
}

function outOf({ id, amountMinor }: NamedPayment): CoveredLeg {
  return { transactionId: id, leg: 'OUT', amountMinor, reversalId: null };
}

function backOf({ id, reverses, amountMinor }: NamedPayment): CoveredLeg {
  return {
    transactionId: reverses ?? id,
    leg: 'BACK',
    amountMinor,
    reversalId: reverses === null ? null : id,
  };
}

export const legKey = ({ transactionId, leg }: LegOf): string => `${leg} ${transactionId}`;

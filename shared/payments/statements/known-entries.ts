import { createHash } from 'node:crypto';
import type { Day } from '#kernel/calendar.ts';
import { isTelling, type Statement, type StatementEntry } from './statement.ts';

/** A statement of the account that was read before. */
export interface KnownStatement {
  readonly from: Day;
  readonly to: Day;
  readonly openingMinor: bigint;
  readonly closingMinor: bigint;
}

export interface KnownEntry {
  readonly identity: string;
  readonly day: Day;
}

export type IdentifiedEntry = StatementEntry & { readonly identity: string };

/** A statement brings this beside what is known: nothing, something, or what can't be true of the same days. */
export type News =
  | { readonly kind: 'NEWS'; readonly entries: readonly IdentifiedEntry[]; readonly repeated: number }
  | { readonly kind: 'REPEATED' }
  | { readonly kind: 'OVERLAPS' };

/**
 * Names each entry by what every statement says of it: its account, its day, its amount and its references, and, among those that are alike, its place. The free text
 * is no part of it, since banks word it anew from one statement to the next; nor are references that tell nothing, which some formats have no place for.
 */
export function identified(entries: readonly StatementEntry[], account: string): IdentifiedEntry[] {
  const seen = new Map<string, number>();
  return entries.map((entry) => {
    const { day, amountMinor, bankReference } = entry;
    const reference =
      entry.reference !== null && isTelling(entry.reference, bankReference) ? entry.reference : null;
    const alike = JSON.stringify([account, day, String(amountMinor), bankReference, reference]);
    const place = (seen.get(alike) ?? 0) + 1;
    seen.set(alike, place);
    return { ...entry, identity: createHash('sha256').update(`${alike}${place}`).digest('hex') };
  });
}

/**
 * Tells what of a statement is new. Where its days are known, it must have what is known of them, or be part of that, or go on where another one of the
 * day has ended: a statement that tells the same days otherwise is not booked, since each of its entries could be one that is known.
 */
export function newsOf(
  statement: Statement,
  account: string,
  known: readonly KnownStatement[],
  knownEntries: readonly KnownEntry[],
): News {
  const entries = identified(statement.entries, account);
  const isIn = ({ day }: { readonly day: Day }) => day >= statement.from && day <= statement.to;
  const before = new Set(knownEntries.filter(isIn).map(({ identity }) => identity));
  const fresh = entries.filter(({ identity }) => !before.has(identity));
  const overlapping = known.filter(({ from, to }) => from <= statement.to && to >= statement.from);
  if (overlapping.length === 0 && before.size === 0) return { kind: 'NEWS', entries, repeated: 0 };
  const repeated = entries.length - fresh.length;
  const covering = overlapping.find(({ from, to }) => from <= statement.from && to >= statement.to);
  if (fresh.length === 0 && covering !== undefined)
    return isTold(statement, covering, before.size) ? { kind: 'REPEATED' } : { kind: 'OVERLAPS' };
  const hasAllKnown = repeated === before.size;
  const goesOn =
    repeated === 0 &&
    overlapping.some(
      ({ to, from, openingMinor, closingMinor }) =>
        (to === statement.from && closingMinor === statement.openingMinor) ||
        (from === statement.to && openingMinor === statement.closingMinor),
    );
  return hasAllKnown || goesOn ? { kind: 'NEWS', entries: fresh, repeated } : { kind: 'OVERLAPS' };
}

/** A statement of the same days and entries has the same balances; one of fewer days, or of part of a day, may end at any. */
function isTold(statement: Statement, covering: KnownStatement, entriesKnown: number): boolean {
  const isSame =
    covering.from === statement.from &&
    covering.to === statement.to &&
    entriesKnown === statement.entries.length;
  return (
    !isSame ||
    (covering.openingMinor === statement.openingMinor && covering.closingMinor === statement.closingMinor)
  );
}
